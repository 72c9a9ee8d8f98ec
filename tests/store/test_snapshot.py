# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a safe copy holds of the tables: all that is a person's, nothing that is a device's."""

import pytest

from edgewise.ground.errors import Refusal
from edgewise.ground.ids import ZERO32
from edgewise.store import chest, migrations, people, settings, shelf, snapshot
from edgewise.store.db import Connection, Store
from edgewise.store.safecopy import File, Manifest, Part, Piece, Rows, Secret, Table
from tests.identity.friends import friend
from tests.store.copies import PARTS
from tests.store.kept import VIEW, kept

ALICE = friend("alice")


class Noted:
    """Takes files and remembers them (store.snapshot.Taker)."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ended = False

    def begin(self, name: str, size_bytes: int) -> None:
        """A file."""
        self.files[name] = b""

    def more(self, data: bytes) -> None:
        """Its bytes."""
        name = list(self.files)[-1]
        self.files[name] += data

    def end(self) -> None:
        """No more."""
        self.ended = True


def loaded(parts: tuple[Part, ...], store: Store | None = None) -> Store:
    """A new store with a copy in it."""
    store = store or Store.in_memory((VIEW,))
    first, *rest = parts
    assert isinstance(first, Manifest)
    with store.write() as db:
        snapshot.load(db, first, rest, Noted(), (VIEW,))
    return store


def lived_in(db: Connection) -> None:
    """Make somebody of a home."""
    people.put_person(db, ALICE.person.id, ALICE.chain, "Alice")
    settings.put(db, "me", ALICE.person.id.hex())
    settings.put(db, "language", "de")
    for name in (
        "root",
        "recovery",
        "device",
        "kem",
        "transport",
        "log:ab",
        "accept:cd",
        "confirm:ef",
        "copy",
    ):
        chest.put_secret(db, name, name.encode() * 20)


def dumped(db: Connection) -> tuple[Part, ...]:
    """All parts."""
    return (snapshot.manifest(db, 5), *snapshot.dump(db))


def test_rows_and_secrets_come_back_under_another_key() -> None:
    """COPY-6: every table is equal but for what is left out, and secrets open in the new store."""
    with kept() as home:
        lived_in(home.db)
        parts = dumped(home.db)
        before = {name: _all(home.db, name) for name in snapshot.base_tables(migrations.VERSION)}
    store = loaded(parts, Store.in_memory((VIEW,)))
    db = store.reader()
    for name, rows in before.items():
        if name not in snapshot.LEFT_OUT:
            expected = [row for row in rows if row[0] != "me"]
            assert _all(db, name) == expected, name
    assert chest.secret_names(db) == ["confirm:ef", "recovery", "root"]
    assert chest.secret(db, "root") == b"root" * 20
    assert shelf.spaces(db)


def _all(db: Connection, table: str) -> list[tuple[object, ...]]:
    return sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr)


def test_every_table_of_the_scripts_is_copied_or_left_out_on_purpose() -> None:
    """COPY-6: a new table is in the copy without anybody thinking of it."""
    with kept() as home:
        lived_in(home.db)
        copied = {part.name for part in dumped(home.db) if isinstance(part, Table)}
    assert copied == set(snapshot.base_tables(migrations.VERSION)) - set(snapshot.LEFT_OUT)


def test_a_home_without_a_person_has_no_copy() -> None:
    """COPY-5: the manifest says whose it is."""
    with kept() as home, pytest.raises(Refusal) as no:
        snapshot.manifest(home.db, 5)
    assert no.value.code == "home.not_set_up"


def test_a_copy_of_an_older_version_is_brought_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    """COPY-7: its rows go into the tables of its version, then the later scripts run."""
    with kept() as home:
        lived_in(home.db)
        parts = dumped(home.db)
    later = (
        "ALTER TABLE settings ADD COLUMN note TEXT NOT NULL DEFAULT 'new'; "
        "CREATE TABLE extra (n INTEGER) STRICT;"
    )
    monkeypatch.setattr(migrations, "SCRIPTS", (*migrations.SCRIPTS, later))
    monkeypatch.setattr(migrations, "VERSION", len(migrations.SCRIPTS))
    db = loaded(parts).reader()
    assert db.execute("SELECT note FROM settings WHERE name = 'language'").get == "new"
    assert db.execute("SELECT count(*) FROM extra").get == 0
    assert db.execute("SELECT count(*) FROM ops").get
    assert db.execute("SELECT count(*) FROM agreements_circles").get == 0


def test_a_copy_of_a_newer_version_is_refused() -> None:
    """COPY-7: and the tables stay empty."""
    manifest = Manifest(5, migrations.VERSION + 1, ZERO32, "Alice", (b"x",))
    with pytest.raises(Refusal) as no:
        loaded((manifest,))
    assert no.value.code == "copy.newer"


MANIFEST = PARTS[0]


@pytest.mark.parametrize(
    "bad",
    [
        (Table("sqlite_schema", ("name",)), Rows((("x",),))),
        (Table("secrets", ("name", "salt", "sealed")),),
        (Table("settings; DROP TABLE ops", ("name",)),),
        (Table("settings", ("name, value) SELECT 1, 2 --", "value")),),
        (Table("settings", ("name", "name")),),
        (Table("settings", ()),),
        (Table("settings", ("name", "value")), Rows((("only one",),))),
        (Table("settings", ("name", "value")), Rows((("twice", "a"), ("twice", "b")))),
        (Table("settings", ("name", "value")), Rows(((5, b"bytes"),))),
        (MANIFEST,),
        (File("pieces/../../etc/passwd", 1),),
        (File("pieces/.hidden", 1),),
        (File("/pieces/a", 1),),
        (File("pieces", 1),),
        (File("other/a", 1),),
        (File("pieces/a b", 1),),
        (File("pieces/a/b/c/d/e", 1),),
        (File("pieces//a", 1),),
        (File("pieces\\a", 1),),
    ],
)
def test_what_can_not_be_is_damage_and_nothing_of_it_stays(bad: tuple[Part, ...]) -> None:
    """COPY-7: a hostile copy reaches no table and no file that a copy may not have."""
    store = Store.in_memory((VIEW,))
    with pytest.raises(Refusal) as no:
        loaded((MANIFEST, Table("settings", ("name", "value")), Rows((("a", "b"),)), *bad), store)
    assert no.value.code == "copy.damaged"
    assert store.reader().execute("SELECT count(*) FROM settings").get == 0


def test_rows_before_a_table_are_damage() -> None:
    """COPY-5: rows are of the table that was named last."""
    with pytest.raises(Refusal) as no:
        loaded((MANIFEST, Rows((("no", "table"),))))
    assert no.value.code == "copy.damaged"


def test_files_reach_whoever_takes_them() -> None:
    """COPY-5: name, bytes, and that it was all."""
    store, taker = Store.in_memory((VIEW,)), Noted()
    first, *rest = PARTS
    assert isinstance(first, Manifest)
    with store.write() as db:
        snapshot.load(db, first, rest, taker, (VIEW,))
        assert snapshot.contents(db, first.identity, 1) == snapshot.Contents(0, 0, 0, 1)
    assert (taker.files, taker.ended) == ({"pieces/ab/cd.blob": b"hello"}, True)
    assert Piece not in {type(part) for part in PARTS[:6]}
    assert Secret in {type(part) for part in PARTS}
