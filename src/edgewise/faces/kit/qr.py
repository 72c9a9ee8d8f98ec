# SPDX-License-Identifier: AGPL-3.0-or-later
"""A square to point a camera at, as inline SVG: black on its own white, on light and dark pages."""

from typing import Final

from markupsafe import Markup

QR_MAX_BYTES: Final = 400
"""Beyond this a square gets too fine for a phone's camera; a ticket has at most 200."""


def qr_svg(text: str, label: str) -> Markup:
    """The SVG of a QR code of ``text`` with its quiet zone; ``label`` says what it is to a screen reader.

    The caller bounds the text: more than ``QR_MAX_BYTES`` is a bug. Source: ISO/IEC 18004, level M.
    """
    import segno  # 2 MB, for the few pages with a QR code

    assert len(text.encode()) <= QR_MAX_BYTES, "a ticket is short"
    code = segno.make_qr(text, error="m")
    drawn = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    opening = Markup('<svg role="img" aria-label="{}"').format(label)
    return Markup(drawn.replace("<svg", opening, 1))  # noqa: S704 (drawn here out of black squares)
