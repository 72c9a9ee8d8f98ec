# SPDX-License-Identifier: AGPL-3.0-or-later
"""The terminal as a face: what a verb of the command line is, and what it may say.

Text for people, or with ``--json`` one value for programs. Colours and questions only on a terminal. What
others wrote is stripped of everything that could steer the terminal.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Final, TextIO

from edgewise.faces.kit import dates
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.words import Translator
from edgewise.ground.canon import Record
from edgewise.ground.errors import Refusal
from edgewise.ground.ids import short
from edgewise.log.blobs import BlobRef

BOLD, FAINT, TURN = "1", "2", "31"
"""Names stand out, small print stands back, and red is only for "your turn" and "new"."""
ID_MIN_CHARS: Final = 8
"""Fewer signs of an id than this name nothing."""
_STYLE: Final = re.compile(r"\x1b\[[0-9;]*m")
_HEX: Final = frozenset("0123456789abcdef")
# Marks that turn the direction of what follows them: in a terminal nothing holds them in.
_TURNING: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for "translate this later")
    """Mark a message that is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Verb:
    """One command: its word, a line of help, an example to type, its arguments, and what it does.

    ``arguments`` adds to a parser; ``run`` returns the exit code and raises Refusal. ``help`` is English,
    marked with ``N_``.
    """

    name: str
    help: str
    example: str
    arguments: Callable[[ArgumentParser, Translator], None]
    run: Callable[[Namespace, Desk, Out], int]


class Out:
    """Where a verb speaks: results on stdout, remarks and questions on stderr, texts and answers on stdin."""

    def __init__(
        self,
        words: Translator,
        stdout: TextIO,
        stderr: TextIO,
        stdin: TextIO,
        *,
        json: bool = False,
        colour: bool = False,
        interactive: bool = False,
        zone: str = "UTC",
    ) -> None:
        self.words = words
        self.json = json
        self.interactive = interactive
        self.zone = zone
        self._stdout = stdout
        self._stderr = stderr
        self._stdin = stdin
        self._colour = colour

    def result(self, value: object, lines: Iterable[str]) -> int:
        """Say what came of it: ``value`` to a program, ``lines`` to a person. Returns exit code 0."""
        if self.json:
            print(json.dumps(plain(value), ensure_ascii=False, indent=1), file=self._stdout)
        else:
            for each in lines:
                print(each.rstrip(), file=self._stdout)
        return 0

    def remark(self, text: str) -> None:
        """A line beside the result; programs don't get it."""
        if not self.json:
            print(self.styled(text, FAINT), file=self._stderr)

    def ask(self, question: str, answers: Sequence[tuple[str, str]]) -> str:
        """One of ``answers`` (value, word), by its first letters. Refusal "use.bad" off a terminal."""
        if not self.interactive:
            words = ", ".join(value for value, _ in answers)
            raise Refusal("use.bad", reason=self.words.gettext("an answer is needed: %(words)s", words=words))
        while True:
            print(
                f"{question} [{' / '.join(word for _, word in answers)}] ",
                end="",
                file=self._stderr,
                flush=True,
            )
            said = self._stdin.readline()
            if not said:
                raise Refusal("use.bad", reason=self.words.gettext("the answer is missing"))
            typed = said.strip().casefold()
            meant = [value for value, word in answers if typed and word.casefold().startswith(typed)]
            if len(meant) == 1:
                return meant[0]

    def prompt(self, question: str) -> str:
        """One line that a person types. Refusal "use.bad" off a terminal or at the end of the input."""
        if not self.interactive:
            raise Refusal(
                "use.bad", reason=self.words.gettext("something is missing: %(what)s", what=question)
            )
        print(f"{question} ", end="", file=self._stderr, flush=True)
        said = self._stdin.readline()
        if not said:
            raise Refusal("use.bad", reason=self.words.gettext("the answer is missing"))
        return said.strip()

    def text_from(self, words: Sequence[str]) -> str:
        """The text of a command: its words, or where there are none all that comes in on stdin."""
        if not words and self.interactive:
            self.remark(self.words.gettext("Write, then end with Ctrl+D on a line of its own."))
        text = " ".join(words) if words else self._stdin.read().strip("\n")
        if not text.strip():
            raise Refusal("text.empty")
        return text

    def styled(self, text: str, code: str) -> str:
        """The text in a style, where there are colours."""
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def say(self, text: str) -> None:
        """A line of a long work's progress, on stdout as it comes; programs get it too."""
        print(text, file=self._stdout, flush=True)

    def when(self, at_ms: int, now_ms: int) -> str:
        """Day and hour as people say them."""
        return dates.when(at_ms, now_ms, self.zone, self.words.locale).text

    def day(self, at_ms: int, now_ms: int) -> str:
        """The day alone."""
        return dates.day(at_ms, now_ms, self.zone, self.words.locale).text

    def until(self, at_ms: int) -> str:
        """A day to come, with its year."""
        return dates.dated(at_ms, self.zone, self.words.locale)

    def table(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """Rows in aligned columns, two spaces between them."""
        widths = [max(map(_width, column), default=0) for column in zip(*rows, strict=True)]
        return [
            "  ".join(_padded(cell, wide) for cell, wide in zip(row, widths, strict=True)) for row in rows
        ]


def clean(text: str) -> str:
    """Text of others for a terminal: no control characters but line ends, no turning marks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join("".join(c for c in each if _harmless(c)) for each in lines)


def line(text: str) -> str:
    """The same in one line, for names and lists."""
    return " ".join(clean(text).split())


def indented(text: str, by: str = "  ") -> list[str]:
    """Cleaned text, line by line, set in."""
    return [by + each for each in clean(text).split("\n")]


def plain(value: object) -> object:
    """A value as JSON holds it: ids in hexadecimal, rows as objects."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, BlobRef):  # its key opens it: no program that only lists things needs that
        return {"blob": value.blob.hex(), "size_bytes": value.size_bytes}
    if isinstance(value, Record):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(str(plain(each)) for each in value)
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def id_prefix(text: str) -> str:
    """The signs of an id that somebody typed. Refusal "id.malformed" for too few, or none of an id's."""
    wanted = text.strip().lower()
    if not ID_MIN_CHARS <= len(wanted) <= 64 or not set(wanted) <= _HEX:
        raise Refusal("id.malformed")
    return wanted


def only(found: Sequence[bytes], out: Out, missing: str, name: str) -> bytes:
    """The one that was meant. Refusal ``missing`` for none; for several, one that asks for more signs."""
    if not found:
        raise Refusal(missing, name=name)
    if len(found) > 1:
        if missing == "not_found.person":
            raise Refusal("not_found.person_many", name=name)
        reason = out.words.gettext("several things here are called %(name)s", name=name)
        raise Refusal("use.bad", reason=reason)
    return found[0]


def read_file(path: str, max_bytes: int) -> bytes:
    """A file that a person named. Refusals "file.missing", "file.unreadable", "file.too_big"."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise Refusal("file.missing", path=path) from error
    except OSError as error:
        raise Refusal("file.unreadable", path=path) from error
    if len(data) > max_bytes:
        raise Refusal("file.too_big", path=path)
    return data


def write_file(path: str, data: bytes) -> None:
    """A new file with these bytes; none is overwritten. Refusals "file.exists", "home.unwritable"."""
    try:
        with Path(path).open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise Refusal("file.exists", path=path) from error
    except OSError as error:
        raise Refusal("home.unwritable", path=path) from error


def qr_text(text: str) -> str:
    """A QR code of the text in half blocks. Refusal "ticket.too_long"."""
    import segno  # 2 MB, for the few pages with a QR code

    drawn = io.StringIO()
    try:
        segno.make_qr(text, error="m").terminal(drawn, compact=True)
    except segno.DataOverflowError as error:
        raise Refusal("ticket.too_long") from error
    return drawn.getvalue()


def sign(id: bytes) -> str:
    """The short sign of an id, to be typed again."""
    return short(id)


def _harmless(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cs") and char not in _TURNING


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in _STYLE.sub("", text)
    )


def _padded(text: str, wide: int) -> str:
    return text + " " * (wide - _width(text))
