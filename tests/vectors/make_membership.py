# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors of spec/membership.md: the named histories, each with who is in at its end."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from edgewise.groups.facts import Fact
from tests.groups import named_attacks  # noqa: F401 (the attacks join the histories)
from tests.groups.named import HISTORIES

Vectors = dict[str, list[dict[str, Any]]]


def vectors() -> Vectors:
    """Every history by its name; what must be left out says why."""
    return {"yay": [_history(name) for name in HISTORIES], "nay": [_unfounded()]}


def _history(name: str) -> dict[str, Any]:
    group, members = HISTORIES[name]()
    return {
        "what": "history",
        "name": name,
        "q": group.q,
        "founders": group.founders,
        "facts": [spelled(fact) for fact in group.facts],
        "text": members,
    }


def spelled(fact: Fact) -> dict[str, Any]:
    """A fact as the file has it."""
    act = fact.act
    said = {field.name: getattr(act, field.name) for field in fields(act)}
    return {
        "id": fact.id,
        "author": fact.author,
        "log": fact.log,
        "seq": fact.seq,
        "parents": fact.parents,
        "act": {"what": type(act).__name__, **said},
    }


def _unfounded() -> dict[str, Any]:
    """A vote whose past does not hold its proposal."""
    group, _ = HISTORIES["let in by q"]()
    vote = next(fact for fact in group.facts if type(fact.act).__name__ == "Vote")
    return {
        "what": "unfounded",
        "why": "a vote that does not know its proposal",
        "verdict": "members.unfounded",
        "q": group.q,
        "founders": group.founders,
        "facts": [spelled(group.facts[0])],
        "fact": {**spelled(vote), "parents": ()},
    }
