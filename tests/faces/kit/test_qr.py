# SPDX-License-Identifier: AGPL-3.0-or-later
"""The square to point a camera at."""

import pytest

from edgewise.faces.kit.qr import QR_MAX_BYTES, qr_svg


def test_a_square_is_black_on_white_wherever_it_stands() -> None:
    """Its own light ground and quiet zone make it readable on a dark page; its label says what it is."""
    made = str(qr_svg("edgewise:1:" + "a" * 180, 'The "way"'))
    assert made.startswith('<svg role="img" aria-label="The &#34;way&#34;"')
    assert 'fill="#fff"' in made
    assert 'stroke="#000"' in made
    assert "style=" not in made


def test_a_text_that_no_camera_would_read_is_a_bug() -> None:
    """The caller bounds the ticket."""
    with pytest.raises(AssertionError):
        qr_svg("a" * (QR_MAX_BYTES + 1), "x")
