# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and files from the command line: attached, carried across, listed, written out again."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.faces.cli.household import Household, acquainted, carry


@pytest.fixture
def house(tmp_path: Path) -> Household:
    """Alice and Bob, acquainted; Bob stands among the people whom Alice knows."""
    house = acquainted(tmp_path)
    house.ok("alice", "circle", "add", "People I know", "Bob")
    return house


def photo(path: Path) -> bytes:
    """A picture that tells where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Camera Works"
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "JPEG", exif=exif)
    path.write_bytes(out.getvalue())
    return out.getvalue()


def test_a_picture_goes_without_what_it_tells_besides(house: Household, tmp_path: Path) -> None:
    """Attached with a description and no words: it arrives cleaned, and comes out as a file again."""
    before = photo(tmp_path / "garden.jpg")
    made = house.ok(
        "alice", "post", "--to", "people i know", "--attach", tmp_path / "garden.jpg", "--alt", "Beans."
    )
    carry(house, tmp_path, "alice", "bob")
    lines = house.run("bob", "read", "--peek").out
    assert "Picture · " in lines
    assert "Beans." in lines
    (one,) = house.ok("bob", "files")
    assert one["item"] == made["item"]
    assert (one["attachment"]["kind"], one["attachment"]["width"]) == ("picture", 60)
    assert "key" not in one["attachment"]["ref"]
    house.ok("bob", "files", "get", one["blob"][:8], "--out", tmp_path / "mine.jpg")
    after = (tmp_path / "mine.jpg").read_bytes()
    assert b"Camera Works" in before
    assert b"Camera Works" not in after
    with Image.open(tmp_path / "mine.jpg") as picture:
        assert picture.size == (60, 40)
    assert house.run("bob", "files", "get", one["blob"][:8], "--out", tmp_path / "mine.jpg").code == 2


def test_a_file_is_listed_fetched_paused_and_left(house: Household, tmp_path: Path) -> None:
    """Each state is said in words; what is not here can't be written out."""
    (tmp_path / "list.txt").write_bytes(b"beans, peas")
    house.ok("alice", "say", "Bob", "Here:", "--attach", tmp_path / "list.txt")
    assert "list.txt · 11 B" in house.run("alice", "talk", "Bob").out
    carry(house, tmp_path, "alice", "bob")
    (one,) = house.ok("bob", "files")
    assert one["state"]["state"] == "here"
    sign = one["blob"][:8]
    with house.desks[Path("bob")].store.write() as db:
        db.execute("UPDATE blobs SET have = 0, bitmap = x'00' WHERE id = ?", (bytes.fromhex(one["blob"]),))
    assert "11 B, not on this computer" in house.run("bob", "files").out
    assert house.run("bob", "files", "get", sign, "--out", tmp_path / "x").code == 5
    assert not (tmp_path / "x").exists()
    assert house.ok("bob", "files", "fetch", sign)["state"]["state"] == "wanted"
    assert "11 B, not on this computer yet" in house.run("bob", "files").out
    assert house.ok("bob", "files", "pause", sign)["state"]["state"] == "paused"
    assert house.ok("bob", "files", "cancel", sign)["state"]["state"] == "elsewhere"
    assert house.run("bob", "files", "fetch", "00000000").code == 5


def test_what_can_not_be_attached_is_said_and_nothing_is_sent(house: Household, tmp_path: Path) -> None:
    """A missing file, a broken picture, too many, descriptions without files."""
    broken = photo(tmp_path / "garden.jpg")
    (tmp_path / "broken.jpg").write_bytes(broken[:300])
    (tmp_path / "a").write_bytes(b"a")
    to = ("--to", "only me", "words")
    assert house.run("alice", "post", *to, "--attach", tmp_path / "nothing").code == 5
    assert house.run("alice", "post", *to, "--attach", tmp_path / "broken.jpg").code != 0
    assert house.run("alice", "post", *to, "--attach", tmp_path).code == 2
    many = [word for _ in range(21) for word in ("--attach", tmp_path / "a")]
    assert house.run("alice", "post", *to, *many).code == 2
    assert house.run("alice", "post", *to, "--alt", "alone").code == 2
    assert house.run("alice", "post", *to, "--attach", tmp_path / "a", "--alt", "x" * 2001).code == 2
    assert house.ok("alice", "read")["items"] == []
    assert "No pictures and no files yet." in house.run("alice", "files").out
