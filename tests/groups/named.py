# SPDX-License-Identifier: AGPL-3.0-or-later
"""The histories that have names: each a way in which a group lives, or in which a former rule broke.

Every function writes one and says who is in at its end. People are letters; the founders come first.
"""

from __future__ import annotations

from collections.abc import Callable

from edgewise.groups.facts import Certificate, Invitation, Vote
from tests.groups.histories import Group, who

Written = tuple[Group, str]
HISTORIES: dict[str, Callable[[], Written]] = {}


def history(write: Callable[[], Written]) -> Callable[[], Written]:
    """Keep a history under its name."""
    HISTORIES[write.__name__.replace("_", " ")] = write
    return write


def abc(q: int = 2) -> Group:
    return Group("a b c d", q)


@history
def founders_alone() -> Written:
    """Who founds is in, from the first moment."""
    return abc(), "a b c d"


@history
def let_in_by_q() -> Written:
    """Two yeses and an acceptance let somebody in."""
    g = abc()
    g.lets_in("a b", "e")
    return g, "a b c d e"


@history
def one_yes_too_few() -> Written:
    """One yes of two lets nobody in, whatever a certificate claims."""
    g = abc()
    g.lets_in("a", "e")
    return g, "a b c d"


@history
def one_voice_twice() -> Written:
    """Two yeses of one person, through two logs, are one yes."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    votes = [g.says("a", Vote(p.id)), g.says("a", Vote(p.id), log="a2")]
    g.certifies("a", p, votes)
    return g, "a b c d"


@history
def without_an_acceptance() -> Written:
    """Nobody is in without their own yes."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    votes = g.votes("a b", p)
    g.says("a", Certificate(p.id, tuple(v.id for v in votes)))
    return g, "a b c d"


@history
def acceptance_of_another_invitation() -> Written:
    """MEMBERS-9: an acceptance counts for what it answers: the proposal, or an invitation it knows."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    later = g.says("b", Invitation())
    votes = g.votes("a b", p)
    g.certifies("a", p, votes, anchor=later)
    return g, "a b c d"


@history
def acceptance_of_an_invitation() -> Written:
    """An invitation may be answered before anybody has proposed."""
    g = abc()
    letter = g.says("a", Invitation())
    p = g.proposes("a", "e", add=True)
    g.certifies("a", p, g.votes("a b", p), anchor=letter)
    return g, "a b c d e"


@history
def somebody_else_s_acceptance() -> Written:
    """The acceptance of another person lets nobody in."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    votes = g.votes("a b", p)
    g.says("a", Certificate(p.id, tuple(v.id for v in votes), who("f"), p.id))
    return g, "a b c d"


@history
def yes_of_a_stranger() -> Written:
    """MEMBERS-5: who is not in says no yes that counts."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    g.certifies("a", p, g.votes("a x", p))
    return g, "a b c d"


@history
def put_out_by_q() -> Written:
    """MEMBERS-8: two yeses put somebody out."""
    g = abc()
    g.puts_out("a b", "c")
    return g, "a b d"


@history
def nobody_votes_on_themselves() -> Written:
    """The yes of who is to go is not needed and not counted."""
    g = abc()
    g.puts_out("a c", "c")
    return g, "a b c d"
