# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs for whatever one wrote, a post or a line of talk: edit, takeback."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final

from edgewise.core.inputs import Place, Publish, TakeBack
from edgewise.faces.kit import terminal
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.terminal import N_, Out, Verb
from edgewise.faces.kit.words import Translator
from edgewise.features.posts import view as posts_view
from edgewise.features.posts.cli import sized
from edgewise.features.posts.records import Edit
from edgewise.features.talk import view as talk_view
from edgewise.features.talk.records import SayEdit
from edgewise.ground.canon import Record
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import PURPOSE_MAX_CHARS, WARNING_MAX_CHARS

Written = posts_view.Item | talk_view.Line


def written_of(desk: Desk, out: Out, text: str) -> Written:
    """The post or line whose sign begins so. Refusal "not_found.item"."""
    prefix = terminal.id_prefix(text)
    found = desk.read(lambda db: [*posts_view.find(db, prefix), *talk_view.find(db, prefix)])
    id = terminal.only(found, out, "not_found.item", text)
    written = desk.read(lambda db: posts_view.item(db, id) or talk_view.line(db, id))
    if written is None:
        raise Refusal("not_found.item")
    return written


def own_of(desk: Desk, out: Out, text: str) -> Written:
    """The same, if one wrote it oneself and it is still there. Refusals "edit.not_yours", "edit.gone"."""
    written = written_of(desk, out, text)
    if not written.mine:
        raise Refusal("edit.not_yours")
    if written.gone:
        raise Refusal("edit.gone")
    return written


def _edit_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("item", metavar="ITEM", help=_("the sign of what you wrote"))
    parser.add_argument("text", nargs="*", help=_("the new wording; without it, it is read from the input"))
    parser.add_argument("--warn", metavar="WORDS", help=_("another warning; an empty one takes it away"))


def run_edit(args: Namespace, desk: Desk, out: Out) -> int:
    """Put another wording in place of what one wrote."""
    written = own_of(desk, out, args.item)
    text = sized(out.text_from(args.text))
    warning = written.warning if args.warn is None else args.warn
    if len(warning) > WARNING_MAX_CHARS:
        raise Refusal("text.too_long", size_chars=len(warning), limit_chars=WARNING_MAX_CHARS)
    if isinstance(written, posts_view.Item):
        place, record = Place("space", written.space), _record(Edit(written.id, text, warning))
    else:
        place, record = Place("talk", _other(desk, written)), _record(SayEdit(written.id, text))
    made: bytes = desk.do(Publish(place, record))
    return out.result({"edit": made}, [out.words.gettext("Changed. Others see that it was.")])


def _record(record: Record) -> Record:
    return record


def _other(desk: Desk, line: talk_view.Line) -> bytes:
    spaces = [each for each in desk.read(talk_view.conversations) if each.space == line.space]
    assert spaces, "a line outside every conversation"
    return spaces[0].identity


def _takeback_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("item", metavar="ITEM", help=_("the sign of what you wrote"))
    parser.add_argument("--why", metavar="WORDS", default="", help=_("a reason, for those who have it"))


def run_takeback(args: Namespace, desk: Desk, out: Out) -> int:
    """Take back what one wrote: gone here, and every computer that has it is asked."""
    written = own_of(desk, out, args.item)
    if len(args.why) > PURPOSE_MAX_CHARS:
        raise Refusal("text.too_long", size_chars=len(args.why), limit_chars=PURPOSE_MAX_CHARS)
    asked: int = take_back(desk, written, args.why)
    said = [out.words.gettext("Gone here.")]
    if asked:
        said.append(
            out.words.ngettext(
                "%(num)d computer has it and is asked to erase it. Some may never answer.",
                "%(num)d computers have it and are asked to erase it. Some may never answer.",
                asked,
            )
        )
    return out.result({"item": written.id, "asked": asked}, said)


def take_back(desk: Desk, written: Written, why: str) -> int:
    """Take back an item and each earlier and later wording of it. Returns how many computers are asked."""
    if isinstance(written, posts_view.Item):
        ids = desk.read(lambda db: posts_view.versions(db, written.id))
    else:
        ids = desk.read(lambda db: talk_view.versions(db, written.id))
    asked = 0
    for id in ids:
        asked = max(asked, desk.do(TakeBack(id, why)))
    return asked


VERBS: Final = (
    Verb(
        "edit",
        N_("change what you wrote"),
        "edgewise edit 3f9a01c2 Has anybody the ladder?",
        _edit_arguments,
        run_edit,
    ),
    Verb(
        "takeback",
        N_("take back what you wrote"),
        "edgewise takeback 3f9a01c2 --why typo",
        _takeback_arguments,
        run_takeback,
    ),
)
