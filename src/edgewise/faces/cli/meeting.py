# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs of meeting: invite, accept."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Final

from edgewise.core.effects import Answered, LetterMade, LetterRead
from edgewise.core.inputs import AnswerLetter, MakeLetter, ReadLetter, ShowLetter, WithdrawLetter
from edgewise.faces.cli.bundles import take_file
from edgewise.faces.kit import terminal
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.letterpage import FILE_MAX_BYTES, LetterView, extract_sealed, letter_html
from edgewise.faces.kit.qr import qr_svg
from edgewise.faces.kit.terminal import BOLD, N_, Out, Verb
from edgewise.faces.kit.texts import letter_to_one
from edgewise.faces.kit.words import Translator
from edgewise.features.people.cli import named
from edgewise.ground.errors import Refusal
from edgewise.ground.instant import DAY_MS
from edgewise.ground.limits import BUNDLE_MAX_BYTES
from edgewise.identity.letters import LetterBody
from edgewise.identity.tickets import LETTER_PREFIX
from edgewise.store import invitations

HTML_MARKS: Final = (b"<!doctype html", b"<html")


def _invite_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("--to", metavar="NAME", help=_("for whom the letter is"))
    parser.add_argument("--words", metavar="TEXT", default="", help=_("your own words in it"))
    parser.add_argument("--offer", metavar="LINE", action="append", default=[], help=_("something you offer"))
    parser.add_argument(
        "--item",
        metavar="TITLE=TEXT",
        action="append",
        default=[],
        help=_("something to read, put into the letter"),
    )
    parser.add_argument("--days", type=int, default=14, metavar="N", help=_("how long it stays open"))
    _ways(parser, words)
    acts = parser.add_subparsers(dest="act", metavar="ACT", title=_("acts"))
    acts.add_parser("list", help=_("your letters, and what became of them"))
    show = acts.add_parser("show", help=_("the same letter again"))
    show.add_argument("letter", metavar="LETTER", help=_("the sign of the letter"))
    _ways(show, words)
    withdraw = acts.add_parser("withdraw", help=_("withdraw a letter that is not answered yet"))
    withdraw.add_argument("letter", metavar="LETTER", help=_("the sign of the letter"))


def _ways(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("--out", metavar="FILE", help=_("write the letter as a file, such as letter.html"))
    parser.add_argument("--ticket", action="store_true", help=_("print the ticket: one line to be pasted"))
    parser.add_argument("--qr", action="store_true", help=_("print the ticket as a square for a camera"))


def run_invite(args: Namespace, desk: Desk, out: Out) -> int:
    """Write a letter, or list, show and withdraw those written."""
    return _INVITE[args.act or "make"](args, desk, out)


def _make(args: Namespace, desk: Desk, out: Out) -> int:
    if not args.to:
        raise Refusal(
            "use.bad", reason=out.words.gettext("it is not said for whom the letter is (--to NAME)")
        )
    _free(args.out)
    until_ms = desk.now_ms() + args.days * DAY_MS
    items = tuple(_titled(each) for each in args.item)
    command = MakeLetter(named(args.to), args.words, tuple(args.offer), items, until_ms)
    made: LetterMade = desk.do(command)
    out.remark(letter_to_one(out.words, terminal.line(args.to), out.until(made.body.until_ms)))
    return _hand_over(args, made, out)


def _titled(text: str) -> tuple[str, str]:
    title, _, said = text.partition("=")
    if not said:
        raise Refusal("text.empty")
    return title.strip(), said


def _show(args: Namespace, desk: Desk, out: Out) -> int:
    _free(args.out)
    made: LetterMade = desk.do(ShowLetter(_letter_of(desk, out, args.letter)))
    return _hand_over(args, made, out)


def _hand_over(args: Namespace, made: LetterMade, out: Out) -> int:
    """The letter in the ways that were asked for; where none was, the ticket."""
    _ = out.words.gettext
    lines = [
        _(
            "Letter %(id)s to %(name)s.",
            id=terminal.sign(made.invitation),
            name=terminal.line(made.body.to_name),
        )
    ]
    if args.out:
        terminal.write_file(args.out, letter_page(made, out).encode())
        lines.append(_("Written: %(path)s", path=args.out))
    if args.ticket or not (args.out or args.qr):
        lines.append(made.ticket)
    if args.qr:
        lines.append(terminal.qr_text(made.ticket))
    value = {
        "invitation": made.invitation,
        "ticket": made.ticket,
        "letter": made.letter,
        "until_ms": made.body.until_ms,
        "file": args.out,
    }
    return out.result(value, lines)


def letter_page(made: LetterMade, out: Out) -> str:
    """The letter as a file that any browser shows."""
    body = made.body
    view = LetterView(
        number=int.from_bytes(made.invitation[:2], "big"),
        from_name=body.from_name,
        to_name=body.to_name,
        words=body.words,
        offers=body.offers,
        items=[(item.title, item.text) for item in body.items],
        until_ms=body.until_ms,
        sealed_text=made.letter.removeprefix(LETTER_PREFIX),
        qr_svg=str(qr_svg(made.ticket, out.words.gettext("The ticket of this letter"))),
    )
    return letter_html(view, out.words.lang, out.zone)


def _free(path: str | None) -> None:
    """Before a letter is made: its file must not be there yet."""
    if path and Path(path).exists():
        raise Refusal("file.exists", path=path)


def _list(args: Namespace, desk: Desk, out: Out) -> int:
    rows = desk.read(invitations.every)
    now_ms = desk.now_ms()
    lines = out.table([_row(row, now_ms, out) for row in rows])
    value = [
        {
            "invitation": r.id,
            "to_name": r.to_name,
            "state": r.state,
            "made_ms": r.made_ms,
            "until_ms": r.until_ms,
        }
        for r in rows
    ]
    return out.result(value, lines or [out.words.gettext("No letter yet.")])


def _row(row: invitations.InvitationRow, now_ms: int, out: Out) -> tuple[str, ...]:
    _ = out.words.gettext
    state = "expired" if row.state in ("made", "shown") and row.until_ms <= now_ms else row.state
    said = {
        "made": _("no answer yet"),
        "shown": _("no answer yet"),
        "used": _("you have met"),
        "expired": _("it has ended"),
        "withdrawn": _("withdrawn"),
    }[state]
    until = _("open until %(day)s", day=out.until(row.until_ms)) if state in ("made", "shown") else ""
    return (terminal.sign(row.id), terminal.line(row.to_name), said, until)


def _withdraw(args: Namespace, desk: Desk, out: Out) -> int:
    id = _letter_of(desk, out, args.letter)
    desk.do(WithdrawLetter(id))
    return out.result(
        {"invitation": id}, [out.words.gettext("Withdrawn. Whoever holds it can't use it any more.")]
    )


def _letter_of(desk: Desk, out: Out, text: str) -> bytes:
    prefix = terminal.id_prefix(text)
    found = [row.id for row in desk.read(invitations.every) if row.id.hex().startswith(prefix)]
    return terminal.only(found, out, "letter.unknown", text)


_INVITE: Final[dict[str, Callable[[Namespace, Desk, Out], int]]] = {
    "make": _make,
    "list": _list,
    "show": _show,
    "withdraw": _withdraw,
}


def _accept_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("letter", metavar="TEXT|FILE", help=_("a ticket, a letter's line, or its file"))
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--yes", action="store_true", help=_("yes, you want to be acquainted"))
    answer.add_argument("--no", action="store_true", help=_("no; it looks like no answer yet"))
    answer.add_argument("--later", action="store_true", help=_("not now; it looks like no answer yet"))
    parser.add_argument("--out", metavar="FILE", help=_("write your answer as a file, to be carried back"))


def run_accept(args: Namespace, desk: Desk, out: Out) -> int:
    """Show a letter and answer it; other files of a meeting are taken in as they come."""
    _ = out.words.gettext
    text = _text_of(args.letter)
    if isinstance(text, bytes):
        return take_file(text, args.out, desk, out)
    _free(args.out)
    read: LetterRead = desk.do(ReadLetter(text))
    if read.body is None:
        said = _("The letter itself is asked for. It comes when both computers are on; then do this again.")
        return out.result({"invitation": read.invitation, "state": read.state, "letter": None}, [said])
    lines = letter_lines(read.body, out)
    chosen = "yes" if args.yes else "no" if args.no else "later" if args.later else ""
    if not chosen and not out.interactive:
        return out.result(
            {"invitation": read.invitation, "state": read.state, "letter": _value(read.body)}, lines
        )
    if not out.json:
        for each in lines:
            out.say(each)
    if not chosen:
        chosen = out.ask(_("Your answer?"), (("yes", _("Yes")), ("no", _("No")), ("later", _("Not now"))))
    answered: Answered = desk.do(AnswerLetter(read.invitation, chosen))
    return _answered(args, chosen, answered, out)


def _answered(args: Namespace, chosen: str, answered: Answered, out: Out) -> int:
    _ = out.words.gettext
    said = {
        "yes": _("You said yes. It is settled when the other computer has your answer."),
        "no": _("You said no. Nothing was sent: it looks like no answer yet."),
        "later": _("Not now. Nothing was sent; the letter stays here."),
    }[chosen]
    lines = [said]
    if chosen == "yes" and answered.acceptance is not None:
        if args.out:
            terminal.write_file(args.out, answered.acceptance)
            lines.append(_("Your answer to be carried back: %(path)s", path=args.out))
        else:
            lines.append(_("To carry it back by hand, do this again with --yes --out FILE."))
    return out.result({"invitation": answered.invitation, "answer": chosen, "file": args.out}, lines)


def _text_of(given: str) -> str | bytes:
    """The text of a letter or ticket; bytes where the file is none of the two."""
    if given.startswith("edgewise:"):
        return given
    data = terminal.read_file(given, max(FILE_MAX_BYTES, BUNDLE_MAX_BYTES))
    head = data[:512].lstrip().lower()
    if head.startswith(HTML_MARKS):
        return LETTER_PREFIX + extract_sealed(data)
    if head.startswith(b"edgewise:"):
        return data[:FILE_MAX_BYTES].decode("ascii", "replace").strip()
    return data


def letter_lines(body: LetterBody, out: Out) -> list[str]:
    """A letter as text: who writes, their words, what they offer, until when."""
    _ = out.words.gettext
    name = terminal.line(body.from_name)
    lines = [
        out.styled(_("A letter for %(to)s, from %(name)s", to=terminal.line(body.to_name), name=name), BOLD)
    ]
    lines += [_("Open until %(day)s", day=out.until(body.until_ms)), "", *terminal.indented(body.words), ""]
    if body.offers:
        lines += [
            _("%(name)s offers:", name=name),
            *("  - " + terminal.line(each) for each in body.offers),
            "",
        ]
    for item in body.items:
        lines += [out.styled(terminal.line(item.title), BOLD), *terminal.indented(item.text), ""]
    lines.append(_("If you say yes, you two can write to each other, and nothing else moves."))
    return lines


def _value(body: LetterBody) -> dict[str, object]:
    return {
        "from_name": body.from_name,
        "to_name": body.to_name,
        "words": body.words,
        "offers": list(body.offers),
        "items": [{"title": item.title, "text": item.text} for item in body.items],
        "until_ms": body.until_ms,
    }


VERBS: Final = (
    Verb(
        "invite",
        N_("write a letter to somebody you want to know here"),
        'edgewise invite --to Bo --words "Shall we talk here?" --out letter.html',
        _invite_arguments,
        run_invite,
    ),
    Verb(
        "accept",
        N_("read a letter and answer it"),
        "edgewise accept letter.html",
        _accept_arguments,
        run_accept,
    ),
)
