# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters: those that one wrote (invitations), and those that one was given."""

from dataclasses import dataclass, field
from typing import Final

import apsw

from edgewise.store.rows import Row


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An own letter: `identity` and `acceptance` are of who accepted it first (None and empty before)."""

    id: bytes
    secret: bytes = field(repr=False)
    state: str
    to_name: str
    letter: bytes
    made_ms: int
    until_ms: int
    acceptance: bytes
    identity: bytes | None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A received letter: `letter` is empty where only its ticket is here; `from_identity` likewise.

    State: "read", "later", "accepted", "refused" or "met"; `acceptance`: what was answered.
    """

    invitation: bytes
    text: str
    letter: bytes
    state: str
    secret: bytes = field(repr=False)
    from_identity: bytes
    addrs: tuple[str, ...]
    endpoint: bytes
    acceptance: bytes
    at_ms: int


_INVITATION: Final = (
    "SELECT id, secret, state, to_name, letter, made_ms, until_ms, acceptance, identity FROM invitations "
)


def _invitation(row: Row) -> InvitationRow:
    return InvitationRow(*(*row[:-1], row[-1] or None))


def add(db: apsw.Connection, row: InvitationRow) -> None:
    """Keep a new letter of one's own."""
    db.execute(
        "INSERT INTO invitations "
        "(id, secret, state, to_name, letter, made_ms, until_ms, acceptance, identity) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(row.id, row.secret, row.state, row.to_name, row.letter, row.made_ms, row.until_ms),
            *(row.acceptance, row.identity or b""),
        ),
    )


def get(db: apsw.Connection, id: bytes) -> InvitationRow | None:
    """One letter of one's own, or None."""
    row = db.execute(_INVITATION + "WHERE id = ?", (id,)).fetchone()
    return None if row is None else _invitation(row)


def every(db: apsw.Connection, state: str | None = None) -> list[InvitationRow]:
    """All letters of one's own, or those in one state; the newest first."""
    found = db.execute(_INVITATION + "WHERE ?1 IS NULL OR state = ?1 ORDER BY made_ms DESC, id", (state,))
    return [_invitation(row) for row in found]


def by_identity(db: apsw.Connection, identity: bytes) -> InvitationRow | None:
    """The letter of one's own that this person accepted last, or None."""
    row = db.execute(
        _INVITATION + "WHERE identity = ? ORDER BY made_ms DESC, id LIMIT 1", (identity,)
    ).fetchone()
    return None if row is None else _invitation(row)


def set_state(db: apsw.Connection, id: bytes, state: str) -> None:
    """Note what became of a letter of one's own (identity.invites says what may follow what)."""
    db.execute("UPDATE invitations SET state = ? WHERE id = ?", (state, id))


def set_acceptance(db: apsw.Connection, id: bytes, acceptance: bytes, identity: bytes) -> None:
    """Note who accepted a letter, and with what."""
    db.execute("UPDATE invitations SET acceptance = ?, identity = ? WHERE id = ?", (acceptance, identity, id))


_LETTER: Final = (
    "SELECT invitation, text, letter, state, secret, from_identity, addrs, endpoint, acceptance, at_ms "
    "FROM letters "
)


def _letter(row: Row) -> LetterRow:
    invitation, text, letter, state, secret, sender, addrs, endpoint, acceptance, at_ms = row
    return LetterRow(
        invitation=invitation,
        text=text,
        letter=letter,
        state=state,
        secret=secret,
        from_identity=sender,
        addrs=tuple(addrs.split("\n")) if addrs else (),
        endpoint=endpoint,
        acceptance=acceptance,
        at_ms=at_ms,
    )


def put_letter(db: apsw.Connection, row: LetterRow) -> None:
    """Keep a received letter as it stands now."""
    db.execute(
        "INSERT OR REPLACE INTO letters (invitation, text, letter, state, secret, from_identity, addrs, "
        "endpoint, acceptance, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(row.invitation, row.text, row.letter, row.state, row.secret, row.from_identity),
            *("\n".join(row.addrs), row.endpoint, row.acceptance, row.at_ms),
        ),
    )


def letter(db: apsw.Connection, invitation: bytes) -> LetterRow | None:
    """One received letter, or None."""
    row = db.execute(_LETTER + "WHERE invitation = ?", (invitation,)).fetchone()
    return None if row is None else _letter(row)


def letters(db: apsw.Connection, state: str | None = None) -> list[LetterRow]:
    """All received letters, or those in one state; the newest first."""
    found = db.execute(_LETTER + "WHERE ?1 IS NULL OR state = ?1 ORDER BY at_ms DESC, invitation", (state,))
    return [_letter(row) for row in found]
