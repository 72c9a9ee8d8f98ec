# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sets of places as integers."""

from hypothesis import given
from hypothesis import strategies as st

from edgewise.groups.masks import bits, mask


@given(st.sets(st.integers(0, 300)))
def test_a_mask_holds_its_places(places: set[int]) -> None:
    """The bits of a mask are the places it was made of, in order, each once."""
    assert list(bits(mask(places))) == sorted(places)
    assert mask(places).bit_count() == len(places)
