# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logs: places, runs, forks, frontiers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edgewise.ground.errors import Verdict
from edgewise.ground.instant import MINUTE_MS, order_after
from edgewise.ground.limits import DEPS_MAX
from edgewise.log.chain import (
    EMPTY,
    ForkProof,
    Head,
    Placement,
    check_fork,
    fork_proof,
    frontier,
    head_after,
    place,
    verify_run,
)
from edgewise.log.op import CLS_CONTROL, Op, WireOp, from_wire
from tests.identity.friends import key
from tests.log.pens import Pen
from tests.vectors import decoder, frozen

ALICE = key("alice's log")
LOG = Pen(ALICE).write_many(6)


def run_of(vector: dict[str, Any]) -> list[Op]:
    """The operations of a run's vector."""
    return [from_wire(WireOp(*wire)) for wire in vector["ops"]]


@pytest.mark.parametrize("vector", frozen.named("operation", "yay", "run"), ids=frozen.title)
def test_a_good_run_is_taken_by_both_readers(vector: dict[str, Any]) -> None:
    """OP-14: one signature vouches for a run, and control operations bring their own."""
    checked = verify_run(run_of(vector))
    decoder.run(vector["ops"])
    assert checked == (True, False, False, False, True)


@pytest.mark.parametrize("vector", frozen.named("operation", "nay", "run"), ids=frozen.title)
def test_a_bad_run_is_refused_by_both_readers(vector: dict[str, Any]) -> None:
    """OP-14: nothing of a bad run is taken."""
    with pytest.raises(Verdict) as caught:
        verify_run(run_of(vector))
    assert caught.value.code == vector["verdict"]
    if not vector["needs"]:
        with pytest.raises(ValueError, match="OP-14"):
            decoder.run(vector["ops"])


@pytest.mark.parametrize("vector", frozen.named("operation", "yay", "fork"), ids=frozen.title)
def test_a_fork_proof_is_checked_by_anybody(vector: dict[str, Any]) -> None:
    """OP-15: equivocation shows who and where, to people who never saw the log."""
    proof = ForkProof(*vector["proof"])
    assert check_fork(proof) == (ALICE.public, vector["seq"])
    assert decoder.fork(vector["proof"]) == vector["seq"]


@pytest.mark.parametrize("vector", frozen.named("operation", "nay", "fork"), ids=frozen.title)
def test_nobody_is_accused_of_a_fork_by_mistake(vector: dict[str, Any]) -> None:
    """OP-15: one operation twice, two places, two logs or a forged twin prove nothing."""
    with pytest.raises(Verdict) as caught:
        check_fork(ForkProof(*vector["proof"]))
    assert caught.value.code == vector["verdict"]
    if not vector["needs"]:
        with pytest.raises(ValueError, match="OP-15"):
            decoder.fork(vector["proof"])


def test_operations_are_placed() -> None:
    """OP-13: next, held, gap and fork, from the empty log on."""
    head = head_after(LOG[2])
    assert head == Head(3, LOG[2].id)
    assert place(None, LOG[0]) is place(EMPTY, LOG[0]) is Placement.NEXT
    assert place(None, LOG[1]) is Placement.GAP
    assert place(head, LOG[3]) is Placement.NEXT
    assert place(head, LOG[4]) is Placement.GAP
    assert place(head, LOG[1], known_id=LOG[1].id) is Placement.HELD


def test_a_fork_is_seen_below_and_at_the_head() -> None:
    """OP-13: a restored backup writes a second story; both ways of seeing it are a fork."""
    twin = Pen(ALICE)
    twin.ops, twin.space = [LOG[0]], LOG[0].id
    other, after = twin.write(b"another story"), twin.write(b"that goes on")
    head = head_after(LOG[1])
    assert place(head, other, known_id=LOG[1].id) is Placement.FORK
    assert place(head, after) is Placement.FORK
    assert check_fork(fork_proof(LOG[1], other)) == (ALICE.public, 1)


@given(st.permutations(LOG))
def test_a_log_fills_up_in_any_order(order: list[Op]) -> None:
    """OP-13: what waits for a gap is placed later; all orders end with the same head."""
    head, waiting = EMPTY, list(order)
    while waiting:
        ready = [op for op in waiting if place(head, op, known_id=op.id) is Placement.NEXT]
        assert len(ready) == 1
        head = head_after(ready[0])
        waiting.remove(ready[0])
    assert head == head_after(LOG[-1])


def test_an_erased_payload_does_not_break_a_run() -> None:
    """OP-9, OP-14: the chain verifies with payloads gone."""
    erased = [op if op.cls == CLS_CONTROL else replace(op, payload=None) for op in LOG]
    assert verify_run(erased) == verify_run(LOG)


def test_a_run_without_its_last_signature_vouches_for_nothing() -> None:
    """OP-14: the chain alone is no proof."""
    with pytest.raises(Verdict, match=r"run\.unsigned"):
        verify_run([*LOG[:-1], replace(LOG[-1], sig=None)])


def test_a_control_operation_needs_its_own_signature() -> None:
    """OP-14: no chain vouches for what decides who may do what."""
    with pytest.raises(Verdict, match=r"run\.unsigned"):
        verify_run([replace(LOG[0], sig=None), *LOG[1:]])


def test_a_wrong_signature_in_the_middle_is_not_counted() -> None:
    """OP-14: a signature that was not checked is reported so, whatever it holds."""
    bent = [LOG[0], replace(LOG[1], sig=bytes(64)), LOG[2]]
    assert verify_run(bent) == (True, False, True)


def test_a_run_has_at_most_256_operations() -> None:
    """OP-14: the bound on a frame is also one here."""
    with pytest.raises(Verdict, match=r"run\.malformed"):
        verify_run(LOG * 43)


def test_the_frontier_names_what_was_not_named() -> None:
    """Heads of others beyond what is covered, sorted and bounded; never one's own log."""
    heads = {bytes([n]) * 32: Head(3, bytes([100 - n]) * 32) for n in range(30)}
    own, covered = bytes(32), {bytes([5]) * 32: 3, bytes([6]) * 32: 2}
    named = frontier(heads, own, covered)
    assert list(named) == sorted(named)
    assert len(named) == DEPS_MAX
    few = {log: heads[log] for log in sorted(heads)[:8]}
    assert bytes([95]) * 32 not in frontier(few, own, covered)
    assert bytes([94]) * 32 in frontier(few, own, covered)
    assert bytes([100]) * 32 not in frontier(few, own, covered)


@given(st.integers(0, 2**40), st.integers(0, 2**40), st.lists(st.integers(0, 2**40)), st.integers(0, 2**40))
def test_time_is_claimed_and_only_orders(prev: int, wall: int, deps: list[int], arrived: int) -> None:
    """OP-12: after its past always; a wrong clock reaches at most five minutes beyond the arrival."""
    order = order_after(prev, deps, wall, arrived)
    past = max([prev, *deps])
    assert order > past
    assert order <= max(past + 1, arrived + 5 * MINUTE_MS)
