# SPDX-License-Identifier: AGPL-3.0-or-later
"""The states of an invitation, on the writer's and on the reader's side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Refusal
from edgewise.identity.invites import EVENTS, STATES, next_state

UNTIL_MS = 1000
WRITER = ("made", "shown", "used", "expired", "withdrawn")
WRITER_EVENTS = ("show", "accept", "withdraw", "expire")


@pytest.mark.parametrize(
    ("state", "event", "after"),
    [
        ("made", "show", "shown"),
        ("shown", "show", "shown"),
        ("shown", "accept", "used"),
        ("shown", "withdraw", "withdrawn"),
        ("shown", "expire", "shown"),
        ("read", "accept", "accepted"),
        ("read", "later", "later"),
        ("read", "refuse", "refused"),
        ("later", "accept", "accepted"),
        ("refused", "accept", "accepted"),
        ("accepted", "accept", "accepted"),
        ("accepted", "confirm", "met"),
        ("met", "confirm", "met"),
    ],
)
def test_an_invitation_goes_its_way(state: str, event: str, after: str) -> None:
    """MEET-16: also a no that becomes a yes, and a message that comes twice."""
    assert next_state(state, event, 0, UNTIL_MS) == after


@pytest.mark.parametrize(
    ("state", "code"),
    [("used", "letter.used"), ("expired", "letter.expired"), ("withdrawn", "letter.withdrawn")],
)
def test_a_letter_that_is_over_is_not_taken(state: str, code: str) -> None:
    """MEET-16: it works once, until its end, unless it was withdrawn; and each is told apart."""
    for event in ("show", "accept"):
        with pytest.raises(Refusal) as caught:
            next_state(state, event, 0, UNTIL_MS)
        assert caught.value.code == code


@pytest.mark.parametrize("state", ["made", "shown", "read", "later", "refused"])
def test_a_letter_ends_with_its_time(state: str) -> None:
    """MEET-16: at the instant itself it is over, whatever was done with it before."""
    assert next_state(state, "accept", UNTIL_MS - 1, UNTIL_MS) in ("used", "accepted")
    assert next_state(state, "accept", UNTIL_MS, 0) in ("used", "accepted")
    with pytest.raises(Refusal, match=r"letter\.expired"):
        next_state(state, "accept", UNTIL_MS, UNTIL_MS)


def test_an_expired_letter_is_marked_so() -> None:
    """A clock's tick turns what is open into expired, and nothing else."""
    assert next_state("shown", "expire", UNTIL_MS, UNTIL_MS) == "expired"
    assert next_state("made", "expire", UNTIL_MS, UNTIL_MS) == "expired"
    with pytest.raises(Refusal, match=r"letter\.used"):
        next_state("used", "expire", UNTIL_MS, UNTIL_MS)


def test_a_yes_cannot_be_unsaid_by_the_letter() -> None:
    """After a yes, later and no are refused: ending the acquaintance is another act."""
    for event in ("later", "refuse"):
        for state in ("accepted", "met"):
            with pytest.raises(Refusal, match=r"letter\.used"):
                next_state(state, event, 0, UNTIL_MS)


def test_an_event_of_the_other_side_is_a_bug() -> None:
    """Nobody refuses their own letter."""
    with pytest.raises(AssertionError):
        next_state("shown", "refuse", 0, UNTIL_MS)
    with pytest.raises(AssertionError):
        next_state("lost", "show", 0, UNTIL_MS)


@given(st.lists(st.sampled_from(WRITER_EVENTS)))
def test_no_story_uses_a_letter_twice(events: list[str]) -> None:
    """MEET-16: in any order of events, at most one acceptance is taken; what is over stays over."""
    state, taken = "made", 0
    for event in events:
        try:
            after = next_state(state, event, 0, UNTIL_MS)
        except Refusal:
            continue
        taken += event == "accept"
        assert after in WRITER
        assert state not in ("used", "withdrawn") or after == state
        state = after
    assert taken <= 1


def test_every_state_and_event_is_named() -> None:
    """The table has no other words."""
    assert set(WRITER) < set(STATES)
    assert set(WRITER_EVENTS) < set(EVENTS)
