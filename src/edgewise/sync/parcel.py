# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a bundle says and how it is heard: the frames of a conversation in which nobody can answer at once."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from edgewise.ground.errors import Verdict
from edgewise.log.op import to_wire
from edgewise.sync import frames
from edgewise.sync.events import TOLD, Event, Out
from edgewise.sync.exchange import COMPARED, Exchange, Library, have_frames
from edgewise.sync.ranges import missing, pages, split_run


def pack(library: Library, held: Mapping[bytes, Mapping[bytes, int]]) -> Iterator[frames.Frame]:
    """What a bundle says to a peer who holds at least `held` (space → log → next_seq).

    First digests and positions of all shared spaces, so that states move by stick too; then all operations
    beyond `held`, space by space in the library's order (BUNDLE-7).
    """
    yield from have_frames(library)
    for tag, space in library.shared():
        for page in pages(library.heads(space)):
            yield frames.Heads(tag, page)
    for tag, space in library.shared():
        for log, first, stop in missing(held.get(space, {}), library.heads(space)):
            yield from _runs(library, tag, space, (log, first, stop))


def _runs(library: Library, tag: bytes, space: bytes, part: tuple[bytes, int, int]) -> Iterator[frames.Run]:
    log, first, stop = part
    while first < stop:
        runs = split_run(library.run(space, log, first, stop))
        for ops in runs:
            yield frames.Run(tag, tuple(to_wire(op) for op in ops))
            first = ops[-1].seq + 1
        if not runs:
            return


# What a file may bring besides comparisons.
_FILED: Final = (frames.Accept, frames.Confirm, frames.End, frames.Erase, frames.Receipt)
_FILED_COMPARED: Final = (frames.Have, frames.Heads, frames.Run, frames.Ack)


def unpack(read: Iterable[frames.Frame], library: Library) -> Iterator[Event]:
    """What follows from the frames of a bundle whose sender is an acquaintance (BUNDLE-8).

    Raises Verdict "session.early" for a frame that makes no sense in a file, that of a bad run, or that of
    reading on.
    """
    exchange = Exchange()
    for frame in read:
        kind = type(frame)
        if kind in _FILED:
            yield TOLD[kind](frame)
        elif kind in _FILED_COMPARED:
            said = COMPARED[kind](exchange, frame, library)
            yield from (event for event in said if not isinstance(event, Out))
        else:
            raise Verdict("session.early", frame=kind.__name__.lower(), state="file")
