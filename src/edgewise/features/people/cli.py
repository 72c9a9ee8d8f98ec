# SPDX-License-Identifier: AGPL-3.0-or-later
"""People on the command line: list, name, mute, block, compare, end."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Final

from edgewise.core.inputs import CompareWords, EndAcquaintance, Place, Publish, RenameMe
from edgewise.faces.kit import terminal
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.terminal import BOLD, FAINT, N_, TURN, Out, Verb
from edgewise.faces.kit.words import Translator
from edgewise.features.people import view
from edgewise.features.people.records import Mute, Petname, Verified
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import NAME_MAX_CHARS

SELF: Final = Place("self")


def _arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    acts = parser.add_subparsers(dest="act", metavar="ACT", title=_("acts"))
    acts.add_parser("list", help=_("everybody you have met (this is what “people” alone shows)"))
    _person(acts.add_parser("name", help=_("call a person by a name of your own")), words).add_argument(
        "name", nargs="*", metavar="NAME", help=_("your name for them; without it, theirs comes back")
    )
    _person(acts.add_parser("mute", help=_("leave a person's items out of Home; they are kept")), words)
    _person(acts.add_parser("block", help=_("leave them out, and write to them no more")), words)
    _person(acts.add_parser("hear", help=_("neither mute nor block a person any more")), words)
    compare = _person(acts.add_parser("compare", help=_("compare the four words of your meeting")), words)
    answer = compare.add_mutually_exclusive_group()
    answer.add_argument("--same", action="store_true", help=_("they are the same"))
    answer.add_argument("--differ", action="store_true", help=_("they differ"))
    end = _person(acts.add_parser("end", help=_("end an acquaintance")), words)
    end.add_argument("--yes", action="store_true", help=_("do not ask again"))
    me = acts.add_parser("me", help=_("change what people call you"))
    me.add_argument("name", nargs="+", metavar="NAME", help=_("your new name; those you know learn it"))


def _person(parser: ArgumentParser, words: Translator) -> ArgumentParser:
    text = words.gettext("who: a name, or the sign behind it")
    parser.add_argument("person", metavar="PERSON", help=text)
    return parser


def run_people(args: Namespace, desk: Desk, out: Out) -> int:
    """Do one act about people; without any, list them."""
    return _RUN[args.act or "list"](args, desk, out)


def person_of(desk: Desk, out: Out, name: str) -> view.Known:
    """The person of this name or sign. Refusals "not_found.person", "not_found.person_many"."""
    found = terminal.only(desk.read(lambda db: view.find(db, name)), out, "not_found.person", name)
    return next(each for each in desk.read(view.known) if each.identity == found)


def _list(args: Namespace, desk: Desk, out: Out) -> int:
    _ = out.words.gettext
    everyone = desk.read(view.known)
    if not everyone:
        return out.result([], [_("Nobody here yet. Write a letter to somebody: edgewise invite --to NAME")])
    now_ms = desk.now_ms()
    rows = [
        (
            out.styled(terminal.line(each.name), BOLD),
            ""
            if each.name == each.own_name
            else _("calls themselves %(name)s", name=terminal.line(each.own_name)),
            _met(each, now_ms, out),
            _standing(each, out),
            out.styled(terminal.sign(each.identity), FAINT),
        )
        for each in everyone
    ]
    return out.result(everyone, out.table(rows))


def _met(each: view.Known, now_ms: int, out: Out) -> str:
    _ = out.words.gettext
    if each.state != "live":
        return _("ended %(day)s", day=out.day(each.ended_ms, now_ms)) if each.ended_ms else _("ended")
    if each.last_met_ms:
        return _("last met %(day)s", day=out.day(each.last_met_ms, now_ms))
    return _("known since %(day)s", day=out.day(each.born_ms, now_ms))


def _standing(each: view.Known, out: Out) -> str:
    _ = out.words.gettext
    if each.blocked:
        return _("blocked")
    if each.muted:
        return _("muted")
    if each.state == "live" and each.check_words and each.verified is None:
        return out.styled(_("words not compared yet"), TURN)
    if each.verified is not None and not each.verified.match:
        return out.styled(_("the words differed"), TURN)
    return ""


def _name(args: Namespace, desk: Desk, out: Out) -> int:
    person = person_of(desk, out, args.person)
    name = named(" ".join(args.name), empty=True)
    desk.do(Publish(SELF, Petname(person.identity, name)))
    shown = terminal.line(name or person.own_name)
    said = out.words.gettext("You call this person %(name)s now. Nobody else sees it.", name=shown)
    return out.result({"identity": person.identity, "name": shown}, [said])


def named(text: str, *, empty: bool = False) -> str:
    """A name in its one form. Refusals "name.empty", "name.too_long", "name.bad"."""
    name = " ".join(text.split())
    if not name and not empty:
        raise Refusal("name.empty")
    if len(name) > NAME_MAX_CHARS:
        raise Refusal("name.too_long", limit_chars=NAME_MAX_CHARS)
    if not name.isprintable():
        raise Refusal("name.bad")
    return name


def _mute(args: Namespace, desk: Desk, out: Out) -> int:
    _ = out.words.gettext
    person = person_of(desk, out, args.person)
    muted, blocked = args.act == "mute", args.act == "block"
    desk.do(Publish(SELF, Mute(person.identity, muted or blocked, blocked)))
    name = terminal.line(person.name)
    said = {
        "mute": _("%(name)s is left out of Home now. Nothing is lost, and nobody learns it.", name=name),
        "block": _("%(name)s is blocked. What is agreed between you stays until you end it.", name=name),
        "hear": _("%(name)s stands in Home again.", name=name),
    }[args.act]
    return out.result({"identity": person.identity, "muted": muted or blocked, "blocked": blocked}, [said])


def _compare(args: Namespace, desk: Desk, out: Out) -> int:
    _ = out.words.gettext
    person = person_of(desk, out, args.person)
    if not person.check_words:
        raise Refusal("letter.waiting")
    name = terminal.line(person.name)
    if args.same or args.differ or out.interactive:
        out.remark(_("Your words with %(name)s: %(words)s", name=name, words=person.check_words))
    else:
        return out.result({"words": person.check_words}, [person.check_words])
    match = args.same
    if not args.same and not args.differ:
        answers = (("yes", _("yes")), ("no", _("no")))
        match = out.ask(_("Does %(name)s read the same four words?", name=name), answers) == "yes"
    desk.do(CompareWords(person.identity, match))
    desk.do(Publish(SELF, Verified(person.identity, match, person.check_words)))
    if not match:
        raise Refusal("words.differ")
    said = _("Good: nobody stands between you and %(name)s.", name=name)
    return out.result({"identity": person.identity, "match": match}, [said])


def _end(args: Namespace, desk: Desk, out: Out) -> int:
    _ = out.words.gettext
    person = person_of(desk, out, args.person)
    name = terminal.line(person.name)
    if not args.yes:
        asked = _("From now on nothing goes to %(name)s or comes from there. End it?", name=name)
        if out.ask(asked, (("yes", _("yes")), ("no", _("no")))) == "no":
            return out.result({"ended": False}, [_("Nothing was changed.")])
    desk.do(EndAcquaintance(person.identity))
    said = _("Ended. What you both have stays where it is; %(name)s will see that it ended.", name=name)
    return out.result({"identity": person.identity, "ended": True}, [said])


def _me(args: Namespace, desk: Desk, out: Out) -> int:
    name = named(" ".join(args.name))
    desk.do(RenameMe(name))
    said = out.words.gettext("You are called %(name)s now. Those you know learn it.", name=name)
    return out.result({"name": name}, [said])


_RUN: Final[dict[str, Callable[[Namespace, Desk, Out], int]]] = {
    "list": _list,
    "name": _name,
    "mute": _mute,
    "block": _mute,
    "hear": _mute,
    "compare": _compare,
    "end": _end,
    "me": _me,
}

VERBS: Final = (
    Verb(
        "people",
        N_("whom you know, and what you call them"),
        "edgewise people name Bo Bo from the choir",
        _arguments,
        run_people,
    ),
)
