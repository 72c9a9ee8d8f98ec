# SPDX-License-Identifier: AGPL-3.0-or-later
"""The longer texts: short, plain, whole in each language."""

import re
from collections.abc import Callable

import pytest

from edgewise.faces.kit import texts
from edgewise.faces.kit.words import LANGUAGES, Translator, translator

TEXTS: dict[str, Callable[[Translator], str]] = {
    "T1": lambda w: texts.letter_to_one(w, "Bob", "7 December"),
    "T2": lambda w: texts.joining(w, "Alice", "Food co-op", 14),
    "T2 one": lambda w: texts.joining(w, "Alice", "Food co-op", 1),
    "T3": lambda w: texts.circle(w, ["Bob", "Carol", "Eva", "Iris", "Luis", "Tom"]),
    "T3 one": lambda w: texts.circle(w, ["Bob"]),
    "T4": lambda w: texts.everybody(w, 24),
    "T5": lambda w: texts.stopping(w, "Bob", "People I know", 31),
    "T6": texts.who_has_it,
    "T7": lambda w: texts.introduction(w, "Carol", "You both mend bicycles."),
    "T8": lambda w: texts.stranger(w, "Carol", 180),
    "T9": lambda w: texts.taking_back(w, 3, "Alice"),
    "T10": lambda w: texts.taken_back(w, ["Bob", "Carol"], ["Eva"], ["Tom"], "Monday", 90),
    "T11": lambda w: texts.carrying(w, "Eva", "500 MB"),
    "T12": texts.starting,
    "T13": texts.no_answer,
    "T14": lambda w: texts.not_connected(w, "Bob", "Sunday"),
    "T15": lambda w: texts.ending(w, "Bob", "31 January", 90, "Food co-op"),
    "T15 alone": lambda w: texts.ending(w, "Bob", "31 January", 90),
    "T16": lambda w: texts.safe_copy(w, "Alice"),
    "T17": texts.what_it_is,
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_has_at_most_sixty_words_and_no_open_place(name: str, lang: str) -> None:
    """Short enough to be read where the act is, in each language."""
    text = TEXTS[name](translator(lang))
    assert 0 < len(re.findall(r"[\w'’-]+", text)) <= 60
    assert "%(" not in text


def syllables(word: str) -> int:
    """About so many; the same count as in the design."""
    word = re.sub(r"[^a-z]", "", word.lower())
    count = len(re.findall(r"[aeiouy]+", word))
    return max(1, count - (word.endswith("e") and not word.endswith("le") and count > 1))


@pytest.mark.parametrize("name", TEXTS)
def test_the_english_reads_at_grade_eight_or_below(name: str) -> None:
    """Flesch and Kincaid's grade: people who left school at fourteen can follow."""
    text = TEXTS[name](translator("en"))
    words = re.findall(r"[A-Za-z0-9'’]+", text)
    sentences = len(re.findall(r"[.!?:]+(?:\s|$)", text))
    grade = 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    assert grade <= 8


def test_what_is_not_known_is_left_out() -> None:
    """Nobody refused is nobody named; a meeting that never was is not told."""
    words = translator("en")
    assert texts.taken_back(words, [], [], ["Tom"], "Monday", 90).startswith("Asked on Monday")
    assert "Edgewise" not in texts.taken_back(words, ["Bob"], [], [], "Monday", 90)
    assert "Last met" not in texts.not_connected(words)
