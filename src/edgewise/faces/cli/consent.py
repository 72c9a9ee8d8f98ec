# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs of consent: circle, agreements."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Final

from edgewise.consent.register import Row
from edgewise.core.inputs import MakeCircle, RenameCircle, RenewAll, RetireCircle, SetMember, StopGrant
from edgewise.faces.kit import terminal
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.terminal import BOLD, FAINT, N_, Out, Verb
from edgewise.faces.kit.words import Translator
from edgewise.features.people import view as people_view
from edgewise.features.people.cli import named, person_of
from edgewise.features.posts import view as posts_view
from edgewise.features.posts.cli import circle_name, circle_of
from edgewise.features.talk import view as talk_view
from edgewise.ground.errors import Refusal
from edgewise.ground.instant import DAY_MS
from edgewise.ground.limits import GRANT_DEFAULT_MS, GRANT_MAX_MS
from edgewise.store import agreements, people, register, shelf
from edgewise.store.db import Connection


def _circle_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    acts = parser.add_subparsers(dest="act", metavar="ACT", title=_("acts"))
    acts.add_parser("list", help=_("your circles and who is in them"))
    make = acts.add_parser("make", help=_("make a circle; nobody else learns its name"))
    make.add_argument("name", nargs="+", metavar="NAME", help=_("its name"))
    rename = acts.add_parser("rename", help=_("give a circle another name"))
    _circle(rename, words)
    rename.add_argument("name", nargs="+", metavar="NAME", help=_("its new name"))
    for act, text in (
        ("add", _("put people into a circle: they read what you write to it from now on")),
        ("remove", _("take people out: they get nothing new from it; what they have stays with them")),
    ):
        change = acts.add_parser(act, help=text)
        _circle(change, words)
        change.add_argument("person", nargs="+", metavar="PERSON", help=_("a name, or the sign behind it"))
    _circle(acts.add_parser("retire", help=_("write to this circle no more")), words)


def _circle(parser: ArgumentParser, words: Translator) -> None:
    parser.add_argument("circle", metavar="CIRCLE", help=words.gettext("the circle's name"))


def run_circle(args: Namespace, desk: Desk, out: Out) -> int:
    """Do one act about circles; without any, list them."""
    return _CIRCLE[args.act or "list"](args, desk, out)


def _list_circles(args: Namespace, desk: Desk, out: Out) -> int:
    found = desk.read(_circles)
    rows = [
        (
            out.styled(circle_name(row, out.words), BOLD),
            out.words.names([terminal.line(name) for _identity, name in members])
            or (out.words.gettext("nobody else") if row.builtin == "me" else out.words.gettext("nobody yet")),
        )
        for row, members in found
    ]
    value = [
        {
            "circle": row.id,
            "name": row.name,
            "builtin": row.builtin,
            "people": [{"identity": identity, "name": name} for identity, name in members],
        }
        for row, members in found
    ]
    return out.result(value, out.table(rows))


def _circles(db: Connection) -> list[tuple[agreements.CircleRow, list[tuple[bytes, str]]]]:
    return [
        (row, [(who, people_view.name_of(db, who)) for who in agreements.members(db, row.id)])
        for row in agreements.circles(db)
    ]


def _make_circle(args: Namespace, desk: Desk, out: Out) -> int:
    name = named(" ".join(args.name))
    made: bytes = desk.do(MakeCircle(name))
    said = out.words.gettext("Circle %(name)s is there. Put somebody into it: edgewise circle add", name=name)
    return out.result({"circle": made, "name": name}, [said])


def _rename_circle(args: Namespace, desk: Desk, out: Out) -> int:
    circle = circle_of(desk, out, args.circle)
    name = named(" ".join(args.name))
    desk.do(RenameCircle(circle.id, name))
    said = out.words.gettext("It is called %(name)s now. Nobody else learns it.", name=name)
    return out.result({"circle": circle.id, "name": name}, [said])


def _set_members(args: Namespace, desk: Desk, out: Out) -> int:
    _ = out.words.gettext
    circle = circle_of(desk, out, args.circle)
    chosen = [person_of(desk, out, name) for name in args.person]
    for person in chosen:
        desk.do(SetMember(circle.id, person.identity, args.act == "add"))
    names = out.words.names([terminal.line(person.name) for person in chosen])
    where = circle_name(circle, out.words)
    if args.act == "add":
        said = _("%(names)s may read what you write to %(circle)s from now on.", names=names, circle=where)
    else:
        said = _(
            "%(names)s: nothing new from %(circle)s goes there. What is there stays there.",
            names=names,
            circle=where,
        )
    return out.result({"circle": circle.id, "identities": [p.identity for p in chosen]}, [said])


def _retire_circle(args: Namespace, desk: Desk, out: Out) -> int:
    circle = circle_of(desk, out, args.circle)
    desk.do(RetireCircle(circle.id))
    said = out.words.gettext(
        "%(name)s is closed. What was written to it stays where it is.", name=circle.name
    )
    return out.result({"circle": circle.id}, [said])


_CIRCLE: Final[dict[str, Callable[[Namespace, Desk, Out], int]]] = {
    "list": _list_circles,
    "make": _make_circle,
    "rename": _rename_circle,
    "add": _set_members,
    "remove": _set_members,
    "retire": _retire_circle,
}


def _agreements_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    acts = parser.add_subparsers(dest="act", metavar="ACT", title=_("acts"))
    show = acts.add_parser("list", help=_("what you agreed to, by person"))
    show.add_argument("--ended", action="store_true", help=_("those that have ended too"))
    acts.add_parser("holders", help=_("on whose computers your things are"))
    stop = acts.add_parser("stop", help=_("end one agreement, from your side"))
    stop.add_argument("agreement", metavar="AGREEMENT", help=_("its sign"))
    renew = acts.add_parser("renew", help=_("set the end of all that you gave to one person"))
    renew.add_argument("person", metavar="PERSON", help=_("a name, or the sign behind it"))
    renew.add_argument(
        "--days", type=int, default=GRANT_DEFAULT_MS // DAY_MS, metavar="N", help=_("how long from now")
    )


def run_agreements(args: Namespace, desk: Desk, out: Out) -> int:
    """Do one act about agreements; without any, list them."""
    return _AGREEMENTS[args.act or "list"](args, desk, out)


def _list_agreements(args: Namespace, desk: Desk, out: Out) -> int:
    now_ms = desk.now_ms()
    rows = desk.read(agreements.grants)
    if not getattr(args, "ended", False):
        rows = [row for row in rows if is_live(row, now_ms)]
    lines = desk.read(lambda db: _grant_lines(db, rows, now_ms, out))
    return out.result(rows, lines or [out.words.gettext("Nothing agreed yet.")])


def is_live(row: agreements.GrantRow, now_ms: int) -> bool:
    """Whether an agreement still lets something through."""
    return row.ended_ms is None and row.until_ms > now_ms


def _grant_lines(db: Connection, rows: list[agreements.GrantRow], now_ms: int, out: Out) -> list[str]:
    _ = out.words.gettext
    lines: list[str] = []
    by_person: dict[bytes, list[agreements.GrantRow]] = {}
    for row in rows:
        by_person.setdefault(row.identity, []).append(row)
    for identity, theirs in by_person.items():
        name = terminal.line(people_view.name_of(db, identity))
        lines.append(out.styled(name, BOLD))
        table = [
            (
                "  " + sentence(db, row, name, out.words),
                _until(row, now_ms, out),
                out.styled(terminal.sign(row.id), FAINT),
            )
            for row in theirs
        ]
        lines += [*out.table(table), ""]
    return lines[:-1]


def _until(row: agreements.GrantRow, now_ms: int, out: Out) -> str:
    _ = out.words.gettext
    if row.ended_ms is not None:
        return _("ended %(day)s", day=out.day(row.ended_ms, now_ms))
    if row.until_ms <= now_ms:
        return _("ended %(day)s", day=out.day(row.until_ms, now_ms))
    return _("until %(day)s · by lock", day=out.until(row.until_ms))


def sentence(db: Connection, row: agreements.GrantRow, name: str, words: Translator) -> str:
    """One agreement as a sentence: who may do what, with whose words."""
    _ = words.gettext
    if row.space_kind == "dm":
        return _("You and %(name)s talk with each other.", name=name)
    if not row.mine:
        return _("You read what %(name)s writes to one of their circles.", name=name)
    space = shelf.space(db, row.space)
    circle = agreements.circle(db, space.circle) if space is not None and space.circle is not None else None
    where = circle_name(circle, words) if circle is not None else _("a circle that is closed")
    return _("%(name)s reads what you write to %(circle)s.", name=name, circle=where)


def _holders(args: Namespace, desk: Desk, out: Out) -> int:
    held = desk.read(holders)
    _ = out.words.gettext
    rows = [
        (
            out.styled(terminal.line(name), BOLD),
            out.words.ngettext("%(num)d text", "%(num)d texts", count),
            _("can read"),
        )
        for _identity, name, count in held
    ]
    value = [{"identity": identity, "name": name, "texts": count} for identity, name, count in held]
    return out.result(value, out.table(rows) or [_("Your things are only on this computer.")])


def holders(db: Connection) -> list[tuple[bytes, str, int]]:
    """On whose computers texts of one's own may be: (identity, name, how many). What was sent counts."""
    by_log: dict[bytes, list[Row]] = {}
    for row in register.holdings(db):
        by_log.setdefault(row.log, []).append(row)
    counts: dict[bytes, int] = {}
    for id in (*posts_view.own_ids(db), *talk_view.own_ids(db)):
        op = shelf.op_row(db, id)
        held = by_log.get(op.log, []) if op is not None else []
        at = [row.holder for row in held if op is not None and row.first_seq <= op.seq <= row.last_seq]
        for identity in sorted({people.identity_of_device(db, device, revoked=True) or b"" for device in at}):
            counts[identity] = counts.get(identity, 0) + 1
    named_counts = [(who, people_view.name_of(db, who), count) for who, count in counts.items()]
    return sorted(named_counts, key=lambda each: (each[1].casefold(), each[0]))


def _stop(args: Namespace, desk: Desk, out: Out) -> int:
    prefix = terminal.id_prefix(args.agreement)
    rows = [row for row in desk.read(agreements.grants) if row.id.hex().startswith(prefix)]
    found = terminal.only([row.id for row in rows], out, "grant.missing", args.agreement)
    desk.do(StopGrant(found))
    name = terminal.line(desk.read(lambda db: people_view.name_of(db, rows[0].identity)))
    said = out.words.gettext("Stopped. Nothing is erased; %(name)s will see that it ended.", name=name)
    return out.result({"agreement": found}, [said])


def _renew(args: Namespace, desk: Desk, out: Out) -> int:
    person = person_of(desk, out, args.person)
    if args.days < 1:
        raise Refusal("use.bad", reason=out.words.gettext("an agreement runs for at least a day"))
    if args.days * DAY_MS > GRANT_MAX_MS:
        raise Refusal("grant.too_long")
    until_ms = desk.now_ms() + args.days * DAY_MS
    desk.do(RenewAll(person.identity, until_ms))
    day = out.until(until_ms)
    said = out.words.gettext(
        "What you gave to %(name)s runs until %(day)s now.", name=terminal.line(person.name), day=day
    )
    return out.result({"identity": person.identity, "until_ms": until_ms}, [said])


_AGREEMENTS: Final[dict[str, Callable[[Namespace, Desk, Out], int]]] = {
    "list": _list_agreements,
    "holders": _holders,
    "stop": _stop,
    "renew": _renew,
}

VERBS: Final = (
    Verb(
        "circle",
        N_("who may read what you write"),
        "edgewise circle add Choir Bo Eva",
        _circle_arguments,
        run_circle,
    ),
    Verb(
        "agreements",
        N_("what you agreed to, and who has what"),
        "edgewise agreements",
        _agreements_arguments,
        run_agreements,
    ),
)
