# SPDX-License-Identifier: AGPL-3.0-or-later
"""What faces learn of safe copies: what came of making one, and what is in one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from edgewise.core.returning import COPY_KEY
from edgewise.faces.kit import dates
from edgewise.faces.kit.words import Translator
from edgewise.ground.limits import COPY_AGAIN_MS, COPY_FIRST_MS
from edgewise.identity.person import entries
from edgewise.store import chest, people, settings
from edgewise.store.checkup import Finding
from edgewise.store.snapshot import Contents


@dataclass(frozen=True, slots=True)
class CopyMade:
    """A copy that was written and read back. `words` are new ones that open it, to be shown once; or ""."""

    path: str
    size_bytes: int
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CopyFound:
    """What a copy holds, and what is wrong in it (nothing in a good one)."""

    name: str
    made_ms: int
    contents: Contents
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class CopyState:
    """How it stands with safe copies: 0 and "" where there is none; `path` is where the last one went."""

    has_words: bool
    made_ms: int
    proved_ms: int
    name: str
    path: str


def state(db: Any) -> CopyState:
    """How it stands with the safe copies of this home."""

    def number(name: str) -> int:
        value = settings.get(db, name) or ""
        return int(value) if value.isdecimal() else 0

    return CopyState(
        has_words=COPY_KEY in chest.secret_names(db),
        made_ms=number("copy.made_ms"),
        proved_ms=number("copy.proved_ms"),
        name=settings.get(db, "copy.name") or "",
        path=settings.get(db, "copy.path") or "",
    )


def due(db: Any, now_ms: int) -> str:
    """The name of the question whether to make a safe copy; "" where it is not asked.

    Asked three days after beginning, at once after coming back, and when the last copy is a season old. The
    name changes with each copy and each coming back, so that a No holds until there is another reason.
    """
    me, now = people.me(db), state(db)
    if me is None:
        return ""
    back_ms = int(settings.get(db, "copy.back_ms") or 0)
    if back_ms > now.made_ms:
        return f"copy-back.{back_ms}"
    if now.made_ms:
        return f"copy-old.{now.made_ms}" if now_ms - now.made_ms >= COPY_AGAIN_MS else ""
    return "copy-first" if now_ms - begun_ms(me.chain) >= COPY_FIRST_MS else ""


def begun_ms(chain: tuple[bytes, ...]) -> int:
    """When somebody began, by their own chain."""
    return entries(chain[:1])[0].made_ms


def file_name(me: people.PersonRow | None) -> str:
    """What a copy is called where nobody names it: the person's name in plain letters."""
    name = "".join(char if char.isalnum() else "-" for char in me.name.lower()) if me is not None else ""
    return f"edgewise-{name.strip('-')[:40] or 'me'}.copy"


def said(found: CopyFound, words: Translator, zone: str) -> str:
    """A copy in one sentence: whose, of which day, and what is in it."""
    day = dates.dated(found.made_ms, zone, words.locale)
    own = words.ngettext("%(num)s thing you wrote", "%(num)s things you wrote", found.contents.own)
    others = words.ngettext("%(num)s of others", "%(num)s of others", found.contents.others)
    people = words.ngettext("%(num)s person", "%(num)s people", found.contents.people)
    parts = [own, others, people]
    if found.contents.files:
        parts.append(
            words.ngettext("%(num)s picture or file", "%(num)s pictures and files", found.contents.files)
        )
    return words.gettext(
        "%(name)s, of %(day)s: %(parts)s.", name=found.name, day=day, parts=words.names(parts)
    )
