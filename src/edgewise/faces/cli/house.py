# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the command line needs of the composition root: to make, open and end a home, and to run a world."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.safecopy import CopyFound, CopyMade
from edgewise.faces.kit.terminal import Out
from edgewise.faces.kit.words import Translator
from edgewise.store.checkup import Finding

Passphrase = Callable[[], str]
"""Asks for the passphrase when it is called, and only then: a home that is remembered needs none."""
DeskFactory = Callable[[Path, Passphrase], AbstractContextManager[Desk]]
"""The desk of a home: of the node that runs with it, else of the home opened for this one command."""


@dataclass(frozen=True, slots=True)
class BenchAsked:
    """What is to be measured: jobs by name (none: all), where files may lie, and a file to compare with.

    scale: the part of each job's full size, 1 for all of it.
    """

    jobs: tuple[str, ...]
    folder: Path
    against: Path | None
    scale: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: one object per figure for programs, tables of rows for people, the file kept."""

    figures: list[dict[str, object]]
    tables: list[list[tuple[str, ...]]]
    kept: Path


@dataclass(frozen=True, slots=True)
class Mended:
    """What the doctor did: places set right, texts asked for again, what is left, the old files' folder."""

    set_right: int
    awaited: int
    left: Sequence[Finding]
    aside: Path | None


class House(Protocol):
    """What needs the home itself, not a desk in it. Everything raises Refusal."""

    def create_home(self, home: Path, name: str, passphrase: str | None, remember: bool) -> bytes:
        """Make a home and its person; the identity's id. Refusal "home.exists"."""
        ...

    def open_node(self, home: Path, passphrase: Passphrase, port: int | None, browser: bool) -> int:
        """Run the node of this home until stopped, and show its page; or show that of the one that runs."""
        ...

    def change_passphrase(self, home: Path, old: Passphrase, new: str | None, remember: bool) -> None:
        """Lock the home with another passphrase, or with none but this computer's own memory."""
        ...

    def erase(self, home: Path) -> None:
        """Erase everything of this home from this computer. Refusals "home.missing", "home.in_use"."""
        ...

    def examine(self, home: Path, passphrase: Passphrase, deep: bool) -> Sequence[Finding]:
        """What is wrong with what is kept here; nothing in a healthy home."""
        ...

    def mend(self, home: Path, passphrase: Passphrase) -> Mended:
        """Set right what can be. Refusal "home.in_use" while a node runs with the home."""
        ...

    def back_up(self, home: Path, passphrase: Passphrase, file: Path, fresh_words: bool) -> CopyMade:
        """Write a safe copy and prove it. Refusals "file.exists", "copy.unwritable"."""
        ...

    def check_copy(self, home: Path, file: Path, words: str) -> CopyFound:
        """Open a safe copy with its words and look at all in it. Refusals "words.*", "copy.*"."""
        ...

    def restore(
        self, home: Path, file: Path, words: str, *, passphrase: str | None, remember: bool, lost: bool
    ) -> bytes:
        """Bring a safe copy back where nobody is; the identity's id.

        Refusals "home.exists", "words.*", "copy.*".
        """
        ...

    def run_sim(self, people: int, days: int, seed: int, seeds: int, say: Callable[[str], None]) -> int:
        """Run seeded worlds, say what happens; 0 when no checker found anything, else 1."""
        ...

    def demo(self, folder: Path | None, browser: bool, say: Callable[[str], None]) -> int:
        """Run three acquainted nodes with a week of writing until stopped, and say their links."""
        ...

    def bench(self, asked: BenchAsked, say: Callable[[str], None]) -> Measured:
        """Measure this program on this computer; `say` is told what is going on."""
        ...


@dataclass(frozen=True, slots=True)
class Errand:
    """What a verb about the home itself is given; the passphrase and the desk come when asked for."""

    house: House
    home: Path
    passphrase: Passphrase
    new_passphrase: Callable[[], str]
    copy_words: Callable[[], str]
    desk: Callable[[], AbstractContextManager[Desk]]


@dataclass(frozen=True, slots=True)
class HouseVerb:
    """One command about the home itself; like `Verb`, but run with an `Errand`."""

    name: str
    help: str
    example: str
    arguments: Callable[[ArgumentParser, Translator], None]
    run: Callable[[Namespace, Errand, Out], int]
