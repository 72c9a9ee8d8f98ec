# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which commands go to a running node, and how their files are named there."""

import io
from pathlib import Path

import pytest

from edgewise.faces.cli.main import Streams
from edgewise.node import beside
from edgewise.store.home import Home

ENVIRON = {"EDGEWISE_HOME": "/homes/alice"}


@pytest.mark.parametrize(
    ("argv", "goes"),
    [
        (["read"], True),
        (["doctor", "--deep"], True),
        (["people", "list"], True),
        (["init", "Bo"], False),
        (["open"], False),
        (["erase-everything"], False),
        (["passphrase"], False),
        (["demo"], False),
        (["doctor", "--mend"], False),
        ([], False),
        (["no-such-command"], False),
        (["--help"], False),
    ],
)
def test_which_commands_a_running_node_does(argv: list[str], goes: bool) -> None:
    """Everything at the desk goes to the node; what makes, opens, locks or ends a home stays here."""
    assert beside.home_of(argv, ENVIRON) == (Path("/homes/alice") if goes else None)


def test_the_home_is_the_one_that_was_named() -> None:
    """An option beats the environment."""
    assert beside.home_of(["--home", "/homes/bob", "read"], ENVIRON) == Path("/homes/bob")


def test_files_are_named_from_the_root(tmp_path: Path) -> None:
    """A file's name means the caller's folder; a ticket and other words stay as they are."""
    (tmp_path / "letter.html").write_text("x")
    at = str(tmp_path) + "/"
    for words, there in (
        (["accept", "letter.html", "--yes"], ["accept", at + "letter.html", "--yes"]),
        (["accept", "edgewise:1:abc"], ["accept", "edgewise:1:abc"]),
        (["bundle", "out", "Bo", "Bo"], ["bundle", "out", "Bo", at + "Bo"]),
        (["bundle", "in", "/stick/x"], ["bundle", "in", "/stick/x"]),
        (["invite", "--to", "Bo", "--out=letter.html"], ["invite", "--to", "Bo", f"--out={at}letter.html"]),
        (["post", "--to", "me", "letter.html"], ["post", "--to", "me", "letter.html"]),
    ):
        assert list(beside.absolute(words, tmp_path)) == there


def test_a_note_of_a_node_that_is_gone_is_no_node(tmp_path: Path) -> None:
    """After a crash the note may still lie there; the command then opens the home for itself."""
    home = Home(tmp_path)
    home.write_node_note(9, "token", "/word/")
    streams = Streams(io.StringIO(), io.StringIO(), io.StringIO())
    assert beside.run_beside(["--home", str(tmp_path), "read"], streams, {}) is None
    assert beside.fresh_link(home) is None
