# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a face needs of the node: do a command, read a view, know the hour and the language."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Desk(Protocol):
    """The one counter at which a page is served; a face holds nothing else of the node."""

    def do(self, command: object) -> Any:
        """Run a Command through the core and give its answer; raises Refusal."""
        ...

    def read(self, query: Callable[[Any], T]) -> T:
        """Run a read-only query on a connection of its own."""
        ...

    def now_ms(self) -> int:
        """The wall clock, ms since 1970 in UTC."""
        ...

    def lang(self) -> str:
        """The language that the person set, or "" to follow the browser."""
        ...
