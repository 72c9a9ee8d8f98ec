# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding on the command line: find."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from edgewise.faces.kit import found, terminal
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.known import Known
from edgewise.faces.kit.terminal import BOLD, FAINT, N_, Out, Verb
from edgewise.faces.kit.words import Translator
from edgewise.ground.errors import Refusal
from edgewise.store import agreements

LIMIT_MAX: Final = 500


def _find_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument(
        "words", nargs="*", metavar="WORDS", help=_("all of these words; the last may be a beginning")
    )
    parser.add_argument(
        "--from", dest="who", metavar="NAME", default="", help=_("only what this person said")
    )
    parser.add_argument(
        "--in", dest="where", metavar="CIRCLE", default="", help=_('only here: a circle, "posts" or "talk"')
    )
    parser.add_argument("--since", metavar="DATE", default="", help=_("from this day on, as 2026-11-25"))
    parser.add_argument("--until", metavar="DATE", default="", help=_("up to the end of this day"))
    parser.add_argument("--with", dest="holding", choices=("picture",), help=_("only what has a picture"))
    parser.add_argument("--best", action="store_true", help=_("the best match first, not the newest"))
    parser.add_argument("--before", metavar="PLACE", default="", help=_("the page before: what --json gave"))
    parser.add_argument("--limit", type=int, default=found.PAGE, help=_("how many at most"))


def run_find(args: Namespace, desk: Desk, out: Out) -> int:
    """What holds these words on this computer, the newest first."""
    for day in (args.since, args.until):
        _check_day(day, out)
    fields = found.Fields(
        typed=" ".join(args.words),
        who=args.who,
        where=desk.read(lambda db: _where(db, args.where, out)),
        since=args.since,
        until=args.until,
        picture=args.holding == "picture",
        best=args.best,
        before=args.before,
    )
    limit = max(1, min(args.limit, LIMIT_MAX))

    def look(db: Any) -> tuple[found.Found, found.NotHere]:
        known = Known(db, out.words, desk.now_ms())
        return found.look(db, known, fields, out.zone, limit), found.not_here(db, known, fields)

    seen, missing = desk.read(look)
    if seen.nobody:
        raise Refusal("not_found.person", name=seen.nobody)
    value = {
        "people": [{"identity": each.identity, "name": each.who.name} for each in seen.people],
        "items": [_plain(each) for each in (*seen.posts, *seen.lines)],
        "before": seen.more,
        "sealed": [{"identity": who, "things": count} for who, count in missing.sealed],
    }
    return out.result(value, _lines(seen, missing, desk.now_ms(), out))


def _check_day(day: str, out: Out) -> None:
    try:
        date.fromisoformat(day or "2026-01-01")
    except ValueError as error:
        reason = out.words.gettext("“%(day)s” is no day; write it as 2026-11-25", day=terminal.line(day))
        raise Refusal("use.bad", reason=reason) from error


def _where(db: Any, name: str, out: Out) -> str:
    """A place as `Fields.where` takes it. Refusal "not_found.circle"."""
    wanted = " ".join(name.split()).casefold()
    if wanted in ("", "posts", "talk"):
        return wanted
    known = Known(db, out.words, 0)
    for circle in agreements.circles(db):
        if wanted in (known.circle_name(circle).casefold(), circle.name.casefold(), circle.id.hex()):
            return circle.id.hex()
    raise Refusal("not_found.circle", name=name)


def _plain(each: found.Result) -> dict[str, object]:
    return {
        "id": each.id,
        "source": each.source,
        "author": each.author,
        "name": each.who.name,
        "place": each.place,
        "at_ms": each.at_ms,
        "warning": "".join(text for text, _ in each.warning),
        "text": "".join(text for text, _ in each.pieces),
    }


def _lines(seen: found.Found, missing: found.NotHere, now_ms: int, out: Out) -> Iterable[str]:
    _ = out.words.gettext
    lines = [out.styled(terminal.line(each.who.name), BOLD) for each in seen.people]
    for each in (*seen.posts, *seen.lines):
        name = _("You") if each.who.you else terminal.line(each.who.name)
        head = [out.styled(name, BOLD), terminal.line(each.place), out.when(each.at_ms, now_ms)]
        head.append(out.styled(terminal.sign(each.id), FAINT))
        lines.append(" · ".join(part for part in head if part))
        if each.warning:
            lines.append("  " + _("Before you read: %(warning)s", warning=_marked(each.warning, out)))
        lines.append("  " + _marked(each.pieces, out))
    if not lines:
        lines.append(_("Nothing here holds that."))
    if seen.more:
        lines.append(out.styled(_("Earlier: the same with --before %(place)s", place=seen.more), FAINT))
    sealed = sum(count for _who, count in missing.sealed)
    if sealed:
        said = out.words.ngettext(
            "%(num)s thing is here only sealed, so that it can't be searched.",
            "%(num)s things are here only sealed, so that they can't be searched.",
            sealed,
        )
        lines.append(out.styled(said, FAINT))
    return lines


def _marked(pieces: found.Pieces, out: Out) -> str:
    """The words in one line; on a terminal what was looked for stands out."""
    clean = (terminal.clean(text).replace("\n", " ") for text, _ in pieces)
    return "".join(
        out.styled(text, BOLD) if hit else text for text, (_, hit) in zip(clean, pieces, strict=True)
    )


VERBS: Final = (
    Verb(
        "find",
        N_("what holds these words, on this computer"),
        "edgewise find ladder --from Bo",
        _find_arguments,
        run_find,
    ),
)
