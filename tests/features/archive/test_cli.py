# SPDX-License-Identifier: AGPL-3.0-or-later
"""Leaving and coming in by the command line: two households, hostile folders, nothing twice."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from edgewise.consent.circles import ONLY_ME
from edgewise.core.inputs import Place, Publish
from edgewise.features.archive import cli
from edgewise.features.posts.records import Post
from edgewise.ground.errors import Refusal
from edgewise.log.blobs import Attachment
from tests.faces.cli.household import Household, acquainted, carry


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """Alice and bob; alice has written to herself, to bob, and in an answer; bob has answered her."""
    folder = tmp_path / "letters"
    folder.mkdir()
    house = acquainted(folder)
    house.ok("alice", "circle", "add", "People I know", "Bob")
    house.ok("bob", "circle", "add", "People I know", "Alice")
    house.ok("alice", "post", "--to", "Only me", "Leeks and snow.")
    house.ok("alice", "post", "--to", "People I know", "Who comes?", "--warn", "a hill")
    house.ok("alice", "say", "Bob", "Are you there?")
    carry(house, folder, "alice", "bob")
    sign = next(each["id"] for each in house.ok("bob", "read")["items"] if each["text"] == "Who comes?")
    house.ok("bob", "post", "--answer", sign, "Bob's own words.")
    house.ok("bob", "post", "--to", "People I know", "A ladder?")
    carry(house, folder, "bob", "alice")
    sign = next(each["id"] for each in house.ok("alice", "read")["items"] if each["text"] == "A ladder?")
    house.ok("alice", "post", "--answer", sign, "In the shed.")
    return house


def exported(house: Household, who: str, folder: Path) -> dict[str, Any]:
    """Export somebody; the JSON."""
    house.ok(who, "export", folder)
    value: dict[str, Any] = json.loads((folder / "edgewise.json").read_text("utf-8"))
    return value


def test_export_holds_own_words_and_no_others(house: Household, tmp_path: Path) -> None:
    """ARCHIVE-6: bob's name stands where he answered, his words nowhere; the same twice, byte for byte."""
    out = tmp_path / "out"
    value = exported(house, "alice", out)
    every = b"".join(path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file())
    assert b"Bob's own words." not in every
    assert b"A ladder?" not in every
    found = {(each["kind"], each["where"], each["text"]) for each in value["writings"]}
    assert found == {
        ("post", "Only me", "Leeks and snow."),
        ("post", "People I know", "Who comes?"),
        ("line", "Bob", "Are you there?"),
        ("answer", "Bob", "In the shed."),
    }
    who = next(each for each in value["writings"] if each["text"] == "Who comes?")
    assert (who["answered_by"], who["warning"]) == (["Bob"], "a hill")
    assert value["people"][0]["name"] == "Bob"
    assert "Answered by Bob." in (out / "circles/people-i-know/2025-11.md").read_text("utf-8")
    exported(house, "alice", tmp_path / "again")
    for path in out.rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(out)).read_bytes()
    assert house.run("alice", "export", out).code == 2
    exports = house.ok("alice", "agreements", "holders")
    assert exports is not None


def test_import_keeps_the_day_and_brings_nothing_twice(house: Household, tmp_path: Path) -> None:
    """ARCHIVE-1 to ARCHIVE-4, ARCHIVE-7: for oneself unless a circle is chosen; again and back: the same."""
    value = exported(house, "alice", tmp_path / "out")
    house.now_ms += 400 * 86_400_000
    house.ok("new", "init", "Alice", "--remember")
    assert house.ok("new", "import", tmp_path / "out") == {"new": 4, "known": 0}
    assert house.ok("new", "import", tmp_path / "out") == {"new": 0, "known": 4}
    assert house.ok("alice", "import", tmp_path / "out") == {"new": 0, "known": 4}
    items = house.ok("new", "read")["items"]
    assert {each["text"] for each in items} == {each["text"] for each in value["writings"]}
    back = exported(house, "new", tmp_path / "back")
    when = {each["id"]: (each["written_ms"], each["text"]) for each in value["writings"]}
    assert {each["id"]: (each["written_ms"], each["text"]) for each in back["writings"]} == when
    assert "written 23 November 2025" in house.run("new", "read", "--peek").out
    sign = items[0]["id"]
    house.ok("new", "takeback", sign)
    assert house.ok("new", "import", tmp_path / "out") == {"new": 0, "known": 4}


def test_import_into_a_circle_takes_posts_alone_there(house: Household, tmp_path: Path) -> None:
    """ARCHIVE-7: answers and talk come in for oneself, whatever circle is chosen."""
    exported(house, "alice", tmp_path / "out")
    house.ok("new", "init", "Alice", "--remember")
    house.ok("new", "import", tmp_path / "out", "--to", "People I know")
    value = exported(house, "new", tmp_path / "back")
    where = {each["text"]: each["where"] for each in value["writings"]}
    assert where == {
        "Leeks and snow.": "People I know",
        "Who comes?": "People I know",
        "Are you there?": "Only me",
        "In the shed.": "Only me",
    }


def test_bringing_in_that_was_cut_off_goes_on(
    house: Household, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ARCHIVE-4: a post whose word of when it was written is missing gets it, and is not written again."""
    exported(house, "alice", tmp_path / "out")
    house.ok("new", "init", "Alice", "--remember")

    class Cut(Exception):
        """The current fails."""

    real = cli.Brought

    def fails(*_fields: object) -> object:
        raise Cut

    monkeypatch.setattr(cli, "Brought", fails)
    with pytest.raises(Cut):
        house.run("new", "import", tmp_path / "out")
    monkeypatch.setattr(cli, "Brought", real)
    assert house.ok("new", "import", tmp_path / "out") == {"new": 4, "known": 0}
    assert len(house.ok("new", "read")["items"]) == 4


def test_hostile_folders_are_refused(tmp_path: Path) -> None:
    """ARCHIVE-7: links, folders, pipes, huge and missing files; nothing but the one file is looked at."""
    secret = tmp_path / "secret.json"
    secret.write_text('{"edgewise": 1, "name": "x", "writings": []}')
    cases = {
        "link": "archive.malformed",
        "folder": "archive.malformed",
        "huge": "file.too_big",
        "none": "file.missing",
    }
    for name in cases:
        (tmp_path / name).mkdir()
    (tmp_path / "link" / "edgewise.json").symlink_to(secret)
    (tmp_path / "folder" / "edgewise.json").mkdir()
    with (tmp_path / "huge" / "edgewise.json").open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    if hasattr(os, "mkfifo"):
        (tmp_path / "pipe").mkdir()
        os.mkfifo(tmp_path / "pipe" / "edgewise.json")
        cases["pipe"] = "archive.malformed"
    for name, code in cases.items():
        with pytest.raises(Refusal) as no:
            cli.read_folder(tmp_path / name)
        assert no.value.code == code, name
    assert cli.read_folder(secret).writings == ()


def test_an_export_never_writes_over_anything(tmp_path: Path) -> None:
    """A folder with something in it, or one that is a file, is left as it is."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.odt").write_bytes(b"x")
    (tmp_path / "file").write_bytes(b"x")
    for name, code in (("full", "export.not_empty"), ("file", "export.unwritable")):
        with pytest.raises(Refusal) as no:
            cli.write_folder(tmp_path / name, [("a.md", b"a")])
        assert no.value.code == code
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full", "thesis.odt"]


def test_pictures_go_along_as_files(house: Household, tmp_path: Path) -> None:
    """ARCHIVE-5: byte for byte, named by the post, linked where it stands; words come in without them."""
    desk = house.desks[Path("alice")]
    data = os.urandom(200_000)
    ref = desk.keep_file(io.BytesIO(data), len(data))
    kept = Attachment(ref, "picture", "image/jpeg", "a] hill.jpg", "the [hill]", 4, 3)
    desk.do(Publish(Place("circle", ONLY_ME), Post("", attachments=(kept,))))
    value = exported(house, "alice", tmp_path / "out")
    (writing,) = [each for each in value["writings"] if each["files"]]
    path = writing["files"][0]["path"]
    assert path == f"files/{writing['id'][:16]}-1.jpg"
    assert (tmp_path / "out" / path).read_bytes() == data
    page = (tmp_path / "out" / "circles/only-me/2025-11.md").read_text("utf-8")
    assert f"![the  hill ](../../{path})" in page
    assert cli.read_folder(tmp_path / "out").writings
    house.ok("new", "init", "Alice", "--remember")
    assert house.ok("new", "import", tmp_path / "out")["new"] == 4
