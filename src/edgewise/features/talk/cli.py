# SPDX-License-Identifier: AGPL-3.0-or-later
"""Talk on the command line: say, talk."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final

from edgewise.core.inputs import MarkRead, Place, Publish
from edgewise.faces.kit import terminal
from edgewise.faces.kit.attach import attachments_of, lines_of
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.terminal import BOLD, FAINT, N_, TURN, Out, Verb
from edgewise.faces.kit.words import Translator
from edgewise.features.people import view as people_view
from edgewise.features.talk import view
from edgewise.features.talk.records import Say
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import TEXT_MAX_CHARS, WARNING_MAX_CHARS
from edgewise.store.db import Connection

LINES: Final = 50
"""Lines of a conversation that are shown at once."""


def _say_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("person", metavar="PERSON", help=_("to whom: a name, or the sign behind it"))
    parser.add_argument("text", nargs="*", help=_("what you say; without it, it is read from the input"))
    parser.add_argument("--reply", metavar="LINE", help=_("answer this line"))
    parser.add_argument(
        "--warn", metavar="WORDS", default="", help=_("what they should know before they read")
    )
    parser.add_argument(
        "--attach", metavar="FILE", action="append", default=[], help=_("a picture or a file to go with it")
    )
    parser.add_argument(
        "--alt",
        metavar="WORDS",
        action="append",
        default=[],
        help=_("what the picture shows, for who can't see it"),
    )


def run_say(args: Namespace, desk: Desk, out: Out) -> int:
    """Say something to one person; the result is the line's sign."""
    person = _person(desk, out, args.person)
    if person in desk.read(people_view.blocked):
        raise Refusal(
            "person.blocked", name=terminal.line(desk.read(lambda db: people_view.name_of(db, person)))
        )
    text = "" if args.attach and not args.text else out.text_from(args.text)
    for each, limit in ((text, TEXT_MAX_CHARS), (args.warn, WARNING_MAX_CHARS)):
        if len(each) > limit:
            raise Refusal("text.too_long", size_chars=len(each), limit_chars=limit)
    reply_to = line_of(desk, out, args.reply).id if args.reply else b""
    said = Say(text, args.warn, reply_to, attachments_of(desk, args.attach, args.alt))
    made: bytes = desk.do(Publish(Place("talk", person), said))
    return out.result({"line": made}, [out.words.gettext("Said: %(id)s", id=terminal.sign(made))])


def line_of(desk: Desk, out: Out, text: str) -> view.Line:
    """The line whose sign begins so. Refusal "not_found.item"."""
    prefix = terminal.id_prefix(text)
    found = terminal.only(desk.read(lambda db: view.find(db, prefix)), out, "not_found.item", text)
    line = desk.read(lambda db: view.line(db, found))
    if line is None:
        raise Refusal("not_found.item")
    return line


def _person(desk: Desk, out: Out, name: str) -> bytes:
    return terminal.only(desk.read(lambda db: people_view.find(db, name)), out, "not_found.person", name)


def _talk_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument(
        "person", metavar="PERSON", nargs="?", help=_("one conversation; without it, the list")
    )
    parser.add_argument("--before", metavar="LINE", help=_("go on before this line"))
    parser.add_argument("--limit", type=int, default=LINES, help=_("how many lines at most"))
    parser.add_argument("--peek", action="store_true", help=_("leave the mark “new since” where it is"))


def run_talk(args: Namespace, desk: Desk, out: Out) -> int:
    """The list of conversations, or one of them, newest lines last. Moves its read mark."""
    found = desk.read(view.conversations)
    if args.person is None:
        return out.result(found, desk.read(lambda db: _list_lines(db, found, desk.now_ms(), out)))
    person = _person(desk, out, args.person)
    spaces = [each for each in found if each.identity == person]
    if not spaces:
        raise Refusal("not_found.person", name=args.person)
    space = spaces[0].space
    before = line_of(desk, out, args.before) if args.before else None
    at = None if before is None else (before.order_ms, before.id)
    lines = desk.read(lambda db: view.lines(db, space, at, max(1, min(args.limit, 500))))
    if lines and not args.peek and not out.json and before is None:
        desk.do(MarkRead(view.mark_of(person), lines[-1].order_ms))
    if not lines:
        return out.result([], [out.words.gettext("Nothing said yet.")])
    return out.result(lines, desk.read(lambda db: _lines(db, lines, desk.now_ms(), out)))


def _list_lines(db: Connection, found: list[view.Conversation], now_ms: int, out: Out) -> list[str]:
    _ = out.words.gettext
    if not found:
        return [_("Nobody to talk to yet. Write a letter to somebody: edgewise invite --to NAME")]
    rows = []
    for each in found:
        last = each.last
        said = (
            ""
            if last is None
            else _("taken back")
            if last.gone
            else terminal.line(last.warning or last.text)[:60]
        )
        rows.append(
            (
                terminal.line(people_view.name_of(db, each.identity)),
                "" if last is None else out.when(last.wall_ms, now_ms),
                out.styled(_("new"), TURN) if each.unread else "",
                said,
            )
        )
    return out.table(rows)


def _lines(db: Connection, lines: list[view.Line], now_ms: int, out: Out) -> list[str]:
    _ = out.words.gettext
    shown: list[str] = []
    for each in lines:
        name = _("You") if each.mine else terminal.line(people_view.name_of(db, each.author))
        head = [out.styled(name, BOLD), out.when(each.wall_ms, now_ms)]
        if each.edited_ms is not None:
            head.append(_("changed %(when)s", when=out.when(each.edited_ms, now_ms)))
        if each.gone:
            head.append(_("taken back"))
        head.append(out.styled(terminal.sign(each.id), FAINT))
        shown.append(" · ".join(head))
        if each.reply_to:
            shown += _quoted(db, each.reply_to, out)
        if each.warning:
            shown.append("  " + _("Before you read: %(warning)s", warning=terminal.line(each.warning)))
        if not each.gone:
            shown += terminal.indented(each.text) if each.text else []
            shown += lines_of(db, each.attachments, out)
    return shown


def _quoted(db: Connection, reply_to: bytes, out: Out) -> list[str]:
    line = view.line(db, reply_to)
    if line is None or line.gone:
        return []
    return [out.styled("  > " + terminal.line(line.warning or line.text)[:60], FAINT)]


VERBS: Final = (
    Verb(
        "say",
        N_("say something to one person"),
        "edgewise say Bo Are you there on Saturday?",
        _say_arguments,
        run_say,
    ),
    Verb("talk", N_("your conversations, or one of them"), "edgewise talk Bo", _talk_arguments, run_talk),
)
