# SPDX-License-Identifier: AGPL-3.0-or-later
"""The picture of who holds one's things: oneself in the middle, readers on a ring, solid lines between.

It decorates the table beside it. Carriers that can't read would stand farther out, on dashed lines; nobody
carries for others yet, so none is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from edgewise.faces.kit.shown import Who
from edgewise.faces.kit.words import Translator

RING: Final = 132
PATCH: Final = 34
SMALL: Final = 24
FEW: Final = 16
"""So many patches stand round the ring without touching; up to twenty-four do, if they are small."""


def picture(whos: Sequence[Who], words: Translator) -> Markup:
    """The SVG, with its words for who can't see it; "" for nobody."""
    if not whos:
        return Markup()
    side = PATCH if len(whos) <= FEW else SMALL
    spots = [_spot(nth, len(whos)) for nth in range(len(whos))]
    left, top = (min(0, *(spot[axis] for spot in spots)) - PATCH for axis in (0, 1))
    width, height = (
        max(0, *(spot[axis] for spot in spots)) + PATCH - low for axis, low in ((0, left), (1, top))
    )
    named = words.gettext(
        "Lines lead from you to those who can read things of yours: %(names)s.",
        names=words.names([who.name for who in whos]),
    )
    parts = [
        Markup('<svg viewBox="{} {} {} {}" width="{}" height="{}" role="img" ').format(
            left, top, width, height, width, height
        ),
        Markup('aria-labelledby="holders-t holders-d"><title id="holders-t">{}</title>').format(
            words.gettext("Who holds my things")
        ),
        Markup('<desc id="holders-d">{}</desc>').format(named),
    ]
    for x, y in spots:
        parts.append(Markup('<path d="M0 0L{} {}" stroke="currentColor" stroke-width="1.5"/>').format(x, y))
    parts.append(Markup('<g fill="currentColor" stroke-width="2" font-size="13" text-anchor="middle">'))
    for who, (x, y) in zip(whos, spots, strict=True):
        parts.append(_patch(who.wears.split()[0], who.initials, x, y, side))
    parts.append(_patch("", words.pgettext("picture", "You"), 0, 0, PATCH + 18))
    return Markup("").join([*parts, Markup("</g></svg>")])


def _spot(nth: int, count: int) -> tuple[int, int]:
    """The place on the ring round (0, 0), from the top on, as whole units."""
    angle = 2 * math.pi * nth / count - math.pi / 2
    return round(RING * math.cos(angle)), round(RING * math.sin(angle))


def _patch(dye: str, letters: str, x: int, y: int, side: int) -> Markup:
    box = Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="var(--raised)" stroke="{}"/>').format(
        x - side // 2, y - side // 2, side, side, "var(--dye)" if dye else "currentColor"
    )
    text = Markup('<text x="{}" y="{}">{}</text>').format(x, y + 5, letters)
    return Markup('<g class="{}">{}{}</g>').format(dye, box, text)
