# SPDX-License-Identifier: AGPL-3.0-or-later
"""The icon, the start with the computer, and the browser."""

import configparser
import os
import sys
from pathlib import Path

import pytest

from edgewise.node import launcher

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the files of a Linux desktop")


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's folders that are the test's."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def entry(path: Path) -> dict[str, str]:
    """The keys of a .desktop file."""
    parser = configparser.RawConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, "utf-8")
    return dict(parser["Desktop Entry"])


@linux
def test_the_icon_opens_edgewise(tmp_path: Path) -> None:
    """The entry names the program that runs now, and a picture that is there."""
    path = launcher.leave_icon()
    assert path == tmp_path / "data/applications/edgewise.desktop"
    keys = entry(path)
    assert keys["Exec"] == f'"{sys.executable}" "-m" "edgewise" "open"'
    assert Path(keys["Icon"]).is_file()
    assert keys["Type"] == "Application"


@linux
def test_an_icon_that_can_not_be_left_stops_nothing(tmp_path: Path) -> None:
    """Where the folder can't be written, there is no icon, and no error."""
    (tmp_path / "data").write_text("a file in the way")
    assert launcher.leave_icon() is None


@linux
def test_the_start_with_the_computer_belongs_to_one_home(tmp_path: Path) -> None:
    """It is off until wanted, on for the home that wanted it, and off again."""
    home, other = tmp_path / "alice", tmp_path / "bob"
    assert launcher.autostart(home) is False
    launcher.set_autostart(home, True)
    assert launcher.autostart(home) is True
    assert launcher.autostart(other) is False
    launcher.set_autostart(other, False)
    assert launcher.autostart(home) is True
    launcher.set_autostart(home, False)
    assert launcher.autostart(home) is False


def test_a_strange_folder_can_not_add_words_to_the_entry() -> None:
    """Quotes, signs and percent signs of a folder's name stay within one argument (Desktop Entry, "Exec")."""
    text = launcher.desktop_entry(["python", '/tmp/a "b" $c `d` 100% \\e'])
    line = next(line for line in text.splitlines() if line.startswith("Exec="))
    assert line == 'Exec="python" "/tmp/a \\\\"b\\\\" \\\\$c \\\\`d\\\\` 100%% \\\\\\\\e"'


@linux
def test_without_a_screen_no_browser_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser of the terminal would take the terminal over: the link is printed instead."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BROWSER", os.devnull)
    assert launcher.show("http://127.0.0.1:1/") is False
