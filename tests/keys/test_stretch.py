# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a passphrase to a key."""

import pytest

from edgewise.ground.canon import decode, encode
from edgewise.ground.errors import Refusal, Verdict
from edgewise.keys.stretch import StretchParams, params_for, stretch

SMALL = StretchParams(64, 1, 1)
SALT = bytes(range(16))


def test_a_known_passphrase_gives_a_known_key() -> None:
    """The derivation is frozen: a change would lock everybody out."""
    assert (
        stretch("correct horse battery staple", SALT, SMALL).hex()
        == "92dc5d67019623868bde079275e522f4b7e8213d3414ed85cbc2ac8a41117288"
    )


def test_each_input_counts() -> None:
    """Another passphrase, salt or parameter gives another key."""
    keys = {
        stretch("alice's words", SALT, SMALL),
        stretch("Alice's words", SALT, SMALL),
        stretch("alice's words", bytes(16), SMALL),
        stretch("alice's words", SALT, StretchParams(64, 2, 1)),
        stretch("alice's words", SALT, StretchParams(128, 1, 1)),
    }
    assert len(keys) == 5


def test_two_keyboards_give_one_key() -> None:
    """An e with an accent is the same typed as one sign or as two, and so is a ligature (NFKC)."""
    assert stretch("caf\u00e9 \ufb01n", SALT, SMALL) == stretch("cafe\u0301 fin", SALT, SMALL)


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        ("", "passphrase.empty"),
        ("x" * 1025, "passphrase.too_long"),
        ("half \ud800", "passphrase.unreadable"),
    ],
)
def test_what_is_no_passphrase_is_refused(passphrase: str, code: str) -> None:
    """Empty, endless and unwritable passphrases are a Refusal before anything is computed."""
    with pytest.raises(Refusal) as caught:
        stretch(passphrase, SALT, SMALL)
    assert caught.value.code == code


def test_parameters_by_machine() -> None:
    """256 MiB from 2 GiB on, never under 64 MiB."""
    assert params_for(2 * 1024**3) == StretchParams(256 * 1024, 3, 1)
    assert params_for(512 * 1024**2) == StretchParams(64 * 1024, 3, 1)


@pytest.mark.parametrize(
    "params", [(2**21, 3, 1), (65536, 0, 1), (65536, 1000, 1), (65536, 3, 64), (1, 1, 1)]
)
def test_a_file_cannot_ask_for_endless_work(params: tuple[int, int, int]) -> None:
    """Parameters that stand in a file from outside are bounded when they are read."""
    with pytest.raises(Verdict):
        decode(StretchParams, encode(list(params)))
    assert decode(StretchParams, encode(SMALL)) == SMALL
