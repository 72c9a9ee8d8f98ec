# SPDX-License-Identifier: AGPL-3.0-or-later
"""Errors in the person's language."""

import string

from edgewise.faces.kit.explain import explain
from edgewise.faces.kit.words import LANGUAGES, PSEUDO_LANGUAGES, translator
from edgewise.ground.errors import ROWS, Refusal


def test_an_error_is_explained_in_each_language() -> None:
    """What happened and what to do, with the facts, in the words of the reader."""
    error = Refusal("text.too_long", size_chars=10_001, limit_chars=10_000)
    told = [explain(error, translator(lang)) for lang in LANGUAGES]
    assert told[0].sentence == error.sentence
    assert told[0].remedy == error.remedy
    assert len({one.sentence for one in told}) == 3
    assert all("10001" in one.sentence for one in told)


def test_every_row_can_be_told_without_its_facts() -> None:
    """A fact that is missing leaves a gap, never an error; a made-up language keeps the places."""
    for code in ROWS:
        for lang in LANGUAGES + PSEUDO_LANGUAGES:
            assert explain(Refusal(code), translator(lang)).sentence, code


def test_each_translation_has_the_places_of_its_sentence() -> None:
    """No translation names a fact that the English one does not have."""
    for row in ROWS.values():
        for sentence in (row.sentence, row.remedy):
            here = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
            for lang in LANGUAGES:
                there = {
                    name for _, name, _, _ in string.Formatter().parse(translator(lang).raw(sentence)) if name
                }
                assert there <= here, sentence


def test_facts_of_others_are_short_and_plain() -> None:
    """Control signs and endless names do not get into the sentence."""
    told = explain(Refusal("circle.too_many", limit="\x1b[31m" + "9" * 500), translator("en")).sentence
    assert "\x1b" not in told
    assert len(told) < 250
