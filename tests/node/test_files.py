# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of a person into a home on a disk, and out of it again."""

import io
from pathlib import Path

import pytest

from edgewise.consent.circles import ONLY_ME
from edgewise.core.inputs import Place, Publish, TakeBack
from edgewise.features.posts.records import Post
from edgewise.ground.errors import Refusal
from edgewise.log.blobs import Attachment
from edgewise.node import homes, now_ms
from edgewise.store import pieces
from edgewise.store.home import Home

FILE = bytes(range(256)) * 1000


def never() -> str:
    """A passphrase that nobody is to ask for."""
    raise AssertionError("asked for a passphrase")


@pytest.fixture
def alice(tmp_path: Path) -> Path:
    """The folder of Alice's home, which this computer remembers."""
    homes.begin(Home(tmp_path / "alice"), "Alice", None, True, now_ms())
    return tmp_path / "alice"


def test_a_file_is_kept_read_and_erased_with_its_item(alice: Path) -> None:
    """PIECE-11: a file goes in through the desk and comes out of it; with its item it goes from the disk."""
    seen: list[int] = []
    with homes.opened(alice, never) as desk:
        ref = desk.keep_file(io.BytesIO(FILE), len(FILE), seen.append)
        held = Attachment(ref, "file", "text/plain", "list.txt", "")
        item = desk.do(Publish(Place("circle", ONLY_ME), Post("", attachments=(held,))))
    with homes.opened(alice, never) as desk:
        assert b"".join(desk.file_bytes(ref.blob)) == FILE
        assert b"".join(desk.file_bytes(ref.blob, 70_000, 70_010)) == FILE[70_000:70_010]
        assert (alice / "pieces" / ref.blob.hex()).is_file()
        desk.do(TakeBack(item))
        assert list((alice / "pieces").iterdir()) == []
        with pytest.raises(Refusal, match=r"blob\.not_here"):
            desk.file_bytes(ref.blob)
    assert seen[-1] == len(FILE)


def test_what_a_crash_left_behind_goes_at_the_next_opening(alice: Path) -> None:
    """A file that was sealed, and of which the core never heard, is removed; one that it knows stays."""
    with homes.opened(alice, never) as desk:
        ref = desk.keep_file(io.BytesIO(FILE), len(FILE))
        lost = alice / "pieces" / ("00" * 32)
        lost.write_bytes(b"left over")
        (alice / "pieces" / "1-2-3.new").write_bytes(b"half")
    with homes.opened(alice, never) as desk:
        assert [path.name for path in (alice / "pieces").iterdir()] == [ref.blob.hex()]
        assert desk.read(lambda db: pieces.state(db, ref.blob)).state == "here"
        with pytest.raises(Refusal, match=r"blob\.unknown"):
            desk.file_bytes(b"?" * 32)
        with pytest.raises(Refusal, match=r"file\.too_big"):
            desk.keep_file(io.BytesIO(FILE), 10)


def test_erasing_everything_takes_the_pieces_too(alice: Path) -> None:
    """Of an erased home nothing stays, not even its folder."""
    with homes.opened(alice, never) as desk:
        desk.keep_file(io.BytesIO(FILE), len(FILE))
    homes.erase_files(Home(alice))
    assert not alice.exists()
