# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages say of pictures and files: only what is known, in every state."""

import pytest

from edgewise.faces.kit import attached
from edgewise.faces.kit.enclosing import cleaned_text, path_of_place, plain_alt, plain_name
from edgewise.faces.kit.words import translator
from edgewise.ground.errors import Refusal
from edgewise.log.blobs import Attachment, make_ref
from edgewise.store.pieces import BlobState

WORDS = translator("en")
FILM = Attachment(make_ref(bytes(32), bytes(32), 12_000_000), "file", "video/mp4", "film.mp4")


@pytest.mark.parametrize(
    ("state", "said", "acts"),
    [
        (BlobState("here", 12_000_000, 12_000_000), "12 MB", []),
        (BlobState("coming", 3_000_000, 12_000_000), "Coming: 3 MB of 12 MB", ["pause", "stop"]),
        (BlobState("wanted", 0, 12_000_000), "12 MB, not on this computer yet", ["pause", "stop"]),
        (BlobState("paused", 3_000_000, 12_000_000), "Paused: 3 MB of 12 MB are here", ["get", "stop"]),
        (
            BlobState("paused", 3_000_000, 12_000_000, full=True),
            "3 MB of 12 MB are here; the disk has no room for more",
            ["get", "stop"],
        ),
        (BlobState("elsewhere", 0, 12_000_000), "12 MB, not on this computer", ["get"]),
        (BlobState("erased", 0, 0), "Its author took it back", []),
    ],
)
def test_every_state_is_said_with_what_one_can_do(state: BlobState, said: str, acts: list[str]) -> None:
    """Seven states, seven sentences; Get, Pause and Stop stand where they do something."""
    assert attached.said(FILM, state, WORDS) == said
    assert [each.value for each in attached.acts(state, WORDS)] == acts


def test_each_is_called_by_what_it_is() -> None:
    """A file by its name, a voice note by its length; three at most stand in a line."""
    note = Attachment(FILM.ref, "voice", "audio/ogg", "", duration_ms=65_000)
    picture = Attachment(FILM.ref, "picture", "image/png", "")
    assert attached.label(note, WORDS) == "Voice note, 1:05"
    assert attached.summary([picture, note, FILM, FILM], WORDS) == "Picture, Voice note, 1:05 and film.mp4"
    assert attached.summary([], WORDS) == ""


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\list.txt", "list.txt"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\x00b\n.txt", "ab.txt"),
        ("..", ""),
        ("", ""),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_name_is_a_name_and_no_path(given: str, kept: str) -> None:
    """Folders, turning marks and control characters are gone; the ending stays."""
    assert plain_name(given) == kept


def test_descriptions_are_plain() -> None:
    """Lines stay, what nobody sees goes."""
    assert plain_alt(" two\nlines\x07 \ud800") == "two\nlines "


def test_only_places_with_a_composer_have_one() -> None:
    """Home, an item, a talk; everything else is refused."""
    assert path_of_place("home") == "#say"
    assert path_of_place("item:" + "a" * 64) == "item/" + "a" * 24 + "#say"
    assert path_of_place("talk:" + "b" * 64) == "talk/" + "b" * 64 + "#say"
    for bad in ("", "homes", "item:" + "A" * 64, "talk:b/../..", "item:" + "a" * 65):
        with pytest.raises(Refusal, match=r"not_found\.draft"):
            path_of_place(bad)


def test_what_was_taken_out_is_said_once_and_truly() -> None:
    """The place is named only where there was one; where nothing was taken out nothing is said."""
    assert cleaned_text({"place", "camera"}, WORDS) == "Place and camera data removed."
    assert cleaned_text({"camera"}, WORDS) == "Camera data removed."
    assert cleaned_text({"words", "rest"}, WORDS) == "Hidden words and other hidden parts removed."
    assert cleaned_text(set(), WORDS) == ""
