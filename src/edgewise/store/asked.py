# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person looks for, out of what they typed: words, "exact phrase", -word, from:name, with:picture.

Whatever was typed has a meaning: there is no syntax to get wrong. The words of a text, in
`words_of`, are the same for the index, for what is typed and for what is marked in what was found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

TYPED_MAX_CHARS: Final = 200
"""Of a longer line only the beginning counts: nobody looks for so many words."""
TERMS_MAX: Final = 16

_PIECE: Final = re.compile(r'(-?)"([^"]*)("?)|(\S+)')
# Signs that only stand on other letters, in the scripts of South and South-East Asia: parts of their words.
_SIGNS: Final = "".join(chr(n) for n in range(0x0900, 0x1D00) if unicodedata.category(chr(n))[0] == "M")
_RUN: Final = re.compile(rf"[^\W_]+(?:[\u0300-\u036f{_SIGNS}]+[^\W_]*)*")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_ASCII: Final = bytes(
    n if chr(n).isalnum() else 0x20 for n in (ord(chr(n).lower()) if n < 0x80 else 0x20 for n in range(256))
)
"""Of each sign of ASCII what it is in a word, or a blank."""
_NAMED: Final = re.compile(
    r"(from|von|de):(.*)|(with|mit|con):(picture|bild|imagen)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side: each `words` item is folded. `open`: the last word is a beginning."""

    words: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What must occur, what must not, and what was typed of person and picture (`author` a name, or "")."""

    wanted: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    author: str = ""
    picture: bool = False


NOTHING: Final = Asked()


def parse(typed: str) -> Asked:
    """The meaning of a line. The last word, if nothing follows it, may be the beginning of one."""
    typed = typed[:TYPED_MAX_CHARS]
    pieces = list(_PIECE.finditer(typed))
    wanted: list[Term] = []
    without: list[Term] = []
    author, picture = "", False
    for piece in pieces:
        minus, phrase, closed, plain = piece.groups()
        quoted = phrase is not None
        named = None if quoted else _NAMED.fullmatch(plain)
        if named is not None and (named[4] or named[2]):
            author, picture = named[2] or author, picture or bool(named[4])
            continue
        if not quoted and len(plain) > 1 and plain.startswith("-"):
            minus, plain = "-", plain[1:]
        last = piece.end() == len(typed) and not (quoted and closed)
        term = Term(tuple(words_of(phrase if quoted else plain)), last and not minus)
        if term.words:
            (without if minus else wanted).append(term)
    return Asked(tuple(wanted[:TERMS_MAX]), tuple(without[:TERMS_MAX]), author, picture)


def words_of(text: str) -> list[str]:
    """The words of a text in their order: in lower case, without accents, ß as ss.

    Letters and digits of any script make a word, all else parts words. The index holds just these words.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.lower()).replace("ß", "ss")
        text = _ACCENTS.sub("", text)
        if not text.isascii():
            return _RUN.findall(text.lower())
    return text.encode("ascii").translate(_ASCII).decode("ascii").split()


def marked(text: str, asked: Asked, room_chars: int = 0) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it was looked for.

    With `room_chars` only about as much of it, round the first place; "…" stands where something is left out.
    """
    spots = _spots(text, asked)
    first, last = _window(text, spots, room_chars)
    pieces: list[tuple[str, bool]] = [("…", False)] if first else []
    at = first
    for start, end in spots:
        if start < at or end > last:
            continue
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces += [(text[at:last], False), ("…" if last < len(text) else "", False)]
    return [(piece, hit) for piece, hit in pieces if piece]


def holds(text: str, asked: Asked) -> bool:
    """Whether a text has all that is wanted and nothing of the rest: for names, which no index holds."""
    words = words_of(text)
    return (
        bool(asked.wanted)
        and all(any(True for _ in _runs(words, term)) for term in asked.wanted)
        and not any(True for term in asked.without for _ in _runs(words, term))
    )


def closeness(text: str, asked: Asked) -> tuple[int, int, int]:
    """How well a text fits, the greater the better: side by side, whole words, few others beside them."""
    words = words_of(text)
    joined = Term(tuple(word for term in asked.wanted for word in term.words))
    beside = len(joined.words) > 1 and any(True for _ in _runs(words, joined))
    whole = sum(any(True for _ in _runs(words, Term(term.words))) for term in asked.wanted)
    return int(beside), whole, -len(words)


def _window(text: str, spots: list[tuple[int, int]], room_chars: int) -> tuple[int, int]:
    if not room_chars or len(text) <= room_chars:
        return 0, len(text)
    start = max(0, (spots[0][0] if spots else 0) - room_chars // 3)
    if start and (blank := text.find(" ", start, start + 20)) >= 0:
        start = blank + 1
    end = min(len(text), start + room_chars)
    if end < len(text) and (blank := text.rfind(" ", end - 20, end)) > start:
        end = blank
    return start, end


def _spots(text: str, asked: Asked) -> list[tuple[int, int]]:
    """Where in the text something stands that was looked for, in order, without overlaps."""
    found = list(_words(text))
    words = [word for word, _, _ in found]
    runs = sorted({run for term in asked.wanted for run in _runs(words, term)})
    spots: list[tuple[int, int]] = []
    for first, stop in runs:
        start, end = found[first][1], found[stop - 1][2]
        if spots and start < spots[-1][1]:
            spots[-1] = (spots[-1][0], max(end, spots[-1][1]))
        else:
            spots.append((start, end))
    return spots


def _runs(words: list[str], term: Term) -> Iterator[tuple[int, int]]:
    size = len(term.words)
    *whole, last = term.words
    for at in range(len(words) - size + 1):
        end = words[at + size - 1]
        if (end.startswith(last) if term.open else end == last) and words[at : at + size - 1] == whole:
            yield at, at + size


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word of a text, folded, with the place of the run of letters that it stands in."""
    for run in _RUN.finditer(text):
        for word in words_of(run[0]):
            yield word, run.start(), run.end()
