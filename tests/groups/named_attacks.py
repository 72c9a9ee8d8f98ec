# SPDX-License-Identifier: AGPL-3.0-or-later
"""Named histories in which somebody lies, comes back, forks or objects; some broke former rules."""

from __future__ import annotations

from edgewise.groups.facts import Close, Leave, Objection, Other, Vote
from tests.groups.histories import Group, who
from tests.groups.named import Written, abc, history


@history
def both_put_out() -> Written:
    """Two removals that don't know of each other both hold: none is stronger, none was first."""
    g = Group("a b c d e", 2)
    start = g.says("e", Other())
    g.puts_out("a b", "c", knowing=[start])
    g.puts_out("c d", "a", knowing=[start])
    return g, "b d e"


@history
def retaliation() -> Written:
    """Who was put out can't put out the others from before: their yes does not know of it, and still one
    of two is missing.
    """
    g = abc()
    start = g.says("d", Other())
    g.puts_out("a b", "c")
    g.puts_out("c", "a", knowing=[start])
    return g, "a b d"


@history
def backdated_yeses() -> Written:
    """MEMBERS-10: two who were put out let somebody in from before: in vain."""
    g = Group("a b c d e", 2)
    start = g.says("e", Other())
    g.puts_out("a b", "c")
    g.puts_out("a b", "d")
    g.lets_in("c d", "x", knowing=[start])
    return g, "a b e"


@history
def yeses_that_the_removal_knew() -> Written:
    """What somebody had decided before they were put out holds, where those who put them out knew it."""
    g = Group("a b c d e", 2)
    g.lets_in("c d", "f")
    g.puts_out("a b", "c")
    g.puts_out("a b", "d")
    return g, "a b e f"


@history
def sybils_let_in_by_ghosts() -> Written:
    """Ghosts let in from the past let in more ghosts: all fall together."""
    g = Group("a b c d e", 2)
    start = g.says("e", Other())
    g.puts_out("a b", "c")
    g.puts_out("a b", "d")
    x = g.lets_in("c d", "x", knowing=[start])
    y = g.lets_in("c d", "y", knowing=[start])
    g.lets_in("x y", "z", knowing=[x, y])
    return g, "a b e"


@history
def back_again() -> Written:
    """Who was put out comes back by new yeses to a new proposal."""
    g = abc()
    g.puts_out("a b", "c")
    g.lets_in("a b", "c")
    return g, "a b c d"


@history
def old_yeses_used_again() -> Written:
    """The yeses that once let somebody in do not let them in again."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    votes = g.votes("a b", p)
    g.certifies("a", p, votes)
    g.puts_out("a b", "e")
    g.certifies("d", p, votes)
    return g, "a b c d"


@history
def removal_certified_again() -> Written:
    """Old honest yeses, certified once more after somebody came back, put nobody out."""
    g = abc()
    p = g.proposes("a", "c", add=False)
    votes = g.votes("a b", p)
    g.certifies("a", p, votes)
    g.lets_in("a b", "c")
    g.certifies("d", p, votes)
    return g, "a b c d"


@history
def elector_who_came_back() -> Written:
    """The yeses of who came back count, though they were once put out."""
    g = abc()
    g.puts_out("a b", "c")
    g.lets_in("a b", "c")
    g.lets_in("c d", "e")
    return g, "a b c d e"


@history
def leave_at_once() -> Written:
    """Leaving is one act, alone and offline."""
    g = abc()
    g.says("c", Leave(), knowing=[])
    return g, "a b d"


@history
def back_after_leaving() -> Written:
    """MEMBERS-11: who left comes back by an acceptance that knows of the leaving."""
    g = abc()
    g.says("c", Leave())
    g.lets_in("a b", "c")
    return g, "a b c d"


@history
def old_yeses_certified_after_leave() -> Written:
    """A certificate of old yeses brings nobody back who has left."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    votes = g.votes("a b", p)
    g.certifies("a", p, votes)
    g.says("e", Leave())
    g.certifies("a", p, votes)
    return g, "a b c d"


@history
def thief_keeps_leaving() -> Written:
    """A closed log that goes on leaving, from a past before the way back, does not put out its owner."""
    g = abc()
    first = g.says("c", Leave(), log="c-old")
    g.says("c", Close(who("c-old"), who("c")), log="c-new")
    g.lets_in("a b", "c")
    g.says("c", Leave(), log="c-old", after=first, knowing=[first])
    return g, "a b c d"


@history
def closing_works_forward() -> Written:
    """A log that was closed takes back nothing that it had said before, which the closing knew."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    votes = g.votes("a b", p)
    g.says("b", Close(who("b"), who("b")), log="b2")
    g.certifies("a", p, votes)
    return g, "a b c d e"


@history
def yes_of_a_closed_log() -> Written:
    """A yes that the closing of its log did not know is not counted by who knows the closing."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    shut = g.says("b", Close(who("b"), who("b")), log="b2", knowing=[])
    a = g.says("a", Vote(p.id), knowing=[p])
    b = g.says("b", Vote(p.id), knowing=[p])
    g.certifies("a", p, [a, b], knowing=[shut])
    return g, "a b c d"


@history
def fork_voids_a_yes() -> Written:
    """MEMBERS-7: two things at one place of a log are none, to those who know both."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    b = g.says("b", Other())
    yes = g.says("b", Vote(p.id), after=b)
    other = g.says("b", Other(), after=b, knowing=[b])
    a = g.says("a", Vote(p.id))
    g.certifies("a", p, [a, yes], knowing=[other])
    return g, "a b c d"


@history
def fork_after_a_certificate() -> Written:
    """A fork made later takes nobody out whom a certificate had let in that did not know it."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    b = g.says("b", Other())
    yes = g.says("b", Vote(p.id), after=b)
    a = g.says("a", Vote(p.id))
    g.certifies("a", p, [a, yes], knowing=[])
    g.says("b", Other(), after=b, knowing=[b])
    return g, "a b c d e"


@history
def objection_in_time() -> Written:
    """MEMBERS-6: an objection stops the yeses that know of it."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    g.says("d", Objection(p.id))
    g.certifies("a", p, g.votes("a b", p))
    return g, "a b c d"


@history
def objection_too_late() -> Written:
    """An objection that came after the yeses does not undo them: putting out is another decision."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    votes = g.votes("a b", p)
    g.says("d", Objection(p.id))
    g.certifies("a", p, votes)
    return g, "a b c d e"


@history
def veto_of_the_accused() -> Written:
    """Who is to go can't stop it by objecting."""
    g = abc()
    p = g.proposes("a", "c", add=False)
    g.says("c", Objection(p.id))
    g.certifies("a", p, g.votes("a b", p))
    return g, "a b d"


@history
def objection_of_a_stranger() -> Written:
    """Who is not in stops nothing."""
    g = abc()
    p = g.proposes("a", "e", add=True)
    g.says("x", Objection(p.id))
    g.certifies("a", p, g.votes("a b", p))
    return g, "a b c d e"


@history
def suspended_with_the_voter() -> Written:
    """Who was let in by somebody whose yes the removal did not know, is out until that is healed."""
    g = Group("a b c d f", 2)
    start = g.says("f", Other())
    g.lets_in("c d", "e", knowing=[start])
    g.puts_out("a b", "c", knowing=[start])
    return g, "a b d f"


@history
def healed_by_new_yeses() -> Written:
    """As many new yeses on the same proposal as were voided bring them back."""
    g = Group("a b c d f", 2)
    start = g.says("f", Other())
    p = g.proposes("c", "e", add=True, knowing=[start])
    votes = g.votes("c d", p, knowing=[start])
    g.certifies("c", p, votes, knowing=[start])
    g.puts_out("a b", "c", knowing=[start])
    more = g.says("a", Vote(p.id))
    g.certifies("a", p, [*votes, more])
    return g, "a b d e f"


@history
def poisoned_healing() -> Written:
    """An objection does not stop the yeses that heal what had stood already."""
    g = Group("a b c d f", 2)
    start = g.says("f", Other())
    p = g.proposes("c", "e", add=True, knowing=[start])
    votes = g.votes("c d", p, knowing=[start])
    g.certifies("c", p, votes, knowing=[start])
    g.puts_out("a b", "c", knowing=[start])
    g.says("f", Objection(p.id))
    more = g.says("a", Vote(p.id))
    g.certifies("a", p, [*votes, more])
    return g, "a b d e f"


@history
def chain_after_a_lost_voter() -> Written:
    """All that hung on who was suspended comes back when they do."""
    g = Group("a b c d f", 2)
    start = g.says("f", Other())
    p = g.proposes("c", "e", add=True, knowing=[start])
    votes = g.votes("c d", p, knowing=[start])
    in_e = g.certifies("c", p, votes, knowing=[start])
    g.lets_in("e d", "g", knowing=[in_e])
    g.puts_out("a b", "c", knowing=[start])
    more = g.says("a", Vote(p.id))
    g.certifies("a", p, [*votes, more])
    return g, "a b d e f g"


@history
def restored_backup() -> Written:
    """A copy that wrote on beside its original is closed; what both had said before stands."""
    g = abc()
    g.lets_in("b d", "e")
    b = g.says("b", Other())
    one = g.says("b", Other(), after=b, knowing=[b])
    two = g.says("b", Other(), after=b, knowing=[b])
    g.says("b", Close(who("b"), who("b")), log="b2", knowing=[one, two])
    g.lets_in("a c", "f")
    return g, "a b c d e f"


@history
def muted_owner() -> Written:
    """A member shows that a device was revoked and closes its log; its owner stays, by another."""
    g = abc()
    g.says("b", Other())
    g.says("a", Close(who("b"), who("b"), proven=True))
    p = g.proposes("a", "e", add=True)
    g.certifies("a", p, [g.says("a", Vote(p.id)), g.says("b", Vote(p.id), log="b2")])
    return g, "a b c d e"


@history
def stranger_closes_nothing() -> Written:
    """Who is not in can't close a log of another's, even with a proof."""
    g = abc()
    g.says("x", Close(who("b"), who("b"), proven=True))
    g.lets_in("a b", "e")
    return g, "a b c d e"


@history
def laundered_ghosts() -> Written:
    """Two put out let in ghosts from the past, who put out the honest, from the past: in vain for the ghosts.

    Their removal holds: with q colluders somebody may be hindered, but nobody gets in.
    """
    g = Group("a b c d e", 2)
    start = g.says("e", Other())
    g.puts_out("a b", "c")
    g.puts_out("a b", "d")
    x = g.lets_in("c d", "x", knowing=[start])
    y = g.lets_in("c d", "y", knowing=[start])
    g.puts_out("x y", "e", knowing=[x, y])
    return g, "a b"


@history
def returned_electors() -> Written:
    """Two put out let each other in again from the past: their way in knows no removal."""
    g = Group("a b c d e", 2)
    start = g.says("e", Other())
    g.puts_out("a b", "c")
    g.puts_out("a b", "d")
    g.lets_in("c d", "c", knowing=[start])
    g.lets_in("c d", "d", knowing=[start])
    return g, "a b e"


@history
def empty_house() -> Written:
    """Where two pairs put each other out, nobody is left: only a new group goes on."""
    g = abc()
    start = g.says("a", Other())
    g.puts_out("a b", "c", knowing=[start])
    g.puts_out("a b", "d", knowing=[start])
    g.puts_out("c d", "a", knowing=[start])
    g.puts_out("c d", "b", knowing=[start])
    return g, ""


@history
def stale_quorum() -> Written:
    """q stays what the founders fixed, however large the group grows: no size weighs, early or late."""
    g = Group("a b c", 2)
    start = g.says("a", Other())
    for newcomer in ["d", "e", "f", "g", "h"]:
        g.lets_in("a b", newcomer)
    g.lets_in("a c", "i", knowing=[start])
    return g, "a b c d e f g h i"


@history
def alone() -> Written:
    """Somebody founds alone, and is trusted alone: q is 1."""
    g = Group("a", 1)
    g.lets_in("a", "b")
    g.lets_in("b", "c")
    return g, "a b c"
