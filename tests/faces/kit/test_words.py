# SPDX-License-Identifier: AGPL-3.0-or-later
"""The program's words in the person's language."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.faces.kit.words import LANGUAGES, PSEUDO_LANGUAGES, choose_language, lengthened, translator


@pytest.mark.parametrize(
    ("header", "setting", "chosen"),
    [
        ("", "", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "", "de"),
        ("fr-FR, es;q=0.5, en;q=0.4", "", "es"),
        ("en;q=0.3, es;q=0.9", "", "es"),
        ("de;q=0, en;q=0.1", "", "en"),
        ("de;q=many, es;q=0.1", "", "es"),
        ("de", "es", "es"),
        ("de", "tlh", "de"),
        ("fr", "", "en"),
    ],
)
def test_the_setting_wins_then_the_browsers_best_wish_then_english(
    header: str, setting: str, chosen: str
) -> None:
    """What the person set stands above what the browser asks for."""
    assert choose_language(header, setting) == chosen


@given(st.text(max_size=2000), st.text(max_size=10))
def test_any_header_gives_a_language(header: str, setting: str) -> None:
    """No header, however odd, breaks the choice."""
    assert choose_language(header, setting) in LANGUAGES + PSEUDO_LANGUAGES


def test_each_language_says_it_in_its_own_words() -> None:
    """The compiled catalogues are found and used, plurals too."""
    assert [translator(lang).gettext("Not now") for lang in LANGUAGES] == [
        "Not now",
        "Nicht jetzt",
        "Ahora no",
    ]
    assert translator("es").ngettext("%(num)s person", "%(num)s people", 1) == "1 persona"
    assert translator("de").ngettext("%(num)s person", "%(num)s people", 14) == "14 Leute"
    assert translator("de").pgettext("places", "More") == "Mehr"


def test_an_unknown_language_is_english() -> None:
    """A language without a catalogue falls back, and never fails."""
    assert translator("tlh").lang == "en"


def test_markup_escapes_every_fact() -> None:
    """A name with tags in it stays text within a sentence that has tags of its own."""
    words = translator("en")
    made = words.markup("<b>%(who)s</b> asks", who="<script>")
    assert made == "<b>&lt;script&gt;</b> asks"
    assert words.nmarkup("%(num)s: %(who)s", "%(num)s: %(who)s", 2, who="<i>") == "2: &lt;i&gt;"


def test_names_are_joined_as_the_language_joins_them() -> None:
    """A row of names reads as a person would say it."""
    assert translator("en").names(["Alice", "Bob", "Carol"]) == "Alice, Bob and Carol"
    assert translator("de").names(["Alice", "Bob"]) == "Alice und Bob"
    assert translator("es").names(["Bob"]) == "Bob"
    assert translator("en").names([]) == ""


def test_the_made_up_languages_are_longer_and_one_runs_from_the_right() -> None:
    """They show which page is too narrow, and which forgets the other direction."""
    far = translator("xx")
    assert far.direction == "rtl"
    assert translator("xa").direction == "ltr"
    said = far.ngettext("%(num)s person", "%(num)s people", 3)
    assert "3 pé" in said
    assert len(said) > len("3 people") * 1.3


@given(st.text(alphabet="abc %()s{}<b>", max_size=60))
def test_lengthening_keeps_every_place_and_tag(message: str) -> None:
    """What code fills in is found again in the longer text."""
    places = re.findall(r"%\([a-z]+\)s|\{[a-z]*\}|<[^<>]*>", message)
    for place in places:
        assert place in lengthened(message)
