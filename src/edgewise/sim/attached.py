# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold of pictures and files in the simulated world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from edgewise.features.posts.records import Post
from edgewise.features.talk.records import Say
from edgewise.ground.ids import short
from edgewise.sim.memory import Memory
from edgewise.sim.people import Person
from edgewise.sim.trace import Violation
from edgewise.store import pieces, register_blobs, sealed, shelf
from edgewise.store.pieces import BlobRow


def check_held(everybody: Sequence[Person]) -> None:
    """Pieces stand only where an operation that was opened there names them, and where a register says so.

    What was erased is gone from the disk; what a row says is here, is here.
    """
    given: dict[tuple[bytes, bytes], int] = defaultdict(int)
    for person in everybody:
        for row in register_blobs.holdings(person.db):
            given[row.holder, row.log] |= (1 << row.last_seq + 1) - (1 << row.first_seq)
    for person in everybody:
        on_disk = set(person.disk.pieces.names())
        for found in pieces.all_blobs(person.db):
            given_here = 0
            for device in person.devices:
                given_here |= given.get((device, found.id), 0)
            _check_one(person, found, given_here)
            on_disk.discard(found.id)
        if on_disk and person.up:
            raise Violation(
                "files", f"{person.name} keeps pieces of {short(min(on_disk))}, which nothing names"
            )


def _check_one(person: Person, found: BlobRow, given: int) -> None:
    who = f"{person.name} has pieces of {short(found.id)}"
    if found.bitmap and not found.kept:
        if not pieces.names_of(person.db, found.id):
            raise Violation("files", f"{who}, which nothing names")
        if found.bitmap & ~given:
            raise Violation("register", f"{who}, and nobody's register says so")
    if sealed.damaged(person.disk.pieces, found):
        raise Violation("durable", f"{who}, and they are not what was shared")


def check_have(memory: Memory, giver: Person, reader: Person, record: Post | Say) -> None:
    """Who reads an item has its pictures, byte for byte, unless they stopped them or have no room."""
    for each in record.attachments:
        source = pieces.blob_row(giver.db, each.ref.blob)
        found = pieces.blob_row(reader.db, each.ref.blob)
        who = f"{reader.name} and {short(each.ref.blob)}"
        if found is None:
            raise Violation("files", f"{who}: read, and not known")
        if found.wish == "erased":
            raise Violation("files", f"{who}: erased, and still named")
        there = source is not None and source.is_whole
        if found.wish == "wanted" and there:
            raise Violation("files", f"{who}: wanted, and did not come")
        if found.is_whole:
            data = b"".join(sealed.open_file(reader.disk.pieces, found))
            if data != memory.files[found.id]:
                raise Violation("files", f"{who}: not the same bytes")
        elif each.comes and there and found.id not in reader.stopped:
            raise Violation("files", f"{who}: came not, though nobody stopped it")


def check_erased(person: Person) -> None:
    """Of what was erased no piece is left."""
    if any(pieces.state(person.db, blob).state == "erased" for blob in person.disk.pieces.names()):
        raise Violation("erased", f"{person.name} still has pieces of what was taken back")
    for name in (name for row in pieces.all_blobs(person.db) for name in pieces.names_of(person.db, row.id)):
        op = shelf.op_row(person.db, name.op)
        if op is None or op.state != "open":
            raise Violation("erased", f"{person.name} keeps a file for an item that is gone")
