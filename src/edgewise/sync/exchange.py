# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing two holders of spaces level: digests, positions, wants, runs, acknowledgements.

Nothing here knows who the other end is: what it may hear of stands in the `Library` that each call is
given. All that is remembered is lost with the connection, and nothing is lost by that (FRAME-15).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import HAVE_ITEMS_MAX, HEADS_MAX
from edgewise.log.op import Op, WireOp, from_wire, to_wire
from edgewise.sync.events import Acked, HeadsCame, Out, RunCame, Said
from edgewise.sync.frames import Ack, Frame, Have, HaveItem, Heads, Run, Want
from edgewise.sync.ranges import as_heads, digest16, missing, pages, split_run

# Logs of one space of which a peer may speak in one conversation; they are remembered until it ends.
SPACE_LOGS_MAX: Final = 2 * HEADS_MAX


class Shared(NamedTuple):
    """A space that both sides know to share, under its tag between the two."""

    tag: bytes
    space: bytes


class Library(Protocol):
    """What this peer may hear of, read from the tables at the time of the call."""

    def shared(self) -> Sequence[Shared]:
        """The shared spaces, the most important first (the pair's own, then talk, then the rest)."""
        ...

    def heads(self, space: bytes) -> Mapping[bytes, int]:
        """log → next_seq of the logs of `space` that this peer may know of."""
        ...

    def run(self, space: bytes, log: bytes, first: int, stop: int) -> Sequence[Op]:
        """Operations of one log from `first` on, without a gap, up to the next signed one at or after `stop`.

        May end sooner, at a signed operation, where it gets long. Empty if there is nothing.
        """
        ...


def read_run(wires: Sequence[WireOp], space: bytes, parsed: Sequence[Op] = ()) -> Sequence[Op]:
    """The operations of a run frame, of one log of `space`, without a gap, the last one signed (FRAME-10).

    Signatures and links are not checked here; `parsed`: these very operations, where that was done. Raises
    the Verdict of a malformed operation, "run.malformed" or "run.unsigned".
    """
    ops = parsed or [from_wire(wire) for wire in wires]
    for offset, op in enumerate(ops):
        if op.space != space or op.log != ops[0].log or op.seq != ops[0].seq + offset:
            raise Verdict("run.malformed")
    if ops[-1].sig is None:
        raise Verdict("run.unsigned")
    return ops


def have_frames(library: Library) -> list[Have]:
    """Digests of all shared spaces, in as many frames as they need."""
    items = [HaveItem(tag, digest16(library.heads(space))) for tag, space in library.shared()]
    return [Have(tuple(items[at : at + HAVE_ITEMS_MAX])) for at in range(0, len(items), HAVE_ITEMS_MAX)]


class Exchange:
    """One side of bringing level. Keys of all tables are spaces, or (space, log)."""

    def __init__(self) -> None:
        # What the other end holds as far as known: told by it, acknowledged, or sent to it.
        self._theirs: dict[bytes, dict[bytes, int]] = {}
        # The digest of the positions that were last told.
        self._told: dict[bytes, bytes] = {}
        # Up to where each log came without a gap, whether or not it could be stored yet.
        self._came: dict[tuple[bytes, bytes], int] = {}
        # What the other end waits for: (first, stop). Insertion order is the order of serving.
        self._wanted: dict[tuple[bytes, bytes], tuple[int, int]] = {}
        # Logs of which something came since the last acknowledgement; a dict as an ordered set.
        self._unacked: dict[bytes, dict[bytes, None]] = {}

    @property
    def has_bulk(self) -> bool:
        """Whether `pump` may have something to send."""
        return bool(self._wanted)

    def offer(self, library: Library) -> list[Out]:
        """Digests of all shared spaces; the other end answers where its own differ."""
        return [Out(frame) for frame in have_frames(library)]

    def committed(self, library: Library, space: bytes, log: bytes, first: int, stop: int) -> list[Out]:
        """Tell of operations first ≤ seq < stop, just stored; as a push where possible (FRAME-12)."""
        tag = _tag_of(library, space)
        if tag is None or log not in library.heads(space):
            return []
        theirs = self._theirs.get(space)
        held = 0 if theirs is None else theirs.get(log, 0)
        if theirs is not None and held >= stop:
            return []
        waiting = self._wanted.get((space, log))
        if waiting is not None:
            self._wanted[space, log] = (waiting[0], max(stop, waiting[1]))
            return []
        if theirs is None or held < first:
            return self._tell(library, tag, space)
        return self._send(library, tag, (space, log), (held, stop), urgent=True)

    def stored(self, library: Library, space: bytes) -> list[Out]:
        """Acknowledge what came of `space` and is on the disk now (FRAME-13)."""
        logs = self._unacked.pop(space, {})
        tag = _tag_of(library, space)
        mine = library.heads(space) if tag is not None and logs else {}
        held = {log: mine[log] for log in logs if log in mine}
        if tag is None or not held:
            return []
        return [Out(Ack(tag, page), space) for page in pages(held)]

    def pump(self, library: Library) -> list[Out]:
        """The next run that the other end waits for, at most one frame; logs take turns (FRAME-11)."""
        while self._wanted:
            key = next(iter(self._wanted))
            wanted = self._wanted.pop(key)
            tag = _tag_of(library, key[0])
            outs = [] if tag is None else self._send(library, tag, key, wanted, urgent=False)
            if outs:
                return outs
        return []

    def have(self, frame: Have, library: Library) -> Said:
        """Compare digests: equal ones acknowledge all, others are answered with positions (FRAME-9)."""
        said: Said = []
        digests = {item.tag: item.digest for item in frame.items}
        for tag, space in library.shared():
            if tag not in digests:
                continue
            mine = dict(library.heads(space))
            if digests[tag] == digest16(mine):
                self._theirs[space] = mine
                said.append(Acked(space, dict(mine)))
            else:
                said += self._tell(library, tag, space)
        return said

    def heads(self, frame: Heads, library: Library) -> Said:
        """Ask for what the other end holds beyond us; tell ours if it lacks something and doesn't know."""
        space = _space_of(library, frame.tag)
        if space is None:
            return []
        told = as_heads(frame.heads)
        for log in sorted(told):
            self._note(space, log, told[log])
        mine = library.heads(space)
        said: Said = [HeadsCame(space, told), *_covered(space, mine, told)]
        for log, first, stop in missing(mine, told):
            said.append(Out(Want(frame.tag, log, first, stop), space))
        theirs = self._theirs.setdefault(space, {})
        if missing(theirs, mine) and self._told.get(space) != digest16(mine):
            said += self._tell(library, frame.tag, space)
        return said

    def want(self, frame: Want, library: Library) -> Said:
        """Remember what the other end waits for; only of logs that it may know of (FRAME-11)."""
        space = _space_of(library, frame.tag)
        mine = library.heads(space) if space is not None else {}
        stop = min(frame.stop, mine.get(frame.log, 0))
        if space is None or frame.first >= stop:
            return []
        first, until = self._wanted.get((space, frame.log), (frame.first, stop))
        self._wanted[space, frame.log] = (min(first, frame.first), max(until, stop))
        return []

    def run(self, frame: Run, library: Library, parsed: Sequence[Op] = ()) -> Said:
        """Take a run; where it leaves a gap behind what came before, ask for the gap."""
        space = _space_of(library, frame.tag)
        if space is None:
            return []
        ops = read_run(frame.ops, space, parsed)
        log, first, stop = ops[0].log, ops[0].seq, ops[-1].seq + 1
        self._note(space, log, stop)
        self._unacked.setdefault(space, {})[log] = None
        reached = max(self._came.get((space, log), 0), library.heads(space).get(log, 0))
        said: Said = [RunCame(space, ops)]
        if first > reached:
            said.append(Out(Want(frame.tag, log, reached, first), space))
        else:
            self._came[space, log] = max(reached, stop)
        return said

    def ack(self, frame: Ack, library: Library) -> Said:
        """Note what the other end has stored, never beyond what we hold ourselves."""
        space = _space_of(library, frame.tag)
        if space is None:
            return []
        said = _covered(space, library.heads(space), as_heads(frame.heads))
        for acked in said:
            for log, next_seq in acked.heads.items():
                self._note(space, log, next_seq)
        return [*said]

    def _note(self, space: bytes, log: bytes, next_seq: int) -> None:
        theirs = self._theirs.setdefault(space, {})
        if log not in theirs and len(theirs) >= SPACE_LOGS_MAX:
            raise Verdict("session.flood", limit=SPACE_LOGS_MAX)
        theirs[log] = max(next_seq, theirs.get(log, 0))

    def _tell(self, library: Library, tag: bytes, space: bytes) -> list[Out]:
        mine = library.heads(space)
        self._told[space] = digest16(mine)
        return [Out(Heads(tag, page), space) for page in pages(mine)]

    def _send(
        self, library: Library, tag: bytes, key: tuple[bytes, bytes], wanted: tuple[int, int], *, urgent: bool
    ) -> list[Out]:
        """One run from the front of `wanted`; the rest of it waits for its turn at the end of the queue."""
        space, log = key
        first, stop = wanted
        runs = split_run(library.run(space, log, first, stop))
        if not runs:
            return []
        until = runs[0][-1].seq + 1
        if until < stop:
            self._wanted[key] = (until, stop)
        theirs = self._theirs.setdefault(space, {})
        if first <= theirs.get(log, 0):
            theirs[log] = max(until, theirs.get(log, 0))
        return [Out(Run(tag, tuple(to_wire(op) for op in runs[0])), space, urgent)]


def _covered(space: bytes, mine: Mapping[bytes, int], told: Mapping[bytes, int]) -> list[Acked]:
    """What the told positions acknowledge of ours."""
    held = {log: min(told[log], mine[log]) for log in sorted(told) if mine.get(log, 0) > 0 and told[log] > 0}
    return [Acked(space, held)] if held else []


def _tag_of(library: Library, space: bytes) -> bytes | None:
    return next((shared.tag for shared in library.shared() if shared.space == space), None)


def _space_of(library: Library, tag: bytes) -> bytes | None:
    return next((shared.space for shared in library.shared() if shared.tag == tag), None)


# What is heard of shared spaces, live or in a file.
COMPARED: Final[Mapping[type[Frame], Callable[[Exchange, Any, Library], Said]]] = {
    Have: Exchange.have,
    Heads: Exchange.heads,
    Want: Exchange.want,
    Run: Exchange.run,
    Ack: Exchange.ack,
}
