# SPDX-License-Identifier: AGPL-3.0-or-later
"""People's own text as safe HTML: paragraphs, line ends and bare links, and nothing else.

All that a person wrote is escaped. A link is shown as the text it is; the page never fetches it,
only the person opens it.
"""

import re
from typing import Final

from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"'\x00-\x20\u200b-\u200f\u2028-\u202e\u2060-\u2069]{1,2000}")
_ENDS = ".,;:!?…"
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BLANK = re.compile(r"\n[ \t]*\n\s*")


def said(text: str, max_chars: int = 0) -> Markup:
    """Paragraphs of escaped text; with ``max_chars`` the text is cut at a word and ends in "…".

    Each paragraph finds its own direction and keeps it in, so that right-to-left marks in one
    person's text turn nothing else on the page round.
    """
    clean = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if max_chars and len(clean) > max_chars:
        clean = shortened(clean, max_chars)
    paragraphs = [part for part in _BLANK.split(clean) if part.strip()]
    return Markup("").join(Markup('<p dir="auto">{}</p>').format(_lines(part)) for part in paragraphs)


def is_long(text: str, max_chars: int) -> bool:
    """True when ``said(text, max_chars)`` shows only the beginning."""
    return len(text.strip()) > max_chars


def shortened(text: str, max_chars: int) -> str:
    """The beginning of the text, cut between two words where there is a gap, with "…"."""
    head = text[:max_chars]
    gap = max(head.rfind(" "), head.rfind("\n"))
    return (head[:gap] if gap > max_chars // 2 else head).rstrip() + " …"


def _lines(paragraph: str) -> Markup:
    return Markup("<br>").join(_linked(line) for line in paragraph.split("\n"))


def _linked(line: str) -> Markup:
    parts: list[Markup] = []
    end = 0
    for found in _LINK.finditer(line):
        address = _trimmed(found.group())
        parts += [escape(line[end : found.start()]), _anchor(address)]
        end = found.start() + len(address)
    return Markup("").join([*parts, escape(line[end:])])


def _trimmed(address: str) -> str:
    """Without the full stop or bracket that belongs to the sentence round it."""
    while address and (
        address[-1] in _ENDS
        or (address[-1] in _PAIRS and address.count(address[-1]) > address.count(_PAIRS[address[-1]]))
    ):
        address = address[:-1]
    return address


def _anchor(address: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>').format(address)
