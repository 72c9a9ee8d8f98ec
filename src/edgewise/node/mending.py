# SPDX-License-Identifier: AGPL-3.0-or-later
"""`edgewise doctor --mend`: what is damaged is copied aside, then set right as far as it can be.

In this order: a flipped bit in a page or in the log is found by trying, and put right; rows are set right by
their neighbours, or wait for somebody who holds the same; then everything is looked at again. What is left is
said. Nothing is guessed at, and nothing is thrown away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from edgewise.faces.cli.house import Mended
from edgewise.ground.errors import Refusal
from edgewise.node import homes
from edgewise.store import checkup, mending, pages
from edgewise.store.home import Home

_SUFFIXES: Final = ("", "-wal")


def mend(path: Path, passphrase: Callable[[], str]) -> Mended:
    """Mend the home in this folder. Refusals as for opening one; "home.full" where there is no room aside."""
    with homes.unlocked(path, passphrase) as (home, key):
        if _is_well(home, key):
            return Mended(0, 0, [], None)
        aside = _copy_aside(home)
        right_log, in_log = pages.log_mended(_log_of(home), key)
        if in_log:
            _write(_beside(home, "-wal"), 0, right_log)
        damaged = pages.damaged(home.store_path, key)
        in_pages = sum(_mend_page(home.store_path, number, key) for number in damaged)
        return _mend_rows(home, key, in_pages + in_log, aside)


def _is_well(home: Home, key: bytes) -> bool:
    try:
        store, core = homes.open_core(home, key)
    except Refusal as no:
        if no.code != "store.damaged":
            raise
        return False
    try:
        return homes.examine(store, core, deep=True) == []
    finally:
        store.close()


def _mend_rows(home: Home, key: bytes, set_right: int, aside: Path | None) -> Mended:
    try:
        store, core = homes.open_core(home, key, cut_log=True)
    except Refusal as no:
        if no.code != "store.damaged":
            raise
        left = checkup.of_pages(pages.damaged(home.store_path, key))
        return Mended(set_right, 0, left, aside)
    try:
        try:
            with store.write() as db:
                done = mending.mend(db)
                if store.log_was_cut:
                    mending.close_own_logs(db)
        except Refusal as no:
            if no.code != "store.damaged":
                raise
            done = mending.Mended(0, 0)
        left = homes.examine(store, core, deep=True)
    finally:
        store.close()
    awaited = [each for each in left if each.code == "awaited"]
    return Mended(
        set_right + done.set_right, len(awaited), [each for each in left if each not in awaited], aside
    )


def _beside(home: Home, suffix: str) -> Path:
    return home.store_path.with_name(home.store_path.name + suffix)


def _log_of(home: Home) -> bytes:
    path = _beside(home, "-wal")
    return path.read_bytes() if path.is_file() else b""


def _copy_aside(home: Home) -> Path:
    """A copy of file and log as they are, in a folder of its own; it stays until the person deletes it."""
    number = 1 + sum(1 for _ in home.path.glob(f"{homes.ASIDE}*"))
    folder = home.path / f"{homes.ASIDE}{number}"
    try:
        folder.mkdir(mode=0o700)
        for suffix in _SUFFIXES:
            if _beside(home, suffix).is_file():
                shutil.copyfile(_beside(home, suffix), folder / _beside(home, suffix).name)
                (folder / _beside(home, suffix).name).chmod(0o600)
    except OSError as error:
        raise Refusal("home.full") from error
    return folder


def _mend_page(path: Path, number: int, key: bytes) -> bool:
    with path.open("rb") as file:
        file.seek((number - 1) * pages.PAGE_BYTES)
        right = pages.mended(file.read(pages.PAGE_BYTES), number, key)
    if right is not None:
        _write(path, (number - 1) * pages.PAGE_BYTES, right)
    return right is not None


def _write(path: Path, offset: int, data: bytes) -> None:
    try:
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Refusal("home.unwritable", path=path) from error
