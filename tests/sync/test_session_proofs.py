# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is at the other end of a conversation, and what strangers may say in it."""

import pytest

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import (
    FRAME_MAX_BYTES,
    STRANGER_BYTES_MAX,
    STRANGER_FRAMES_MAX,
    STRANGER_SECONDS_MAX,
)
from edgewise.sync import events, frames
from edgewise.sync.events import Gone, Out, PeerProved
from edgewise.sync.frames import Bye, Hello, Ping, Proof, encode_frame
from edgewise.sync.session import Session, State
from tests.sync.party import (
    NONCE,
    Side,
    acquainted,
    alone,
    brought_to,
    deliver,
    garden,
    joined,
    log_key,
    proof_to,
    sent,
)


def test_two_acquaintances_prove_themselves_and_compare() -> None:
    """FRAME-5, FRAME-6: hello each way, the initiator's proof, the responder's proof, then have."""
    alice, bob = acquainted(garden(), garden())

    assert [type(frame) for frame in alice.said] == [Hello, Proof, frames.Have]
    assert [type(frame) for frame in bob.said] == [Hello, Proof, frames.Have]
    assert alice.came(PeerProved) == [PeerProved(bob.device.public)]
    assert bob.came(PeerProved) == [PeerProved(alice.device.public)]


def test_both_name_the_connection_alike() -> None:
    """FRAME-6: endpoints and nonces, initiator first, at both ends."""
    alice, bob = acquainted(garden(), garden())
    endpoints = log_key("endpoint of alice").public + log_key("endpoint of bob").public

    assert alice.session.channel == bob.session.channel
    assert alice.session.channel == endpoints + b"alice 1".ljust(16) + b"bob 1".ljust(16)


def test_a_proof_is_signed_over_what_the_page_says() -> None:
    """FRAME-6: role, endpoints and nonces under the label of channels, computed here from the page."""
    bob = alone()
    bob.receive(Hello(1, NONCE), 0)

    assert bob.receive(proof_to(bob), 0) == [PeerProved(log_key("device of alice").public)]


def test_the_called_one_says_nothing_of_itself_to_whom_it_does_not_let_in() -> None:
    """FRAME-6: a caller learns no device; only a hello with a nonce."""
    alice, bob = joined(garden(), garden())
    bob.friend = b"nobody"
    deliver(alice, bob)
    deliver(bob, alice)
    deliver(alice, bob)

    assert [type(frame) for frame in bob.said] == [Hello]
    assert not alice.came(PeerProved)


def test_who_only_reads_a_letter_says_nothing_of_itself() -> None:
    """FRAME-6: a caller may keep its proof for later, and gives it once."""
    bob = alone(dialed=True, proves=False)

    assert sent(bob.receive(Hello(1, NONCE), 0)) == []
    assert [type(out.frame) for out in bob.prove()] == [Proof]
    assert bob.prove() == []


def wrong_proof(bob: Session, fault: str) -> Proof:
    """A proof that would be right but for one thing."""
    right = proof_to(bob)
    match fault:
        case "nonce":
            return proof_to(bob, nonce=b"m" * 16)
        case "role":
            return proof_to(alone(dialed=not bob.dialed))
        case "device":
            return Proof(log_key("device of mallory").public, right.sig)
        case _:
            (own,) = bob.prove()
            assert isinstance(own.frame, Proof)
            return own.frame


@pytest.mark.parametrize("dialed", [False, True])
@pytest.mark.parametrize("fault", ["nonce", "role", "device", "reflected"])
def test_a_proof_of_another_connection_is_worth_nothing(dialed: bool, fault: str) -> None:
    """FRAME-6: other nonces, the other role, another device, or our own proof sent back: all refused."""
    bob = alone(dialed=dialed, proves=False)
    bob.receive(Hello(1, NONCE), 0)
    with pytest.raises(Verdict) as caught:
        bob.receive(wrong_proof(bob, fault), 0)

    assert caught.value.code == "signature.bad"
    assert bob.state is State.CLOSED


def test_mallory_cannot_pass_on_a_proof() -> None:
    """FRAME-6: Alice's proof to Mallory doesn't open Bob's door: the endpoints differ."""
    alice = Side("alice", garden(), "mallory", dialed=True)
    to_alice = Side("mallory", garden(), "alice", dialed=False)
    to_bob = Side("mallory", garden(), "bob", dialed=True)
    bob = Side("bob", garden(), "mallory", dialed=False)
    for side in (alice, bob):
        side.start()
    (hello,) = alice.outbox
    alice.outbox.clear()
    bob.hear(hello)
    alice.hear(bob.outbox[0])
    (proof,) = alice.outbox
    with pytest.raises(Verdict) as caught:
        bob.hear(proof)

    assert caught.value.code == "signature.bad"
    assert to_alice.session.state is to_bob.session.state is State.NEW


@pytest.mark.parametrize(("version", "fine"), [(0, False), (1, True), (7, True)])
def test_a_newer_version_is_spoken_with_and_none_is_not(version: int, fine: bool) -> None:
    """FRAME-5: both speak the lower version; 0 is none."""
    bob = alone()
    code = ""
    try:
        bob.receive(Hello(version, NONCE), 0)
    except Verdict as verdict:
        code = verdict.code

    assert code == ("" if fine else "session.other_version")


def test_only_the_proved_are_let_in() -> None:
    """FRAME-7: letting in somebody unknown would be a bug of ours."""
    for state in (State.NEW, State.MET, State.ADMITTED, State.CLOSED):
        bob = brought_to(state)
        with pytest.raises(AssertionError):
            bob.admit()
        assert bob.state is state


# --- strangers ------------------------------------------------------------------------------------


def test_an_acceptance_fits_what_strangers_may_say() -> None:
    """FRAME-8: hello, proof and one request are taken, and told to the core."""
    bob = alone()
    bob.receive(Hello(1, NONCE), 0)
    bob.receive(proof_to(bob), 0)

    assert bob.receive(frames.Accept(bytes(3000)), 0) == [events.AcceptCame(bytes(3000))]


def test_strangers_say_three_frames() -> None:
    """FRAME-8: the fourth ends the conversation, but for a bye."""
    bob = brought_to(State.MET)
    for number in range(STRANGER_FRAMES_MAX - 1):
        bob.receive(Ping(number), 0)
    with pytest.raises(Verdict) as caught:
        bob.receive(Ping(9), 0)

    assert caught.value.code == "session.stranger"


def test_strangers_may_say_goodbye() -> None:
    """FRAME-8: a bye costs nothing."""
    bob = brought_to(State.MET)
    bob.receive(Ping(1), 0)
    bob.receive(Ping(2), 0)

    assert bob.receive(Bye("over"), 0) == [Gone("over")]


def test_strangers_say_sixteen_kib() -> None:
    """FRAME-8: counted over all their frames; the reader holds no longer one either."""
    bob = brought_to(State.MET)
    bob.receive(frames.Accept(bytes(STRANGER_BYTES_MAX - 1000)), 0)
    with pytest.raises(Verdict) as caught:
        bob.receive(frames.Accept(bytes(1000)), 0)
    with pytest.raises(Verdict) as too_big:
        alone().reader.feed((STRANGER_BYTES_MAX + 1).to_bytes(4, "big"))

    assert caught.value.code == "session.stranger"
    assert too_big.value.code == "frame.too_big"


def test_who_calls_may_be_answered_with_a_letter() -> None:
    """FRAME-8: the called one may say more, since a letter was asked for."""
    letter = bytes(100_000)
    bob = alone(dialed=True)
    bob.reader.feed(encode_frame(frames.InviteIs(letter)))
    bob.receive(Hello(1, NONCE), 0)

    assert bob.receive(frames.InviteIs(letter), 0) == [events.LetterCame(letter)]


def test_strangers_have_ten_seconds() -> None:
    """FRAME-8: who isn't let in by then is hung up on."""
    bob = brought_to(State.PROVED)
    end_ms = STRANGER_SECONDS_MAX * 1000

    assert bob.wake_at_ms == end_ms
    assert bob.tick(end_ms - 1) == []
    assert bob.tick(end_ms) == [Out(Bye("session.stranger"), urgent=True), Gone("session.stranger")]
    assert bob.state is State.CLOSED


def test_who_is_let_in_has_no_strangers_bounds() -> None:
    """FRAME-8: they end with the admission."""
    bob = brought_to(State.ADMITTED)
    for number in range(50):
        bob.receive(Ping(number), STRANGER_SECONDS_MAX * 1000)

    assert bob.admitted
    assert bob.reader.most_bytes == FRAME_MAX_BYTES
