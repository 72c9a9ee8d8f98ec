# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one broad except of the house.

Libraries written in other languages raise what no type hint tells of: a panic of Rust code is a bare
BaseException. A peer's bytes must not end this process through them.
"""

from types import TracebackType
from typing import Final

from edgewise.ground.errors import EdgewiseError, Verdict

# CancelledError is known by its module, since floor 0 must not load asyncio.
_CONTROL_FLOW_MODULES: Final = ("asyncio.exceptions",)


class foreign:
    """Around calls of one named native library: whatever it raises becomes a Verdict that names the library.

    Interrupts, exits, cancellation and our own errors pass through unchanged. Put nothing of ours inside: an
    assertion of ours would be blamed on the library.
    """

    __slots__ = ("_code", "_library")

    def __init__(self, library: str, code: str = "foreign.failed") -> None:
        self._library = library
        self._code = code

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit, EdgewiseError)):
            return
        if type(error).__module__ in _CONTROL_FLOW_MODULES and not isinstance(error, Exception):
            return
        raise Verdict(self._code, library=self._library, reason=f"{type(error).__name__}: {error}") from error
