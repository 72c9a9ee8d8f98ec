# SPDX-License-Identifier: AGPL-3.0-or-later
"""Agreements: what two people gave each other, in whatever sequence it comes; and one's circles."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from edgewise.consent.circles import ONLY_ME, PEOPLE, Circle, Member
from edgewise.consent.grants import End, Grant, KeyGift, Keys, Renew, Renounce, Revoke
from edgewise.ground.canon import Record
from edgewise.groups.epochs import Commitments, Genesis, LogOpen, Policy
from edgewise.log.kinds import OpenedOp
from edgewise.store import agreements, shelf
from edgewise.store.agreements import AgreementsView
from edgewise.store.db import Connection, Store
from tests.store.shelves import ALICE, BOB, CAROL, space_row

FEED, TALK, SELF = (sha256(name).digest() for name in (b"feed", b"talk", b"self"))
WITH_BOB, WITH_CAROL, WITH_BOB_AGAIN = (sha256(name).digest() for name in (b"p1", b"p2", b"p3"))
COMMITS = Commitments(*(bytes([n]) * 32 for n in range(4)))
EPOCH = b"e" * 32
VIEW = AgreementsView()


def op(name: str, author: bytes, space: bytes, record: Record, order_ms: int) -> OpenedOp:
    """An opened operation on Alice's computer; a genesis has its space's id."""
    id = space if isinstance(record, Genesis) else sha256(name.encode()).digest()
    kind = "self" if space == SELF else "pair"
    return OpenedOp(
        id, space, kind, author, 0, 0, author, author, author == ALICE, "", record, *(order_ms,) * 3
    )


def genesis(until_ms: int = 1000) -> Genesis:
    """The first record of a pair."""
    policy = Policy("pair", "archive", 1, "from_join", 1, 0, until_ms, "acquaintance")
    return Genesis(policy, COMMITS, LogOpen((b"chain",), b"d" * 32, b"s" * 64), b"yes", bytes(16))


def a_grant(id: bytes = b"1" * 16, space: bytes = FEED, kind: str = "feed", *, whole: bool = True) -> Grant:
    """A grant to read a feed, or to talk."""
    gift = KeyGift(EPOCH, b"l" * 32, 0, b"s" * 32 if whole else b"", b"c" * 32, COMMITS)
    verbs, audience = (("read", "write"), "dm") if kind == "dm" else (("read", "answer"), "people")
    return Grant(id, space, kind, audience, verbs, "reading", 900, True, 0, (gift,))


@contextmanager
def home(*ops: OpenedOp) -> Iterator[Connection]:
    """Alice's store with her spaces, and these operations applied."""
    store = Store.in_memory((VIEW,))
    with store.write() as db:
        for id, kind, peer in (
            (SELF, "self", None),
            (WITH_BOB, "pair", BOB),
            (WITH_CAROL, "pair", CAROL),
            (WITH_BOB_AGAIN, "pair", BOB),
            (TALK, "dm", BOB),
            (FEED, "feed", None),
        ):
            shelf.add_space(db, space_row(id, kind, peer))
        for each in ops:
            VIEW.apply(db, each)
        yield db
    store.close()


MET = op("met", ALICE, WITH_BOB, genesis(), 10)
MET_CAROL = op("met carol", CAROL, WITH_CAROL, genesis(2000), 11)
GIVEN = op("given", ALICE, WITH_BOB, a_grant(), 20)
TALKING = op("talking", ALICE, WITH_BOB, a_grant(b"2" * 16, TALK, "dm"), 21)
RECEIVED = op("received", CAROL, WITH_CAROL, a_grant(b"3" * 16, b"f" * 32), 22)

EVERYTHING = (
    MET,
    MET_CAROL,
    GIVEN,
    TALKING,
    RECEIVED,
    op("renewed", ALICE, WITH_BOB, Renew(5000), 30),
    op("renewed before", ALICE, WITH_BOB, Renew(4000), 15),
    op("his renewal", BOB, WITH_BOB, Renew(3000), 31),
    op("revoked", ALICE, WITH_BOB, Revoke(b"1" * 16), 40),
    op("renounced", ALICE, WITH_CAROL, Renounce(b"3" * 16), 41),
    op("not his", BOB, WITH_BOB, Revoke(b"2" * 16), 42),
    op("keys", ALICE, WITH_BOB, Keys(b"1" * 16, a_grant().gifts), 43),
    op("ended", CAROL, WITH_CAROL, End(1), 50),
    op("met again", BOB, WITH_BOB_AGAIN, genesis(), 60),
    op("circle", ALICE, SELF, Circle(b"c" * 16, "Hikers", False), 70),
    op("renamed", ALICE, SELF, Circle(b"c" * 16, "Walkers", False), 71),
    op("in", ALICE, SELF, Member(b"c" * 16, BOB, True), 72),
    op("out", ALICE, SELF, Member(b"c" * 16, BOB, False), 73),
    op("people", ALICE, SELF, Circle(PEOPLE, "People I know", False), 74),
)


def answers(db: Connection) -> list[object]:
    """All that the rest of the house may ask."""
    return [
        agreements.pairs(db, live=False),
        agreements.pairs(db),
        agreements.grants(db),
        agreements.grants(db, live_at=100),
        agreements.circles(db),
        agreements.members(db, b"c" * 16),
        agreements.holders(db, EPOCH),
        *(agreements.pair(db, who) for who in (BOB, CAROL)),
        *(agreements.read_grant(db, FEED, who) for who in (BOB, CAROL)),
        list(VIEW.dump(db)),
    ]


@given(st.permutations(EVERYTHING), st.integers(0, len(EVERYTHING)))
def test_any_sequence_gives_the_same_agreements(ops: Sequence[OpenedOp], repeated: int) -> None:
    """An ending before its grant, a renewal before the pair, a record twice: all answers are the same."""
    with home(*EVERYTHING) as db:
        expected = answers(db)
    with home(*ops, *ops[:repeated]) as db:
        assert answers(db) == expected


def test_an_acquaintance_lives_until_either_ends_it() -> None:
    """Both ends are seen: until when I gave, until when they gave, and who may write no more."""
    with home(MET, TALKING) as db:
        row = agreements.PairRow(BOB, WITH_BOB, TALK, "live", 10, 1000, 1000, None)
        assert agreements.pair(db, BOB) == agreements.pair_of_space(db, WITH_BOB) == row
        assert agreements.pair_space(db, BOB) == WITH_BOB
        VIEW.apply(db, op("a", ALICE, WITH_BOB, Renew(5000), 30))
        VIEW.apply(db, op("b", BOB, WITH_BOB, Renew(3000), 31))
        assert agreements.pair(db, BOB) == replace(row, until_ms=5000, their_until_ms=3000)
        VIEW.apply(db, op("c", BOB, WITH_BOB, End(7), 40))
        ended = replace(row, until_ms=5000, their_until_ms=3000, state="ended", ended_ms=40)
        assert agreements.pair(db, BOB) == ended
        assert agreements.pairs(db) == []
        assert agreements.pairs(db, live=False) == [ended]
        assert agreements.pair(db, CAROL) is None
        assert agreements.pair_space(db, CAROL) is None


def test_who_met_again_has_the_living_pair() -> None:
    """An old acquaintance that ended does not shadow the new one, whichever began later."""
    ended = op("ended", BOB, WITH_BOB, End(1), 50)
    with home(op("again", BOB, WITH_BOB_AGAIN, genesis(), 5), MET, ended, GIVEN) as db:
        pair = agreements.pair(db, BOB)
        assert pair is not None
        assert (pair.space, pair.state) == (WITH_BOB_AGAIN, "live")
        assert [row.identity for row in agreements.pairs(db)] == [BOB]
        given = agreements.grant(db, b"1" * 16)
        assert given is not None
        assert given.ended_ms == 50


def test_a_talk_is_one_with_that_very_person() -> None:
    """A grant that names some other space of mine as our talk is not believed."""
    for lie in (SELF, FEED, WITH_CAROL):
        with home(MET, op("lie", BOB, WITH_BOB, a_grant(b"9" * 16, lie, "dm"), 12)) as db:
            pair = agreements.pair(db, BOB)
            assert pair is not None
            assert pair.dm is None


def test_a_grant_ends_by_its_giver_or_its_receiver_only() -> None:
    """Nobody ends what others agreed on; a grant's id used in another pair ends nothing there."""
    for ending, counts in (
        (op("x", ALICE, WITH_BOB, Revoke(b"1" * 16), 40), True),
        (op("x", BOB, WITH_BOB, Renounce(b"1" * 16), 40), True),
        (op("x", BOB, WITH_BOB, Revoke(b"1" * 16), 40), False),
        (op("x", ALICE, WITH_BOB, Renounce(b"1" * 16), 40), False),
        (op("x", CAROL, WITH_CAROL, Renounce(b"1" * 16), 40), False),
        (op("x", CAROL, WITH_CAROL, End(1), 40), False),
        (op("x", BOB, WITH_BOB, End(1), 40), True),
    ):
        with home(MET, MET_CAROL, GIVEN, ending) as db:
            row = agreements.read_grant(db, FEED, BOB)
            assert row is not None
            assert row.ended_ms == (40 if counts else None)
            assert agreements.grants(db, BOB, mine=True, live_at=100) == ([] if counts else [row])


def test_a_renewal_counts_for_what_was_given_before_it() -> None:
    """The giver's latest word after the grant is its end, sooner or later; the receiver's changes nothing."""
    for renewals, until_ms in (
        ([], 900),
        ([(ALICE, 30, 5000)], 5000),
        ([(ALICE, 30, 5000), (ALICE, 31, 50)], 50),
        ([(ALICE, 15, 5000)], 900),
        ([(BOB, 30, 5000)], 900),
    ):
        ops = [op(f"r{at}", who, WITH_BOB, Renew(until), at) for who, at, until in renewals]
        with home(MET, GIVEN, *ops) as db:
            row = agreements.grant(db, b"1" * 16)
            assert row is not None
            assert row.until_ms == until_ms


def test_the_grant_that_holds_is_found_among_ended_ones() -> None:
    """Given again after an end, the new grant counts, not the old."""
    again = op("again", ALICE, WITH_BOB, a_grant(b"8" * 16), 50)
    with home(MET, GIVEN, op("x", ALICE, WITH_BOB, Revoke(b"1" * 16), 40), again) as db:
        row = agreements.read_grant(db, FEED, BOB)
        assert row is not None
        assert (row.id, row.ended_ms, row.given_ms) == (b"8" * 16, None, 50)
        assert agreements.read_grant(db, FEED, CAROL) is None


def test_what_was_given_to_me_is_told_from_what_i_gave() -> None:
    """Giver and receiver are never mixed up, whatever ids somebody uses again."""
    copied = op("copied", CAROL, WITH_CAROL, a_grant(b"1" * 16), 5)
    with home(MET, MET_CAROL, copied, GIVEN, RECEIVED) as db:
        mine = agreements.grant(db, b"1" * 16)
        assert mine is not None
        assert (mine.identity, mine.mine, mine.verbs) == (BOB, True, ("read", "answer"))
        theirs = agreements.grant_to_me(db, b"f" * 32, CAROL)
        assert theirs is not None
        assert (theirs.identity, theirs.mine) == (CAROL, False)
        assert agreements.grant_to_me(db, b"f" * 32, BOB) is None
        assert [row.id for row in agreements.grants(db, CAROL)] == [b"3" * 16, b"1" * 16]
        assert agreements.grants(db, mine=True) == [mine]
        assert agreements.grants(db, live_at=900) == []
        assert agreements.grant(db, b"x" * 16) is None


def test_who_holds_a_key_holds_it_for_ever() -> None:
    """Holders are those given the whole secret, by me, whatever ended since."""
    revoked = op("x", ALICE, WITH_BOB, Revoke(b"1" * 16), 40)
    with home(MET, GIVEN, revoked, op("k", CAROL, WITH_CAROL, a_grant(b"4" * 16), 1)) as db:
        assert agreements.holders(db, EPOCH) == [BOB]
        VIEW.apply(db, op("half", ALICE, WITH_CAROL, a_grant(b"5" * 16, whole=False), 50))
        assert agreements.holders(db, EPOCH) == [BOB]
        VIEW.apply(db, op("keys", ALICE, WITH_CAROL, Keys(b"5" * 16, a_grant().gifts), 51))
        assert agreements.holders(db, EPOCH) == sorted([BOB, CAROL])


def test_circles_have_their_latest_name_and_members() -> None:
    """The two that everybody has come first; a retired one is out of use, but still has its name."""
    ops = [
        op("me", ALICE, SELF, Circle(ONLY_ME, "Only me", False), 1),
        op("people", ALICE, SELF, Circle(PEOPLE, "People I know", False), 2),
        op("w", ALICE, SELF, Circle(b"w" * 16, "Walkers", False), 3),
        op("b", ALICE, SELF, Circle(b"b" * 16, "Bakers", False), 4),
        op("in", ALICE, SELF, Member(b"w" * 16, BOB, True), 5),
        op("also", ALICE, SELF, Member(b"w" * 16, CAROL, True), 5),
    ]
    with home(*ops) as db:
        assert [row.builtin for row in agreements.circles(db)] == ["me", "people", "", ""]
        assert [row.name for row in agreements.circles(db)][2:] == ["Bakers", "Walkers"]
        assert agreements.members(db, b"w" * 16) == sorted([BOB, CAROL])
        VIEW.apply(db, op("out", ALICE, SELF, Member(b"w" * 16, BOB, False), 6))
        VIEW.apply(db, op("retired", ALICE, SELF, Circle(b"w" * 16, "Walkers", True), 7))
        assert agreements.members(db, b"w" * 16) == [CAROL]
        assert agreements.circle(db, b"w" * 16) is None
        assert agreements.circle(db, b"w" * 16, retired=True) == agreements.CircleRow(
            b"w" * 16, "Walkers", ""
        )
        assert agreements.circle(db, PEOPLE) == agreements.CircleRow(PEOPLE, "People I know", "people")


def test_nobody_else_writes_my_circles() -> None:
    """A circle's record counts in one's own space only."""
    mallory = structs.replace(op("m", ALICE, SELF, Member(b"c" * 16, CAROL, True), 1), mine=False)
    elsewhere = structs.replace(mallory, mine=True, space=WITH_BOB, space_kind="pair")
    with home(mallory, elsewhere) as db:
        assert agreements.members(db, b"c" * 16) == []


def test_a_record_that_moves_in_the_order_counts_where_it_stands() -> None:
    """Applied again with another order, a record takes its new place."""
    first, second = (
        op(name, ALICE, SELF, Circle(b"c" * 16, name, False), at) for at, name in enumerate("ab")
    )
    with home(first, second) as db:
        assert agreements.circles(db)[0].name == "b"
        VIEW.apply(db, structs.replace(first, order_ms=9))
        assert agreements.circles(db)[0].name == "a"
        VIEW.erase(db, first.id)
        assert agreements.circles(db)[0].name == "b"
        VIEW.clear(db)
        assert list(VIEW.dump(db)) == []


@pytest.mark.parametrize("name", ["genesis", "grant", "grant.revoke", "pair.end", "circle", "circle.member"])
def test_the_view_asks_for_its_kinds(name: str) -> None:
    """Kinds are named as their registry names them."""
    assert name in VIEW.kinds
