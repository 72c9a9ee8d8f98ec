# SPDX-License-Identifier: AGPL-3.0-or-later
"""Envelopes: what is wrapped for one device, and how it is found."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.canon import decode, encode
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.groups.envelopes import (
    TAG_BYTES,
    WRAPPED_BYTES,
    Envelope,
    envelope_tag,
    recipients_root,
    unwrap,
    wrap,
)
from edgewise.groups.epochs import commitments, epoch_id
from edgewise.identity.person import device_id
from edgewise.keys.sealing import kem_from_seeds
from tests.identity.friends import friend
from tests.vectors import decoder, frozen

BOB, CAROL = friend("bob"), friend("carol")


def opened(vector: dict[str, Any]) -> bytes:
    """What a device makes of an envelope."""
    return unwrap(
        vector["sealed"],
        kem_from_seeds(vector["kem_seeds"]),
        **{name: vector[name] for name in ("device", "space", "epoch", "log", "seq")},
    )


@pytest.mark.parametrize("vector", frozen.named("epoch", "yay", "envelope"), ids=frozen.title)
def test_a_frozen_envelope_opens(vector: dict[str, Any]) -> None:
    """EPOCH-8, EPOCH-9: and its secret is the one of the epoch."""
    assert opened(vector) == vector["secret"]


@pytest.mark.parametrize(
    "vector", [v for v in frozen.read("epoch")["nay"] if "sealed" in v], ids=frozen.title
)
def test_a_bad_envelope_deceives_nobody(vector: dict[str, Any]) -> None:
    """EPOCH-8, EPOCH-9: another secret, or another device's envelope."""
    with pytest.raises(Verdict) as caught:
        opened(vector)
    assert caught.value.code == vector["verdict"]


@pytest.mark.parametrize("vector", frozen.named("epoch", "yay", "tag"), ids=frozen.title)
def test_a_tag_is_found_by_members_only(vector: dict[str, Any]) -> None:
    """EPOCH-10: sixteen bytes, by device and epoch, under a key that members share."""
    arguments = vector["subkey"], vector["device"], vector["epoch"]
    assert envelope_tag(*arguments) == vector["tag"]
    message = vector["device"] + vector["epoch"]
    assert decoder.mac(vector["subkey"], "envelope-tag", message)[:TAG_BYTES] == vector["tag"]
    assert envelope_tag(bytes(32), vector["device"], vector["epoch"]) != vector["tag"]


@pytest.mark.parametrize("vector", frozen.named("epoch", "yay", "root"), ids=frozen.title)
def test_both_readers_compute_the_frozen_root(vector: dict[str, Any]) -> None:
    """EPOCH-11: of none, one, two and three recipients."""
    pairs = [(device, kem) for device, kem in vector["pairs"]]
    assert recipients_root(pairs) == vector["root"] == decoder.root(vector["pairs"])


@given(
    st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32)), unique=True)
)
def test_the_root_is_of_a_set(pairs: list[tuple[bytes, bytes]]) -> None:
    """EPOCH-11: no order and no repetition changes it, and the second reader agrees."""
    assert recipients_root(pairs) == recipients_root([*reversed(pairs), *pairs[:3]])
    assert recipients_root(pairs) == decoder.root([list(pair) for pair in pairs])
    if pairs:
        assert recipients_root(pairs) not in (ZERO32, recipients_root(pairs[1:]))


def test_an_envelope_opens_for_one_device_only() -> None:
    """EPOCH-8: Carol can't open Bob's, and each wrapping looks different."""
    secret, log, space = b"k" * 32, b"l" * 32, b"s" * 32
    epoch = epoch_id(space, log, 4, commitments(secret))
    bobs = device_id(BOB.secrets.keys)
    sealed, again = (
        wrap(secret, kem_public=BOB.secrets.kem.public, device=bobs, space=space, epoch=epoch)
        for _ in range(2)
    )
    assert sealed != again
    assert len(sealed) == WRAPPED_BYTES
    envelope = Envelope(epoch, b"t" * 16, sealed)
    assert decode(Envelope, encode(envelope)) == envelope
    where = {"device": bobs, "space": space, "epoch": epoch, "log": log}
    assert unwrap(sealed, BOB.secrets.kem, **where, seq=4) == secret
    with pytest.raises(Verdict, match=r"seal\.bad"):
        unwrap(sealed, CAROL.secrets.kem, **where, seq=4)
