# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small values by name."""

from edgewise.store import settings
from edgewise.store.db import Store


def test_a_value_is_kept_until_it_is_overwritten_or_dropped() -> None:
    """One name has one value or none."""
    with Store.in_memory(()).write() as db:
        assert settings.get(db, "language") is None
        settings.put(db, "language", "de")
        settings.put(db, "language", "fr")
        assert settings.get(db, "language") == "fr"
        settings.drop(db, "language")
        settings.drop(db, "language")
        assert settings.get(db, "language") is None


def test_values_are_found_by_the_beginning_of_their_name() -> None:
    """A prefix is plain text: signs that mean something to SQL are ordinary here."""
    with Store.in_memory(()).write() as db:
        for name in ("words:b", "words:a", "word", "w%", "word_x"):
            settings.put(db, name, name.upper())
        assert settings.named(db, "words:") == {"words:a": "WORDS:A", "words:b": "WORDS:B"}
        assert settings.named(db, "w%") == {"w%": "W%"}
        assert settings.named(db, "word_") == {"word_x": "WORD_X"}
