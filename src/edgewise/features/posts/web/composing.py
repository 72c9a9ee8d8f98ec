# SPDX-License-Identifier: AGPL-3.0-or-later
"""The composer of Home: the draft that was kept, who may read, and whether that has changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from zlib import crc32

from edgewise.faces.kit.enclosing import enclosing
from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.known import Known
from edgewise.faces.kit.page import Page
from edgewise.faces.kit.shown import Audience, Enclosing
from edgewise.features.posts import view
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import WARNING_MAX_CHARS
from edgewise.store import outbox, settings


@dataclass(frozen=True, slots=True)
class Writing:
    """What the composer shows. ``seen``: who stood behind each circle when the page was drawn."""

    text: str
    warning: str
    audience: Audience | None
    audiences: tuple[Audience, ...]
    ask_who: bool
    seen: str
    enclosing: Enclosing


def of_home(page: Page, db: Any, form: Form | None) -> Writing:
    """The composer with the form that could not be taken, else with the draft.

    The circle is the one chosen here before; at the first time none is.
    """
    known = Known(db, page.words, page.now_ms)
    audiences = known.audiences()
    if form is not None:
        text, warning, wanted = (
            form.text("text"),
            form.line("warning", WARNING_MAX_CHARS),
            form.text("audience"),
        )
    else:
        draft = outbox.draft(db, view.HOME_MARK)
        kept = parse_qs(draft.extra) if draft is not None else {}
        text = draft.text if draft is not None else ""
        warning = kept.get("warning", [""])[0][:WARNING_MAX_CHARS]
        wanted = kept.get("audience", [settings.get(db, "audience:home") or ""])[0]
    audience = next((each for each in audiences if each.id == wanted), None)
    ask_who = form is not None and audience is None
    with_it = enclosing(page, db, view.HOME_MARK)
    return Writing(text, warning, audience, audiences, ask_who, _seen(known), with_it)


def audience_of(page: Page, db: Any, form: Form) -> Audience:
    """Whom the form is for. Refusals "audience.missing", and "audience.changed" when others would read it."""
    known = Known(db, page.words, page.now_ms)
    wanted = form.text("audience")
    found = next((each for each in known.audiences() if each.id == wanted), None)
    if found is None:
        raise Refusal("audience.missing")
    then = dict(part.split(":", 1) for part in form.text("seen", 4000).split() if ":" in part)
    if then.get(found.id) != _mark_of(known.readers(bytes.fromhex(found.id))):
        raise Refusal("audience.changed")
    return found


def is_first(db: Any, audience: str) -> bool:
    """Whether nothing was ever written to this circle here."""
    return settings.get(db, f"told:{audience}") is None


def _seen(known: Known) -> str:
    return " ".join(
        f"{each.id}:{_mark_of(known.readers(bytes.fromhex(each.id)))}" for each in known.audiences()
    )


def _mark_of(readers: list[bytes]) -> str:
    """A short sign of a set of people. It guards against surprise, not against an enemy."""
    return f"{crc32(b''.join(sorted(readers))):08x}"
