# SPDX-License-Identifier: AGPL-3.0-or-later
"""Archive: what tells of a post that it was written earlier and brought in (spec/kinds/archive.md)."""

from typing import Final

from edgewise.ground.canon import Bin32, Instant, Record
from edgewise.ground.errors import Verdict
from edgewise.log.kinds import Kind
from edgewise.log.op import CLS_CONTENT


class Brought(Record, frozen=True):
    """The post `target`, of the same author in the same space, was written at `written_ms` (a claim).

    origin: the id that it had where it was written, so that it is not brought in twice.
    """

    target: Bin32
    written_ms: Instant
    origin: Bin32


def check_brought(brought: Brought) -> None:
    """Rule ARCHIVE-1. Verdict "op.bad_body"."""
    if not brought.written_ms:
        raise Verdict("op.bad_body", reason="written at no time")


KINDS: Final[tuple[Kind, ...]] = (
    Kind("archive.brought", 1, CLS_CONTENT, Brought, frozenset({"feed"}), check_brought),
)
