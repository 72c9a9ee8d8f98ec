# SPDX-License-Identifier: AGPL-3.0-or-later
"""What membership sees of a group's control operations: who wrote what, knowing what (spec/membership.md).

Signatures, acceptances and revocations are checked before: a fact is what such an operation says. An
identity, a log and an operation are 32 bytes each.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Propose:
    """Let `target` in (`add`), or put them out. Its operation's id names the proposal, and is used once."""

    add: bool
    target: bytes


@dataclass(frozen=True, slots=True)
class Vote:
    """A yes to one proposal."""

    proposal: bytes


@dataclass(frozen=True, slots=True)
class Objection:
    """A member's reasoned no to letting somebody in; it stops the yeses that know of it."""

    proposal: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    """Evidence for a proposal: yeses by name; whoever wants may write it.

    To let somebody in it carries their acceptance: `accepted_by` their identity, `anchor` the proposal or the
    invitation that they answered. To put somebody out both are empty.
    """

    proposal: bytes
    votes: tuple[bytes, ...]
    accepted_by: bytes = b""
    anchor: bytes = b""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Something that an acceptance may answer before anybody has proposed."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The author goes, at once and alone."""


@dataclass(frozen=True, slots=True)
class Close:
    """A log ends. By its own identity; or by a member who shows that identity's revocation (`proven`)."""

    log: bytes
    owner: bytes
    proven: bool = False


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else that has a place in the past of others: merges, keys, opened logs."""


Act = Propose | Vote | Objection | Certificate | Invitation | Leave | Close | Other


@dataclass(frozen=True, slots=True)
class Fact:
    """One control operation. `parents`: the one before it in its log, and the heads that it names."""

    id: bytes
    author: bytes
    log: bytes
    seq: int
    parents: tuple[bytes, ...]
    act: Act


def named(act: Act) -> tuple[bytes, ...]:
    """The operations that an act speaks of: each must lie in its past."""
    if isinstance(act, Vote | Objection):
        return (act.proposal,)
    if isinstance(act, Certificate):
        return (act.proposal, *act.votes, *((act.anchor,) if act.anchor else ()))
    return ()
