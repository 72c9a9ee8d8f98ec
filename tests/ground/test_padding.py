# SPDX-License-Identifier: AGPL-3.0-or-later
"""Size classes: few, never below what is padded, and never much above."""

from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.padding import padded_bytes


@given(st.integers(4097, 2**31))
def test_padding_costs_at_most_an_eighth_above_four_kib(size_bytes: int) -> None:
    """OP-8, PIECE-1: Padmé adds at most 12 %, and a class is its own class."""
    padded = padded_bytes(size_bytes)
    assert size_bytes <= padded <= size_bytes * 1.12
    assert padded_bytes(padded) == padded


@given(st.integers(1, 4096))
def test_small_things_double(size_bytes: int) -> None:
    """OP-8: 256, 512, 1,024, 2,048 or 4,096 bytes."""
    padded = padded_bytes(size_bytes)
    assert padded in (256, 512, 1024, 2048, 4096)
    assert size_bytes <= padded
