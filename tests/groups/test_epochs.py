# SPDX-License-Identifier: AGPL-3.0-or-later
"""Epochs: one id, one secret; and what the records of a space say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.canon import decode, encode
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.groups.epochs import (
    KINDS,
    Commitments,
    EpochRecord,
    Genesis,
    LogClose,
    LogOpen,
    Policy,
    check_content,
    check_control,
    check_log_close,
    check_log_open,
    check_secret,
    commitment_of,
    commitments,
    derive,
    epoch_id,
    make_log_open,
    subkeys,
)
from edgewise.identity.person import certify, device_added, device_id, device_revoked
from edgewise.log.kinds import Registry
from edgewise.log.op import CLS_CONTENT, CLS_CONTROL, compose, open_body, seal_body
from tests.identity.friends import LATER_MS, friend, gadget, key
from tests.vectors import decoder, frozen

ALICE, BOB = friend("alice"), friend("bob")
LOG = key("alice's log")
SPACE = b"s" * 32
SECRETS = st.binary(min_size=32, max_size=32)
REGISTRY = Registry(KINDS)


@pytest.mark.parametrize("vector", frozen.named("epoch", "yay", "epoch"), ids=frozen.title)
def test_both_readers_compute_the_frozen_epoch(vector: dict[str, Any]) -> None:
    """EPOCH-1, EPOCH-2, EPOCH-3, EPOCH-4: sub-keys, commitments and id."""
    keys, commits = subkeys(vector["secret"]), commitments(vector["secret"])
    assert [keys.content, keys.control, keys.access, keys.tag] == vector["subkeys"]
    assert [commits.content, commits.control, commits.access, commits.tag] == vector["commitments"]
    assert decoder.commitments(vector["secret"]) == vector["commitments"]
    place = (vector["space"], vector["log"], vector["seq"])
    assert epoch_id(*place, commits) == vector["id"] == decoder.epoch_id(*place, vector["commitments"])
    check_secret(vector["id"], *place, vector["secret"])


@pytest.mark.parametrize("vector", frozen.named("epoch", "nay", "epoch"), ids=frozen.title)
def test_a_secret_that_does_not_fit_is_refused(vector: dict[str, Any]) -> None:
    """EPOCH-3, EPOCH-6: another secret, another space, another place."""
    place = (vector["space"], vector["log"], vector["seq"])
    with pytest.raises(Verdict, match=r"epoch\.mismatch"):
        check_secret(vector["id"], *place, vector["secret"])
    assert decoder.epoch_id(*place, decoder.commitments(vector["secret"])) != vector["id"]


@pytest.mark.parametrize("vector", frozen.named("epoch", "yay", "derived"), ids=frozen.title)
def test_a_derived_epoch_is_the_same_for_all_who_hold_the_parent(vector: dict[str, Any]) -> None:
    """EPOCH-12: nothing is sent, and another newcomer makes another epoch."""
    assert derive(vector["parent"], vector["context"]) == vector["secret"]
    assert decoder.derived(vector["parent"], "advance", vector["context"]) == vector["secret"]
    assert derive(vector["parent"], b"d" * 32) != vector["secret"]


@pytest.mark.parametrize("vector", frozen.named("epoch", "nay", "epoch_record"), ids=frozen.title)
def test_a_malformed_epoch_record_is_refused(vector: dict[str, Any]) -> None:
    """EPOCH-12, EPOCH-13: no parent twice, one parent of a derived epoch."""
    record = decode(EpochRecord, vector["record"])
    with pytest.raises(Verdict) as caught:
        REGISTRY.encode(record, 0)
    assert caught.value.code == vector["verdict"]


@given(SECRETS, SECRETS)
def test_two_secrets_never_share_an_epoch(one: bytes, other: bytes) -> None:
    """EPOCH-6 (salamander): who gives Bob and Carol different secrets gives one of them a refusal."""
    epoch = epoch_id(SPACE, LOG.public, 3, commitments(one))
    check_secret(epoch, SPACE, LOG.public, 3, one)
    if one != other:
        with pytest.raises(Verdict, match=r"epoch\.mismatch"):
            check_secret(epoch, SPACE, LOG.public, 3, other)


@given(SECRETS)
def test_the_keys_of_an_epoch_are_four_different_ones(secret: bytes) -> None:
    """EPOCH-1: none is the secret, none is another."""
    keys = subkeys(secret)
    assert len({secret, keys.content, keys.control, keys.access, keys.tag}) == 5
    assert secret.hex() not in repr(keys)


def test_one_subkey_alone_is_checked() -> None:
    """EPOCH-7: control without content, for who may see who writes and not what."""
    secret = b"k" * 32
    keys, commits = subkeys(secret), commitments(secret)
    epoch = epoch_id(SPACE, LOG.public, 3, commits)
    check_control(epoch, SPACE, LOG.public, 3, keys.control, commits)
    check_content(epoch, SPACE, LOG.public, 3, keys.content, commits)
    for check in (check_control, check_content):
        with pytest.raises(Verdict, match=r"epoch\.mismatch"):
            check(epoch, SPACE, LOG.public, 3, keys.tag, commits)
    forged = Commitments(commits.content, commitment_of(keys.tag), commits.access, commits.tag)
    with pytest.raises(Verdict, match=r"epoch\.mismatch"):
        check_control(epoch, SPACE, LOG.public, 3, keys.tag, forged)


@pytest.mark.parametrize("secret", [b"", b"short", bytes(33)])
def test_a_secret_of_another_length_is_a_verdict(secret: bytes) -> None:
    """EPOCH-1: what a peer hands over may be anything."""
    with pytest.raises(Verdict, match=r"epoch\.mismatch"):
        check_secret(bytes(32), SPACE, LOG.public, 3, secret)


def test_control_opens_no_content() -> None:
    """EPOCH-5: what is sealed under content stays closed to who holds control alone."""
    keys = subkeys(b"k" * 32)
    for cls, right, wrong in (
        (CLS_CONTENT, keys.content, keys.control),
        (CLS_CONTROL, keys.control, keys.content),
    ):
        payload = seal_body(right, space=SPACE, log=LOG.public, seq=1, salt16=b"s" * 16, body=b"hello")
        op = compose(
            LOG,
            space=SPACE,
            seq=1,
            prev=b"p" * 32,
            deps=(),
            cheads=(),
            epoch=b"e" * 32,
            cls=cls,
            payload=payload,
        )
        assert open_body(right, op) == b"hello"
        with pytest.raises(Verdict, match=r"seal\.bad"):
            open_body(wrong, op)


@pytest.mark.parametrize("vector", frozen.named("epoch", "yay", "log_open"), ids=frozen.title)
def test_a_log_says_whose_it_is(vector: dict[str, Any]) -> None:
    """EPOCH-14: the frozen record names its person, in this space and log."""
    opened = decode(LogOpen, vector["record"])
    assert check_log_open(opened, vector["log"], vector["space"]).id == vector["person"]
    assert (
        encode(make_log_open(ALICE.chain, ALICE.device, vector["log"], vector["space"])) == vector["record"]
    )


@pytest.mark.parametrize("vector", frozen.named("epoch", "nay", "log_open"), ids=frozen.title)
def test_a_log_open_counts_in_its_own_place_only(vector: dict[str, Any]) -> None:
    """EPOCH-14: copied into another space or another log it proves nothing."""
    with pytest.raises(Verdict) as caught:
        check_log_open(decode(LogOpen, vector["record"]), vector["log"], vector["space"])
    assert caught.value.code == vector["verdict"]


def test_a_strangers_device_opens_no_log_for_alice() -> None:
    """EPOCH-14: the device stands live in the chain that is shown."""
    opened = make_log_open(ALICE.chain, BOB.device, LOG.public, SPACE)
    with pytest.raises(Verdict, match=r"identity\.unknown_device"):
        check_log_open(opened, LOG.public, SPACE)


def test_a_log_is_closed_by_its_device_or_by_its_revocation() -> None:
    """EPOCH-15: and by nobody else, with no proof, or a chain that says otherwise."""
    phone = gadget("alice's phone")
    root = ALICE.secrets.root
    both = device_added(ALICE.chain, root, certify(phone.sign, phone.keys, ALICE.person.anchor), LATER_MS)
    gone = device_revoked(both, root, device_id(phone.keys), LATER_MS)

    def close(proof: tuple[bytes, ...], closer: bytes) -> None:
        check_log_close(
            LogClose(LOG.public, 7, "lost", proof),
            closer_device=closer,
            log_identity=ALICE.person.id,
            log_device=phone.sign.public,
        )

    close((), phone.sign.public)
    close(gone, BOB.device.public)
    for proof in (both, BOB.chain):
        with pytest.raises(Verdict, match=r"op\.not_allowed"):
            close(proof, BOB.device.public)
    with pytest.raises(Verdict, match=r"identity\.malformed"):
        close((), BOB.device.public)


def genesis(kind: str = "feed", acceptance: bytes = b"", q: int = 1) -> Genesis:
    """A first record."""
    return Genesis(
        Policy(kind, "archive", q, "from_join", 1, 0, 0, "my garden"),
        commitments(b"k" * 32),
        make_log_open(ALICE.chain, ALICE.device, LOG.public, ZERO32),
        acceptance,
        bytes(16),
    )


def test_a_pair_and_only_a_pair_holds_an_acceptance() -> None:
    """MEET-20: both yeses stand where both can read them."""
    for good in (genesis(), genesis("self"), genesis("dm"), genesis("pair", b"yes")):
        assert REGISTRY.decode(REGISTRY.encode(good, 1)).record == good
    for bad in (genesis("pair"), genesis("feed", b"yes"), genesis("planet"), genesis(q=0)):
        with pytest.raises(Verdict, match=r"op\.bad_body"):
            REGISTRY.encode(bad, 1)


def test_a_fresh_epoch_may_have_several_parents() -> None:
    """EPOCH-13: who writes after two concurrent epochs names both."""
    record = EpochRecord((b"a" * 32, b"b" * 32), ZERO32, "fresh", commitments(b"k" * 32))
    assert REGISTRY.decode(REGISTRY.encode(record, 1)).record == record
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        REGISTRY.decode(encode(["epoch", 1, 1, [[], ZERO32, "fresh", record.commits]]))
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        REGISTRY.decode(encode(["epoch", 1, 1, [[b"a" * 32], ZERO32, "stale", record.commits]]))
