# SPDX-License-Identifier: AGPL-3.0-or-later
"""Grants: narrow, ended by either side, with keys that fit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.consent.grants import (
    GIFTS_PER_RECORD_MAX,
    KINDS,
    VERBS,
    Erase,
    Grant,
    KeyGift,
    Keys,
    Target,
    check_gift,
    live,
    narrower,
    reshared,
    split_gifts,
)
from edgewise.ground.canon import Record, decode
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.groups.epochs import commitments, epoch_id, subkeys
from edgewise.log.kinds import Registry
from tests.identity.meetings import with_fields
from tests.vectors import decoder, frozen

REGISTRY = Registry(KINDS)
SPACE = b"s" * 32


def gift(number: int, *, whole: bool = True) -> KeyGift:
    """The keys of some epoch."""
    secret = number.to_bytes(32, "big")
    commits = commitments(secret)
    return KeyGift(
        epoch=epoch_id(SPACE, b"l" * 32, number + 1, commits),
        log=b"l" * 32,
        seq=number + 1,
        secret=secret if whole else b"",
        control=subkeys(secret).control,
        commits=commits,
    )


GRANT = Grant(
    id=b"g" * 16,
    space=SPACE,
    space_kind="feed",
    audience="circle",
    verbs=("read", "answer"),
    purpose="reading",
    until_ms=1000,
    may_keep=True,
    reshare_depth=0,
    gifts=(gift(1), gift(2, whole=False)),
)

GRANTS = st.builds(
    lambda verbs, until, keep, depth, purpose, space: with_fields(
        GRANT,
        verbs=tuple(sorted(verbs)),
        until_ms=until,
        may_keep=keep,
        reshare_depth=depth,
        purpose=purpose,
        space=space,
    ),
    st.sets(st.sampled_from(sorted(VERBS)), min_size=1),
    st.integers(1, 3),
    st.booleans(),
    st.integers(0, 3),
    st.sampled_from(["reading", "planning"]),
    st.sampled_from([SPACE, b"t" * 32]),
)


def refused(record: Record, code: str) -> bool:
    """Whether writers and readers refuse the record with this code."""
    with pytest.raises(Verdict) as caught:
        REGISTRY.encode(record, 1)
    return caught.value.code == code


def test_a_grant_survives_its_body() -> None:
    """All that a grant says is read back."""
    assert REGISTRY.decode(REGISTRY.encode(GRANT, 1)).record == GRANT


@pytest.mark.parametrize(
    "fields",
    [
        {"verbs": ("*",)},
        {"verbs": ("read", "read")},
        {"verbs": ("read", "own")},
        {"verbs": ()},
        {"audience": "everybody"},
        {"space_kind": "self"},
        {"space_kind": "pair"},
        {"purpose": ""},
        {"purpose": "*"},
        {"until_ms": 0},
        {"space": ZERO32},
        {"gifts": (gift(1), gift(1))},
        {"gifts": (with_fields(gift(1), secret=b"short"),)},
        {"reshare_depth": 4},
    ],
    ids=str,
)
def test_a_grant_names_who_what_for_what_and_until_when(fields: dict[str, Any]) -> None:
    """No wildcard, no open end, no word that is not in the list."""
    wrong = with_fields(GRANT, **fields)
    bounds = {"()", "4", "('*',)"} & {str(value) for value in fields.values()}
    assert refused(wrong, "op.bad_body" if bounds else "grant.malformed")


def test_further_keys_are_some() -> None:
    """An empty hand-over is no record."""
    assert refused(Keys(b"g" * 16, ()), "grant.malformed")


def test_a_request_to_erase_names_each_once() -> None:
    """What is asked twice is malformed."""
    target = Target(b"l" * 32, 1, b"i" * 32)
    assert refused(Erase(SPACE, (target, target), ""), "erase.malformed")
    assert REGISTRY.encode(Erase(SPACE, (target,), "a slip"), 1)


@pytest.mark.parametrize("vector", frozen.named("epoch", "yay", "gift"), ids=frozen.title)
def test_frozen_keys_fit_their_epoch(vector: dict[str, Any]) -> None:
    """EPOCH-4, EPOCH-7: the whole secret, or control alone, also of a genesis."""
    assert check_gift(decode(KeyGift, vector["gift"]), vector["space"]) is None
    decoder.gift(vector["gift"], vector["space"])


@pytest.mark.parametrize("vector", frozen.named("epoch", "nay", "gift"), ids=frozen.title)
def test_keys_that_do_not_fit_are_refused(vector: dict[str, Any]) -> None:
    """EPOCH-7: nothing false is stored for later."""
    with pytest.raises(Verdict) as caught:
        check_gift(decode(KeyGift, vector["gift"]), vector["space"])
    assert caught.value.code == vector["verdict"]
    with pytest.raises(ValueError, match="EPOCH-7"):
        decoder.gift(vector["gift"], vector["space"])


def test_many_keys_are_split_over_records() -> None:
    """A grant with the longest list of keys still fits an operation."""
    gifts = [gift(number) for number in range(GIFTS_PER_RECORD_MAX + 1)]
    first, second = split_gifts(gifts)
    assert REGISTRY.encode(with_fields(GRANT, gifts=first), 2**50)
    assert [*first, *second] == gifts
    assert split_gifts([]) == [()]


@given(GRANTS, GRANTS, GRANTS)
def test_narrower_is_a_partial_order(one: Grant, two: Grant, three: Grant) -> None:
    """Everything is as narrow as itself; chains of narrowing never widen; both ways means the same."""
    assert narrower(one, one)
    if narrower(one, two) and narrower(two, three):
        assert narrower(one, three)
    if narrower(one, two) and narrower(two, one):
        assert one == two


@given(GRANTS, GRANTS)
def test_nothing_wider_is_given_on(child: Grant, parent: Grant) -> None:
    """A narrower grant has no verb, no day and no depth more; giving on costs a step of depth."""
    if narrower(child, parent):
        assert set(child.verbs) <= set(parent.verbs)
        assert child.until_ms <= parent.until_ms
        assert parent.may_keep or not child.may_keep
    if reshared(child, parent):
        assert child.reshare_depth < parent.reshare_depth
    assert not reshared(child, with_fields(parent, reshare_depth=0))


@given(st.sets(st.sampled_from([b"g" * 16, b"h" * 16])), st.sets(st.just(b"g" * 16)), st.integers(0, 2000))
def test_either_side_ends_a_grant(revoked: set[bytes], renounced: set[bytes], now_ms: int) -> None:
    """A revocation wins over everything and an end comes by itself."""
    holds = live(GRANT, revoked, renounced, now_ms)
    assert holds == (now_ms < 1000 and GRANT.id not in revoked | renounced)
