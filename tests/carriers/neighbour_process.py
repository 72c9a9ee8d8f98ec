# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bob in a process of his own: says where he is, sends back what he hears, stops when his input ends.

`python -m tests.carriers.neighbour_process echo` for the tests; with `sink` he only counts, for measuring.
"""

import asyncio
import json
import sys

from edgewise.carriers.iroh import IrohCarrier
from tests.carriers.neighbours import LOOPBACK, Ear, seed_of


class Echo(Ear):
    """Sends everything back."""

    carrier: IrohCarrier

    def received(self, conn: int, data: bytes) -> None:
        self.carrier.send(conn, data)


class Sink(Ear):
    """Says how many MiB it has heard, when a message ends in a full stop."""

    carrier: IrohCarrier
    heard_bytes = 0

    def received(self, conn: int, data: bytes) -> None:
        self.heard_bytes += len(data)
        if data.endswith(b"."):
            self.carrier.send(conn, str(self.heard_bytes).encode())


async def live(kind: str) -> None:
    """Start, say so in one line, wait for the end of the input, stop."""
    ear = Echo() if kind == "echo" else Sink()
    ear.carrier = IrohCarrier(seed_of("bob"), 0, LOOPBACK)
    await ear.carrier.start(ear)
    sys.stdout.write(json.dumps(ear.carrier.addresses()) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await ear.carrier.stop()


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1]))
