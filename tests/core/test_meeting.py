# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people meet: by letter, by ticket, by three files; and every way in which it must not work."""

import pytest

from edgewise.core import inputs
from edgewise.core.effects import LetterMade
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.instant import DAY_MS
from edgewise.store import agreements, settings
from tests.core.party import Someone, World


def invite(by: Someone) -> LetterMade:
    """A letter, for whoever reads it."""
    made: LetterMade = by.do(inputs.MakeLetter("", "Let us write to each other."))
    return made


def meet(one: Someone, other: Someone) -> None:
    """One writes a letter, the other says yes, over a connection."""
    made = invite(one)
    other.do(inputs.ReadLetter(made.letter))
    other.do(inputs.AnswerLetter(made.invitation, "yes"))
    one.world.deliver()


def knows(one: Someone, other: Someone) -> bool:
    """Whether one has a living acquaintance with the other."""
    pair = agreements.pair(one.db, other.identity)
    return pair is not None and pair.state == "live"


def words(one: Someone, other: Someone) -> str | None:
    """The check words that one sees for the other."""
    return settings.get(one.db, f"words:{other.identity.hex()}")


def test_letter_over_a_connection_makes_two_acquainted_with_the_same_words(
    alice: Someone, bob: Someone
) -> None:
    """After letter, yes and confirmation both know each other and see the same four words (MEET)."""
    meet(alice, bob)
    assert knows(alice, bob)
    assert knows(bob, alice)
    assert words(alice, bob) == words(bob, alice)
    assert len(str(words(alice, bob)).split()) == 4


def test_ticket_brings_its_letter_before_anything_is_said(alice: Someone, bob: Someone, world: World) -> None:
    """A ticket's reader gets the letter over the connection, and the inviter does not learn who reads."""
    made = invite(alice)
    read = bob.do(inputs.ReadLetter(made.ticket))
    assert read.body is None
    world.deliver()
    again = bob.do(inputs.ReadLetter(made.ticket))
    assert again.body is not None
    assert again.body.words == "Let us write to each other."
    assert not knows(alice, bob)
    bob.do(inputs.AnswerLetter(made.invitation, "yes"))
    world.deliver()
    assert knows(alice, bob)
    assert knows(bob, alice)


def test_three_files_suffice(alice: Someone, bob: Someone, world: World) -> None:
    """Letter, acceptance and first bundle, without any connection, make the same acquaintance."""
    world.online = False
    made = invite(alice)
    bob.do(inputs.ReadLetter(made.letter))
    answered = bob.do(inputs.AnswerLetter(made.invitation, "yes"))
    taken = alice.do(inputs.TakeFile(answered.acceptance))
    assert taken.kind == "acceptance"
    assert bob.do(inputs.TakeFile(taken.answer)).kind == "confirmation"
    assert knows(alice, bob)
    assert knows(bob, alice)
    assert words(alice, bob) == words(bob, alice)


def test_no_and_later_send_nothing(alice: Someone, bob: Someone, world: World) -> None:
    """Check 5: no and later look like no answer, since nothing leaves."""
    for answer in ("later", "no"):
        made = invite(alice)
        bob.do(inputs.ReadLetter(made.letter))
        before = len(bob.sent)
        bob.do(inputs.AnswerLetter(made.invitation, answer))
        assert not [e for e in bob.sent[before:] if type(e).__name__ in ("Send", "Wire", "Dial")]
    assert not knows(alice, bob)


def test_second_acceptance_is_told_that_the_letter_is_used(
    alice: Someone, bob: Someone, carol: Someone, world: World
) -> None:
    """A stolen letter is visible, not silent: whoever comes second learns that it was used."""
    made = invite(alice)
    for reader in (bob, carol):
        reader.do(inputs.ReadLetter(made.letter))
    bob.do(inputs.AnswerLetter(made.invitation, "yes"))
    world.deliver()
    carol.do(inputs.AnswerLetter(made.invitation, "yes"))
    world.deliver()
    assert knows(alice, bob)
    assert not knows(alice, carol)
    assert not knows(carol, alice)
    with pytest.raises(EdgewiseError, match=r"letter\.used"):
        carol.do(inputs.AnswerLetter(made.invitation, "yes"))


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_withdrawn_and_expired_letters_work_no_more(
    alice: Someone, bob: Someone, world: World, end: str
) -> None:
    """A letter that was taken back, or is too old, makes no acquaintance."""
    made = invite(alice)
    bob.do(inputs.ReadLetter(made.letter))
    if end == "withdrawn":
        alice.do(inputs.WithdrawLetter(made.invitation))
        bob.do(inputs.AnswerLetter(made.invitation, "yes"))
    else:
        world.now_ms += 15 * DAY_MS
        with pytest.raises(EdgewiseError, match=r"letter\.expired"):
            bob.do(inputs.AnswerLetter(made.invitation, "yes"))
    world.deliver()
    assert not knows(alice, bob)
    assert not knows(bob, alice)


def test_own_letter_is_refused(alice: Someone) -> None:
    """One can't meet oneself."""
    made = invite(alice)
    with pytest.raises(Refusal, match=r"letter\.own"):
        alice.do(inputs.ReadLetter(made.letter))


def test_letter_can_be_shown_again(alice: Someone) -> None:
    """Showing a letter again shows the same letter."""
    made = invite(alice)
    assert alice.do(inputs.ShowLetter(made.invitation)).ticket == made.ticket
