# SPDX-License-Identifier: AGPL-3.0-or-later
"""A disk that fails: a layer under the sealed file that notes what is written, and refuses when told to.

`FAULTY` is the name under which `Store.open` finds it, below the cipher. A folder that is held by a `Disk`
keeps its bytes in the system's files as ever, so that every reader sees them; beside, each write, cut and
sync is noted, so that `Image` can tell what would be on the disk had the current failed at any of them.

What is kept of unsynced writes is modelled as SQLite's own tests do it: any of their sectors is there, is not
there, or holds noise; a name comes or goes only with a sync of its folder. What was synced stays.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import apsw

FAULTY: Final = "multipleciphers-faulty"
SECTOR_BYTES: Final = 512
# A new file of one of these kinds has its folder synced with its first sync; so SQLite's own layer does it.
_NEW_NAMES: Final = ("-journal", "-wal")


@dataclass(frozen=True, slots=True)
class Create:
    """A new file, empty."""

    name: str


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes put into a file."""

    name: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file cut, or made, to a size."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """A file's bytes, and with `folder` the names of its folder, are brought to the disk."""

    name: str
    folder: bool


@dataclass(frozen=True, slots=True)
class Delete:
    """A name is gone."""

    name: str
    folder: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """What had been acknowledged at this instant, in the words of whoever made the mark."""

    what: Any


Event = Create | Write | Cut | Sync | Delete | Mark


@dataclass
class Disk:
    """The disk under one folder. `fail_in`: how many more writes, cuts and syncs succeed; None: all of them.

    After that every one fails with `fault` while `stays`, else one does. `short`: half of a refused write is
    on the disk all the same. `bad_reads` refuses to read.
    """

    folder: Path
    events: list[Event] = field(default_factory=list)
    recording: bool = True
    fail_in: int | None = None
    fault: type[apsw.Error] = apsw.FullError
    stays: bool = True
    short: bool = False
    bad_reads: bool = False
    failed: int = 0
    known: set[str] = field(default_factory=set)
    new_names: set[str] = field(default_factory=set)

    def note(self, event: Event) -> None:
        """Note what happened, unless nobody wants to know."""
        if self.recording:
            self.events.append(event)

    def meet(self, path: Path) -> None:
        """A file is opened: note it if it is new, to this disk or at all."""
        if path.name not in self.known:
            self.known.add(path.name)
            self.note(Create(path.name))
            if path.exists():
                self.note(Write(path.name, 0, path.read_bytes()))
            else:
                self.new_names.add(path.name)

    def refuses(self) -> bool:
        """Whether the next write, cut or sync fails."""
        if self.fail_in is None:
            return False
        if self.fail_in > 0:
            self.fail_in -= 1
            return False
        self.failed += 1
        if not self.stays:
            self.fail_in = None
        return True

    def well(self) -> None:
        """There is room again, and everything can be read and written."""
        self.fail_in, self.bad_reads = None, False


_DISKS: dict[str, Disk] = {}


def _error(kind: type[apsw.Error], extended: int) -> apsw.Error:
    """An error as SQLite's own layer gives it, with its place in the extended code."""
    error = kind()
    error.extendedresult = extended if kind is apsw.IOError else apsw.SQLITE_FULL
    return error


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int]) -> None:
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self._name = path.name
        self._disk = _DISKS.get(str(path.parent))
        if self._disk is not None:
            if not path.exists() and self._disk.refuses():
                raise apsw.CantOpenError
            self._disk.meet(path)
        super().__init__("unix", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:
        """Read, unless the disk can't."""
        if self._disk is not None and self._disk.bad_reads:
            raise _error(apsw.IOError, apsw.SQLITE_IOERR_READ)
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:
        """Write, unless the disk refuses."""
        if self._disk is not None:
            if self._disk.refuses():
                if self._disk.short:
                    super().xWrite(data[: len(data) // 2], offset)
                    self._disk.note(Write(self._name, offset, bytes(data[: len(data) // 2])))
                raise _error(self._disk.fault, apsw.SQLITE_IOERR_WRITE)
            self._disk.note(Write(self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        """Cut, unless the disk refuses."""
        if self._disk is not None:
            if self._disk.refuses():
                raise _error(self._disk.fault, apsw.SQLITE_IOERR_TRUNCATE)
            self._disk.note(Cut(self._name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        """Note the sync; the computer that runs the tests need not wait for its own disk."""
        if self._disk is None:
            return
        if self._disk.refuses():
            raise _error(apsw.IOError, apsw.SQLITE_IOERR_FSYNC)
        folder = self._name in self._disk.new_names and self._name.endswith(_NEW_NAMES)
        if folder:
            self._disk.new_names.clear()
        self._disk.note(Sync(self._name, folder))


class _Layer(apsw.VFS):
    def __init__(self) -> None:
        super().__init__("faulty", "unix")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        """A file of this layer."""
        return _File(name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Delete, and note it."""
        path = Path(filename)
        disk = _DISKS.get(str(path.parent))
        super().xDelete(filename, False)
        if disk is not None:
            disk.known.discard(path.name)
            disk.note(Delete(path.name, syncdir))


_LAYER: Final = _Layer()  # registered for as long as the process lives: the cipher above keeps its address


@contextmanager
def held(folder: Path) -> Iterator[Disk]:
    """A disk under this folder, for as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    disk = _DISKS[str(folder)] = Disk(folder)
    try:
        yield disk
    finally:
        del _DISKS[str(folder)]


class Image:
    """What is on the disk: `take` events in their order; `kept` says what a power cut would leave.

    Files are numbered, as on a real disk: a name that was deleted and made again stands for another file.
    """

    def __init__(self) -> None:
        self._bytes: dict[int, bytearray] = {}
        self._names: dict[str, int] = {}
        self._now: dict[str, int] = {}
        self._pending: list[tuple[int, Write | Cut]] = []
        self._renamed: list[tuple[str, int]] = []  # name → file, 0: gone
        self._count = 0

    def take(self, event: Event) -> None:
        """One more thing happened, and the computer went on."""
        if isinstance(event, Create):
            self._count += 1
            self._now[event.name] = self._count
            self._bytes[self._count] = bytearray()
            self._renamed.append((event.name, self._count))
        elif isinstance(event, Delete):
            self._now.pop(event.name, None)
            self._renamed.append((event.name, 0))
        elif isinstance(event, Write | Cut):
            self._pending.append((self._now[event.name], event))
        elif isinstance(event, Sync):
            file = self._now[event.name]
            for each in [change for number, change in self._pending if number == file]:
                _apply(self._bytes[file], each)
            self._pending = [each for each in self._pending if each[0] != file]
        if isinstance(event, Delete | Sync) and event.folder:
            _rename(self._names, self._renamed)
            self._renamed = []

    def kept(self, chance: random.Random, how: str, cut_off: Event | None = None) -> dict[str, bytes]:
        """The files after a power cut during `cut_off`.

        how: "lost": only what was synced; "killed": all that was written (only the program died); "torn": any
        part of what was not synced.
        """
        names = dict(self._names)
        renamed, pending = self._renamed, self._pending
        if how == "lost":
            renamed, pending = [], []
        elif how == "torn":
            renamed = renamed[: chance.randint(0, len(renamed))]
            if isinstance(cut_off, Write | Cut):
                pending = [*pending, (self._now[cut_off.name], cut_off)]
        _rename(names, renamed)
        files = {file: bytearray(self._bytes[file]) for file in names.values()}
        for file, change in pending:
            if file in files and how == "killed":
                _apply(files[file], change)
            elif file in files:
                _tear(files[file], change, chance)
        return {name: bytes(files[file]) for name, file in names.items()}


def _rename(names: dict[str, int], changes: list[tuple[str, int]]) -> None:
    for name, file in changes:
        if file:
            names[name] = file
        else:
            names.pop(name, None)


def _apply(file: bytearray, change: Write | Cut) -> None:
    if isinstance(change, Cut):
        del file[change.size :]
        file.extend(bytes(max(0, change.size - len(file))))
        return
    file.extend(bytes(max(0, change.offset - len(file))))
    file[change.offset : change.offset + len(change.data)] = change.data


def _tear(file: bytearray, change: Write | Cut, chance: random.Random) -> None:
    """Each sector of a write for itself: it is there, or not, or noise stands in its place."""
    if isinstance(change, Cut):
        if chance.random() < 0.5:
            _apply(file, change)
        return
    at, end = change.offset, change.offset + len(change.data)
    while at < end:
        stop = min(end, at - at % SECTOR_BYTES + SECTOR_BYTES)
        data = change.data[at - change.offset : stop - change.offset]
        fate = chance.random()
        if fate < 0.5:
            _apply(file, Write(change.name, at, data))
        elif fate > 0.9:
            _apply(file, Write(change.name, at, chance.randbytes(len(data))))
        at = stop
