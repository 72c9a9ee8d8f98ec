# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line as a whole: exit codes, JSON, colours, languages, where the home is."""

from pathlib import Path

import pytest

from edgewise.faces.cli.main import default_home, language_of, zone_of_computer
from tests.faces.cli.household import Household


@pytest.fixture
def house() -> Household:
    """Alice's home, locked with a passphrase."""
    house = Household()
    assert house.run("alice", "init", "Alice", EDGEWISE_PASSPHRASE="four good old words").code == 0
    return house


def test_errors_become_sentences_and_exit_codes(house: Household) -> None:
    """A refusal says what happened and what to do, and ends with the code of its class."""
    said = house.run("alice", "people", EDGEWISE_PASSPHRASE="wrong")
    assert (said.code, said.out) == (3, "")
    assert said.err.splitlines() == [
        "That is not the passphrase. Nothing was changed.",
        "Try again; mind capital letters and the keyboard's language.",
    ]
    assert house.run("alice", "people").code == 3
    assert house.run("nobody", "people").code == 5


def test_errors_are_json_where_json_is_asked_for() -> None:
    """A program reads one JSON value from stdout, for an error too."""
    said = Household().run("nobody", "read", "--json")
    assert said.json["error"] == "home.missing"
    assert set(said.json) == {"error", "sentence", "remedy"}
    assert (said.code, said.err) == (5, "")


def test_bad_use_ends_with_two(house: Household) -> None:
    """An unknown verb or option is bad use; --help is none."""
    assert house.run("alice", "fly").code == 2
    assert house.run("alice", "read", "--fast").code == 2
    helped = house.run("alice", "read", "--help")
    assert helped.code == 0
    assert "edgewise read" in helped.out


def test_without_a_verb_the_help_is_shown() -> None:
    """Somebody who types only the name sees what there is."""
    said = Household().run("nobody")
    assert said.code == 0
    assert "invite" in said.out


def test_colours_are_for_terminals_only(house: Household) -> None:
    """No escape code goes into a file, nor to somebody who wants no colour."""
    given = {"EDGEWISE_PASSPHRASE": "four good old words"}
    assert "\x1b[" in house.run("alice", "circle", terminal=True, **given).out
    assert "\x1b[" not in house.run("alice", "circle", **given).out
    assert "\x1b[" not in house.run("alice", "circle", terminal=True, NO_COLOR="1", **given).out
    assert "\x1b[" not in house.run("alice", "circle", terminal=True, TERM="dumb", **given).out


def test_the_language_is_the_persons_then_the_systems(house: Household) -> None:
    """A language that was set goes before that of the system; both reach the sentences."""
    given = {"EDGEWISE_PASSPHRASE": "four good old words"}
    assert language_of({"LANG": "de_AT.UTF-8"}) == "de"
    assert language_of({"LC_ALL": "C", "LANG": "de_AT.UTF-8"}) == "en"
    assert language_of({}) == "en"
    house.run("alice", "settings", "language", "de", **given)
    assert house.desks[Path("alice")].lang() == "de"


def test_the_home_is_where_the_system_keeps_such_things() -> None:
    """Each system has its custom; XDG_DATA_HOME and APPDATA move it."""
    assert default_home({}, "linux") == "~/.local/share/edgewise"
    assert default_home({"XDG_DATA_HOME": "/data"}, "linux") == "/data/edgewise"
    assert default_home({}, "darwin").endswith("Application Support/Edgewise")
    assert default_home({"APPDATA": "there"}, "win32") == str(Path("there") / "Edgewise")


def test_the_time_zone_is_read_from_the_computer(tmp_path: Path) -> None:
    """TZ goes first, then where the system's link points; else UTC."""
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert zone_of_computer({"TZ": ":America/Lima"}, link) == "America/Lima"
    assert zone_of_computer({}, link) == "Europe/Berlin"
    assert zone_of_computer({}, tmp_path / "nothing") == "UTC"


def test_a_stopped_command_ends_as_shells_expect(house: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+C ends with 130, without a traceback."""

    def stop(*args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(house, "open_node", stop)
    assert house.run("alice", "open").code == 130
