# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of the house, as a numbered list of scripts: version n of a file has run the first n.

A column's meaning never changes; what is new is appended as another script. Rows of `ops`, `logs` and
`spaces` are never deleted, so that their row keys are never given twice. No ANALYZE: query plans must not
depend on a file's history.
"""

import re
from collections.abc import Iterable
from typing import Final

import apsw

_FIRST: Final = """
CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE spaces (
    n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, owner BLOB NOT NULL,
    peer BLOB NOT NULL DEFAULT x'', circle BLOB NOT NULL DEFAULT x'', born_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX spaces_by_peer ON spaces (peer);
CREATE INDEX spaces_by_circle ON spaces (circle);

CREATE TABLE logs (
    n INTEGER PRIMARY KEY, public BLOB NOT NULL UNIQUE, space_n INTEGER NOT NULL REFERENCES spaces (n),
    identity BLOB NOT NULL DEFAULT x'', device BLOB NOT NULL DEFAULT x'',
    next_seq INTEGER NOT NULL DEFAULT 0, head BLOB NOT NULL, head_n INTEGER NOT NULL DEFAULT 0,
    head_order_ms INTEGER NOT NULL DEFAULT 0, control_n INTEGER NOT NULL DEFAULT 0,
    mine INTEGER NOT NULL DEFAULT 0, listed INTEGER NOT NULL DEFAULT 0, closed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX logs_by_space ON logs (space_n);

-- state: 0 open, 1 sealed, 2 newer, 3 bad, 4 erased, 5 damaged. id8: the id's first 8 bytes, a cheap index
-- on random ids. claimed_ms: the claimed time, bounded by the arrival; order_ms is computed from it and what
-- lies before.
CREATE TABLE ops (
    n INTEGER PRIMARY KEY, log_n INTEGER NOT NULL REFERENCES logs (n), seq INTEGER NOT NULL,
    id8 INTEGER NOT NULL, cls INTEGER NOT NULL, state INTEGER NOT NULL,
    arrived_ms INTEGER NOT NULL, claimed_ms INTEGER NOT NULL, order_ms INTEGER NOT NULL,
    id BLOB NOT NULL, epoch BLOB NOT NULL, header BLOB NOT NULL, sig BLOB, payload BLOB,
    UNIQUE (log_n, seq)
) STRICT;
CREATE INDEX ops_by_id ON ops (id8);
CREATE INDEX ops_sealed ON ops (epoch) WHERE state = 1;

-- control 0: op names dep among its deps; 1: an operation of class control names it among its control heads.
CREATE TABLE links (
    dep_n INTEGER NOT NULL, control INTEGER NOT NULL, op_n INTEGER NOT NULL,
    PRIMARY KEY (dep_n, control, op_n)
) STRICT, WITHOUT ROWID;
CREATE TABLE awaited (
    dep BLOB NOT NULL, control INTEGER NOT NULL, op_n INTEGER NOT NULL, PRIMARY KEY (dep, control, op_n)
) STRICT, WITHOUT ROWID;
CREATE TABLE moved (op_n INTEGER PRIMARY KEY) STRICT;

CREATE TABLE tombstones (
    target BLOB NOT NULL, author BLOB NOT NULL, space BLOB NOT NULL, PRIMARY KEY (target, author, space)
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
    n INTEGER PRIMARY KEY, waits_log BLOB NOT NULL, waits_seq INTEGER NOT NULL, peer BLOB NOT NULL,
    id BLOB NOT NULL, size_bytes INTEGER NOT NULL, header BLOB NOT NULL, sig BLOB, payload BLOB,
    UNIQUE (waits_log, waits_seq, id)
) STRICT;
CREATE TABLE parked_totals (
    peer BLOB PRIMARY KEY NOT NULL, ops INTEGER NOT NULL, size_bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
    name TEXT PRIMARY KEY NOT NULL, salt BLOB NOT NULL, sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE epochs (
    n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, space BLOB NOT NULL, log BLOB NOT NULL,
    seq INTEGER NOT NULL, secret BLOB NOT NULL DEFAULT x'', control BLOB NOT NULL DEFAULT x'',
    content BLOB NOT NULL DEFAULT x'', commits BLOB NOT NULL DEFAULT x'', made_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX epochs_by_space ON epochs (space);

CREATE TABLE people (
    id BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL, chain BLOB NOT NULL, met_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE devices (
    sign BLOB PRIMARY KEY NOT NULL, identity BLOB NOT NULL, kem BLOB NOT NULL, transport BLOB NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX devices_by_identity ON devices (identity);
CREATE INDEX devices_by_transport ON devices (transport);
CREATE TABLE addresses (
    identity BLOB NOT NULL, endpoint BLOB NOT NULL, addrs TEXT NOT NULL DEFAULT '',
    at_ms INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (identity, endpoint)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
    id BLOB PRIMARY KEY NOT NULL, secret BLOB NOT NULL, state TEXT NOT NULL, to_name TEXT NOT NULL,
    letter BLOB NOT NULL, made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
    acceptance BLOB NOT NULL DEFAULT x'', identity BLOB NOT NULL DEFAULT x''
) STRICT;
CREATE INDEX invitations_by_identity ON invitations (identity);
CREATE TABLE letters (
    invitation BLOB PRIMARY KEY NOT NULL, text TEXT NOT NULL, letter BLOB NOT NULL, state TEXT NOT NULL,
    secret BLOB NOT NULL, from_identity BLOB NOT NULL, addrs TEXT NOT NULL, endpoint BLOB NOT NULL,
    acceptance BLOB NOT NULL, at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE register (
    n INTEGER PRIMARY KEY, holder BLOB NOT NULL, space BLOB NOT NULL, log BLOB NOT NULL,
    first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, grant_id BLOB NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE INDEX register_by_log ON register (space, log, holder, first_seq);
CREATE TABLE held_heads (
    device BLOB NOT NULL, space BLOB NOT NULL, log BLOB NOT NULL, next_seq INTEGER NOT NULL,
    PRIMARY KEY (device, space, log)
) STRICT, WITHOUT ROWID;
CREATE TABLE exports (
    n INTEGER PRIMARY KEY, what TEXT NOT NULL, subject BLOB NOT NULL, name TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE erasures (
    n INTEGER PRIMARY KEY, request BLOB NOT NULL, holder_device BLOB NOT NULL, holder_identity BLOB NOT NULL,
    space BLOB NOT NULL, target BLOB NOT NULL, log BLOB NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL,
    asked_ms INTEGER NOT NULL, answered_ms INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,
    UNIQUE (request, holder_device, target)
) STRICT;
CREATE INDEX erasures_by_device ON erasures (holder_device, state);
CREATE INDEX erasures_by_target ON erasures (target);
CREATE TABLE held (
    id BLOB PRIMARY KEY NOT NULL, place BLOB NOT NULL, record BLOB NOT NULL, due_ms INTEGER NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE drafts (
    place TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL, extra TEXT NOT NULL DEFAULT '',
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE marks (place TEXT PRIMARY KEY NOT NULL, order_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE verdicts (
    code TEXT NOT NULL, source BLOB NOT NULL, times INTEGER NOT NULL, last_ms INTEGER NOT NULL,
    PRIMARY KEY (code, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE view_tables (name TEXT PRIMARY KEY NOT NULL, script TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""

# wish: see store.pieces.WISHES; size_bytes of the file, bitmap of the pieces that are on the disk. Of an
# erased blob only the id remains. giver: whom to ask for it, empty where it was written here.
_PIECES: Final = """
CREATE TABLE blobs (
    n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, key BLOB NOT NULL, root BLOB NOT NULL,
    size_bytes INTEGER NOT NULL, total INTEGER NOT NULL, have INTEGER NOT NULL, bitmap BLOB NOT NULL,
    wish INTEGER NOT NULL, coming INTEGER NOT NULL, kept INTEGER NOT NULL, since_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX blobs_wanted ON blobs (wish) WHERE wish IN (1, 3);
CREATE INDEX blobs_kept ON blobs (since_ms) WHERE kept = 1;
CREATE TABLE blob_names (
    blob BLOB NOT NULL, op BLOB NOT NULL, space BLOB NOT NULL, log BLOB NOT NULL, giver BLOB NOT NULL,
    PRIMARY KEY (blob, op)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_names_by_op ON blob_names (op);
CREATE INDEX blob_names_by_space ON blob_names (space);
CREATE TABLE register_blobs (
    n INTEGER PRIMARY KEY, holder BLOB NOT NULL, space BLOB NOT NULL, blob BLOB NOT NULL,
    first_piece INTEGER NOT NULL, last_piece INTEGER NOT NULL, grant_id BLOB NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE INDEX register_blobs_by_blob ON register_blobs (blob, space, holder, first_piece);
"""

# What is to go with an unsent text, as canonical bytes (store.outbox.Enclosed).
_ATTACHED: Final = "ALTER TABLE drafts ADD COLUMN attached BLOB NOT NULL DEFAULT x''"

# What stays of an operation that was taken back: its kind, its claimed time, and the record without all that
# it said. Its line keeps its place by it when the views are made again.
_REMAINS: Final = """
CREATE TABLE remains (
    op_n INTEGER PRIMARY KEY, kind TEXT NOT NULL, wall_ms INTEGER NOT NULL, record BLOB NOT NULL
) STRICT;
"""

# What others asked this computer to erase (due_ms 0: done): how much lately, and what waits.
_ERASURES_HERE: Final = """
CREATE TABLE erasures_here (
    target BLOB NOT NULL, author BLOB NOT NULL, space BLOB NOT NULL, item BLOB NOT NULL,
    came_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, PRIMARY KEY (target, author)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_here_by_author ON erasures_here (author, came_ms);
CREATE INDEX erasures_here_by_item ON erasures_here (item);
CREATE INDEX erasures_here_due ON erasures_here (due_ms) WHERE due_ms > 0;
"""

SCRIPTS: Final = (_FIRST, _PIECES, _ATTACHED, _REMAINS, _ERASURES_HERE)
VERSION: Final = len(SCRIPTS)

_TABLE: Final = re.compile(r"CREATE (?:VIRTUAL )?TABLE(?: IF NOT EXISTS)? (\w+)")


def tables_of(script: str) -> list[str]:
    """The tables that a script lays."""
    return _TABLE.findall(script)


def lay_at(db: apsw.Connection, version: int) -> None:
    """Lay the still empty tables of an older version in place of the newest; inside the caller's transaction.

    For what was kept by an older version (a safe copy): fill them, then `migrate` from that version.
    """
    for table in [name for script in SCRIPTS for name in reversed(tables_of(script))]:
        db.execute(f"DROP TABLE IF EXISTS {table}")
    for script in SCRIPTS[:version]:
        db.execute(script)


def migrate(db: apsw.Connection, version: int) -> None:
    """Bring a file of this version (0: empty) to the newest; inside the caller's transaction."""
    for script in SCRIPTS[version:]:
        db.execute(script)
    db.pragma("user_version", VERSION)


def lay_views(
    db: apsw.Connection, views: Iterable[tuple[str, str]], *, older: bool = False
) -> tuple[str, ...]:
    """Make the tables of these views (name, script); inside the caller's transaction.

    A view whose script is another than when the file was last opened is laid anew, empty: the names that are
    returned need a rebuild. With `older`, one that the file did not have yet is among them.
    """
    stale = []
    for name, script in views:
        row = db.execute("SELECT script FROM view_tables WHERE name = ?", (name,)).fetchone()
        if row is not None and row[0] == script:
            continue
        if row is not None or older:
            stale.append(name)
        for table in reversed(_TABLE.findall(row[0] if row is not None else "")):
            db.execute(f"DROP TABLE IF EXISTS {table}")  # an index of words before what it was made from
        db.execute(script)
        db.execute("INSERT OR REPLACE INTO view_tables (name, script) VALUES (?, ?)", (name, script))
    return tuple(stale)
