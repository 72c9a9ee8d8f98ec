# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a face needs of the node: do a command, read a view, know the hour and the language."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Protocol, TypeVar

from edgewise.log.blobs import BlobRef

T = TypeVar("T")


def _quiet(done_bytes: int) -> None:
    """Nobody watches."""


class Desk(Protocol):
    """The one counter at which a page is served; a face holds nothing else of the node."""

    def do(self, command: object) -> Any:
        """Run a Command through the core and give its answer; raises Refusal."""
        ...

    def read(self, query: Callable[[Any], T]) -> T:
        """Run a read-only query on a connection of its own."""
        ...

    def keep_file(
        self, source: BinaryIO, size_max_bytes: int, progress: Callable[[int], None] = _quiet
    ) -> BlobRef:
        """Seal a seekable file into this home; called in a thread, `progress` is told the bytes done so far.

        Nobody gets it before a record names it; it is let go of after a day if none does. Raises Refusal
        "file.too_big", "file.unreadable", "home.full".
        """
        ...

    def file_bytes(self, blob: bytes, first: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes first ≤ at < stop of a picture or file, in parts of at most 128 KiB.

        Raises Refusal at once: "blob.unknown", "blob.not_here"; while reading "blob.damaged".
        """
        ...

    def scratch(self) -> BinaryIO:
        """A file that is written once and then read, on this home's disk, sealed; gone when it is closed."""
        ...

    def now_ms(self) -> int:
        """The wall clock, ms since 1970 in UTC."""
        ...

    def lang(self) -> str:
        """The language that the person set, or "" to follow the browser."""
        ...
