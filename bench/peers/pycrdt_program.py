# SPDX-License-Identifier: AGPL-3.0-or-later
"""pycrdt as the measured program. Runs in that peer's own Python; answers lines as lines.js does."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
import threading
import time
from typing import Any

from pycrdt import Doc, Text, YMessageType, create_sync_message, handle_sync_message

LENGTH_BYTES = 4
HEAD = 1  # the first byte of a message says that it is about sync


def send(line: socket.socket, message: bytes) -> None:
    """One message, its length before it."""
    line.sendall(len(message).to_bytes(LENGTH_BYTES, "big") + message)


def receive(line: socket.socket) -> bytes:
    """The next message; b"" at the end."""
    head = line.recv(LENGTH_BYTES, socket.MSG_WAITALL)
    return line.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL) if head else b""


def exchange(line: socket.socket, document: Doc[Any], until: int | None) -> None:
    """Say what is here, give what the other lacks; until the text has so many letters, or the line ends."""
    text = document.get("text", type=Text)
    send(line, create_sync_message(document))
    while until is None or len(text) < until:
        message = receive(line)
        if not message:
            return
        if message[0] == YMessageType.SYNC:
            reply = handle_sync_message(message[HEAD:], document)
            if reply is not None:
                send(line, reply)


class Program:
    """One document, and what it can be asked to do."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._document: Doc[Any] = Doc()
        self._text = self._document.get("text", type=Text)

    def write(self, count: int) -> dict[str, Any]:
        """So many edits, each a transaction; then give the document to whoever comes."""
        began = time.perf_counter()
        for at in range(count):
            self._text.insert(at, chr(ord("a") + at % 26))
        took = time.perf_counter() - began
        server = socket.create_server(("127.0.0.1", self._port))
        threading.Thread(target=self._serve, args=(server,), daemon=True).start()
        return {"seconds": took, "key": ""}

    def _serve(self, server: socket.socket) -> None:
        line, _address = server.accept()
        exchange(line, self._document, None)

    def fetch(self, key: str, port: int, count: int) -> dict[str, Any]:
        """The other's document, whole. key: unused, there is one document."""
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port)) as line:
            exchange(line, self._document, count)
        return {"seconds": time.perf_counter() - began}

    def check(self) -> dict[str, Any]:
        """The text, as a digest."""
        return {"digest": hashlib.sha256(f"{self._text}\n".encode()).hexdigest()}


if __name__ == "__main__":
    program = Program(int(sys.argv[2]))
    for asked in sys.stdin:
        request = json.loads(asked)
        answer = getattr(program, request.pop("do"))(**request)
        print(json.dumps({"ok": True, **answer}), flush=True)
