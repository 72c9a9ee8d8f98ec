# SPDX-License-Identifier: AGPL-3.0-or-later
"""Safe copies on a disk: nothing unsealed, nothing half done, the last one kept until the next is proved."""

import io
import os
from pathlib import Path

import pytest

from edgewise.consent.circles import ONLY_ME
from edgewise.core.inputs import Place, Publish
from edgewise.features.people.records import Petname
from edgewise.features.posts.records import Post
from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import Refusal
from edgewise.log.blobs import Attachment
from edgewise.node import copies, homes
from edgewise.store import chest, people, settings
from edgewise.store.home import COMING_NAME, Home

NOW_MS = 1_763_899_200_000
SECRET_TEXT = "the leeks are under the snow"


@pytest.fixture
def ana(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ana's home, in which something is kept."""
    monkeypatch.setattr(homes, "memory_total_bytes", lambda: 0)
    path = tmp_path / "ana"
    home = Home(path)
    homes.make_folder(path)
    homes.take(home)
    homes.begin(home, "Ana", None, True, NOW_MS)
    home.release()
    (path / "pieces" / "ab").mkdir(parents=True)
    (path / "pieces" / "ab" / "cd.blob").write_bytes(os.urandom(700_000))
    with homes.opened(path, lambda: "") as desk:
        me = desk.read(people.me)
        desk.do(Publish(Place("self"), Petname(me.id, SECRET_TEXT)))
    return path


def make(home: Path, file: Path, seed: bytes = b"copy", fresh_words: bool = False) -> str:
    """Make a copy of a home that nobody runs; its words, if they are new."""
    with homes.opened(home, lambda: "") as desk:
        return copies.make(desk, home, file, fresh_words, SeededEntropy(seed), 0).words


def restore(target: Path, file: Path, words: str, **more: object) -> None:
    """Bring a copy back."""
    home = Home(target)
    homes.make_folder(target)
    homes.take(home)
    how = {"passphrase": None, "remember": True, "lost": True, **more}
    try:
        copies.restore(
            home, file, words, now_ms=NOW_MS, entropy=SeededEntropy(b"new"), memory_total_bytes=0, **how
        )  # type: ignore[arg-type]
    finally:
        home.release()


def test_copy_comes_back_with_files_under_a_new_key(ana: Path, tmp_path: Path) -> None:
    """COPY-6, COPY-8: the same person, other device keys, the same files; the words go on."""
    file, new = tmp_path / "ana.copy", tmp_path / "new"
    words = make(ana, file)
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    restore(new, file, words, passphrase="five whole words here", remember=False)
    assert not Home(new).remembered()
    with homes.opened(ana, lambda: "") as old, homes.opened(new, lambda: "five whole words here") as desk:
        names = ("me", "copy.name")
        assert [old.read(lambda db, n=n: settings.get(db, n)) for n in names] == [
            desk.read(lambda db, n=n: settings.get(db, n)) or "ana.copy" for n in names
        ]
        for name in ("device", "transport", "kem"):
            assert old.read(lambda db, n=name: chest.secret(db, n)) != desk.read(
                lambda db, n=name: chest.secret(db, n)
            )
        assert homes.examine(desk.store, desk.core, True) == []
    kept = "pieces/ab/cd.blob"
    assert (new / kept).read_bytes() == (ana / kept).read_bytes()
    assert not list(new.glob(COMING_NAME + "*"))
    with homes.opened(new, lambda: "five whole words here") as desk:
        again = copies.make(desk, new, tmp_path / "again.copy", False, SeededEntropy(b"x"), 0)
    assert again.words == ""
    assert copies.check(tmp_path / "again.copy", words, None).findings == ()


def test_nothing_unsealed_lies_on_a_disk(ana: Path, tmp_path: Path) -> None:
    """While proving too: what is unpacked is sealed, in the home's own folder, and gone afterwards."""
    file = tmp_path / "ana.copy"
    words = make(ana, file)
    assert SECRET_TEXT.encode() not in file.read_bytes()
    before = sorted(path.name for path in ana.iterdir())
    found = copies.check(file, words, ana)
    assert (found.name, found.contents.files, found.findings) == ("Ana", 1, ())
    assert sorted(path.name for path in ana.iterdir()) == before


def test_copy_before_stays_until_the_next_one_is_proved(
    ana: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, or bytes that do not come back as they were written: the old copy is untouched."""
    file = tmp_path / "ana.copy"
    words = make(ana, file)
    good = file.read_bytes()

    def full(path: Path, chunks: object) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(copies, "_write", full)
        with pytest.raises(Refusal) as no:
            make(ana, file)
    assert no.value.code == "copy.unwritable"
    write = copies._write

    def flips(path: Path, chunks: object) -> None:
        write(path, chunks)  # type: ignore[arg-type]
        data = bytearray(path.read_bytes())
        data[-100] ^= 1
        path.write_bytes(data)

    with monkeypatch.context() as patch:
        patch.setattr(copies, "_write", flips)
        with pytest.raises(Refusal) as no:
            make(ana, file)
    assert no.value.code == "copy.damaged"
    assert file.read_bytes() == good
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ana", "ana.copy"]
    assert copies.check(file, words, None).findings == ()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda data: data[:-1], "copy.damaged"),
        (lambda data: data[:5000] + bytes((data[5000] ^ 1,)) + data[5001:], "copy.damaged"),
        (lambda data: data.replace(b"copy/1", b"copy/9", 1), "copy.newer"),
        (lambda data: b"not a copy at all", "copy.foreign"),
    ],
)
def test_bad_copy_leaves_a_bare_computer_bare(ana: Path, tmp_path: Path, spoil: object, code: str) -> None:
    """COPY-7: after a refusal nothing of it is there, and the good copy comes back in the same folder."""
    file, new = tmp_path / "ana.copy", tmp_path / "new"
    words = make(ana, file)
    bad = tmp_path / "bad.copy"
    bad.write_bytes(spoil(file.read_bytes()))  # type: ignore[operator]
    with pytest.raises(Refusal) as no:
        restore(new, bad, words)
    assert no.value.code == code
    assert sorted(path.name for path in new.iterdir()) == ["lock"]
    restore(new, file, words)
    assert Home(new).exists()


def test_crash_in_the_middle_leaves_no_home_and_the_next_try_succeeds(ana: Path, tmp_path: Path) -> None:
    """COPY-8: leftovers of a restore that did not come to its end are sealed under a key that nobody has."""
    file, new = tmp_path / "ana.copy", tmp_path / "new"
    words = make(ana, file)
    (new / "pieces").mkdir(parents=True)
    (new / "pieces" / "half").write_bytes(b"x")
    (new / COMING_NAME).write_bytes(b"noise")
    assert not Home(new).exists()
    restore(new, file, words)
    assert not (new / "pieces" / "half").exists()
    with homes.opened(new, lambda: "") as desk:
        assert homes.examine(desk.store, desk.core, True) == []


def test_where_somebody_is_nobody_is_brought_back(ana: Path, tmp_path: Path) -> None:
    """COPY-8: a home is never overwritten; too short a passphrase is told before anything is done."""
    file = tmp_path / "ana.copy"
    words = make(ana, file)
    with pytest.raises(Refusal) as no:
        restore(ana, file, words)
    assert no.value.code == "home.exists"
    with pytest.raises(Refusal) as no:
        restore(tmp_path / "new", file, words, passphrase="short", remember=False)
    assert no.value.code == "passphrase.too_short"
    with pytest.raises(Refusal) as no:
        copies.check(tmp_path / "missing.copy", words, None)
    assert no.value.code == "file.missing"


def test_pictures_come_back_with_their_posts(ana: Path, tmp_path: Path) -> None:
    """COPY-6: what was kept in this home opens from the copy's own pieces, byte for byte."""
    file, new = tmp_path / "ana.copy", tmp_path / "new"
    data = os.urandom(300_000)
    with homes.opened(ana, lambda: "") as desk:
        ref = desk.keep_file(io.BytesIO(data), len(data))
        kept = Attachment(ref, "picture", "image/jpeg", "hill.jpg", "a hill", 4, 3)
        desk.do(Publish(Place("circle", ONLY_ME), Post("", attachments=(kept,))))
    words = make(ana, file)
    found = copies.check(file, words, None)
    assert (found.findings, found.contents.own) == ((), 1)
    restore(new, file, words)
    with homes.opened(new, lambda: "") as desk:
        assert b"".join(desk.file_bytes(ref.blob)) == data
        assert homes.examine(desk.store, desk.core, True) == []
