# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the world knows for itself, beside all cores.

Who wrote what, for whom it was meant, what was said yes to.

Whom a person means is noted from the commands that they gave, not from what their core made of them. The
checkers compare the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from edgewise.consent.circles import ONLY_ME, Member
from edgewise.consent.erasure import TakenBack
from edgewise.consent.grants import End, Grant, Renounce, Revoke
from edgewise.core import inputs
from edgewise.features.posts.records import Edit, Post, Word
from edgewise.features.talk.records import Say, SayEdit
from edgewise.log.kinds import OpenedOp
from edgewise.log.op import CLS_CONTENT
from edgewise.sim.people import Person
from edgewise.sim.trace import Violation
from edgewise.store import agreements, shelf

ITEMS: Final = (Post, Say)
EDITS: Final = (Edit, SayEdit)


@dataclass(frozen=True, slots=True)
class Written:
    """One operation, as its author wrote it.

    meant: who may open it besides its author, for content in an own feed, a talk or a pair; None for what
    others write in a feed, which goes to whoever holds its key, and for a feed's own control operations.
    nth: how many were written before it, in all the world.
    """

    op: OpenedOp
    owner: bytes
    epoch: bytes
    meant: frozenset[bytes] | None
    nth: int


@dataclass(slots=True)
class Memory:
    """All that was written in this world, and what follows from it."""

    written: dict[bytes, Written] = field(default_factory=dict)
    # (log, seq) → operation id: a place is used once in all the world.
    places: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    # Epoch of a feed → who was meant to read what is written under it.
    readers: dict[bytes, frozenset[bytes]] = field(default_factory=dict)
    # Feed → everybody who was ever meant to read something of it.
    ever: dict[bytes, set[bytes]] = field(default_factory=dict)
    # Feed → its circle, and the grants: id → (giver, space).
    circles: dict[bytes, bytes] = field(default_factory=dict)
    grants: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict)
    # (owner, circle, reader) → how much was written when the circle began to mean this reader; and
    # (feed, reader) → how much was written when the owner last gave a grant for it.
    since: dict[tuple[bytes, bytes, bytes], int] = field(default_factory=dict)
    given: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    # Item → its wordings and short answers, in the order in which they were written; what was taken back.
    edits: dict[bytes, list[bytes]] = field(default_factory=dict)
    words: dict[bytes, list[bytes]] = field(default_factory=dict)
    taken: dict[bytes, bytes] = field(default_factory=dict)
    # Blob → the file that was sealed, and the spaces in which something names it.
    files: dict[bytes, bytes] = field(default_factory=dict)
    named: dict[bytes, list[bytes]] = field(default_factory=dict)
    # Invitation → who wrote it; (invitation, identity) of every yes.
    invited: dict[bytes, bytes] = field(default_factory=dict)
    yes: dict[tuple[bytes, bytes], None] = field(default_factory=dict)

    def use_place(self, log: bytes, seq: int, id: bytes) -> None:
        """Note which operation stands at a place. Violation when another one does already."""
        if self.places.setdefault((log, seq), id) != id:
            raise Violation("positions", f"two operations stand at ({log[:4].hex()},{seq})")

    def note(self, person: Person, op: OpenedOp) -> None:
        """Take note of what a person wrote, or learned from another."""
        if op.mine and op.id in self.written:
            self._again(person, op)
        elif op.mine:
            self._write(person, op)
        elif isinstance(op.record, End):
            self._forget(person, op.author)
        elif isinstance(op.record, Renounce):
            self._end_reading(person, op.record.grant, op.author)

    def _again(self, person: Person, op: OpenedOp) -> None:
        """What one wrote on a lost computer comes back: what it ended is ended in one's own mind too."""
        if not isinstance(op.record, End | Revoke):
            return
        space = shelf.space(person.db, op.space)
        assert space is not None
        other = next(each for each in (space.owner, space.peer) if each and each != person.identity)
        if isinstance(op.record, End):
            self._forget(person, other)
        else:
            self._unmean(person, op.record.grant, other)

    def _write(self, person: Person, op: OpenedOp) -> None:
        self.use_place(op.log, op.seq, op.id)
        space, row = shelf.space(person.db, op.space), shelf.op_row(person.db, op.id)
        if space is None or row is None:
            raise Violation("durable", f"{person.name} wrote {op.kind} and has it not")
        meant: frozenset[bytes] | None = None
        if space.kind in ("pair", "dm"):
            meant = frozenset({space.owner, space.peer or space.owner}) - {person.identity}
        elif space.kind == "self":
            meant = frozenset()
        elif space.owner == person.identity and op.cls == CLS_CONTENT:
            assert space.circle is not None
            self.circles[op.space] = space.circle
            meant = self._meant(person, space.circle)
            self._same_readers(person, op, row.epoch, meant)
        self.written[op.id] = Written(op, space.owner, row.epoch, meant, len(self.written))
        self._note_record(person, op)

    def _meant(self, person: Person, circle: bytes) -> frozenset[bytes]:
        """Whom a circle means now: whom its owner put in, if acquainted by the owner's clock."""
        if circle == ONLY_ME:
            return frozenset()
        found = set()
        for identity in sorted(person.meaning(circle)):
            pair = agreements.pair(person.db, identity)
            if pair is not None and pair.state == "live" and pair.until_ms > person.now_ms:
                found.add(identity)
        return frozenset(found)

    def _same_readers(self, person: Person, op: OpenedOp, epoch: bytes, meant: frozenset[bytes]) -> None:
        """Everything under one key is meant for the same people: who left must not hold the newest key."""
        known = self.readers.setdefault(epoch, meant)
        self.ever.setdefault(op.space, set()).update(meant)
        if known != meant:
            raise Violation(
                "removed_readers" if known - meant else "left_out",
                f"{person.name} wrote {op.kind} for {len(meant)} people under a key of {len(known)}",
            )

    def _note_record(self, person: Person, op: OpenedOp) -> None:
        record = op.record
        if isinstance(record, Post | Say):
            for each in record.attachments:
                self.named.setdefault(each.ref.blob, []).append(op.space)
        if isinstance(record, EDITS):
            self.edits.setdefault(record.target, []).append(op.id)
        elif isinstance(record, Word):
            self.words.setdefault(record.target, []).append(op.id)
        elif isinstance(record, TakenBack):
            self.taken[record.target] = op.id
        elif isinstance(record, Member) and any(space[:16] == record.circle for space in self.ever):
            change = set.add if record.present else set.discard  # a feed that came back, with its readers
            change(person.meaning(record.circle), record.identity)
        elif isinstance(record, Grant):
            pair = shelf.space(person.db, op.space)
            assert pair is not None
            self.grants[record.id] = (person.identity, record.space)
            self.given[record.space, pair.peer or pair.owner] = len(self.written)
        elif isinstance(record, End):
            space = shelf.space(person.db, op.space)
            assert space is not None
            self._forget(person, space.peer or space.owner)

    def intend(self, person: Person, command: inputs.Input) -> None:
        """Take note of what a person meant by a command that was carried out."""
        if isinstance(command, inputs.SetMember):
            if command.present:
                person.meaning(command.circle).add(command.identity)
                self.since.setdefault((person.identity, command.circle, command.identity), len(self.written))
            else:
                self._unmean(person, command.circle, command.identity)
        elif isinstance(command, inputs.RetireCircle):
            for identity in sorted(person.meaning(command.circle)):
                self._unmean(person, command.circle, identity)
        elif isinstance(command, inputs.StopGrant):
            grant = agreements.grant(person.db, command.grant)
            if grant is not None and grant.mine:
                self._end_reading(person, command.grant, grant.identity)
        elif isinstance(command, inputs.AnswerLetter) and command.answer == "yes":
            self.yes[command.invitation, person.identity] = None

    def _end_reading(self, person: Person, grant: bytes, identity: bytes) -> None:
        """A reading ended: the circle behind it means this person no more, until they are put in again."""
        _giver, space = self.grants.get(grant, (b"", b""))
        circle = self.circles.get(space)
        if circle is not None:
            self._unmean(person, circle, identity)

    def _forget(self, person: Person, identity: bytes) -> None:
        """An acquaintance ended: no circle means that person any more."""
        for circle in sorted(person.meant):
            self._unmean(person, circle, identity)

    def _unmean(self, person: Person, circle: bytes, identity: bytes) -> None:
        person.meaning(circle).discard(identity)
        self.since.pop((person.identity, circle, identity), None)

    def means_since(self, owner: Person, reader: Person, known: Written) -> bool:
        """Whether the owner of a feed meant this reader when something was written there, and ever since.

        What a reader writes there needs a grant that was given since: who was put in again gets one with the
        owner's next writing.
        """
        circle = self.circles.get(known.op.space)
        if circle is None:
            return False
        since = self.since.get((owner.identity, circle, reader.identity))
        if since is None or since > known.nth:
            return False
        return (
            known.op.author == owner.identity
            or self.given.get((known.op.space, reader.identity), -1) >= since
        )
