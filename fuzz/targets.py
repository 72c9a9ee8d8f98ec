# SPDX-License-Identifier: AGPL-3.0-or-later
"""All that reads bytes from outside, as a table. A target takes bytes and returns, or raises EdgewiseError.

A new reader gets a row here and samples in `gather`; from then on every run tries it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fuzz import live, page, readers

CHEAP, MIDDLE, DEAR = 12, 6, 3


@dataclass(frozen=True, slots=True)
class Target:
    """One reader. shape: see `mutate`; share: how many of its cases for each one of a dear target.

    `drop` forgets what the reader has built up, after a crasher.
    """

    name: str
    run: Callable[[bytes], object]
    shape: str
    share: int = CHEAP
    drop: Callable[[], None] | None = None


TARGETS: Final[tuple[Target, ...]] = (
    Target("frame", readers.frame, "msgpack"),
    Target("stream", readers.stream, "frames"),
    Target("operation", readers.operation, "msgpack"),
    Target("run", readers.run, "msgpack"),
    Target("fork", readers.fork, "msgpack"),
    Target("body", readers.body, "msgpack"),
    Target("padded", readers.padded, "raw"),
    Target("bundle_raw", readers.bundle_raw, "raw", MIDDLE),
    Target("bundle_inside", readers.bundle_inside, "frames", MIDDLE),
    Target("sealed_stream", readers.sealed_stream, "raw"),
    Target("letter", readers.letter, "msgpack"),
    Target("letter_inside", readers.letter_inside, "msgpack"),
    Target("letter_page", readers.letter_page, "raw"),
    Target("text", readers.text, "text"),
    Target("ticket_inside", readers.ticket_inside, "raw"),
    Target("acceptance", readers.acceptance, "msgpack"),
    Target("acceptance_inside", readers.acceptance_inside, "msgpack"),
    Target("acceptance_file", readers.acceptance_file, "raw", MIDDLE),
    Target("confirm", readers.confirm, "msgpack"),
    Target("confirm_inside", readers.confirm_inside, "msgpack"),
    Target("chain", readers.chain, "msgpack"),
    Target("chain_inside", readers.chain_inside, "msgpack"),
    Target("address", readers.address, "text"),
    Target("home_keys", readers.home_keys, "msgpack", MIDDLE),
    Target("node_note", readers.node_note, "msgpack", MIDDLE),
    Target("page_place", readers.page_place, "text", MIDDLE),
    Target("picture", readers.picture, "raw", DEAR, readers.leave_workshop),
    Target("thumbnail", readers.thumbnail, "raw", DEAR, readers.leave_workshop),
    Target("voice", readers.voice, "raw", DEAR, readers.leave_workshop),
    Target("line", live.line, "frames", DEAR, live.drop),
    Target("stranger", live.stranger, "frames", DEAR, live.drop),
    Target("taken_file", live.taken_file, "raw", DEAR, live.drop),
    Target("taken_bundle", live.taken_bundle, "frames", DEAR, live.drop),
    Target("read_letter", live.read_letter, "text", DEAR, live.drop),
    Target("request", page.request, "request", DEAR, page.drop),
)
BY_NAME: Final = {target.name: target for target in TARGETS}
