# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a safe copy holds of the tables, and how it comes into a new store.

Copied are the tables of `migrations` as rows, and the secrets one by one, since they are sealed under the key
of their store. Left out: views (made anew from what they were made from), what is parked, and every key that
belongs to one device or one log (protocol.md C1).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final, Protocol

import apsw

from edgewise.ground.canon import encode
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import COPY_ROWS_BYTES
from edgewise.identity.person import resolve_chain
from edgewise.store import chest, migrations, people
from edgewise.store.db import Connection
from edgewise.store.rows import rows
from edgewise.store.safecopy import File, Manifest, Part, Piece, Rows, Secret, Table
from edgewise.store.views import View

LEFT_OUT: Final = ("secrets", "view_tables", "parked", "parked_totals")
OF_THE_DEVICE: Final = ("device", "transport", "kem", "copy")
OF_LOGS: Final = ("log:", "accept:")
FOLDER: Final = "pieces"
"""The folder of a home whose files are copied as they are."""
_DEPTH_MAX: Final = 4


class Taker(Protocol):
    """Where the files of a copy go."""

    def begin(self, name: str, size_bytes: int) -> None:
        """A file of this name (below `FOLDER`, parts joined by "/") and size follows."""
        ...

    def more(self, data: bytes) -> None:
        """Its next bytes."""
        ...

    def end(self) -> None:
        """Nothing more comes. Refusal "copy.damaged" where a file is not whole."""
        ...


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a copy, for people: own things and those of others, people one knows, files."""

    own: int
    others: int
    people: int
    files: int


def manifest(db: Connection, made_ms: int) -> Manifest:
    """Whose copy it is. Refusal "home.not_set_up"."""
    me = people.me(db)
    if me is None:
        raise Refusal("home.not_set_up")
    return Manifest(made_ms, migrations.VERSION, me.id, resolve_chain(me.chain).name, me.chain)


def dump(db: Connection) -> Iterator[Part]:
    """All rows and secrets, of one moment: in the caller's read transaction. The manifest comes before."""
    for name in base_tables(migrations.VERSION):
        if name in LEFT_OUT:
            continue
        columns = _columns(db, name)
        yield Table(name, columns)
        yield from _rows(db, name, columns)
    for name in chest.secret_names(db):
        if name in OF_THE_DEVICE or name.startswith(OF_LOGS):
            continue
        value = chest.secret(db, name)
        assert value is not None, "a secret that was there a moment ago"
        yield Secret(name, value)


def base_tables(version: int) -> list[str]:
    """The tables that the first `version` scripts lay, in their order."""
    return [name for script in migrations.SCRIPTS[:version] for name in migrations.tables_of(script)]


def _columns(db: apsw.Connection, table: str) -> tuple[str, ...]:
    return tuple(str(row[1]) for row in db.execute(f"PRAGMA table_info({table})"))


def _rows(db: apsw.Connection, table: str, columns: tuple[str, ...]) -> Iterator[Rows]:
    gathered: list[tuple[Any, ...]] = []
    size_bytes = 0
    for row in db.execute(f"SELECT {', '.join(columns)} FROM {table}"):  # noqa: S608 (names of our scripts)
        if table == "settings" and row[0] == "me":
            continue  # it comes back as the last step, with the new device
        each_bytes = len(encode(row))
        if gathered and size_bytes + each_bytes > COPY_ROWS_BYTES:
            yield Rows(tuple(gathered))
            gathered, size_bytes = [], 0
        gathered.append(row)
        size_bytes += each_bytes
    if gathered:
        yield Rows(tuple(gathered))


def load(
    db: Connection, copied: Manifest, parts: Iterable[Part], files: Taker, views: Iterable[View]
) -> None:
    """Fill the empty tables of a new store, inside the caller's transaction; views are to be rebuilt after.

    A copy of an older version is laid into the tables of that version and brought forward. Raises Refusal
    "copy.newer" or "copy.damaged" (tables, columns or rows that can't be).
    """
    if copied.schema > migrations.VERSION:
        raise Refusal("copy.newer")
    if not copied.schema:
        raise Refusal("copy.damaged")
    older = copied.schema < migrations.VERSION
    if older:
        migrations.lay_at(db, copied.schema)
    try:
        _take(db, copied, parts, files)
    except apsw.ConstraintError as error:
        raise Refusal("copy.damaged") from error
    files.end()
    if older:
        migrations.migrate(db, copied.schema)
        migrations.lay_views(db, [(view.name, view.tables) for view in views])


def _take(db: Connection, copied: Manifest, parts: Iterable[Part], files: Taker) -> None:
    known = frozenset(base_tables(copied.schema)) - frozenset(LEFT_OUT)
    insert, width = "", 0
    for part in parts:
        if isinstance(part, Table):
            insert, width = _insert(db, part, known), len(part.columns)
        elif isinstance(part, Rows):
            if not insert or any(len(row) != width for row in part.rows):
                raise Refusal("copy.damaged")
            db.executemany(insert, part.rows)
        elif isinstance(part, Secret):
            chest.put_secret(db, part.name, part.value)
        elif isinstance(part, File):
            files.begin(checked_name(part.name), part.size_bytes)
        elif isinstance(part, Piece):
            files.more(part.data)
        else:
            raise Refusal("copy.damaged")


def _insert(db: apsw.Connection, part: Table, known: frozenset[str]) -> str:
    if part.name not in known or not part.columns:
        raise Refusal("copy.damaged")
    if not set(part.columns) <= set(_columns(db, part.name)) or len(set(part.columns)) != len(part.columns):
        raise Refusal("copy.damaged")
    places = ", ".join("?" * len(part.columns))
    return f"INSERT INTO {part.name} ({', '.join(part.columns)}) VALUES ({places})"  # noqa: S608 (checked)


def checked_name(name: str) -> str:
    """The name of a file in a copy, which stays below `FOLDER`. Refusal "copy.damaged"."""
    path = PurePosixPath(name)
    plain = all(
        part.isascii() and part.replace("-", "").replace("_", "").replace(".", "").isalnum()
        for part in path.parts
    )
    hidden = any(part.startswith(".") for part in path.parts)
    if str(path) != name or not plain or hidden or not 1 < len(path.parts) <= _DEPTH_MAX:
        raise Refusal("copy.damaged")
    if path.parts[0] != FOLDER:
        raise Refusal("copy.damaged")
    return name


def contents(db: apsw.Connection, identity: bytes, files: int) -> Contents:
    """What a loaded copy holds: opened content by oneself and by others, and acquaintances."""
    ((own, every),) = rows(
        db,
        "SELECT coalesce(sum(l.identity = ?), 0), count(*) FROM ops o JOIN logs l ON l.n = o.log_n "
        "JOIN spaces s ON s.n = l.space_n WHERE o.cls = 1 AND o.state = 0 AND s.kind IN ('feed', 'dm')",
        (identity,),
    )
    ((known,),) = rows(db, "SELECT count(*) FROM people WHERE id <> ?", (identity,))
    return Contents(int(own), int(every - own), int(known), files)
