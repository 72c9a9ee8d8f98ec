# SPDX-License-Identifier: AGPL-3.0-or-later
"""The terminal as a face: clean texts, aligned tables, files that are never overwritten."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.faces.kit import terminal
from edgewise.faces.kit.terminal import BOLD, Out
from edgewise.faces.kit.words import translator
from edgewise.ground.errors import Refusal
from edgewise.log.blobs import Attachment, make_ref


def out(*, colour: bool = False, interactive: bool = False, typed: str = "", json: bool = False) -> Out:
    """An Out over strings."""
    return Out(
        translator("en"),
        io.StringIO(),
        io.StringIO(),
        io.StringIO(typed),
        json=json,
        colour=colour,
        interactive=interactive,
    )


@given(st.text(max_size=200))
def test_clean_text_holds_nothing_that_steers(text: str) -> None:
    """No control character but the line end, and no turning mark, is left in any text."""
    clean = terminal.clean(text)
    assert all(char == "\n" or (char.isprintable() or not char.isascii()) for char in clean)
    assert not set(clean) & set("\x1b\x9b\x00\x08\u200e\u200f\u202e\u2066\u2069")
    assert terminal.clean(clean) == clean


@given(st.text(max_size=200))
def test_a_line_is_one_line(text: str) -> None:
    """Names and quotes never break a table."""
    assert len(terminal.line(text).split("\n")) == 1


def test_tables_are_aligned_by_what_is_seen() -> None:
    """Wide letters, accents put on top and colours do not move the columns."""
    shown = out(colour=True)
    rows = shown.table([("Bo", "x"), ("田中", "x"), ("Zoë", "x"), (shown.styled("Eva", BOLD), "x")])
    assert [row.replace("\x1b[1m", "").replace("\x1b[0m", "") for row in rows] == [
        "Bo    x",
        "田中  x",
        "Zoë   x",
        "Eva   x",
    ]
    assert out().table([]) == []


def test_answers_are_taken_by_their_beginning() -> None:
    """What means one answer is taken; what means none or several is asked again."""
    answers = (("yes", "Yes"), ("no", "No"), ("later", "Not now"))
    assert out(interactive=True, typed="maybe\nn\nnot\n").ask("?", answers) == "later"
    with pytest.raises(Refusal, match=r"use\.bad"):
        out(interactive=True, typed="maybe\n").ask("?", answers)
    with pytest.raises(Refusal, match=r"use\.bad"):
        out(typed="yes\n").ask("?", answers)


def test_a_text_comes_from_words_or_from_the_input() -> None:
    """Words go first; blank ones are no text."""
    assert out(typed="from stdin\n").text_from([]) == "from stdin"
    assert out(typed="from stdin\n").text_from(["from", "words"]) == "from words"
    with pytest.raises(Refusal, match=r"text\.empty"):
        out(typed=" \n").text_from([])


def test_signs_are_hexadecimal_and_long_enough() -> None:
    """Fewer than eight signs, or others, are no id."""
    assert terminal.id_prefix(" 3F9A01C2 ") == "3f9a01c2"
    for bad in ("3f9a01c", "3f9a01cg", "0" * 65, ""):
        with pytest.raises(Refusal, match=r"id\.malformed"):
            terminal.id_prefix(bad)


def test_only_one_can_be_meant() -> None:
    """None, and several, are refused with what was typed."""
    assert terminal.only([b"a"], out(), "not_found.item", "x") == b"a"
    for found, missing, code in (
        ([], "not_found.person", "not_found.person"),
        ([b"a", b"b"], "not_found.person", "not_found.person_many"),
        ([b"a", b"b"], "not_found.item", "use.bad"),
    ):
        with pytest.raises(Refusal) as caught:
            terminal.only(found, out(), missing, "x")
        assert caught.value.code == code


def test_the_key_of_a_file_is_never_listed() -> None:
    """A program that reads what stands somewhere learns what hangs there, and not what opens it."""
    held = Attachment(make_ref(b"r" * 32, b"k" * 32, 7), "file", "text/plain", "list.txt", "")
    shown = json.dumps(terminal.plain([held]))
    assert held.ref.blob.hex() in shown
    assert (b"k" * 32).hex() not in shown


def test_values_become_plain_json() -> None:
    """Ids are hexadecimal, sets are ordered, rows are objects."""
    value = {
        "id": b"\x01\x02",
        "of": frozenset({"b", "a"}),
        "rows": [terminal.Verb("n", "h", "e", _none, _run)],
    }
    shown = terminal.plain(value)
    assert isinstance(shown, dict)
    assert (shown["id"], shown["of"], shown["rows"][0]["name"]) == ("0102", ["a", "b"], "n")


def _none(*_: object) -> None:
    return None


def _run(*_: object) -> int:
    return 0


def test_files_are_bounded_and_never_overwritten(tmp_path: Path) -> None:
    """What is too big is not read; what is there is not written."""
    path = tmp_path / "file"
    terminal.write_file(str(path), b"12345")
    assert terminal.read_file(str(path), 5) == b"12345"
    for act, code in (
        (lambda: terminal.read_file(str(path), 4), "file.too_big"),
        (lambda: terminal.write_file(str(path), b""), "file.exists"),
        (lambda: terminal.read_file(str(tmp_path / "none"), 4), "file.missing"),
        (lambda: terminal.read_file(str(tmp_path), 4), "file.unreadable"),
        (lambda: terminal.write_file(str(tmp_path / "no" / "file"), b""), "home.unwritable"),
    ):
        with pytest.raises(Refusal) as caught:
            act()
        assert caught.value.code == code
    assert path.read_bytes() == b"12345"
