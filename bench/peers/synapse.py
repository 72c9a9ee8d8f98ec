# SPDX-License-Identifier: AGPL-3.0-or-later
"""Matrix by synapse, the federated counter-example: two people of one server, or of two."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from bench.peers import install
from bench.peers.figures import DidNotRun, quantile
from bench.peers.process import Process, free_port
from bench.peers.stage import IDLE_S, LINES, Peer, Stage

START_S: Final = 60.0
ANSWER_S: Final = 30.0
SECRET: Final = "bench"  # noqa: S105 - of a server that lives for a minute at 127.0.0.1
LOOK_EVERY_S: Final = 0.2


@dataclass
class Server:
    """One homeserver: where it keeps its files, where people and other servers reach it."""

    folder: Path
    port: int = field(default_factory=free_port)
    federation_port: int = field(default_factory=free_port)

    @property
    def name(self) -> str:
        """Its name, which says where other servers find it."""
        return f"localhost:{self.federation_port}"


class Client:
    """One person's program, with one connection that is kept."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.token = server, ""
        self.id = f"@{name}:{server.name}"
        self._line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=ANSWER_S)

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """One request. DidNotRun where the server refuses."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        self._line.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._line.getresponse()
        said = answer.read()
        if answer.status != http.client.OK:
            raise DidNotRun(f"{path.split('?')[0]}: {answer.status} {said[:200].decode(errors='replace')}")
        return dict(json.loads(said))

    def register(self, name: str) -> None:
        """An account, by the secret that the server shares with its owner."""
        path = "/_synapse/admin/v1/register"
        nonce = self.ask("GET", path)["nonce"]
        words = [nonce, name, SECRET, "notadmin"]
        mac = hmac.new(SECRET.encode(), "\0".join(words).encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": SECRET, "admin": False, "mac": mac}
        self.token = self.ask("POST", path, body)["access_token"]

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()


def live(stage: Stage) -> dict[str, float]:
    """Two people of one server."""
    return _live(stage, ["one"])


def federated(stage: Stage) -> dict[str, float]:
    """Two people, each with a server of their own; the servers speak TLS with each other."""
    return _live(stage, ["one", "other"])


def _live(stage: Stage, names: Sequence[str]) -> dict[str, float]:
    servers = [Server(stage.folder / name) for name in names]
    certify(stage.folder)
    with ExitStack() as stack:
        processes = [stack.enter_context(running(stage.into, each, servers)) for each in servers]
        alice, bob = Client(servers[0], "alice"), Client(servers[-1], "bob")
        stack.callback(alice.close)
        stack.callback(bob.close)
        for client, name in ((alice, "alice"), (bob, "bob")):
            client.register(name)
        room = meet(alice, bob)
        taken_ms = lines(alice, bob, room, stage.texts[:LINES])
        time.sleep(IDLE_S)
        figures = {"live-p50": quantile(taken_ms, 0.5), "live-p99": quantile(taken_ms, 0.99)}
        return {**figures, "memory": processes[-1].memory_mib()}


def certify(folder: Path) -> None:
    """One certificate for this run, which the servers of this run alone trust."""
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    words += ["-addext", "subjectAltName=DNS:localhost", "-keyout", "tls.key", "-out", "tls.crt"]
    try:
        subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=START_S)
    except (OSError, subprocess.SubprocessError) as error:
        raise DidNotRun(f"no certificate: {error}") from error


@contextmanager
def running(into: Path, server: Server, all_servers: Sequence[Server]) -> Iterator[Process]:
    """The server, from when it answers until the end of the block."""
    server.folder.mkdir()
    file = server.folder / "homeserver.yaml"  # JSON is YAML
    file.write_text(json.dumps(configuration(server, all_servers)), "utf-8")
    words: list[str | Path] = [install.python_of(into), "-m", "synapse.app.homeserver", "-c", file]
    subprocess.run(
        [*words, "--generate-keys"], cwd=server.folder, timeout=START_S, check=True, capture_output=True
    )
    with Process(words, server.folder) as process:
        until = time.monotonic() + START_S
        while not _answers(server):
            if time.monotonic() > until or not process.alive():
                raise DidNotRun(f"the server did not start: {process.last_words()}")
            time.sleep(LOOK_EVERY_S)
        yield process


def _answers(server: Server) -> bool:
    client = Client(server, "")
    with suppress(OSError, http.client.HTTPException):
        client.ask("GET", "/_matrix/client/versions")
        return True
    client.close()
    return False


def configuration(server: Server, all_servers: Sequence[Server]) -> dict[str, Any]:
    """As small as it goes: SQLite, only this computer's own address, nobody else's server, no limits."""
    here = {"bind_addresses": ["127.0.0.1"], "type": "http"}
    people = {**here, "port": server.port, "tls": False, "resources": [{"names": ["client"]}]}
    others = {**here, "port": server.federation_port, "tls": True, "resources": [{"names": ["federation"]}]}
    certificate = str(server.folder.parent / "tls.crt")
    free = {"per_second": 1e6, "burst_count": 1e6}
    return {
        "server_name": server.name,
        "listeners": [people, others] if len(all_servers) > 1 else [people],
        "database": {"name": "sqlite3", "args": {"database": str(server.folder / "homeserver.db")}},
        "log_config": str(_log_config(server.folder)),
        "media_store_path": str(server.folder / "media"),
        "signing_key_path": str(server.folder / "signing.key"),
        "tls_certificate_path": certificate,
        "tls_private_key_path": str(server.folder.parent / "tls.key"),
        "federation_custom_ca_list": [certificate],
        "federation_domain_whitelist": [each.name for each in all_servers],
        "ip_range_blacklist": [],
        "trusted_key_servers": [],
        "registration_shared_secret": SECRET,
        "macaroon_secret_key": SECRET,
        "form_secret": SECRET,
        "report_stats": False,
        "enable_registration": False,
        "presence": {"enabled": False},
        "url_preview_enabled": False,
        "rc_message": free,
        "rc_federation": {"sleep_limit": 10**6, "reject_limit": 10**6, "concurrent": 100},
    }


def _log_config(folder: Path) -> Path:
    file = folder / "log.yaml"
    handler = {"class": "logging.StreamHandler"}
    file.write_text(
        json.dumps(
            {"version": 1, "handlers": {"out": handler}, "root": {"level": "ERROR", "handlers": ["out"]}}
        )
    )
    return file


def meet(alice: Client, bob: Client) -> str:
    """A room that both are in; its id."""
    made = alice.ask("POST", "/_matrix/client/v3/createRoom", {"preset": "private_chat", "invite": [bob.id]})
    room: str = made["room_id"]
    bob.ask("POST", f"/_matrix/client/v3/join/{quote(room)}?via={quote(alice.server.name)}", {})
    return room


class Listener(threading.Thread):
    """Bob's program: asks again and again for what is new, and notes when each line came."""

    def __init__(self, bob: Client, room: str, came: threading.Condition) -> None:
        super().__init__(daemon=True)
        self.at_ns: dict[str, int] = {}
        self._bob, self._room, self._came = bob, room, came
        self._since = bob.ask("GET", "/_matrix/client/v3/sync?timeout=0")["next_batch"]

    def run(self) -> None:
        """Until the connection is closed."""
        with suppress(OSError, http.client.HTTPException, ValueError, AttributeError):
            while True:
                path = f"/_matrix/client/v3/sync?timeout=20000&since={quote(self._since)}"
                news = self._bob.ask("GET", path)
                now_ns = time.monotonic_ns()
                self._since = news["next_batch"]
                room = news.get("rooms", {}).get("join", {}).get(self._room, {})
                with self._came:
                    for event in room.get("timeline", {}).get("events", []):
                        self.at_ns[str(event["content"].get("body"))] = now_ns
                    self._came.notify()


def lines(alice: Client, bob: Client, room: str, texts: Sequence[str]) -> list[float]:
    """Each line written when the last one had been read; from alice's request to bob's answer, in ms."""
    came = threading.Condition()
    listener = Listener(bob, room, came)
    listener.start()
    taken = []
    for number, text in enumerate(texts):
        path = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message/{number}"
        began_ns = time.monotonic_ns()
        alice.ask("PUT", path, {"msgtype": "m.text", "body": text})
        with came:
            if not came.wait_for(lambda text=text: text in listener.at_ns, ANSWER_S):  # type: ignore[misc]
                raise DidNotRun(f"line {number} did not come within {ANSWER_S:.0f} s")
        taken.append((listener.at_ns[text] - began_ns) / 1e6)
    return taken


PEER: Final = Peer(
    "synapse",
    "synapse",
    {"live": live},
    "Two people of one server, plain HTTP to it. Nothing is encrypted end to end: the server reads all. "
    "SQLite.",
)
FEDERATED: Final = Peer(
    "synapse, two servers",
    "synapse",
    {"live": federated},
    "A server for each of the two, TLS between the servers. Both servers read all. SQLite. Memory is that "
    "of one server.",
)
