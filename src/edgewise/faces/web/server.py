# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page's place on this computer: a port of the loopback address, and the server on it."""

from __future__ import annotations

import contextlib
import errno
import random
import socket
import sys
from collections.abc import Iterator
from typing import Any, Final

import uvicorn

from edgewise.ground.errors import Refusal

LOOPBACK: Final = "127.0.0.1"
PORTS: Final = range(20_000, 32_000)
"""Below what systems give to outgoing connections, so that a remembered port is still free the next day."""
PORT_TRIES: Final = 50
_BACKLOG: Final = 128
_SHUTDOWN_S: Final = 3


def take_port(port: int) -> socket.socket:
    """A listening socket at this port of 127.0.0.1; 0 takes a free one. Refusal "port.taken"."""
    wanted = [port] if port else random.sample(PORTS, PORT_TRIES)
    for each in wanted:
        # The protocol is named, since asyncio sets TCP_NODELAY only where it is; without that each answer
        # waits 40 ms for the other side's delayed acknowledgement.
        taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if sys.platform == "win32":
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((LOOPBACK, each))
            taken.listen(_BACKLOG)
        except OSError as error:
            taken.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        taken.setblocking(False)
        return taken
    raise Refusal("port.taken", port=port)


class LocalServer(uvicorn.Server):
    """Serves an app on a socket, on the loop that runs already; signals belong to the caller."""

    def __init__(self, app: Any, connections_max: int | None = None) -> None:
        config = uvicorn.Config(
            app,
            loop="none",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_SHUTDOWN_S,
            limit_concurrency=connections_max,
        )
        super().__init__(config)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None: the node listens to them."""
        yield

    def stop(self) -> None:
        """Take no new requests, finish those under way, then let `serve` return."""
        self.should_exit = True
