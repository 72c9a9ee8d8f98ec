# SPDX-License-Identifier: AGPL-3.0-or-later
"""Both yeses: acceptance, confirmation, and the words that show who stands between."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.canon import decode, encode
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.groups.epochs import KINDS, Genesis, check_log_open, check_secret, subkeys
from edgewise.identity import invites
from edgewise.identity.letters import check_commit, check_reveal
from edgewise.identity.meeting import ACCEPTANCE_MAGIC, SignedAcceptance, SignedConfirm
from edgewise.identity.person import resolve_chain
from edgewise.keys.hashing import mac
from edgewise.keys.labels import Label
from edgewise.keys.sealing import kem_from_seeds
from edgewise.keys.signing import sign
from edgewise.keys.words import check_words
from edgewise.log.kinds import Registry
from edgewise.log.op import check_signature, from_wire, open_body
from tests.identity import meetings
from tests.identity.friends import friend
from tests.vectors import frozen

ALICE, BOB, MALLORY = friend("alice"), friend("bob"), friend("mallory")
MET = meetings.meeting()
SECRET = meetings.ticket().secret


def words(met: meetings.Meeting) -> tuple[str, ...]:
    """What a screen shows."""
    return check_words(invites.transcript(met.letter, met.acceptance, met.confirm))


@pytest.mark.parametrize("vector", frozen.named("meeting", "yay", "acceptance"), ids=frozen.title)
def test_a_frozen_acceptance_opens(vector: dict[str, Any]) -> None:
    """MEET-15: it names letter, terms and person, and is made again byte by byte."""
    body = invites.open_acceptance(vector["acceptance"], vector["secret"])
    assert body == meetings.acceptance_body(BOB)
    assert resolve_chain(body.chain).id == vector["person"]
    assert body.policy == invites.policy_hash(invites.open_letter(MET.letter).policy)
    assert invites.acceptance_invitation(vector["acceptance"]) == body.invitation
    assert invites.make_acceptance(body, BOB.device, vector["secret"]) == vector["acceptance"]


@pytest.mark.parametrize("vector", frozen.named("meeting", "nay", "acceptance"), ids=frozen.title)
def test_a_bad_acceptance_is_refused(vector: dict[str, Any]) -> None:
    """MEET-15: without the letter's secret, or without the device's signature."""
    with pytest.raises(Verdict) as caught:
        invites.open_acceptance(vector["acceptance"], vector["secret"])
    assert caught.value.code == vector["verdict"]


def test_a_thief_of_the_letter_cannot_answer_as_bob() -> None:
    """MEET-8, MEET-15: who holds the secret still can't speak for somebody else's chain."""
    body = meetings.with_fields(meetings.acceptance_body(BOB), device=MALLORY.device.public)
    with pytest.raises(Verdict, match=r"identity\.unknown_device"):
        invites.open_acceptance(invites.make_acceptance(body, MALLORY.device, SECRET), SECRET)
    data = encode(meetings.acceptance_body(BOB))
    sig = sign(MALLORY.device, Label.ACCEPT_SIG, data)
    forged = encode(SignedAcceptance(1, data, sig, mac(SECRET, Label.ACCEPT_MAC, data + sig)))
    with pytest.raises(Verdict, match=r"accept\.bad_proof"):
        invites.open_acceptance(forged, SECRET)


def test_an_acceptance_of_one_letter_does_not_fit_another() -> None:
    """MEET-10, MEET-15: the secret names the invitation."""
    body = meetings.with_fields(meetings.acceptance_body(BOB), invitation=b"i" * 32)
    with pytest.raises(Verdict, match=r"accept\.bad_proof"):
        invites.open_acceptance(invites.make_acceptance(body, BOB.device, SECRET), SECRET)


@pytest.mark.parametrize("vector", frozen.named("meeting", "yay", "acceptance_file"), ids=frozen.title)
def test_a_frozen_acceptance_file_opens(vector: dict[str, Any]) -> None:
    """MEET-17: with the inviter's device key."""
    assert invites.is_acceptance_file(vector["file"])
    assert invites.open_acceptance_file(vector["file"], kem_from_seeds(vector["kem_seeds"])) == MET.acceptance


def test_an_acceptance_file_tells_its_carrier_nothing() -> None:
    """MEET-17: no id of letter or person stands in it; another device can't open it."""
    data = invites.acceptance_file(MET.acceptance, ALICE.secrets.kem.public)
    for known in (meetings.letter_body().invitation, BOB.person.id, BOB.device.public, ALICE.device.public):
        assert known not in data
    with pytest.raises(Verdict, match=r"bundle\.not_for_you"):
        invites.open_acceptance_file(data, MALLORY.secrets.kem)
    with pytest.raises(Verdict, match=r"bundle\.not_for_you"):
        invites.open_acceptance_file(ACCEPTANCE_MAGIC + b"cut off", ALICE.secrets.kem)
    with pytest.raises(Verdict, match=r"accept\.malformed"):
        invites.open_acceptance_file(b"a picture", ALICE.secrets.kem)


@pytest.mark.parametrize("vector", frozen.named("meeting", "yay", "confirm"), ids=frozen.title)
def test_a_frozen_confirmation_makes_a_pair(vector: dict[str, Any]) -> None:
    """MEET-18, MEET-20, EPOCH-4: its genesis opens with the sealed secret and holds both yeses."""
    body = invites.open_confirm(vector["confirm"], resolve_chain(vector["chain"]))
    genesis = from_wire(body.genesis)
    check_signature(genesis)
    secret = invites.pair_unwrap(kem_from_seeds(vector["kem_seeds"]), body.sealed_secret, genesis.id)
    assert secret == vector["pair_secret"]
    check_secret(genesis.header.epoch, ZERO32, genesis.log, 0, secret)
    record = Registry(KINDS).decode(open_body(subkeys(secret).control, genesis)).record
    assert isinstance(record, Genesis)
    assert record.acceptance == MET.acceptance
    assert body.acceptance == invites.acceptance_hash(MET.acceptance)
    assert check_log_open(record.open, genesis.log, ZERO32).id == ALICE.person.id
    assert invites.confirm_invitation(vector["confirm"]) == body.invitation


@pytest.mark.parametrize("vector", frozen.named("meeting", "nay", "confirm"), ids=frozen.title)
def test_a_bad_confirmation_is_refused(vector: dict[str, Any]) -> None:
    """MEET-18: by a stranger's device, or altered."""
    with pytest.raises(Verdict) as caught:
        invites.open_confirm(vector["confirm"], resolve_chain(vector["chain"]))
    assert caught.value.code == vector["verdict"]


def test_the_pairs_secret_is_for_one_device_and_one_genesis() -> None:
    """MEET-18: what is sealed for Bob's pair opens nowhere else."""
    sealed = invites.pair_wrap(BOB.secrets.kem.public, MET.secret, MET.genesis.id)
    assert invites.pair_unwrap(BOB.secrets.kem, sealed, MET.genesis.id) == MET.secret
    for kem, genesis in ((MALLORY.secrets.kem, MET.genesis.id), (BOB.secrets.kem, ZERO32)):
        with pytest.raises(Verdict, match=r"seal\.bad"):
            invites.pair_unwrap(kem, sealed, genesis)


@pytest.mark.parametrize("vector", frozen.named("meeting", "yay", "words"), ids=frozen.title)
def test_both_screens_show_the_frozen_words(vector: dict[str, Any]) -> None:
    """MEET-19: four words out of letter, acceptance and reveal."""
    shown = check_words(invites.transcript(vector["letter"], vector["acceptance"], vector["confirm"]))
    assert list(shown) == vector["words"]


@pytest.mark.parametrize("vector", frozen.named("meeting", "nay", "words"), ids=frozen.title)
def test_no_words_are_shown_for_what_does_not_belong_together(vector: dict[str, Any]) -> None:
    """MEET-13, MEET-19: a reveal that was not committed to can't be chosen to make words fit."""
    with pytest.raises(Verdict) as caught:
        invites.transcript(vector["letter"], vector["acceptance"], vector["confirm"])
    assert caught.value.code == vector["verdict"]


def test_words_differ_where_mallory_stands_between() -> None:
    """MEET-19 (misbinding): she has one letter for Bob, and one yes for Alice; the words are two."""
    with_alice = meetings.meeting("alice", "mallory")
    with_bob = meetings.meeting("mallory", "bob")
    assert words(with_alice) != words(with_bob)
    assert words(MET) == words(meetings.meeting())


def test_who_makes_the_genesis_cannot_search_for_words() -> None:
    """MEET-19: another genesis and another wrap leave the words as they are."""
    confirmed = decode(SignedConfirm, MET.confirm)
    body = decode(invites.ConfirmBody, confirmed.body)
    other = invites.make_confirm(
        meetings.with_fields(body, sealed_secret=bytes(len(body.sealed_secret))), ALICE.device
    )
    assert invites.transcript(MET.letter, MET.acceptance, other) == invites.transcript(
        MET.letter, MET.acceptance, MET.confirm
    )


def test_a_reveal_is_no_confirmation() -> None:
    """MEET-13, MEET-18: the published reveal can't be taken for a signature over a confirmation."""
    invitation = meetings.letter_body().invitation
    reveal = check_reveal(ALICE.device, invitation)
    assert check_commit(reveal) != reveal
    forged = encode(SignedConfirm(1, ALICE.device.public, invitation, reveal, reveal))
    with pytest.raises(Verdict, match=r"confirm\.malformed"):
        invites.open_confirm(forged, ALICE.person)


@given(st.binary(max_size=300), st.integers(0, len(MET.acceptance) - 1), st.integers(1, 255))
def test_any_bytes_raise_a_verdict_only(data: bytes, at: int, change: int) -> None:
    """Foreign bytes, and any changed byte of an acceptance, are a Verdict."""
    bent = bytearray(MET.acceptance)
    bent[at] ^= change
    for given_ in (data, bytes(bent)):
        with pytest.raises(Verdict):
            invites.open_acceptance(given_, SECRET)
    with pytest.raises(Verdict):
        invites.open_confirm(data, ALICE.person)
