# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file: sealed, one writer, whole transactions or none, and nothing left of what was erased."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from edgewise.ground.errors import Refusal
from edgewise.store import migrations, outbox, settings, shelf
from edgewise.store.agreements import AgreementsView
from edgewise.store.db import Store
from tests.store.shelves import Writer, log_row, put, space_row

KEY = bytes(range(32))
SECRET_TEXT = "the plum tree by the well"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "edgewise.db"


def refused(path: Path, key: bytes | None) -> str:
    """The code with which an opening is refused."""
    with pytest.raises(Refusal) as caught:
        Store.open(path, key, views=())
    return caught.value.code


def raw_bytes(path: Path) -> bytes:
    """All that lies on the disk of a store."""
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(path.name + "*")))


@pytest.fixture
def plain(path: Path) -> Iterator[Store]:
    """A store that is not sealed, so that its bytes can be looked at."""
    store = Store.open(path, None, views=(AgreementsView(),))
    yield store
    store.close()


def test_nothing_of_a_sealed_file_can_be_read_without_its_key(path: Path) -> None:
    """Neither texts nor table names nor SQLite's mark stand in the file or its log, open or closed."""
    store = Store.open(path, KEY, views=())
    with store.write() as db:
        outbox.put_draft(db, "home", SECRET_TEXT, "", 1)
    for _ in range(2):
        found = raw_bytes(path)
        assert len(found) > 4096
        assert not any(trace in found for trace in (SECRET_TEXT.encode(), b"drafts", b"SQLite format"))
        store.close()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(path).execute("SELECT count(*) FROM sqlite_schema")


def test_what_was_written_is_there_after_opening_again(path: Path) -> None:
    """The right key opens the file, however often."""
    for count in range(3):
        store = Store.open(path, KEY, views=())
        with store.write() as db:
            settings.put(db, f"n{count}", "x")
            assert list(settings.named(db, "n")) == [f"n{each}" for each in range(count + 1)]
        store.close()


def test_wrong_keys_and_foreign_files_are_told_apart_and_left_alone(path: Path) -> None:
    """Each mistake has its own code, and no mistake changes a byte."""
    Store.open(path, KEY, views=()).close()
    sealed = path.read_bytes()
    assert refused(path, bytes(32)) == "store.damaged"  # a passphrase is judged by the home, before
    assert refused(path, None) == "passphrase.needed"
    assert path.read_bytes() == sealed
    letter = path.with_name("letter.txt")
    letter.write_text("Dear Bob, " * 50)
    assert refused(letter, KEY) == refused(letter, None) == "store.foreign"
    assert letter.read_text() == "Dear Bob, " * 50


def test_other_programs_databases_are_foreign(path: Path) -> None:
    """A database without our mark is not touched, sealed or not."""
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE songs (name TEXT)")
    assert refused(path, None) == refused(path, KEY) == "store.foreign"


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    """An older program never writes into a newer file."""
    store = Store.open(path, KEY, views=())
    with store.write() as db:
        db.pragma("user_version", migrations.VERSION + 1)
    store.close()
    assert refused(path, KEY) == "store.newer"


def test_a_damaged_page_is_noticed(path: Path) -> None:
    """Each page is sealed: one flipped bit in it is a damaged store, not a wrong answer."""
    store = Store.open(path, KEY, views=())
    with store.write() as db:
        for number in range(200):
            outbox.put_draft(db, f"place {number % 50}", SECRET_TEXT * 20, "", number)
    store.close()
    data = bytearray(path.read_bytes())
    for page in range(4096, len(data), 4096):
        data[page + 100] ^= 1
    path.write_bytes(data)
    assert refused(path, KEY) == "store.damaged"


def test_a_first_page_half_written_is_mended_from_the_log(path: Path, tmp_path: Path) -> None:
    """Power failed while the log was folded in: the file's head is noise, and the log beside it is whole."""
    store = Store.open(path, KEY, views=())
    with store.write() as db:
        settings.put(db, "a", "kept")
    left = tmp_path / "left"
    left.mkdir()
    for name in (path.name, path.name + "-wal"):
        (left / name).write_bytes((path.parent / name).read_bytes())
    store.close()
    with (left / path.name).open("r+b") as file:
        file.write(b"n" * 512)
    again = Store.open(left / path.name, KEY, views=())
    assert settings.get(again.reader(), "a") == "kept"
    again.close()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A missing folder is a Refusal that names the path."""
    assert refused(tmp_path / "nowhere" / "edgewise.db", KEY) == "home.unwritable"


def test_a_transaction_happens_whole_or_not_at_all(plain: Store) -> None:
    """Whatever ends a transaction early undoes it, and the next one goes on."""

    def half(fault: BaseException) -> None:
        with plain.write() as db:
            settings.put(db, "a", "half")
            raise fault

    for fault in (Refusal("text.empty"), AssertionError("a bug"), KeyboardInterrupt()):
        with pytest.raises(type(fault)):
            half(fault)
    with plain.write() as db:
        assert settings.get(db, "a") is None
        settings.put(db, "a", "whole")
    with plain.reading() as reader:
        assert settings.get(reader, "a") == "whole"


def test_write_transactions_do_not_nest(plain: Store) -> None:
    """One input is one transaction; a second one inside is a bug."""
    with plain.write() as db:
        with pytest.raises(AssertionError):
            plain.write().__enter__()
        settings.put(db, "a", "kept")
    assert settings.get(plain.reader(), "a") == "kept"


def test_readers_see_one_moment_and_change_nothing(plain: Store) -> None:
    """A page is drawn from one state, even while the writer goes on."""
    with plain.write() as db:
        settings.put(db, "a", "before")
    with plain.reading() as reader:
        assert settings.get(reader, "a") == "before"
        with plain.write() as db:
            settings.put(db, "a", "after")
        assert settings.get(reader, "a") == "before"
        with pytest.raises(apsw.ReadOnlyError):
            reader.execute("DELETE FROM settings")
    with plain.reading() as reader:
        assert settings.get(reader, "a") == "after"


def test_a_full_disk_undoes_the_transaction(plain: Store) -> None:
    """Where no page can be added any more, it is said, and what was there stays."""
    with plain.write() as db:
        settings.put(db, "a", "kept")
    with plain.write() as db:
        db.pragma("max_page_count", int(db.pragma("page_count")))
    with pytest.raises(Refusal) as caught, plain.write() as db:
        settings.put(db, "a", "too much" * 100_000)
    assert caught.value.code == "home.full"
    assert settings.get(plain.reader(), "a") == "kept"


def test_another_writer_is_waited_for_then_refused(plain: Store, path: Path) -> None:
    """A second program that writes is noticed (the home's lock keeps it from happening)."""
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    with plain.reading():
        plain._writer.set_busy_timeout(1)
    with pytest.raises(Refusal) as caught, plain.write():
        pass
    assert caught.value.code == "store.busy"
    other.execute("ROLLBACK")


def test_what_is_erased_leaves_no_byte_on_the_disk(plain: Store, path: Path) -> None:
    """After erasing and a checkpoint neither the file nor its log hold payloads or texts, long or short."""
    alice = Writer("alice")
    payloads = [bytes([65 + number]) * size for number, size in enumerate((64, 900, 5000, 40_000))]
    with plain.write() as db:
        shelf.add_space(db, space_row())
        shelf.add_log(db, log_row(alice))
        for payload in payloads:
            put(db, alice.write(payload=payload))
        outbox.put_draft(db, "home", SECRET_TEXT, "", 1)
    assert all(payload[:64] in raw_bytes(path) for payload in payloads)
    assert SECRET_TEXT.encode() in raw_bytes(path)
    with plain.write() as db:
        for op in alice.ops:
            shelf.erase_payload(db, op.id)
        outbox.drop_draft(db, "home")
    assert plain.checkpoint()
    found = raw_bytes(path)
    assert not any(payload[:64] in found for payload in payloads)
    assert SECRET_TEXT.encode() not in found
    assert all(op.header_bytes in found for op in alice.ops)


def test_a_checkpoint_waits_for_readers(plain: Store) -> None:
    """While a page is being drawn the log can't be cut; afterwards it can."""
    plain._writer.set_busy_timeout(1)
    with plain.reading() as reader:
        settings.get(reader, "a")
        with plain.write() as db:
            settings.put(db, "a", "b")
        assert not plain.checkpoint()
    assert plain.checkpoint()


def test_all_files_belong_to_the_owner_only(plain: Store, path: Path) -> None:
    """File, log and shared memory are 0600 from their first moment."""
    with plain.write() as db:
        settings.put(db, "a", "b")
    modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert len(modes) == 3


def test_erase_all_leaves_no_file(path: Path) -> None:
    """File, log and shared memory are gone."""
    store = Store.open(path, KEY, views=())
    with store.write() as db:
        settings.put(db, "a", "b")
    store.erase_all()
    assert list(path.parent.iterdir()) == []


def test_a_store_in_memory_reads_what_it_writes() -> None:
    """In memory reader and writer are one connection."""
    store = Store.in_memory(())
    with store.write() as db:
        settings.put(db, "a", "b")
    with store.reading() as reader:
        assert settings.get(reader, "a") == "b"
    assert store.reader() is reader
    assert store.checkpoint()
    store.erase_all()
