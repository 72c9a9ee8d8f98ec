# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people type has a meaning, whatever it is; and the words of a text are one thing everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.store.asked import (
    NOTHING,
    TYPED_MAX_CHARS,
    Asked,
    Term,
    closeness,
    holds,
    marked,
    parse,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Have you the LADDER?", ["have", "you", "the", "ladder"]),
        ("Größe, Straße; STRASSE", ["grosse", "strasse", "strasse"]),
        ("¿Mañana? ¡Sí, a las 7!", ["manana", "si", "a", "las", "7"]),
        ("e-mail under_score l'été", ["e", "mail", "under", "score", "l", "ete"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("家に帰る。", ["家に帰る"]),
        ("\0\ue000k \ue000", ["k"]),
        ("", []),
    ],
)
def test_words_are_letters_and_digits_without_accents(text: str, words: list[str]) -> None:
    """In lower case, accents off, ß as ss; signs part words, marks of Indic scripts don't."""
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("ladder", Asked((Term(("ladder",), True),))),
        ("the ladder ", Asked((Term(("the",)), Term(("ladder",))))),
        ('"the ladder" lee', Asked((Term(("the", "ladder")), Term(("lee",), True)))),
        ('"the lad', Asked((Term(("the", "lad"), True),))),
        ('"the lad"', Asked((Term(("the", "lad")),))),
        ("e-mail", Asked((Term(("e", "mail"), True),))),
        ('ladder -leek -"old one"', Asked((Term(("ladder",)),), (Term(("leek",)), Term(("old", "one"))))),
        ("from:Bo ladder ", Asked((Term(("ladder",)),), (), "Bo")),
        ("von:bo mit:bild", Asked((), (), "bo", True)),
        ("with:picture with:care ", Asked((Term(("with", "care")),), (), "", True)),
        ("from: here ", Asked((Term(("from",)), Term(("here",))))),
        ('?! - "', NOTHING),
    ],
)
def test_what_is_typed_has_a_meaning(typed: str, asked: Asked) -> None:
    """All words, phrases, words left out, a name, a picture; the last word may be a beginning."""
    assert parse(typed) == asked


@given(st.text(max_size=300) | st.text('"-: fromd', max_size=40))
def test_any_line_has_a_meaning(typed: str) -> None:
    """No text is an error; what is wanted are words as the index has them, at most one of them open."""
    asked = parse(typed)
    for term in (*asked.wanted, *asked.without):
        assert term.words
        assert words_of(" ".join(term.words)) == list(term.words)
    assert sum(term.open for term in asked.wanted) <= 1
    assert not any(term.open for term in asked.without)
    assert parse(typed + " " * TYPED_MAX_CHARS + "x") == parse(
        (typed + " " * TYPED_MAX_CHARS)[:TYPED_MAX_CHARS]
    )


@given(st.text(max_size=60), st.integers(0, 40), st.text(max_size=20))
def test_marking_loses_no_sign_of_a_text(text: str, room_chars: int, typed: str) -> None:
    """The pieces are the text; with less room they are a part of it between points."""
    whole = marked(text, parse(typed))
    assert "".join(piece for piece, _ in whole) == text
    part = "".join(piece for piece, _ in marked(text, parse(typed), room_chars))
    inner = part.removeprefix("…").removesuffix("…")
    assert inner in text or part == text


def test_what_was_looked_for_is_marked() -> None:
    """As it is written there, with its accents; a beginning marks its whole word, a phrase its words."""
    text = "Die Straße am Läddér, the old ladder."
    assert [piece for piece, hit in marked(text, parse("strasse ladder")) if hit] == [
        "Straße",
        "Läddér",
        "ladder",
    ]
    assert [piece for piece, hit in marked(text, parse('"old lad')) if hit] == ["old ladder"]
    assert [piece for piece, hit in marked(text, parse("lad ")) if hit] == []


def test_an_excerpt_stands_round_the_first_place() -> None:
    """Of a long text as much as there is room for, with points where something is left out."""
    text = "very " * 60 + "good ladder " + "indeed " * 60
    pieces = marked(text, parse("ladder "), 80)
    shown = "".join(piece for piece, _ in pieces)
    assert ("ladder", True) in pieces
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) <= 82


def test_names_are_looked_through_without_an_index() -> None:
    """All terms must stand in the name, and none of those left out."""
    assert (
        holds(
            "Bob Builder",
            parse("buil bo"),
        )
        is False
    )
    assert holds("Bob Builder", parse("bob buil"))
    assert not holds("Bob Builder", parse("bob -builder"))
    assert not holds("Bob", NOTHING)


def test_the_closest_text_has_the_words_side_by_side_and_whole() -> None:
    """Then the whole words count more than beginnings, and the shorter text more than the longer."""
    asked = parse("old lad")
    texts = ["an old lad", "the lad is old", "old ladders", "the old and the ladder"]
    assert sorted(texts, key=lambda text: closeness(text, asked), reverse=True) == texts
