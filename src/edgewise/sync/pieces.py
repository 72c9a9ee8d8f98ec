# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giving and asking for pieces of blobs over one connection (spec/pieces.md).

Bits are whole numbers: bit i stands for piece i. Nothing here knows what is on the disk or who may have what;
the core tells, and keeps no more of a conversation than these two tables. Whoever asks keeps a window of
pieces under way; whoever gives serves blobs by turns, one piece each, so that a picture does not wait for a
film.
"""

from collections.abc import Callable, Iterator
from typing import Final

from edgewise.ground.errors import Verdict
from edgewise.ground.instant import HOUR_MS, MINUTE_MS, SECOND_MS
from edgewise.ground.limits import PIECES_MAX
from edgewise.sync.frames import WANT_BITS_MAX, PieceWant

WINDOW_PIECES: Final = 64  # under way from one holder: 8 MiB, which keeps a line of 100 ms and 80 MB/s busy
REFILL_PIECES: Final = 32  # with so few left the next ones are asked for
GIVING_BLOBS_MAX: Final = 64  # blobs of which one peer may ask at once
TOLD_LATER_MAX: Final = 1024  # blobs that one peer asked for in vain, to be told when they are here
STALLED_MS: Final = 30 * SECOND_MS  # nothing came for so long of what was asked: others are asked for it
AGAIN_FIRST_MS: Final = MINUTE_MS  # a holder that had nothing is asked again after this, then twice as late
AGAIN_LAST_MS: Final = HOUR_MS


def bits_of(first: int, data: bytes) -> int:
    """The pieces that a want names (PIECE-12)."""
    return int.from_bytes(data, "little") << first


def wants(tag: bytes, blob: bytes, bits: int) -> Iterator[PieceWant]:
    """As many frames as these pieces need; each names places that lie close together."""
    while bits:
        first = (bits & -bits).bit_length() - 1
        here = (bits >> first) & ((1 << (8 * WANT_BITS_MAX)) - 1)
        yield PieceWant(tag, blob, first, here.to_bytes(-(-here.bit_length() // 8), "little"))
        bits &= ~(here << first)


def lowest(bits: int, count: int) -> int:
    """The lowest `count` of these bits."""
    taken = 0
    while bits and count > 0:
        low = bits & -bits
        taken |= low
        bits ^= low
        count -= 1
    return taken


def indices(bits: int) -> Iterator[int]:
    """The places of the bits, from the lowest."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """The bits as stretches first ≤ i < stop."""
    while bits:
        first = (bits & -bits).bit_length() - 1
        rest = bits >> first
        stop = first + ((rest + 1) & -(rest + 1)).bit_length() - 1
        yield first, stop
        bits = bits >> stop << stop


class Giving:
    """What the other end waits for, by (space, blob), in the order of turns."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[bytes, bytes], int] = {}
        # What it asked for and can't be given now; a dict as an ordered set.
        self._later: dict[tuple[bytes, bytes], None] = {}

    @property
    def waits(self) -> bool:
        """Whether it waits for anything."""
        return bool(self._wanted)

    def waits_for(self, blob: bytes) -> bool:
        """Whether it waits for pieces of this blob."""
        return any(key[1] == blob for key in self._wanted)

    def wanted(self, space: bytes, blob: bytes) -> int:
        """The pieces of a blob that it waits for."""
        return self._wanted.get((space, blob), 0)

    def want(self, space: bytes, blob: bytes, bits: int) -> bool:
        """It asks for pieces; wants of one blob join. False where it asks for too many blobs at once."""
        key = space, blob
        if key not in self._wanted and len(self._wanted) >= GIVING_BLOBS_MAX:
            return False
        if bits:
            self._wanted[key] = self._wanted.get(key, 0) | bits
            self._later.pop(key, None)
        return True

    def refused(self, space: bytes, blob: bytes) -> None:
        """It was told no: remember whom to tell once it is here."""
        self.stop(space, blob)
        if len(self._later) < TOLD_LATER_MAX:
            self._later[space, blob] = None

    def take_later(self, blob: bytes) -> list[bytes]:
        """The spaces in which it asked in vain for a blob that is here now."""
        found = [key for key in self._later if key[1] == blob]
        for key in found:
            del self._later[key]
        return [space for space, _ in found]

    def stop(self, space: bytes, blob: bytes) -> None:
        """It wants no more of a blob."""
        self._wanted.pop((space, blob), None)

    def forget(self, blob: bytes) -> None:
        """A blob is gone."""
        for key in [key for key in self._wanted if key[1] == blob]:
            del self._wanted[key]

    def next(self, here: Callable[[bytes, bytes], int]) -> tuple[bytes, bytes, int] | None:
        """The next piece to give as (space, blob, index), and it waits for it no more.

        `here` tells which pieces of a blob can be given now. None where none that it waits for can.
        """
        for key in list(self._wanted):
            bits = self._wanted[key]
            can = bits & here(*key)
            if can:
                low = can & -can
                del self._wanted[key]
                if bits ^ low:
                    self._wanted[key] = bits ^ low
                return key[0], key[1], low.bit_length() - 1
        return None


class Asking:
    """What was asked of the other end and has not come yet, by blob."""

    def __init__(self) -> None:
        self._asked: dict[bytes, int] = {}
        # What may still be under way although it was called off.
        self._loose: dict[bytes, int] = {}
        self.heard_ms = 0

    @property
    def count(self) -> int:
        """How many pieces are under way."""
        return sum(bits.bit_count() for bits in self._asked.values())

    @property
    def blobs(self) -> list[bytes]:
        """The blobs that are asked for."""
        return list(self._asked)

    def of(self, blob: bytes) -> int:
        """The pieces of a blob that are under way."""
        return self._asked.get(blob, 0)

    def ask(self, blob: bytes, bits: int, now_ms: int) -> None:
        """These pieces are asked for."""
        if not self._asked:
            self.heard_ms = now_ms
        self._asked[blob] = self._asked.get(blob, 0) | bits

    def came(self, blob: bytes, index: int) -> None:
        """A piece has come. Raises Verdict "piece.unasked" where nobody asked for it (PIECE-13)."""
        for table in (self._asked, self._loose):
            bits = table.get(blob, 0)
            if index < PIECES_MAX and bits >> index & 1:
                rest = bits & ~(1 << index)
                if rest:
                    table[blob] = rest
                else:
                    del table[blob]
                return
        raise Verdict("piece.unasked", index=index)

    def called_off(self, blob: bytes) -> int:
        """No more of a blob is wanted; what is under way may still come. Returns which that is."""
        bits = self._asked.pop(blob, 0)
        if bits:
            self._loose[blob] = self._loose.get(blob, 0) | bits
        return bits

    def denied(self, blob: bytes) -> int:
        """The other end has no more of a blob: what was asked will not come."""
        return self._asked.pop(blob, 0)

    def is_stalled(self, now_ms: int) -> bool:
        """Whether nothing came for too long."""
        return bool(self._asked) and now_ms - self.heard_ms >= STALLED_MS


class Patience:
    """Whom not to ask for what, and until when; by (device, blob)."""

    def __init__(self) -> None:
        self._until: dict[tuple[bytes, bytes], tuple[int, int]] = {}
        self._never: dict[tuple[bytes, bytes], None] = {}

    def may_ask(self, device: bytes, blob: bytes, now_ms: int) -> bool:
        """Whether a device may be asked for a blob now."""
        key = device, blob
        return key not in self._never and self._until.get(key, (0, 0))[0] <= now_ms

    def had_none(self, device: bytes, blob: bytes, now_ms: int) -> None:
        """It said that it has nothing of it: each time it is asked again later, at most after an hour."""
        _, wait_ms = self._until.get((device, blob), (0, AGAIN_FIRST_MS))
        self._until[device, blob] = now_ms + wait_ms, min(wait_ms * 2, AGAIN_LAST_MS)

    def lied(self, device: bytes, blob: bytes) -> None:
        """What it gave was not it: it is not asked for this again while this program runs."""
        self._never[device, blob] = None

    def has_some(self, device: bytes, blob: bytes) -> None:
        """It says that it has it now."""
        self._until.pop((device, blob), None)

    def next_ms(self, now_ms: int) -> int | None:
        """When somebody may be asked again."""
        return min((until_ms for until_ms, _ in self._until.values() if until_ms > now_ms), default=None)
