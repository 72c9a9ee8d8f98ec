# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two ways in which something goes wrong without being a bug, and what people are told of them.

A `Refusal` is ours: what was asked can't be done. A `Verdict` is about others: what came from outside is bad.
Anything else is an assertion, that is, a bug. Each code has a row in `sentences_here`
or `sentences_others`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from edgewise.ground.sentences_here import HERE, WRITING
from edgewise.ground.sentences_others import MEETING, OUTSIDE

Blame = Literal["you", "peer", "us"]
BLAMES: Final[tuple[Blame, ...]] = ("you", "peer", "us")

BAD_USE: Final = 2
WRONG_PASSPHRASE: Final = 3
IN_USE: Final = 4
NOT_FOUND: Final = 5
NOT_ALLOWED: Final = 6
LETTER_TROUBLE: Final = 7
BAD_BYTES: Final = 8
DAMAGED_STORE: Final = 9

# A fact may be text that somebody else wrote: long enough to recognise, too short to flood a terminal.
FACT_MAX_CHARS: Final = 120


@dataclass(frozen=True, slots=True)
class Row:
    """What people are told about one code: who can mend it, what happened, what they can do."""

    blame: Blame
    exit_code: int
    sentence: str
    remedy: str


def _parse(table: str) -> dict[str, Row]:
    """The rows of a table of three lines each: `code blame exit`, sentence, remedy."""
    lines = [line for line in table.splitlines() if line]
    assert len(lines) % 3 == 0, "each row of the table has three lines"
    rows: dict[str, Row] = {}
    for head, sentence, remedy in zip(lines[0::3], lines[1::3], lines[2::3], strict=True):
        code, blame, exit_code = head.split(" ")
        assert blame in BLAMES, head
        assert code not in rows, head
        rows[code] = Row(blame, int(exit_code), sentence, remedy)
    return rows


ROWS: Final[Mapping[str, Row]] = _parse(HERE + WRITING + MEETING + OUTSIDE)


class _Facts(dict[str, str]):
    """Facts for `str.format_map`: a fact that the raiser did not give never breaks the sentence."""

    def __missing__(self, name: str) -> str:
        return "(unknown)"


def _plain(fact: object) -> str:
    """A fact as one short printable line: no control characters from others reach a terminal."""
    text = fact.hex() if isinstance(fact, bytes) else str(fact)
    short = text if len(text) <= FACT_MAX_CHARS else text[: FACT_MAX_CHARS - 1] + "…"
    return "".join(char if char.isprintable() else "�" for char in short)


class EdgewiseError(Exception):
    """Something can't be done, or what came is bad; `remedy` says what the person can do.

    `code` is a row of `ROWS` (an unknown one is a bug: AssertionError); `facts` fill the sentence's places.
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        assert code in ROWS, f"no row for the code {code!r}"
        super().__init__(code)
        self.code: str = code
        self.facts: dict[str, object] = facts

    @property
    def row(self) -> Row:
        """The row of the table that belongs to the code."""
        return ROWS[self.code]

    @property
    def blame(self) -> Blame:
        """Who can mend it: "you", "peer" (another person's computer) or "us" (this program)."""
        return self.row.blame

    @property
    def exit_code(self) -> int:
        """What a command line ends with."""
        return self.row.exit_code

    @property
    def sentence(self) -> str:
        """What happened and what was kept, in English, in plain words."""
        return self.row.sentence.format_map(self._plain_facts())

    @property
    def remedy(self) -> str:
        """What the person can do about it."""
        return self.row.remedy.format_map(self._plain_facts())

    def _plain_facts(self) -> _Facts:
        return _Facts({name: _plain(fact) for name, fact in self.facts.items()})

    def __str__(self) -> str:
        """The code and the facts, for logs and traces; people are shown the sentence."""
        return " ".join([self.code, *(f"{name}={_plain(fact)}" for name, fact in self.facts.items())])


class Refusal(EdgewiseError):
    """What was asked can't be done here and now; the person can follow the row's remedy."""


class Verdict(EdgewiseError):
    """What came from outside is bad; the person can follow the row's remedy, mostly ask for it again."""
