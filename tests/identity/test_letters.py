# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters: signed, bounded, by a live device."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.instant import DAY_MS
from edgewise.ground.limits import LETTER_MAX_MS
from edgewise.identity.letters import (
    LetterItem,
    check_commit,
    check_reveal,
    make_letter,
    open_letter,
    parse_letter,
    policy_hash,
)
from tests.identity import meetings
from tests.identity.friends import NOW_MS, friend
from tests.vectors import frozen

ALICE, MALLORY = friend("alice"), friend("mallory")
BODY = meetings.letter_body()
LETTER = make_letter(BODY, ALICE.device)


@pytest.mark.parametrize("vector", frozen.named("meeting", "yay", "letter"), ids=frozen.title)
def test_a_frozen_letter_opens(vector: dict[str, Any]) -> None:
    """MEET-11, MEET-12: and is made again byte by byte from what it says."""
    body = open_letter(vector["letter"])
    assert body == BODY
    assert make_letter(body, ALICE.device) == vector["letter"]


@pytest.mark.parametrize("vector", frozen.named("meeting", "nay", "letter"), ids=frozen.title)
def test_a_bad_letter_is_refused(vector: dict[str, Any]) -> None:
    """MEET-11, MEET-12, MEET-14: altered, cut off, endless, from a newer version."""
    with pytest.raises(Verdict) as caught:
        open_letter(vector["letter"])
    assert caught.value.code == vector["verdict"]


def test_nobody_writes_in_anothers_name() -> None:
    """MEET-8, MEET-11: Mallory's device is not in Alice's chain."""
    forged = meetings.with_fields(
        BODY, device=MALLORY.device.public, endpoint=MALLORY.secrets.transport.public
    )
    with pytest.raises(Verdict, match=r"identity\.unknown_device"):
        open_letter(make_letter(forged, MALLORY.device))


def test_a_letter_stays_open_at_most_90_days() -> None:
    """MEET-12: the writer is told before it is written."""
    late = meetings.with_fields(BODY, until_ms=NOW_MS + LETTER_MAX_MS + 1)
    with pytest.raises(Refusal, match=r"letter\.too_long_open") as caught:
        make_letter(late, ALICE.device)
    assert caught.value.facts["limit_days"] == LETTER_MAX_MS // DAY_MS
    latest = meetings.with_fields(BODY, until_ms=NOW_MS + LETTER_MAX_MS)
    assert open_letter(make_letter(latest, ALICE.device)) == latest


def test_a_letter_that_no_mail_would_carry_is_refused() -> None:
    """MEET-11: sixteen longest items are too much for one letter."""
    items = tuple(LetterItem("t", "ü" * 10_000) for _ in range(16))
    with pytest.raises(Refusal, match=r"letter\.too_big"):
        make_letter(meetings.with_fields(BODY, items=items), ALICE.device)


def test_terms_have_one_name() -> None:
    """MEET-15: another term, another hash."""
    other = meetings.with_fields(BODY.policy, verbs=("read", "write"))
    assert policy_hash(BODY.policy) != policy_hash(other)


def test_a_letter_commits_to_a_value_that_it_does_not_show() -> None:
    """MEET-13: the same each time, for this invitation and device only."""
    reveal = check_reveal(ALICE.device, BODY.invitation)
    assert parse_letter(LETTER).check == check_commit(reveal)
    assert reveal not in LETTER
    assert check_reveal(ALICE.device, b"i" * 32) != reveal != check_reveal(MALLORY.device, BODY.invitation)


@given(st.integers(0, len(LETTER) - 1), st.integers(1, 255))
def test_no_byte_of_a_letter_can_be_changed(at: int, change: int) -> None:
    """MEET-11: every altered letter is a Verdict, whatever was altered."""
    bent = bytearray(LETTER)
    bent[at] ^= change
    with pytest.raises(Verdict):
        open_letter(bytes(bent))
