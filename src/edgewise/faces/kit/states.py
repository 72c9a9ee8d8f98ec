# SPDX-License-Identifier: AGPL-3.0-or-later
"""The four wordings of where an item is, and the three words of an answer. They say only what is known."""

from collections.abc import Sequence

from edgewise.faces.kit.shown import Choice, State
from edgewise.faces.kit.words import Translator

NAMED_COMPUTERS_MAX = 3
"""More computers than this are counted, not named."""


def here(words: Translator) -> State:
    """Nothing has left this computer."""
    return State("here", words.gettext("Only on this computer"))


def on_its_way(words: Translator, on: Sequence[str], sealed_with: int, waiting: int) -> State:
    """On the computers of ``on``; ``sealed_with`` friends carry it unread; ``waiting`` others lack it."""
    parts: list[str] = []
    if 0 < len(on) <= NAMED_COMPUTERS_MAX:
        parts.append(
            words.ngettext(
                "on %(names)s's computer",
                "on the computers of %(names)s",
                len(on),
                names=words.names(on),
            )
        )
    elif on:
        parts.append(words.ngettext("on %(num)s computer", "on %(num)s computers", len(on)))
    others = (
        words.ngettext("%(num)s other", "%(num)s others", waiting)
        if on
        else words.ngettext("%(num)s person", "%(num)s people", waiting)
    )
    if sealed_with:
        parts.append(
            words.ngettext(
                "sealed with %(num)s friend for %(others)s",
                "sealed with %(num)s friends for %(others)s",
                sealed_with,
                others=others,
            )
        )
    elif waiting:
        parts.append(words.gettext("waiting for %(others)s", others=others))
    return State("way", words.gettext("On its way: %(where)s", where=", ".join(parts)))


def arrived(words: Translator) -> State:
    """Each person who may read it has it on a computer."""
    return State("arrived", words.gettext("Arrived with all who may read"))


def taken_back(words: Translator) -> State:
    """Its author took it back."""
    return State("gone", words.gettext("Taken back"))


def yes_no_later(words: Translator) -> tuple[Choice, Choice, Choice]:
    """The three equal answers to a plain request; their values are yes, no and later."""
    return (
        Choice("yes", words.gettext("Yes")),
        Choice("no", words.gettext("No")),
        Choice("later", words.gettext("Not now")),
    )
