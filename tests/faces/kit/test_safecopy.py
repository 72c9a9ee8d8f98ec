# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a safe copy is asked for, and how one is spoken of."""

from edgewise.core.inputs import NoteCopy
from edgewise.faces.kit import safecopy
from edgewise.faces.kit.words import translator
from edgewise.ground.instant import DAY_MS
from edgewise.store import people, settings
from edgewise.store.snapshot import Contents
from tests.core.party import Someone, World


def due(one: Someone, days: int = 0) -> str:
    """What is asked so many days on."""
    return safecopy.due(one.db, one.world.now_ms + days * DAY_MS)


def test_asked_on_the_third_day_and_again_after_a_season() -> None:
    """Never before there is a reason, and each reason has a name of its own."""
    world = World()
    ana = world.person("ana")
    assert (due(ana), due(ana, 2), due(ana, 3)) == ("", "", "copy-first")
    ana.do(NoteCopy("/stick/ana.copy", 1000))
    made = settings.get(ana.db, "copy.made_ms")
    assert due(ana, 89) == ""
    assert due(ana, 90) == f"copy-old.{made}"
    state = safecopy.state(ana.db)
    assert (state.name, state.path, state.has_words) == ("ana.copy", "/stick/ana.copy", False)


def test_asked_at_once_after_coming_back() -> None:
    """The chain has grown by a device: an old copy no longer says who one is."""
    world = World()
    ana = world.person("ana")
    ana.do(NoteCopy("/stick/ana.copy", 1000))
    with ana.store.write() as db:
        settings.put(db, "copy.back_ms", str(world.now_ms + 5))
    assert due(ana) == f"copy-back.{world.now_ms + 5}"


def test_a_copy_is_called_by_its_person_in_plain_letters() -> None:
    """Whatever somebody is called, the name of the file is safe on any disk."""
    assert safecopy.file_name(people.me(World().person("Ana/../x").db)) == "edgewise-ana----x.copy"
    assert safecopy.file_name(None) == "edgewise-me.copy"


def test_a_copy_in_one_sentence() -> None:
    """Whose, of which day, how much."""
    found = safecopy.CopyFound("Ana", 1_763_899_200_000, Contents(1204, 1, 3, 31), ())
    assert safecopy.said(found, translator("en"), "UTC") == (
        "Ana, of 23 November 2025: 1204 things you wrote, 1 of others, 3 people and 31 pictures and files."
    )
