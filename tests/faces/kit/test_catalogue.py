# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogues: whole in German and Spanish, without the builders' words."""

import re
from collections.abc import Iterator

import pytest
from babel.messages import Catalog

from edgewise.faces.kit import catalogue
from edgewise.faces.kit.words import LANGUAGES

NEVER = (
    *("key", "keys", "peer", "peers", "node", "nodes", "hop", "hops", "relay", "relays", "log", "logs"),
    *("op", "ops", "epoch", "epochs", "hash", "hashes", "dht", "sync session", "secure", "oops"),
    "successfully",
)
"""What interface.md never lets people read; words joined by a hyphen, as in co-op, are others."""
NEVER_IN = {
    "en": NEVER,
    "de": (*NEVER, "Schlüssel", "Knoten", "Relais", "Hashwert", "erfolgreich", "hoppla"),
    "es": (*NEVER, "clave", "claves", "nodo", "nodos", "exitosamente", "con éxito"),
}


def words_of(read: Catalog) -> Iterator[tuple[str, str]]:
    """Each message with each of its translations."""
    for message in read:
        if message.id:
            first = message.id if isinstance(message.id, str) else message.id[0]
            said = message.string if isinstance(message.string, tuple | list) else (message.string,)
            yield from ((first, each) for each in said)


def test_every_word_of_the_program_is_translated() -> None:
    """No message is missing, empty or uncertain in any language, and what is compiled is of today."""
    assert catalogue.check() == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_of_the_builders_reaches_people(lang: str) -> None:
    """Neither in a message nor in its translation."""
    never = re.compile(rf"(?<![\w-])({'|'.join(NEVER_IN[lang])})(?![\w-])", re.IGNORECASE)
    assert [said for _, said in words_of(catalogue.read(lang)) if never.search(said)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nobody_shouts(lang: str) -> None:
    """No exclamation mark stands in anything that people read."""
    assert [said for _, said in words_of(catalogue.read(lang)) if "!" in said or "¡" in said] == []


def test_a_translation_has_the_places_of_its_message() -> None:
    """Each fact of the English sentence is in the others, and no other."""
    place = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}")
    for lang in LANGUAGES:
        for message in catalogue.read(lang):
            if not message.id:
                continue
            ids = (message.id,) if isinstance(message.id, str) else message.id
            said = message.string if isinstance(message.string, tuple | list) else (message.string,)
            for text, each in zip(ids, said, strict=True):
                assert set(place.findall(text)) == set(place.findall(each)) or not each, (lang, text)


def test_the_same_words_give_the_same_bytes() -> None:
    """A catalogue that is written again does not change."""
    read = catalogue.read("de")
    assert catalogue.as_po(read) == catalogue.path_of("de").read_bytes()
    assert catalogue.as_mo(read) == catalogue.path_of("de", "mo").read_bytes()
