# SPDX-License-Identifier: AGPL-3.0-or-later
"""What others took back and what still waits here for its day, in a person's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edgewise.faces.kit.known import Known
from edgewise.faces.kit.words import Translator
from edgewise.store import erasures


def sentences(db: Any, words: Translator, now_ms: int, when: Callable[[int], str]) -> list[str]:
    """One sentence per person, by who is due first; empty where nothing waits. ``when`` says an instant."""
    known = Known(db, words, now_ms)
    by_author: dict[bytes, list[int]] = {}
    for row in erasures.every(db):
        by_author.setdefault(row.author, []).append(row.due_ms)
    return [
        words.ngettext(
            "%(name)s took back %(num)s text that is still on this computer. It goes on %(when)s.",
            "%(name)s took back %(num)s texts that are still on this computer. They go by %(when)s.",
            len(due),
            name=known.name(author),
            when=when(max(due)),
        )
        for author, due in by_author.items()
    ]


def why(words: Translator) -> str:
    """Why they wait."""
    return words.gettext(
        "Many at once, and what is older than a month, wait for a day: who has stolen a computer must not "
        "empty those of others before anybody notices."
    )
