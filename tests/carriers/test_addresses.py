# SPDX-License-Identifier: AGPL-3.0-or-later
"""Network addresses in one form, whoever wrote them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.carriers.addresses import DIAL_ADDRS_MAX, dialable, tidy


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("192.0.2.7:4433", "192.0.2.7:4433"),
        ("192.0.2.7:04433", "192.0.2.7:4433"),
        ("[2001:DB8:0:0::7]:4433", "[2001:db8::7]:4433"),
        ("[::ffff:192.0.2.7]:4433", "192.0.2.7:4433"),
    ],
)
def test_one_address_has_one_form(written: str, read: str) -> None:
    """Equal addresses are equal text."""
    assert tidy(written) == read


@pytest.mark.parametrize(
    "written",
    [
        *("", ":", "192.0.2.7", "192.0.2.7:", ":4433", "192.0.2.7:0", "192.0.2.7:65536", "192.0.2.7:-1"),
        *("192.0.2.7:4433 ", "192.0.2.7:٤٤", "192.0.2.7:" + "1" * 5000, "0.0.0.0:1", "[::]:1", "224.0.0.1:1"),
        *("[ff02::1]:1", "[fe80::1%eth0]:1", "2001:db8::7:4433", "[192.0.2.7]:1", "bob.example:4433", "[]:1"),
    ],
)
def test_what_no_packet_can_be_sent_to_is_none(written: str) -> None:
    """Names, scopes, groups, missing or impossible ports, and anything else."""
    assert tidy(written) is None


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(written: str) -> None:
    """What is read at all, reads as itself."""
    read = tidy(written)
    assert read is None or tidy(read) == read


def test_a_long_list_is_cut_and_says_nothing_twice() -> None:
    """What somebody else wrote makes this computer call at most a few places, in their order."""
    assert dialable(["192.0.2.2:2", "junk", "192.0.2.1:1", "192.0.2.2:2"]) == ["192.0.2.2:2", "192.0.2.1:1"]
    assert len(dialable(f"192.0.2.1:{port}" for port in range(1, 1000))) == DIAL_ADDRS_MAX
