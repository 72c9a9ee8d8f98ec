# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each error has a code, says whose it is, and tells people in plain words what happened and what to do."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import FACT_MAX_CHARS, ROWS, EdgewiseError, Refusal, Row, Verdict

EXITS = {
    "home.in_use": 4,
    "passphrase.wrong": 3,
    "use.bad": 2,
    "not_found.person": 5,
    "gate.closed": 6,
    "letter.used": 7,
    "bundle.malformed": 8,
    "store.damaged": 9,
}


def test_an_unknown_code_is_a_bug() -> None:
    """Only codes of the table can be raised."""
    with pytest.raises(AssertionError):
        Refusal("no.such.row")


def test_a_refusal_tells_what_happened_and_what_to_do() -> None:
    """Facts stand in the sentence; code and facts in the text for the log."""
    refusal = Refusal("text.too_long", size_chars=10_400, limit_chars=10_000)
    assert refusal.blame == "you"
    assert "10400" in refusal.sentence
    assert "your words are kept" in refusal.sentence
    assert refusal.remedy == "Make it shorter, or cut it in two."
    assert str(refusal) == "text.too_long size_chars=10400 limit_chars=10000"


def test_a_verdict_is_no_refusal() -> None:
    """Whose fault it is can be caught by class."""
    assert isinstance(Verdict("signature.bad"), EdgewiseError)
    assert not isinstance(Verdict("signature.bad"), Refusal)


@pytest.mark.parametrize(("code", "exit_code"), EXITS.items())
def test_exit_codes_go_by_class(code: str, exit_code: int) -> None:
    """Scripts can tell the classes of trouble apart."""
    assert Refusal(code).exit_code == exit_code


@pytest.mark.parametrize("code", sorted(ROWS))
def test_no_sentence_fails_for_a_missing_fact(code: str) -> None:
    """A fact that was not given leaves a word in its place, whatever the row asks for."""
    error = Verdict(code)
    for said in (error.sentence, error.remedy):
        assert said.endswith((".", "?", '".', '"', "{reason}", "(unknown)")), said
        assert "{" not in said


@pytest.mark.parametrize("code", sorted(ROWS))
def test_rows_are_whole_sentences(code: str) -> None:
    """Sentence and remedy begin with a capital, and name only plain facts."""
    row = ROWS[code]
    for text in (row.sentence, row.remedy):
        assert text[0].isupper()
        assert text == text.strip()
        fields = [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]
        assert all(field.isidentifier() for field in fields)


@given(st.text(max_size=400) | st.binary(max_size=400))
def test_facts_of_others_cannot_spoil_a_terminal(fact: str | bytes) -> None:
    """A name that a stranger chose is shown short, on one line, and without control characters."""
    sentence = Refusal("name.taken", name=fact).sentence
    assert sentence.isprintable()
    assert len(sentence) <= len(ROWS["name.taken"].sentence) + FACT_MAX_CHARS


def test_braces_in_a_fact_stay_braces() -> None:
    """A fact is filled in once; what stands in it is not read as a place."""
    assert "{name}" in Refusal("name.taken", name="{name}").sentence


def test_rows_cannot_be_changed() -> None:
    """The table is the same for everybody at any time."""
    row = ROWS["letter.used"]
    with pytest.raises(AttributeError):
        row.sentence = "never mind"  # type: ignore[misc]
    assert isinstance(row, Row)
