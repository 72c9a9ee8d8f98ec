# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is in a group: the histories by name, the same answer in any order, and what the adversary finds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from edgewise.ground.errors import Verdict
from edgewise.groups.facts import (
    Certificate,
    Close,
    Fact,
    Invitation,
    Leave,
    Objection,
    Other,
    Propose,
    Vote,
)
from edgewise.groups.membership import Membership
from tests.groups import guarantees, named_attacks  # noqa: F401 (the attacks join the histories)
from tests.groups.adversary import History
from tests.groups.histories import Group, name, who
from tests.groups.named import HISTORIES
from tests.groups.oracle import Oracle
from tests.vectors import frozen

SAMPLE = range(24)


def shuffled(facts: Iterable[Fact], chance: random.Random) -> Iterator[Fact]:
    """The facts in another order in which each comes after those it knows."""
    left, done = list(facts), set[bytes]()
    while left:
        ready = [each for each in left if done.issuperset(each.parents)]
        fact = chance.choice(ready)
        left.remove(fact)
        done.add(fact.id)
        yield fact


@pytest.mark.parametrize("called", HISTORIES)
def test_a_named_history_ends_as_it_must(called: str) -> None:
    """MEMBERS-4: each rule by a history, also by the rules' words alone and in other orders."""
    group, expected = HISTORIES[called]()
    assert group.members() == expected
    found = Oracle(group.founders, group.q, group.facts).members()
    assert " ".join(name(each) for each in found) == expected
    for seed in range(5):
        again = group.membership(shuffled(group.facts, random.Random(seed)))
        assert " ".join(name(each) for each in again.members()) == expected


@pytest.mark.parametrize("seed", SAMPLE)
def test_incremental_scratch_and_the_text_agree(seed: int) -> None:
    """MEMBERS-1: one answer to a hostile history: fact by fact, at once, in any order, by the words."""
    history = History(seed, (2, 3, 5)[seed % 3], unmasked=seed % 2 == 1)
    history.live()
    whole = history.whole()
    chance = random.Random(seed)
    other = Membership(history.founders, history.q)
    for fact in shuffled(history.facts.values(), chance):
        other.add(fact)
        if chance.random() < 0.3:
            other.members()
    assert other.members() == whole.members()
    assert other.suspended() == whole.suspended()
    assert list(whole.members()) == Oracle(history.founders, history.q, history.facts.values()).members()


ACTS = {
    each.__name__: each for each in (Propose, Vote, Objection, Certificate, Invitation, Leave, Close, Other)
}


def read(row: dict[str, Any]) -> Fact:
    """A fact of the vectors' file."""
    said = {key: tuple(part) if isinstance(part, list) else part for key, part in row["act"].items()}
    act = ACTS[said.pop("what")](**said)
    return Fact(row["id"], row["author"], row["log"], row["seq"], tuple(row["parents"]), act)


@pytest.mark.parametrize("vector", frozen.named("membership", "yay", "history"), ids=frozen.title)
def test_a_frozen_history_ends_as_it_says(vector: dict[str, Any]) -> None:
    """MEMBERS-1: what another program must find too."""
    membership = Membership(vector["founders"], vector["q"])
    for row in vector["facts"]:
        membership.add(read(row))
    assert " ".join(name(each) for each in membership.members()) == vector["text"]


@pytest.mark.parametrize("vector", frozen.named("membership", "nay", "unfounded"), ids=frozen.title)
def test_a_frozen_fault_is_left_out(vector: dict[str, Any]) -> None:
    """MEMBERS-2: it gets its Verdict, and changes nothing."""
    membership = Membership(vector["founders"], vector["q"])
    for row in vector["facts"]:
        membership.add(read(row))
    with pytest.raises(Verdict) as bad:
        membership.add(read(vector["fact"]))
    assert bad.value.code == vector["verdict"]


def test_the_adversary_finds_nothing() -> None:
    """No ghost, no return, nobody wronged or lost, in a sample of histories."""
    assert guarantees.search(120) == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 100_000, 1_000))
def test_the_adversary_finds_nothing_in_a_hundred_thousand(first: int) -> None:
    """The same over 10^5 histories with q = 2, 3 and 5."""
    assert guarantees.search(1_000, 1_000 + first) == []


def no_second_look(self: Membership, vote: int, marks: int, standing: int) -> bool:
    """A yes stays a yes, whatever became of who gave it: Matrix's flaw of backdated operations."""
    author, past = self._facts[vote].author, self._past[vote]
    ways = self._ways_in(author, standing)
    return author in self.founders or any(past >> self._admissions[at].proposal & 1 for at in ways)


def anybody_speaks(self: Membership, at: int, fact: Fact) -> bool:
    """Yeses of strangers count."""
    return True


def nothing_ends(self: Membership, identity: bytes, view: int) -> Iterator[int]:
    """An admission holds for ever."""
    return iter(())


def each_log_a_voice(self: Membership, votes: Iterable[int]) -> list[bytes]:
    """Voices are counted by logs."""
    return sorted({self._facts[vote].log for vote in votes})


BROKEN: list[tuple[str, Callable[..., Any]]] = [
    ("_holds", no_second_look),
    ("_speaks", anybody_speaks),
    ("_ends", nothing_ends),
    ("_authors", each_log_a_voice),
]


@pytest.mark.parametrize(("part", "flaw"), BROKEN, ids=lambda each: getattr(each, "__name__", each))
def test_the_adversary_finds_each_former_flaw(
    monkeypatch: pytest.MonkeyPatch, part: str, flaw: Callable[..., Any]
) -> None:
    """A rule with a part left out is broken within a few histories: the search would see it."""
    monkeypatch.setattr(Membership, part, flaw)
    assert any(guarantees.search(20, seed) for seed in range(0, 200, 20))


def test_what_is_named_must_be_known() -> None:
    """MEMBERS-2: a fact that names what is not in its past, or comes before its past, is not kept."""
    group = Group("alice bob carol", 2)
    proposal = group.proposes("alice", "dave", add=True)
    vote = Fact(b"v" * 32, who("bob"), who("bob"), 0, (), Vote(proposal.id))
    membership = group.membership()
    with pytest.raises(Verdict, match=r"members\.unfounded"):
        membership.add(vote)
    with pytest.raises(Verdict, match=r"members\.early"):
        membership.add(Fact(b"w" * 32, who("bob"), who("bob"), 0, (b"?" * 32,), Other()))
    assert membership.add(proposal) is False
    assert membership.members() == tuple(sorted(map(who, ("alice", "bob", "carol"))))


@pytest.mark.parametrize(
    ("founders", "q"), [("", 1), ("alice bob", 2), ("alice bob carol", 3), ("alice bob", 0)]
)
def test_a_group_has_founders_enough(founders: str, q: int) -> None:
    """MEMBERS-3: q + 1 founders at least, or q = 1."""
    with pytest.raises(Verdict, match=r"members\.founders"):
        Membership([who(each) for each in founders.split()], q)


def test_the_suspended_are_named_with_what_is_missing() -> None:
    """MEMBERS-12: whose admission fell is shown, with the yeses that restore it."""
    group, _ = HISTORIES["suspended with the voter"]()
    (row,) = group.membership().suspended()
    assert (name(row.identity), row.missing) == ("e", 1)
    proposal = next(f for f in group.facts if f.act == Propose(True, who("e")))
    assert row.proposal == proposal.id
    assert len(group.membership().votes_for(proposal.id)) == 1


def test_a_certificate_settles_when_others_know_it() -> None:
    """MEMBERS-13: settled is what the logs of two others have in their past; it changes nothing."""
    group = Group("alice bob carol", 2)
    certificate = group.lets_in("alice bob", "dave")
    assert isinstance(certificate.act, Certificate)
    assert not group.membership().is_settled(certificate.id)
    group.says("bob", Other())
    assert not group.membership().is_settled(certificate.id)
    group.says("carol", Other())
    assert group.membership().is_settled(certificate.id)


def test_who_was_in_when_writing_is_told_for_ever() -> None:
    """What somebody wrote while they were in stays theirs, by what they knew then."""
    group = Group("alice bob carol dave", 2)
    before = group.says("carol", Other())
    group.puts_out("alice bob", "carol")
    after = group.says("carol", Other())
    membership = group.membership()
    assert membership.was_member(before.id)
    assert not membership.was_member(after.id)
