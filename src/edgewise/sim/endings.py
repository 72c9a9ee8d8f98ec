# SPDX-License-Identifier: AGPL-3.0-or-later
"""The last checks, after all has healed: who may see, sees the same; what was taken back is gone.

All is sound.

The hub of a feed is its owner: what others write there reaches the owner, and from there whoever holds the
key.
"""

from __future__ import annotations

from edgewise.core.dialling import ENDING_TOLD_MS
from edgewise.core.library import PeerLibrary
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import Edit, Post, Word
from edgewise.features.talk import view as talk
from edgewise.features.talk.records import Say, SayEdit
from edgewise.ground.ids import short
from edgewise.log.kinds import OpenedOp
from edgewise.log.op import CLS_CONTENT
from edgewise.sim import attached
from edgewise.sim.checkers import allowing
from edgewise.sim.losses import check_back
from edgewise.sim.memory import Memory, Written
from edgewise.sim.people import Person
from edgewise.sim.trace import Violation
from edgewise.sim.world import World
from edgewise.store import agreements, checkup, erasures, outbox, shelf


def check_all(world: World) -> None:
    """Every last check."""
    people = {person.identity: person for person in world.everybody}
    check_connected(world)
    check_back(world, world.memory, _path)
    for known in world.memory.written.values():
        if known.op.cls == CLS_CONTENT:
            check_everywhere(world.memory, people, known)
    for known in world.memory.written.values():
        if isinstance(known.op.record, Post | Say):
            check_same(world.memory, people, known)
    check_erasures(people)
    for person in world.everybody:
        attached.check_erased(person)
        check_sound(person)


def _path(giver: Person, taker: Person, space: bytes) -> bool:
    """Whether a space's things may go from one to the other now, by both sides' records and clocks."""
    if giver.gone and taker.gone:
        return False  # neither knows where the other is now
    if not giver.up or not taker.up or not allowing(giver, space, taker.identity):
        return False
    theirs = PeerLibrary(taker.db, taker.identity, giver.identity, taker.now_ms)
    return any(shared.space == space for shared in theirs.shared())


def _still_meant(memory: Memory, giver: Person, taker: Person, known: Written) -> bool:
    """Whether a feed's owner means its reader to this day, whatever their cores made of it.

    Meant without a break since it was written: a reader who was taken out and put in again, or whose
    acquaintance ended and began anew, reads from the next writing on (0003), and is promised nothing of
    before. Agreed on both sides, and run out by neither clock: who lets an agreement run out lets it end.
    """
    owner, reader = (taker, giver) if known.owner == taker.identity else (giver, taker)
    if not memory.means_since(owner, reader, known):
        return False
    pair, back = agreements.pair(owner.db, reader.identity), agreements.pair(reader.db, owner.identity)
    if pair is None or back is None or pair.state != "live" or back.state != "live":
        return False
    until_ms, latest_ms = min(pair.until_ms, back.until_ms), max(owner.now_ms, reader.now_ms)
    return until_ms > latest_ms and back.their_until_ms == pair.until_ms


def check_connected(world: World) -> None:
    """Who lives in an acquaintance on both sides is connected; and it stands on both sides.

    Of an ending the other is told for 90 days by the clock of who ended it (dialling.ENDING_TOLD_MS). A clock
    that was set right by years meanwhile has used these up; where the acquaintance has run out at the
    other's too, nobody dials, nothing goes over, and they see it as run out rather than ended.
    """
    for person in world.everybody:
        for pair in agreements.pairs(person.db):
            other = world.who(pair.identity)
            assert other is not None
            back = agreements.pair(other.db, person.identity)
            who = f"{person.name} and {other.name}"
            if person.gone and other.gone:
                continue  # both came back, and neither knows where the other is now: a letter tells
            if (person.gone or other.gone) and (back is None or back.space != pair.space):
                continue  # they met after the copy: who came back knows nothing of it
            if back is None:
                raise Violation("healed", f"{who}: acquainted on one side only")
            if back.space == pair.space and _told_for_long(back, other) and pair.until_ms <= person.now_ms:
                continue
            lives = pair.until_ms > person.now_ms and back.until_ms > other.now_ms
            if (person.gone or other.gone) and not lives:
                continue  # by one clock it has run out, so a new computer is not sought
            if back.space != pair.space or back.state != "live":
                raise Violation("healed", f"{who}: acquainted on one side, ended on the other")
            if lives and other not in world.network.lines_of(person):
                raise Violation("healed", f"{who}: no line between them")


def _told_for_long(pair: agreements.PairRow, person: Person) -> bool:
    return pair.ended_ms is not None and person.now_ms - pair.ended_ms > ENDING_TOLD_MS


def check_everywhere(memory: Memory, people: dict[bytes, Person], known: Written) -> None:
    """What may be read somewhere is there: at the owner's of a feed, and then at whoever it was meant for."""
    author, owner = people[known.op.author], people[known.owner]
    own = shelf.op_row(author.db, known.op.id)
    fits = own is not None and (own.state == "erased") == (known.op.id in memory.taken)
    if not fits and not author.gone:  # from a lost disk also a word of taking back may never have left
        raise Violation("erased", f"{author.name} took back what is still here, or lost what is not")
    if known.op.space_kind == "feed" and author is not owner:
        _check_held(memory, author, owner, known)
    for reader in _readers(memory, people, known):
        giver = owner if known.op.space_kind == "feed" else author
        if reader is not author and reader is not giver:
            _check_held(memory, giver, reader, known)


def _readers(memory: Memory, people: dict[bytes, Person], known: Written) -> list[Person]:
    meant = known.meant if known.meant is not None else memory.readers.get(known.epoch, frozenset())
    return [people[identity] for identity in sorted(meant)]


def _passes_on(giver: Person, known: Written) -> bool:
    """Whether a feed's owner has this and shows its log to others."""
    log = shelf.log_row(giver.db, known.op.log)
    return log is not None and (log.mine or log.listed)


def _check_held(memory: Memory, giver: Person, taker: Person, known: Written) -> None:
    op = known.op
    if not _path(giver, taker, op.space) and not _still_meant(memory, giver, taker, known):
        return
    if giver.identity != op.author and not _passes_on(giver, known):
        return
    row, here = shelf.op_row(giver.db, op.id), shelf.op_row(taker.db, op.id)
    if row is None or row.state not in ("open", "erased"):
        return
    if row.state == "erased" and not _has_tombstone(memory, giver, op):
        return
    if _waits(giver, op) or _waits(taker, op):
        return
    if here is None or here.state != row.state:
        state = "nothing" if here is None else here.state
        raise Violation(
            "same",
            f"{taker.name} has {state} of {giver.name}'s {row.state} {op.kind} ({short(op.log)},{op.seq})",
        )


def _waits(person: Person, op: OpenedOp) -> bool:
    """Whether this computer has the request to erase something, and waits for its day (protocol.md C11)."""
    row = erasures.find(person.db, op.id, op.author)
    return row is not None and row.due_ms > 0


def _has_tombstone(memory: Memory, giver: Person, op: OpenedOp) -> bool:
    """Whether a giver can pass on that something was taken back.

    Who lost the right to answer in a feed asks its owner directly; the owner has nothing signed to pass on.
    """
    tombstone = memory.taken.get(op.id)
    return tombstone is not None and shelf.op_row(giver.db, tombstone) is not None


def check_same(memory: Memory, people: dict[bytes, Person], known: Written) -> None:
    """An item reads the same wherever it may be read: its latest wording, its warning, its short answers."""
    owner = people[known.owner]
    author = people[known.op.author]
    for reader in [author, *_readers(memory, people, known)]:
        giver = owner if known.op.space_kind == "feed" else author
        changers = [memory.written[id].op.author for id in _changes(memory, known)]
        if giver.gone or any(people[each].gone for each in changers):
            continue  # what somebody changed on a lost computer may be gone, or stand after what came later
        if reader is giver or _path(giver, reader, known.op.space):
            _check_reading(memory, giver, reader, known)


def _changes(memory: Memory, known: Written) -> list[bytes]:
    return [*memory.edits.get(known.op.id, []), *memory.words.get(known.op.id, [])]


def _check_reading(memory: Memory, giver: Person, reader: Person, known: Written) -> None:
    op = known.op
    row = shelf.op_row(reader.db, op.id)
    if row is None or row.state not in ("open", "erased"):
        return
    if row.state == "erased":
        if _reads(reader, op) is not None:
            raise Violation("same", f"{reader.name} still reads what was taken back")
        return
    read = _reads(reader, op)
    if read is None:
        raise Violation("same", f"{reader.name} has ({short(op.log)},{op.seq}) and does not see it")
    assert isinstance(op.record, Post | Say)
    attached.check_have(memory, giver, reader, op.record)
    text, warning = read
    expected = _expected(memory, giver, reader, known)
    if (text, warning) != expected:
        raise Violation(
            "same",
            f"{reader.name} reads ({short(op.log)},{op.seq}) as {text[:40]!r}, it says {expected[0][:40]!r}",
        )
    if isinstance(op.record, Post):
        _check_words(memory, giver, reader, known)


def _reads(reader: Person, op: OpenedOp) -> tuple[str, str] | None:
    """Text and warning as this reader's page shows them; None where nothing is shown."""
    found: posts.Item | talk.Line | None
    found = posts.item(reader.db, op.id) if isinstance(op.record, Post) else talk.line(reader.db, op.id)
    return None if found is None or found.gone else (found.text, found.warning)


def _counts(memory: Memory, giver: Person, reader: Person, id: bytes) -> OpenedOp | None:
    """Another wording or a short answer, if this reader must have it: meant for them, and still there.

    What was taken back counts for who waits with it, and for who has it and cannot be told: the giver has
    nothing signed to pass on (`_has_tombstone`).
    """
    known = memory.written[id]
    at_giver = shelf.op_row(giver.db, id)
    if id in memory.taken:
        here = shelf.op_row(reader.db, id)
        untold = not _has_tombstone(memory, giver, known.op) and here is not None and here.state == "open"
        return known.op if untold or _waits(reader, known.op) else None
    if reader.identity == known.op.author:
        return known.op  # what one wrote oneself one sees, wherever it came by now
    if at_giver is None or at_giver.state != "open":
        return None
    if giver.identity != known.op.author and reader is not giver and not _passes_on(giver, known):
        here = shelf.op_row(reader.db, id)
        return known.op if here is not None and here.state == "open" else None
    meant = known.meant if known.meant is not None else memory.readers.get(known.epoch, frozenset())
    allowed = reader.identity in (*meant, known.op.author, known.owner)
    return known.op if allowed else None


def _expected(memory: Memory, giver: Person, reader: Person, known: Written) -> tuple[str, str]:
    record = known.op.record
    assert isinstance(record, Post | Say)
    text, warning = record.text, record.warning
    for id in memory.edits.get(known.op.id, []):
        op = _counts(memory, giver, reader, id)
        if op is None or op.author != known.op.author or op.space != known.op.space:
            continue
        if isinstance(op.record, Edit):
            text, warning = op.record.text, op.record.warning
        elif isinstance(op.record, SayEdit):
            text = op.record.text
    return text, warning


def _check_words(memory: Memory, giver: Person, reader: Person, known: Written) -> None:
    latest: dict[tuple[str, bytes], bool] = {}
    for id in memory.words.get(known.op.id, []):
        op = _counts(memory, giver, reader, id)
        if op is not None and isinstance(op.record, Word) and op.space == known.op.space:
            latest[op.record.word, op.author] = op.record.present
    expected = sorted(key for key, present in latest.items() if present)
    item = posts.item(reader.db, known.op.id)
    assert item is not None
    found = sorted((given.word, identity) for given in item.words for identity in given.identities)
    if found != expected:
        at = f"({short(known.op.log)},{known.op.seq})"
        raise Violation("same", f"{reader.name} sees {len(found)} short answers at {at}, not {len(expected)}")


def check_erasures(people: dict[bytes, Person]) -> None:
    """Every request to erase that could be asked is answered; the text is gone where that was said."""
    devices = {device: person for person in people.values() for device in person.devices}
    for person in people.values():
        if any(row.due_ms <= person.now_ms for row in erasures.every(person.db)):
            raise Violation("erased", f"{person.name} waits with what should have been erased by now")
        for row in outbox.erasures(person.db):
            holder = devices[row.holder_device]
            if row.holder_device in holder.gone:
                continue  # asked of a computer that is off for ever
            pair, back = (
                agreements.pair(person.db, holder.identity),
                agreements.pair(holder.db, person.identity),
            )
            if pair is None or back is None or pair.state != "live" or back.state != "live":
                continue
            lives = pair.until_ms > person.now_ms and back.until_ms > holder.now_ms
            if lives and row.state == "asked":
                raise Violation("erased", f"{holder.name} never answered {person.name}'s request to erase")
            held = shelf.op_row(holder.db, row.target)
            if row.state == "done" and held is not None and held.state != "erased":
                raise Violation(
                    "erased", f"{holder.name} says done and still has what {person.name} took back"
                )


def check_sound(person: Person) -> None:
    """The doctor finds nothing: every hash, link, signature and payload fits, and views equal a rebuild."""
    core = person.core
    assert core is not None
    person.witness.asleep = True
    with person.disk.write() as db:
        found = checkup.deep(db, lambda op: core.open_op(db, op), core.views)
    person.witness.asleep = False
    if found:
        raise Violation("sound", f"{person.name}: {found[0].code}: {found[0].sentence}")
