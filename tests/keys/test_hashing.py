# SPDX-License-Identifier: AGPL-3.0-or-later
"""Digests, MACs and derivations, each under its label."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.ids import lp
from edgewise.keys.hashing import digest, expand, mac, same
from edgewise.keys.labels import Label

KEY = bytes(range(32))


def test_digest_is_sha256_over_prefix_and_parts() -> None:
    """A second reader needs nothing but SHA-256 and the label's text."""
    assert digest(Label.OP, b"he", b"ader") == hashlib.sha256(b"edgewise/v1/op\0header").digest()


def test_mac_is_hmac_sha256_over_prefix_and_message() -> None:
    """The same for MACs."""
    expected = hmac.new(KEY, b"edgewise/v1/space-tag\0bob", "sha256").digest()
    assert mac(KEY, Label.SPACE_TAG, b"bob") == expected
    assert same(mac(KEY, Label.SPACE_TAG, b"bob"), expected)
    assert not same(mac(KEY, Label.SPACE_TAG, b"bo"), expected)


@given(st.binary(max_size=100), st.integers(1, 8160))
def test_expand_is_hkdf_expand(context: bytes, n: int) -> None:
    """OpenSSL's HKDF-Expand gives the same bytes, of any length."""
    other = HKDFExpand(SHA256(), n, Label.MSG.prefix + context).derive(KEY)
    assert expand(KEY, Label.MSG, context, n) == other


def test_labels_keep_derived_keys_apart() -> None:
    """One secret under all labels of derivation gives as many different keys."""
    labels = [label for label in Label if label.use == "kdf"]
    assert len({expand(KEY, label) for label in labels}) == len(labels)


def test_expand_refuses_more_than_the_standard_allows() -> None:
    """More than 255 blocks is a bug of the caller."""
    with pytest.raises(AssertionError):
        expand(KEY, Label.MSG, n=8161)


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_length_prefixed_parts_have_one_reading(left: list[bytes], right: list[bytes]) -> None:
    """With `lp` two different lists of parts never hash to the same digest."""
    equal = digest(Label.OP, lp(*left)) == digest(Label.OP, lp(*right))
    assert equal == (left == right)
