# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verb of files that are carried across by hand: bundle out, bundle in."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from edgewise.core.effects import BundleMade, FileTaken
from edgewise.core.inputs import MakeBundle, TakeFile
from edgewise.faces.kit import terminal
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.render import size_text
from edgewise.faces.kit.terminal import N_, Out, Verb
from edgewise.faces.kit.words import Translator
from edgewise.features.people import view as people_view
from edgewise.features.people.cli import person_of
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import BUNDLE_MAX_BYTES


def _arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    acts = parser.add_subparsers(dest="act", metavar="ACT", title=_("acts"), required=True)
    give = acts.add_parser("out", help=_("write all that somebody lacks into a sealed file"))
    give.add_argument("person", metavar="PERSON", help=_("for whom: a name, or the sign behind it"))
    give.add_argument("file", metavar="FILE", help=_("the file to write"))
    take = acts.add_parser("in", help=_("take in a file that somebody brought"))
    take.add_argument("file", metavar="FILE", help=_("the file to take in"))
    take.add_argument("--out", metavar="FILE", help=_("write what goes back, where something does"))


def run_bundle(args: Namespace, desk: Desk, out: Out) -> int:
    """Write a file for somebody, or take one in."""
    if args.act == "in":
        return take_file(terminal.read_file(args.file, BUNDLE_MAX_BYTES), args.out, desk, out)
    if Path(args.file).exists():
        raise Refusal("file.exists", path=args.file)
    person = person_of(desk, out, args.person)
    made: BundleMade = desk.do(MakeBundle(person.identity))
    terminal.write_file(args.file, made.data)
    name = terminal.line(person.name)
    said = out.words.gettext("Written for %(name)s alone: %(path)s", name=name, path=args.file)
    lines = [said]
    if made.left_out:
        lines.append(
            out.words.ngettext(
                "%(num)s picture or file did not fit (%(size)s). It goes when both computers are on.",
                "%(num)s pictures and files did not fit (%(size)s). They go when both computers are on.",
                made.left_out,
                size=size_text(made.left_out_bytes, out.words),
            )
        )
    value = {
        "identity": person.identity,
        "file": args.file,
        "size_bytes": len(made.data),
        "left_out": made.left_out,
        "left_out_bytes": made.left_out_bytes,
    }
    return out.result(value, lines)


def take_file(data: bytes, answer_path: str | None, desk: Desk, out: Out) -> int:
    """Take in an answer to a letter, a confirmation or a bundle; write what goes back, if a path is named."""
    if answer_path and Path(answer_path).exists():
        raise Refusal("file.exists", path=answer_path)
    _ = out.words.gettext
    taken: FileTaken = desk.do(TakeFile(data))
    name = terminal.line(desk.read(lambda db: people_view.name_of(db, taken.identity)))
    lines = [
        {
            "acceptance": _("%(name)s said yes. You are acquainted.", name=name),
            "confirmation": _("You and %(name)s are acquainted now.", name=name),
        }.get(taken.kind, _("Taken in, from %(name)s.", name=name))
    ]
    if taken.kind == "bundle":
        lines.append(
            out.words.ngettext("%(num)d thing was new.", "%(num)d things were new.", taken.operations)
        )
    else:
        lines.append(_("Compare the four words when you speak: edgewise people compare NAME"))
    if taken.answer is not None and answer_path:
        terminal.write_file(answer_path, taken.answer)
        lines.append(_("Bring this back to %(name)s: %(path)s", name=name, path=answer_path))
    elif taken.answer is not None:
        lines.append(_("Something goes back to %(name)s: edgewise bundle out NAME FILE", name=name))
    value = {"kind": taken.kind, "identity": taken.identity, "new": taken.operations, "file": answer_path}
    return out.result(value, lines)


VERBS: Final = (
    Verb(
        "bundle",
        N_("carry things across by file or stick"),
        "edgewise bundle out Bo for-bo.edgewise",
        _arguments,
        run_bundle,
    ),
)
