# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line: words in, one exit code out.

0 done · 1 a finding of sim · 2 bad use · 3 passphrase · 4 in use · 5 not found · 6 not allowed · 7 letter ·
8 bad from outside · 9 damaged · 130 stopped by Ctrl+C.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from edgewise.faces.cli.house import DeskFactory, Errand, House, HouseVerb
from edgewise.faces.cli.parser import parser_of, verb_named
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.explain import explain
from edgewise.faces.kit.terminal import Out, Verb
from edgewise.faces.kit.words import LANGUAGES, Translator, translator
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.store import settings

STOPPED: Final = 130
"""The exit code of shells for Ctrl+C (128 + SIGINT)."""
LOCALTIME: Final = Path("/etc/localtime")


@dataclass(frozen=True, slots=True)
class Streams:
    """Where a command speaks and hears."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO


def main(
    argv: Sequence[str],
    desk_factory: DeskFactory,
    house: House,
    *,
    streams: Streams | None = None,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Run one command and return its exit code; nothing but a bug raises."""
    streams = streams or Streams(sys.stdin, sys.stdout, sys.stderr)
    environ = os.environ if environ is None else environ
    words = translator(language_of(environ))
    try:
        with contextlib.redirect_stdout(streams.stdout), contextlib.redirect_stderr(streams.stderr):
            args = parser_of(words.lang).parse_args(list(argv))
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 2
    out = _out(args, words, streams, environ)
    try:
        return _run(args, desk_factory, house, out, environ)
    except EdgewiseError as error:
        return tell(error, out, streams.stderr)
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # Whoever read has closed the pipe ("| head"): what was to be done is done.
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (kept open until the exit)
        return 0


def perform(args: Namespace, desk: Desk, out: Out) -> int:
    """Run a verb that needs nothing but a desk. Raises Refusal."""
    verb = verb_named(args.verb)
    assert isinstance(verb, Verb), args.verb
    _settle(desk, out)
    return verb.run(args, desk, out)


def tell(error: EdgewiseError, out: Out, stderr: TextIO) -> int:
    """Say what happened and what to do; the exit code of the error."""
    said = explain(error, out.words)
    if out.json:
        out.result({"error": error.code, "sentence": said.sentence, "remedy": said.remedy}, ())
    else:
        print(said.sentence, file=stderr)
        print(said.remedy, file=stderr)
    return error.exit_code


def _run(
    args: Namespace, desk_factory: DeskFactory, house: House, out: Out, environ: Mapping[str, str]
) -> int:
    home = Path(args.home or environ.get("EDGEWISE_HOME") or default_home(environ, sys.platform)).expanduser()
    if args.verb is None:
        out.result({}, parser_of(out.words.lang).format_help().splitlines())
        return 0
    errand = Errand(
        house,
        home,
        passphrase=lambda: _passphrase(environ, out),
        new_passphrase=lambda: _new_passphrase(args, environ, out),
        copy_words=lambda: _copy_words(environ, out),
        desk=lambda: desk_factory(home, lambda: _passphrase(environ, out)),
    )
    verb = verb_named(args.verb)
    if isinstance(verb, HouseVerb):
        return verb.run(args, errand, out)
    with errand.desk() as desk:
        return perform(args, desk, out)


def _settle(desk: Desk, out: Out) -> None:
    """From here on in the language and the time zone that the person set."""
    if (lang := desk.lang()) in LANGUAGES:
        out.words = translator(lang)
    out.zone = desk.read(lambda db: settings.get(db, "zone")) or out.zone


def _out(args: Namespace, words: Translator, streams: Streams, environ: Mapping[str, str]) -> Out:
    on_terminal = streams.stdout.isatty()
    return Out(
        words,
        streams.stdout,
        streams.stderr,
        streams.stdin,
        json=args.json,
        colour=on_terminal and "NO_COLOR" not in environ and environ.get("TERM") != "dumb",
        interactive=streams.stdin.isatty() and streams.stderr.isatty() and not args.json,
        zone=zone_of_computer(environ),
    )


def _passphrase(environ: Mapping[str, str], out: Out) -> str:
    """EDGEWISE_PASSPHRASE, or typed unseen. Refusal "passphrase.needed" off a terminal."""
    given = environ.get("EDGEWISE_PASSPHRASE")
    if given is not None:
        return given
    if not out.interactive:
        raise Refusal("passphrase.needed")
    return getpass.getpass(out.words.gettext("Passphrase:") + " ")


def _new_passphrase(args: Namespace, environ: Mapping[str, str], out: Out) -> str:
    """Typed twice; or EDGEWISE_PASSPHRASE for `init` and `restore`, EDGEWISE_NEW_PASSPHRASE for a change."""
    name = "EDGEWISE_PASSPHRASE" if args.verb in ("init", "restore") else "EDGEWISE_NEW_PASSPHRASE"
    given = environ.get(name)
    if given is not None:
        return given
    if not out.interactive:
        raise Refusal("passphrase.needed")
    first = getpass.getpass(out.words.gettext("New passphrase:") + " ")
    if getpass.getpass(out.words.gettext("The same again:") + " ") != first:
        raise Refusal("passphrase.differs")
    return first


def _copy_words(environ: Mapping[str, str], out: Out) -> str:
    """EDGEWISE_WORDS, or typed. Refusal "words.needed" off a terminal."""
    given = environ.get("EDGEWISE_WORDS")
    if given is not None:
        return given
    if not out.interactive:
        raise Refusal("words.needed")
    return out.prompt(out.words.gettext("The twelve words that open the copy:"))


def default_home(environ: Mapping[str, str], platform: str) -> str:
    """Where a person's Edgewise lies when nothing else is said, by the custom of the system."""
    if platform == "win32":
        return str(Path(environ.get("APPDATA") or "~") / "Edgewise")
    if platform == "darwin":
        return "~/Library/Application Support/Edgewise"
    return str(Path(environ.get("XDG_DATA_HOME") or "~/.local/share") / "edgewise")


def language_of(environ: Mapping[str, str]) -> str:
    """The language that the system is set to, else English (POSIX: LC_ALL, LC_MESSAGES, LANG)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            lang = value.split(".")[0].split("_")[0].lower()
            return lang if lang in LANGUAGES else "en"
    return "en"


def zone_of_computer(environ: Mapping[str, str], localtime: Path = LOCALTIME) -> str:
    """The IANA name of this computer's time zone, as TZ or /etc/localtime says; UTC where neither does."""
    if zone := environ.get("TZ", "").lstrip(":"):
        return zone
    try:
        target = str(localtime.readlink())
    except OSError:
        return "UTC"
    return target.partition("zoneinfo/")[2] or "UTC"
