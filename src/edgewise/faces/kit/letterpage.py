# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter as one file that any browser shows, and that Edgewise opens (conversation.md, "Meeting").

No script, nothing fetched, styles inside, a policy in the file that forbids both. The machine part
stands at the end in ``<pre class="sealed" id="edgewise">``; the author's words are escaped, so they
can never hold a second one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from edgewise.faces.kit import dates
from edgewise.faces.kit.render import HERE, render
from edgewise.faces.kit.words import translator
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import LETTER_MAX_BYTES

SEALED_MAX_CHARS: Final = LETTER_MAX_BYTES * 4 // 3 + 4
"""A letter of the greatest size in base64."""
FILE_MAX_BYTES: Final = 2 * SEALED_MAX_CHARS + 256 * 1024
"""The sealed part, broken into lines by a mail program, the words again as text, and the styles."""

_BLOCK = re.compile(rb"<pre\b([^<>]{0,200})>([^<]*)</pre\s{0,20}>", re.IGNORECASE)
_ID = re.compile(rb"""(?:^|\s)id\s{0,4}=\s{0,4}["']?edgewise["']?(?:\s|/|$)""", re.IGNORECASE)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class LetterView:
    """What a letter shows. ``items`` are (title, text) pairs that the author chose to put in.

    ``sealed_text`` is base64url without padding; ``qr_svg`` comes from ``qr.qr_svg`` or is "".
    """

    number: int
    from_name: str
    to_name: str
    words: str
    offers: Sequence[str]
    items: Sequence[tuple[str, str]]
    until_ms: int
    sealed_text: str
    qr_svg: str = ""


def letter_html(view: LetterView, lang: str, zone: str = "UTC") -> str:
    """The whole file as text. The day it ends is told in the author's time zone."""
    assert _BASE64URL.fullmatch(view.sealed_text), "the machine part is base64url"
    return render(
        "letter.html",
        lang,
        now_ms=view.until_ms,
        zone=zone,
        view=view,
        day=until_day(view, lang, zone),
        style=_style(),
        qr=Markup(view.qr_svg),  # noqa: S704 (drawn by qr.qr_svg out of black squares)
    )


def until_day(view: LetterView, lang: str, zone: str = "UTC") -> str:
    """The day on which the letter ends, with its year: it may be read much later."""
    return dates.dated(view.until_ms, zone, translator(lang).locale)


def extract_sealed(html: bytes) -> str:
    """The machine part of a letter's file, with the line breaks of mail programs taken out.

    Verdict ``letter.too_big`` beyond the bounds; ``letter.not_a_letter`` when the file has none or
    more than one, or when it holds anything but base64url. Runs in time linear in the file.
    """
    if len(html) > FILE_MAX_BYTES:
        raise Verdict("letter.too_big")
    blocks = [found[2] for found in _BLOCK.finditer(html) if _ID.search(found[1])]
    if len(blocks) != 1:
        raise Verdict("letter.not_a_letter")
    text = _SPACE.sub("", blocks[0].decode("latin-1"))
    if len(text) > SEALED_MAX_CHARS:
        raise Verdict("letter.too_big")
    if not _BASE64URL.fullmatch(text):
        raise Verdict("letter.not_a_letter")
    return text


@lru_cache(maxsize=1)
def _style() -> Markup:
    """The colours of every page, as they stand there, and the few rules of a letter."""
    page = (HERE / "static" / "edgewise.css").read_text(encoding="utf-8")
    tokens = page.partition("/* tokens */\n")[2].partition("/* end of tokens */")[0]
    own = (HERE / "static" / "letter.css").read_text(encoding="utf-8")
    return Markup(tokens + own)  # noqa: S704 (files of the program)
