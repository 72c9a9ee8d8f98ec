# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line beside a running node: the command goes to the node, and what it said comes back.

The node is found by the note in its home, which only the same person can read; the note's token opens its
door.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final

import msgspec

from edgewise.faces.cli.house import House
from edgewise.faces.cli.main import Streams, default_home, main, zone_of_computer
from edgewise.faces.cli.parser import parser_of
from edgewise.faces.web.keeper import Errand, Ran
from edgewise.faces.web.server import LOOPBACK
from edgewise.ground.errors import Refusal
from edgewise.node.keeper import HomeKeeper
from edgewise.store.home import Home, NodeNote

READS: Final = ("LC_ALL", "LC_MESSAGES", "LANG", "TZ", "NO_COLOR", "TERM")
"""Of the environment, what changes how a command speaks."""
AT_HOME_ITSELF: Final = (
    None,
    "init",
    "open",
    "passphrase",
    "erase-everything",
    "restore",
    "sim",
    "demo",
    "bench",
)
"""Commands that a running node does not do for others."""
PATHS: Final = ("file", "out", "letter", "folder", "attach")
"""Arguments that name files; they are made absolute, since the node stands in another folder."""
REPLY_MAX_BYTES: Final = 64 * 1024 * 1024
TIMEOUT_S: Final = 600.0
LINK_TIMEOUT_S: Final = 5.0


def home_of(argv: Sequence[str], environ: Mapping[str, str]) -> Path | None:
    """The home that a command is about; None where it is none for a running node, or can't be understood."""
    args = _parsed(argv)
    if args is None or args.get("verb") in AT_HOME_ITSELF or args.get("check") or args.get("mend"):
        return None
    home = args.get("home") or environ.get("EDGEWISE_HOME") or default_home(environ, sys.platform)
    return Path(home).expanduser()


def _parsed(argv: Sequence[str]) -> dict[str, Any] | None:
    silent = io.StringIO()
    try:
        with redirect_stdout(silent), redirect_stderr(silent):
            return vars(parser_of("en").parse_args(list(argv)))
    except SystemExit:
        return None


def run_beside(argv: Sequence[str], streams: Streams, environ: Mapping[str, str]) -> int | None:
    """Let the running node do a command and say what it said; None where no node runs with that home."""
    home = home_of(argv, environ)
    note = Home(home).node_note() if home is not None else None
    if note is None:
        return None
    ran = _ask(note, argv, None, streams, environ)
    if ran is None:
        return None
    if ran.wants_text:
        ran = _ask(note, argv, streams.stdin.read(), streams, environ)
    if ran is None:
        raise Refusal("node.stopping")
    streams.stdout.write(ran.out)
    streams.stderr.write(ran.err)
    return ran.code


def _ask(
    note: NodeNote, argv: Sequence[str], text: str | None, streams: Streams, environ: Mapping[str, str]
) -> Ran | None:
    colour = streams.stdout.isatty()
    kept = {name: environ[name] for name in READS if name in environ}
    if "TZ" not in kept:
        kept["TZ"] = zone_of_computer(environ)
    body = msgspec.json.encode(Errand(absolute(argv, Path.cwd()), kept, colour, text))
    answer = _post(note, "command", body, TIMEOUT_S)
    return None if answer is None else msgspec.json.decode(answer, type=Ran)


def absolute(argv: Sequence[str], folder: Path) -> tuple[str, ...]:
    """The words of a command with its files named from the root."""
    args = _parsed(argv) or {}
    words = list(argv)
    for name in PATHS:
        values = args.get(name)
        for value in values if isinstance(values, list) else [values]:
            if not value or not isinstance(value, str):
                continue
            if name == "letter" and (args.get("verb") != "accept" or not (folder / value).exists()):
                continue
            for at in reversed(range(len(words))):
                if words[at] in (value, f"--{name}={value}"):
                    words[at] = words[at].removesuffix(value) + str(folder / value)
                    break
    return tuple(words)


def _post(note: NodeNote, what: str, body: bytes, timeout_s: float) -> bytes | None:
    """What the node answers; None where nobody is at its port any more.

    Refusal "node.unreachable" where somebody is, and is not it.
    """
    line = http.client.HTTPConnection(LOOPBACK, note.port, timeout=timeout_s)
    try:
        line.request("POST", note.path + what, body, {"Authorization": f"Bearer {note.token}"})
        answer = line.getresponse()
        data = answer.read(REPLY_MAX_BYTES)
    except ConnectionRefusedError:
        return None
    except (OSError, http.client.HTTPException) as error:
        raise Refusal("node.unreachable") from error
    finally:
        line.close()
    if answer.status != http.HTTPStatus.OK:
        raise Refusal("node.unreachable")
    return data


def fresh_link(home: Home) -> str | None:
    """A new link to the page of the node that runs with this home; None where none answers."""
    note = home.node_note()
    if note is None:
        return None
    try:
        answer = _post(note, "link", b"", LINK_TIMEOUT_S)
    except Refusal:
        return None
    return None if answer is None else str(msgspec.json.decode(answer, type=dict[str, str])["link"])


class _Unread(io.StringIO):
    """An input that nobody has read yet: to read it is to ask for it."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = False

    def read(self, size: int | None = -1, /) -> str:
        """Nothing yet; notes that it was wanted."""
        self.wanted = True
        return ""

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # as StringIO has it
        """The same."""
        self.wanted = True
        return ""


class _Said(io.StringIO):
    """An output that may stand for a terminal, for its colours."""

    def __init__(self, colour: bool) -> None:
        super().__init__()
        self._colour = colour

    def isatty(self) -> bool:
        """Whether the caller sits at a terminal."""
        return self._colour


async def run_errand(keeper: HomeKeeper, errand: Errand, house: House) -> Ran:
    """The node's side: the same functions, at the node's own desk."""
    return await asyncio.to_thread(_run, keeper, errand, house)


def _run(keeper: HomeKeeper, errand: Errand, house: House) -> Ran:
    unread, out, err = _Unread(), _Said(errand.colour), io.StringIO()
    stdin = unread if errand.text is None else io.StringIO(errand.text)
    environ = {**errand.environ, "EDGEWISE_HOME": str(keeper.path)}
    code = main(
        errand.argv,
        lambda _home, _passphrase: nullcontext(keeper.desk),
        house,
        streams=Streams(stdin, out, err),
        environ=environ,
    )
    if unread.wanted:
        return Ran(code, "", "", wants_text=True)
    return Ran(code, out.getvalue(), err.getvalue())
