# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs of safe copies: backup, and restore."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from edgewise.faces.cli.house import Errand, HouseVerb
from edgewise.faces.kit import safecopy, terminal
from edgewise.faces.kit.terminal import N_, Out
from edgewise.faces.kit.words import Translator
from edgewise.ground.errors import DAMAGED_STORE
from edgewise.ground.ids import short


def _backup_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("file", metavar="FILE", help=_("the file to write, on a stick for example"))
    parser.add_argument("--new-words", action="store_true", help=_("make other words that open it"))
    parser.add_argument(
        "--check", action="store_true", help=_("open a copy, look at all in it, and bring nothing back")
    )


def run_backup(args: Namespace, errand: Errand, out: Out) -> int:
    """Make a safe copy, or prove one. Exit code 9 where something in a copy is wrong."""
    if args.check:
        return _check(args, errand, out)
    _ = out.words.gettext
    made = errand.house.back_up(errand.home, errand.passphrase, Path(args.file), args.new_words)
    lines = [
        _(
            "A safe copy is in %(path)s, %(size)s bytes. It was read back and is whole.",
            path=args.file,
            size=made.size_bytes,
        )
    ]
    if made.words:
        lines += [
            "",
            _("These words open it, and nothing else does. Write them down, in this order:"),
            "",
            *numbered(made.words),
            "",
            _("They are not kept on this computer. The next copies open with the same words."),
            _("Prove that they are written down well: edgewise backup --check FILE"),
        ]
    else:
        lines.append(_("The words of your last copy open it."))
    return out.result({"file": args.file, "size_bytes": made.size_bytes, "words": made.words}, lines)


def numbered(words: str) -> list[str]:
    """The words with their places, four in a row."""
    each = [f"{place:2} {word:9}" for place, word in enumerate(words.split(), 1)]
    return ["  " + " ".join(each[at : at + 4]) for at in range(0, len(each), 4)]


def _check(args: Namespace, errand: Errand, out: Out) -> int:
    _ = out.words.gettext
    found = errand.house.check_copy(errand.home, Path(args.file), errand.copy_words())
    lines = [terminal.line(safecopy.said(found, out.words, out.zone))]
    if found.findings:
        lines += [
            terminal.line(f"{each.code} {short(each.subject)}: {each.sentence}") for each in found.findings
        ]
    else:
        lines.append(_("It opens with these words, and all in it is whole. Nothing was brought back."))
    value = {
        "name": found.name,
        "made_ms": found.made_ms,
        "contents": found.contents,
        "whole": not found.findings,
        "findings": list(found.findings),
    }
    out.result(value, lines)
    return DAMAGED_STORE if found.findings else 0


def _restore_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("file", metavar="FILE", help=_("the safe copy"))
    parser.add_argument(
        "--lost", action="store_true", help=_("the old computer is gone: it speaks for you no more")
    )
    parser.add_argument(
        "--remember",
        action="store_true",
        help=_("remember on this computer, without a passphrase: whoever can use your account can read all"),
    )


def run_restore(args: Namespace, errand: Errand, out: Out) -> int:
    """Bring a safe copy back where nobody is. The passphrase here is a new one."""
    _ = out.words.gettext
    words = errand.copy_words()
    passphrase = None if args.remember else errand.new_passphrase()
    identity = errand.house.restore(
        errand.home, Path(args.file), words, passphrase=passphrase, remember=args.remember, lost=args.lost
    )
    said = [
        _("You are here again: everything of the copy is in %(path)s.", path=errand.home),
        _("What you wrote after the copy comes back from those who have it, when you meet them."),
        _("The old computer speaks for you no more.")
        if args.lost
        else _("The old computer may still be used: both write, each for itself."),
        _("Make a new safe copy soon: edgewise backup FILE"),
    ]
    return out.result({"identity": identity, "home": str(errand.home), "lost": args.lost}, said)


VERBS: Final = (
    HouseVerb(
        "backup",
        N_("make a safe copy of all that is yours, or prove one"),
        "edgewise backup /media/stick/ana.copy",
        _backup_arguments,
        run_backup,
    ),
    HouseVerb(
        "restore",
        N_("bring a safe copy back on this computer"),
        "edgewise restore /media/stick/ana.copy --lost",
        _restore_arguments,
        run_restore,
    ),
)
