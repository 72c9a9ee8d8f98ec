# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits to be written to one connection: the urgent before bulk, small ones gathered into one write."""

from collections import deque

from edgewise.carriers.port import WRITE_MAX_BYTES


class Outbox:
    """Two queues of whole messages. A message is never split, so an urgent one never lands inside another."""

    __slots__ = ("_bulk", "_bytes", "_urgent")

    def __init__(self) -> None:
        self._urgent: deque[bytes] = deque()
        self._bulk: deque[bytes] = deque()
        self._bytes = 0

    @property
    def size_bytes(self) -> int:
        """All that waits."""
        return self._bytes

    @property
    def has_bulk(self) -> bool:
        """Whether a bulk message waits."""
        return bool(self._bulk)

    def put(self, message: bytes, urgent: bool) -> None:
        """Queue a message behind those of its own kind."""
        (self._urgent if urgent else self._bulk).append(message)
        self._bytes += len(message)

    def take(self) -> bytes:
        """The next write: whole messages, urgent ones first, up to WRITE_MAX_BYTES or one longer message.

        b"" if nothing waits.
        """
        batch: list[bytes] = []
        room_bytes = WRITE_MAX_BYTES
        for queue in (self._urgent, self._bulk):
            while queue and (len(queue[0]) <= room_bytes or not batch):
                message = queue.popleft()
                batch.append(message)
                room_bytes -= len(message)
            if queue:
                break
        data = batch[0] if len(batch) == 1 else b"".join(batch)
        self._bytes -= len(data)
        return data

    def clear(self) -> None:
        """Forget what waits."""
        self._urgent.clear()
        self._bulk.clear()
        self._bytes = 0
