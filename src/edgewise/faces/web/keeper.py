# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the local page needs of the composition root: a home that may not exist, be locked, or be open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.safecopy import CopyFound, CopyMade
from edgewise.ground.errors import EdgewiseError
from edgewise.store.checkup import Finding

State = Literal["new", "locked", "open"]
CLOSING: Final = ""
"""The last topic that a watching page gets: Edgewise ends."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A command of the command line that is to run beside this node, with its paths made absolute.

    `environ` has of the caller's environment what the command line reads. `text`: what came in on its input;
    None while nobody has read it yet.
    """

    argv: tuple[str, ...]
    environ: dict[str, str]
    colour: bool
    text: str | None


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of an errand. ``wants_text``: nothing was done, it needs what stands on its input."""

    code: int
    out: str
    err: str
    wants_text: bool = False


class Keeper(Protocol):
    """One home, with its node while it is open. Called on the event loop; everything raises Refusal."""

    @property
    def state(self) -> State:
        """ "new" before anybody began here, "locked" until the passphrase came, then "open"."""
        ...

    @property
    def desk(self) -> Desk:
        """The counter of the open home. Refusal "home.locked"."""
        ...

    @property
    def zone(self) -> str:
        """The IANA name of this computer's time zone."""
        ...

    @property
    def trouble(self) -> EdgewiseError | None:
        """Why no other computer can be reached, where that is known."""
        ...

    def now_ms(self) -> int:
        """The wall clock in ms since 1970."""
        ...

    def has_passphrase(self) -> bool:
        """Whether a passphrase opens the home."""
        ...

    def remembered(self) -> bool:
        """Whether the home opens on this computer without a passphrase."""
        ...

    async def begin(self, name: str, passphrase: str | None, remember: bool) -> None:
        """Make the home and its person, and open it."""
        ...

    async def unlock(self, passphrase: str) -> None:
        """Open the home. Refusal "passphrase.wrong"."""
        ...

    async def change_passphrase(self, old: str | None, new: str | None, remember: bool) -> None:
        """Another passphrase, or another choice about remembering."""
        ...

    async def erase(self) -> None:
        """Erase everything of this home from this computer; the home is "new" then."""
        ...

    async def examine(self, deep: bool) -> Sequence[Finding]:
        """What the doctor finds; nothing in a healthy home."""
        ...

    async def new_copy_words(self) -> str:
        """New words for the safe copies from now on, given back once."""
        ...

    async def back_up(self, file: Path, lasting: bool = True) -> CopyMade:
        """Write a safe copy and prove it. Refusals "file.exists", "copy.unwritable"."""
        ...

    async def check_copy(self, file: Path, words: str) -> CopyFound:
        """Open a safe copy with its words and look at all in it. Refusals "words.*", "copy.*"."""
        ...

    async def restore(
        self, file: Path, words: str, passphrase: str | None, remember: bool, lost: bool
    ) -> None:
        """Bring a safe copy back where nobody has begun, and open the home."""
        ...

    def scratch(self) -> Path:
        """A new folder in the home for a sealed file that is on its way; the caller takes it away again."""
        ...

    async def run(self, errand: Errand) -> Ran:
        """Run a command of the command line at this desk."""
        ...

    def starts_itself(self) -> bool | None:
        """Whether Edgewise starts with the computer; None where it can't be set from here."""
        ...

    def set_starts_itself(self, wanted: bool) -> None:
        """Start with the computer from now on, or no more."""
        ...

    async def watch(self) -> asyncio.Queue[str]:
        """A queue of topics that change, for one open page; `CLOSING` ends it. Give it back by `unwatch`."""
        ...

    def unwatch(self, mine: asyncio.Queue[str]) -> None:
        """A page was closed."""
        ...

    def end(self) -> None:
        """End Edgewise, once what is being answered has gone out."""
        ...
