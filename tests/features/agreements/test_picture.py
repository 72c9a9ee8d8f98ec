# SPDX-License-Identifier: AGPL-3.0-or-later
"""The picture of who holds one's things."""

import re
from itertools import combinations

import pytest

from edgewise.faces.kit.shown import Who
from edgewise.faces.kit.words import translator
from edgewise.features.agreements.web.picture import FEW, PATCH, SMALL, picture


@pytest.mark.parametrize("count", [1, 2, 3, 16, 24])
def test_no_patch_covers_another_and_all_stand_within(count: int) -> None:
    """Up to twenty-four holders stand side by side, inside the picture, each on a line to the middle."""
    svg = str(picture([Who(f"P {number}", bytes([number])) for number in range(count)], translator("en")))
    left, top, width, height = (int(each) for each in re.findall(r'viewBox="([^"]+)"', svg)[0].split())
    spots = [(int(x), int(y)) for x, y in re.findall(r"M0 0L(-?\d+) (-?\d+)", svg)]
    assert len(spots) == count
    for (x, y), (u, v) in combinations(spots, 2):
        assert max(abs(x - u), abs(y - v)) >= (PATCH if count <= FEW else SMALL)
    for x, y in spots:
        assert left + PATCH // 2 <= x <= left + width - PATCH // 2
        assert top + PATCH // 2 <= y <= top + height - PATCH // 2


def test_it_says_in_words_what_it_shows_and_escapes_names() -> None:
    """A title and a description for who can't see it; a hostile name stays text; nobody, no picture."""
    words = translator("en")
    svg = str(picture([Who("<b>Eve</b>", b"e")], words))
    assert "<title" in svg
    assert "&lt;b&gt;Eve&lt;/b&gt;." in svg
    assert "<b>" not in svg
    assert str(picture([], words)) == ""
