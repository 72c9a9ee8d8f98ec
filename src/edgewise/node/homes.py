# SPDX-License-Identifier: AGPL-3.0-or-later
"""A home's files outside its store, and its store and core opened for one command, without network."""

from __future__ import annotations

import contextlib
import logging.handlers
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, TypeVar, cast

import msgspec

from edgewise import features
from edgewise.core import effects as fx
from edgewise.core.door import Core, all_views
from edgewise.core.inputs import Begin, Command, Tick
from edgewise.ground.canon import UNREADABLE
from edgewise.ground.errors import Refusal
from edgewise.log.blobs import BlobRef
from edgewise.node import files
from edgewise.node.running import SystemEntropy, now_ms
from edgewise.store import checkup, pages, pieces, sealed, settings, views
from edgewise.store.checkup import Finding
from edgewise.store.db import Store, wipe
from edgewise.store.home import Home

T = TypeVar("T")

PLACE_NAME: Final = "page"
LOG_NAME: Final = "log"
LOG_MAX_BYTES: Final = 1024 * 1024
ASIDE: Final = "damaged-"
"""How the folders are named in which the doctor sets aside what was damaged."""
_OWN_NAMES: Final = (PLACE_NAME, LOG_NAME, LOG_NAME + ".1")
_WORD_BYTES: Final = 16
IN_USE_WAIT_S: Final = 5.0
"""A command that opens the home for itself is done within this time; another one waits for it."""
_IN_USE_TRY_S: Final = 0.05
_MEMORY_UNKNOWN_BYTES: Final = 1024 * 1024 * 1024

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class PagePlace(msgspec.Struct, frozen=True):
    """Where a home's page stands, and its network port; the same each time. Port 0: not chosen yet."""

    word: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{16,64}\Z")]
    port: Port = 0
    udp_port: Port = 0


def page_place(home: Path) -> PagePlace:
    """The place that is remembered, or one with a new random word."""
    try:
        return msgspec.json.decode((home / PLACE_NAME).read_bytes(), type=PagePlace)
    except (OSError, *UNREADABLE):
        return PagePlace(secrets.token_urlsafe(_WORD_BYTES))


def keep_page_place(home: Path, place: PagePlace) -> None:
    """Remember the place, readable by its owner only. Refusal "home.unwritable"."""
    make_folder(home)
    fresh = home / (PLACE_NAME + ".new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(place))
        fresh.replace(home / PLACE_NAME)
    except OSError as error:
        raise Refusal("home.unwritable", path=home) from error


def make_folder(home: Path) -> None:
    """The folder of a home, readable by its owner only. Refusal "home.unwritable"."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("home.unwritable", path=home) from error


def write_log(home: Path) -> None:
    """From here on, one line per input into the home's log: its kind and what came of it, nobody's words."""
    path = home / LOG_NAME
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=LOG_MAX_BYTES, backupCount=1)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for name in ("edgewise", "uvicorn", "asyncio"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO if name == "edgewise" else logging.WARNING)
        logger.propagate = False


def memory_total_bytes() -> int:
    """How much memory this computer has; a cautious guess where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return _MEMORY_UNKNOWN_BYTES


def take(home: Home, wait_s: float | None = None) -> None:
    """Take the home for this process; wait a little for another command. Refusal "home.in_use"."""
    until = time.monotonic() + (IN_USE_WAIT_S if wait_s is None else wait_s)
    while True:
        try:
            home.lock()
        except Refusal as no:
            if no.code != "home.in_use" or time.monotonic() > until:
                raise
            time.sleep(_IN_USE_TRY_S)
            continue
        return


def open_core(home: Home, key: bytes, *, cut_log: bool = False) -> tuple[Store, Core]:
    """The store and the core of a home that is held. Views of another version are made anew."""
    loaded = features.load()
    store = Store.open(home.store_path, key, views=all_views(loaded), cut_log=cut_log)
    core = Core(store, loaded)
    with store.reading() as db:
        known = frozenset(row.id for row in pieces.all_blobs(db))
    store.pieces.clean(known)
    stale = [view for view in core.views if view.name in store.stale_views]
    if stale:
        with store.write() as db:
            views.rebuild(db, stale, lambda op: core.open_op(db, op))
    return store, core


def begin(home: Home, name: str, passphrase: str | None, remember: bool, at_ms: int) -> tuple[bytes, bytes]:
    """Make a home and its person; the store's key and the person's id. What is refused leaves no trace."""
    entropy = SystemEntropy()
    key = home.create(passphrase, remember, entropy, memory_total_bytes())
    try:
        store, core = open_core(home, key)
        try:
            effects = core.handle(Begin(name), at_ms, entropy)
        finally:
            store.close()
    except Refusal:
        erase_files(home)
        raise
    identity = next(effect.value for effect in effects if isinstance(effect, fx.Reply))
    assert isinstance(identity, bytes)
    return key, identity


def erase_files(home: Home) -> None:
    """Everything of a home, this room's files too; the home is let go of."""
    for name in _OWN_NAMES:
        wipe(home.path / name)
    for folder in sorted(home.path.glob(f"{ASIDE}*")):
        for each in sorted(folder.iterdir()):
            wipe(each)
        folder.rmdir()
    home.erase()


def examine_closed(path: Path, passphrase: Callable[[], str], deep: bool) -> list[Finding]:
    """What the doctor finds in a home with which no node runs, also where its file can't be opened."""
    with unlocked(path, passphrase) as (home, key):
        try:
            store, core = open_core(home, key)
        except Refusal as no:
            if no.code != "store.damaged":
                raise
            return [
                Finding("file", b"", "The file with your things is damaged and can't be opened."),
                *checkup.of_pages(pages.damaged(home.store_path, key)),
            ]
        try:
            return examine(store, core, deep)
        finally:
            store.close()


def examine(store: Store, core: Core, deep: bool) -> list[Finding]:
    """What the doctor finds; where no core runs, or within its thread."""
    found = checkup.of_pages(store.damaged_pages())
    try:
        if deep:
            with store.write() as db:
                found += checkup.deep(db, lambda op: core.open_op(db, op), core.views)
        else:
            with store.reading() as db:
                found += checkup.quick(db)
    except Refusal:
        if not found:  # else it only says once more that not all can be read
            raise
    return found


class OwnDesk:
    """The desk of a home that is opened for one command, without network (faces.kit.desk.Desk)."""

    def __init__(self, store: Store, core: Core) -> None:
        self.store = store
        self.core = core
        self._entropy = SystemEntropy()
        core.handle(Tick(), now_ms(), self._entropy)  # what was held and is due leaves into the store

    def do(self, command: object) -> Any:
        """Run a command and give its answer. What it would send waits until a node runs."""
        assert isinstance(command, Command)
        effects = self.core.handle(command, now_ms(), self._entropy)
        return next((effect.value for effect in effects if isinstance(effect, fx.Reply)), None)

    def read(self, query: Callable[[Any], T]) -> T:
        """Run a read-only query."""
        with self.store.reading() as db:
            return query(db)

    def keep_file(
        self, source: BinaryIO, size_max_bytes: int, progress: sealed.Progress = lambda done_bytes: None
    ) -> BlobRef:
        """See `faces.kit.desk.Desk.keep_file`."""
        return files.keep_file(self.store, self.do, source, size_max_bytes, SystemEntropy(), progress)

    def file_bytes(self, blob: bytes, first: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See `faces.kit.desk.Desk.file_bytes`."""
        return files.file_bytes(self.store, blob, first, stop)

    def scratch(self) -> BinaryIO:
        """See `faces.kit.desk.Desk.scratch`."""
        return cast(BinaryIO, self.store.scratch(SystemEntropy()))

    def now_ms(self) -> int:
        """The wall clock in ms."""
        return now_ms()

    def lang(self) -> str:
        """The language that the person set, or ""."""
        return self.read(lambda db: settings.get(db, "language")) or ""


@contextlib.contextmanager
def unlocked(path: Path, passphrase: Callable[[], str]) -> Iterator[tuple[Home, bytes]]:
    """The home held, and the key of its store; nothing is opened. Refusals as for `opened`."""
    home = Home(path)
    if not home.exists():
        raise Refusal("home.missing", path=path)
    take(home)
    try:
        yield home, home.unlock(None if home.remembered() else passphrase())
    finally:
        home.release()


@contextlib.contextmanager
def opened(path: Path, passphrase: Callable[[], str]) -> Iterator[OwnDesk]:
    """The home for one command: held, unlocked, opened, and let go of again.

    Refusals "home.missing", "home.in_use", "passphrase.wrong", "store.newer" and their kin.
    """
    with unlocked(path, passphrase) as (home, key):
        store, core = open_core(home, key)
        try:
            yield OwnDesk(store, core)
        finally:
            store.close()
