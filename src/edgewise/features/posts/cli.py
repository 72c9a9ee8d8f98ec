# SPDX-License-Identifier: AGPL-3.0-or-later
"""Posts on the command line: post, read, word."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final

from edgewise.core.inputs import MarkRead, Place, Publish, Undo
from edgewise.faces.kit import dates, states, terminal
from edgewise.faces.kit.attach import attachments_of, lines_of
from edgewise.faces.kit.choices import chosen
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.shown import State
from edgewise.faces.kit.terminal import BOLD, FAINT, N_, TURN, Out, Verb
from edgewise.faces.kit.words import Translator
from edgewise.features.archive import view as archive_view
from edgewise.features.people import view as people_view
from edgewise.features.posts import view
from edgewise.features.posts.records import WORDS, Post, Word
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import TEXT_MAX_CHARS, WARNING_MAX_CHARS
from edgewise.store import agreements, outbox
from edgewise.store.db import Connection
from edgewise.store.reach import reach as reach_of

PAGE: Final = 30
"""Items of one page, as on the local page."""


def _post_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("text", nargs="*", help=_("what you say; without it, it is read from the input"))
    parser.add_argument("--to", metavar="CIRCLE", help=_('who may read it: a circle, or "only me"'))
    parser.add_argument("--answer", metavar="ITEM", help=_("answer this item, in its own place"))
    parser.add_argument(
        "--warn", metavar="WORDS", default="", help=_("what people should know before they read")
    )
    parser.add_argument(
        "--mention", metavar="PERSON", action="append", default=[], help=_("name somebody who may read it")
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
    parser.add_argument("--hold", action="store_true", help=_("let it wait some seconds, to be undone"))


def run_post(args: Namespace, desk: Desk, out: Out) -> int:
    """Publish a post or an answer; the result is its sign."""
    if not args.answer and not args.to:
        raise Refusal("audience.missing")
    if len(args.warn) > WARNING_MAX_CHARS:
        raise Refusal("text.too_long", size_chars=len(args.warn), limit_chars=WARNING_MAX_CHARS)
    place, parent = _place(args, desk, out)
    text = sized("" if args.attach and not args.text else out.text_from(args.text))
    mentions = tuple(sorted({_person(desk, out, name) for name in args.mention}))
    if not set(mentions) <= desk.read(lambda db: may_read(db, place, parent)):
        raise Refusal("mention.unseen")
    hold_ms = 1000 * int(desk.read(lambda db: chosen(db, "hold_seconds"))) if args.hold else 0
    attachments = attachments_of(desk, args.attach, args.alt)
    made: bytes = desk.do(Publish(place, Post(text, args.warn, parent, mentions, attachments), hold_ms))
    _ = out.words.gettext
    if hold_ms:
        said = _(
            "Leaves in %(seconds)s seconds. Undo with: edgewise undo %(id)s",
            seconds=hold_ms // 1000,
            id=made.hex(),
        )
        return out.result({"held": made, "hold_ms": hold_ms}, [said])
    return out.result({"item": made}, [_("Said: %(id)s", id=terminal.sign(made))])


def sized(text: str) -> str:
    """The text, if it is not too long. Refusal "text.too_long"."""
    if len(text) > TEXT_MAX_CHARS:
        raise Refusal("text.too_long", size_chars=len(text), limit_chars=TEXT_MAX_CHARS)
    return text


def _place(args: Namespace, desk: Desk, out: Out) -> tuple[Place, bytes]:
    if args.answer:
        item = item_of(desk, out, args.answer)
        return Place("space", item.space), item.id
    return Place("circle", circle_of(desk, out, args.to).id), b""


def may_read(db: Connection, place: Place, parent: bytes) -> set[bytes]:
    """Who surely reads what stands there: an own circle; in another's feed its owner and who wrote there."""
    if place.kind == "circle":
        return set(agreements.members(db, place.id))
    top = view.thread(db, parent)
    if top is None:
        return set()
    if top.circle is not None:
        return set(agreements.members(db, top.circle))
    return {top.owner, top.author, *(reply.author for reply in top.replies)}


def circle_of(desk: Desk, out: Out, name: str) -> agreements.CircleRow:
    """The circle of this name, in any case, or by its sign. Refusal "not_found.circle"."""
    wanted = " ".join(name.split()).casefold()
    for circle in desk.read(agreements.circles):
        names = {circle_name(circle, out.words).casefold(), circle.name.casefold(), circle.id.hex()}
        if wanted in names:
            return circle
    raise Refusal("not_found.circle", name=name)


def circle_name(circle: agreements.CircleRow, words: Translator) -> str:
    """What a circle is called in the person's language."""
    built_in = {"me": words.gettext("Only me"), "people": words.gettext("People I know")}
    return built_in.get(circle.builtin, circle.name)


def item_of(desk: Desk, out: Out, text: str) -> view.Item:
    """The item whose sign begins so. Refusal "not_found.item"."""
    prefix = terminal.id_prefix(text)
    found = terminal.only(desk.read(lambda db: view.find(db, prefix)), out, "not_found.item", text)
    item = desk.read(lambda db: view.item(db, found))
    if item is None:
        raise Refusal("not_found.item")
    return item


def _person(desk: Desk, out: Out, name: str) -> bytes:
    return terminal.only(desk.read(lambda db: people_view.find(db, name)), out, "not_found.person", name)


def _word_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("item", metavar="ITEM", help=_("the sign of the item"))
    parser.add_argument("word", choices=WORDS, help=_("your answer; it stands with your name"))
    parser.add_argument("--off", action="store_true", help=_("take the word away again"))


def run_word(args: Namespace, desk: Desk, out: Out) -> int:
    """Give a one-word answer, or take it away."""
    item = item_of(desk, out, args.item)
    made: bytes = desk.do(Publish(Place("space", item.space), Word(item.id, args.word, not args.off)))
    _ = out.words.gettext
    return out.result({"word": made}, [_("Taken away.") if args.off else _("Said, with your name.")])


def _undo_arguments(parser: ArgumentParser, words: Translator) -> None:
    parser.add_argument("held", metavar="ID", help=words.gettext("what “post --hold” gave"))


def run_undo(args: Namespace, desk: Desk, out: Out) -> int:
    """Stop what waits, before it leaves; its text comes back."""
    if len(args.held) != 32:
        raise Refusal("id.malformed")
    record = desk.do(Undo(bytes.fromhex(terminal.id_prefix(args.held))))
    text = getattr(record, "text", "")
    return out.result({"text": text}, [text])


def _read_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("item", metavar="ITEM", nargs="?", help=_("one item and its thread, instead of Home"))
    parser.add_argument("--before", metavar="ITEM", help=_("go on before this item: the page before"))
    parser.add_argument("--limit", type=int, default=PAGE, help=_("how many items at most"))
    parser.add_argument("--peek", action="store_true", help=_("leave the mark “new since” where it is"))


def run_read(args: Namespace, desk: Desk, out: Out) -> int:
    """Home as text, newest first; it ends. Moves the read mark, but not under --peek or --json."""
    if args.item:
        id = item_of(desk, out, args.item).id
        muted = desk.read(people_view.muted)
        top = desk.read(lambda db: view.thread(db, id, muted))
        assert top is not None, "an item without its thread"
        return out.result(top, desk.read(lambda db: _thread_lines(db, top, desk.now_ms(), out, 0)))
    before = item_of(desk, out, args.before) if args.before else None
    items, marked = desk.read(lambda db: _page(db, before, max(1, min(args.limit, 500))))
    lines = desk.read(
        lambda db: _home_lines(db, items, marked, desk.now_ms(), out, more=len(items) == args.limit)
    )
    if not args.peek and not out.json and before is None:
        desk.do(MarkRead(view.HOME_MARK, desk.read(view.newest_order)))
    return out.result({"items": items, "new_since_ms": marked}, lines)


def _page(db: Connection, before: view.Item | None, limit: int) -> tuple[list[view.Item], int]:
    items = view.home_items(
        db,
        before_order_ms=None if before is None else before.order_ms,
        before_id=b"" if before is None else before.id,
        limit=limit,
        muted=people_view.muted(db),
    )
    return items, outbox.marked(db, view.HOME_MARK) or 0


def _home_lines(
    db: Connection, items: list[view.Item], marked: int, now_ms: int, out: Out, *, more: bool
) -> list[str]:
    _ = out.words.gettext
    if not items:
        return [_("Nothing here yet. Say something, or write a letter to somebody.")]
    lines: list[str] = []
    passed = not any(_newest(item) > marked for item in items)
    for item in items:
        if not passed and _newest(item) <= marked:
            lines += [out.styled(_("— seen before —"), TURN), ""]
            passed = True
        lines += [*_thread_lines(db, item, now_ms, out, marked), ""]
    if more:
        return [
            *lines,
            out.styled(_("Earlier: edgewise read --before %(id)s", id=items[-1].id.hex()[:8]), FAINT),
        ]
    return [*lines, out.styled(_("That is everything."), FAINT)]


def _newest(item: view.Item) -> int:
    return max([item.order_ms, *(reply.order_ms for reply in item.replies)])


def _thread_lines(db: Connection, top: view.Item, now_ms: int, out: Out, marked: int) -> list[str]:
    lines = _item_lines(db, top, now_ms, out, marked, "")
    for reply in top.replies:
        lines += ["", *_item_lines(db, reply, now_ms, out, marked, "    ")]
    return lines


def _item_lines(db: Connection, item: view.Item, now_ms: int, out: Out, marked: int, by: str) -> list[str]:
    _ = out.words.gettext
    name = _("You") if item.mine else terminal.line(people_view.name_of(db, item.author))
    if item.gone:
        who = _("You took this back.") if item.mine else _("%(name)s took this back.", name=name)
        return [by + out.styled(who, FAINT)]
    head = [out.styled(name, BOLD), _where(db, item, out), out.when(item.wall_ms, now_ms)]
    if item.answers is not None:
        head.insert(1, _("to %(name)s", name=terminal.line(people_view.name_of(db, item.answers))))
    if (written := archive_view.written_ms(db, item.id)) is not None:
        head.append(_("written %(when)s", when=dates.dated(written, out.zone, out.words.locale)))
    if item.edited_ms is not None:
        head.append(_("changed %(when)s", when=out.when(item.edited_ms, now_ms)))
    if marked < item.order_ms and not item.mine and marked:
        head.append(out.styled(_("new"), TURN))
    head.append(out.styled(terminal.sign(item.id), FAINT))
    lines = [by + " · ".join(part for part in head if part)]
    if item.warning:
        lines.append(by + "  " + _("Before you read: %(warning)s", warning=terminal.line(item.warning)))
    lines += terminal.indented(item.text, by + "  ") if item.text else []
    lines += [by + each for each in lines_of(db, item.attachments, out)]
    lines += [by + "  " + out.styled(each, FAINT) for each in _below(db, item, now_ms, out)]
    return lines


def _where(db: Connection, item: view.Item, out: Out) -> str:
    if item.circle is None or item.parent:
        return ""
    circle = agreements.circle(db, item.circle)
    return "" if circle is None else out.words.gettext("to %(name)s", name=circle_name(circle, out.words))


def word_text(word: str, words: Translator) -> str:
    """A one-word answer in the person's language."""
    said: dict[str, str] = {
        "thanks": words.gettext("thanks"),
        "yes": words.gettext("yes"),
        "me_too": words.gettext("me too"),
    }
    return said.get(word, word)


def _below(db: Connection, item: view.Item, now_ms: int, out: Out) -> list[str]:
    """The lines under an item: one-word answers with their names, and where an own item is."""
    lines = []
    for given in item.words:
        names = out.words.names([terminal.line(people_view.name_of(db, who)) for who in given.identities])
        lines.append(f"{word_text(given.word, out.words)}: {names}")
    if item.mine and item.circle is not None:
        lines.append(state_of(db, item.id, now_ms, out.words).text)
    return lines


def state_of(db: Connection, id: bytes, now_ms: int, words: Translator) -> State:
    """Where an own item is, in one of the four wordings."""
    reach = reach_of(db, id, now_ms)
    if not reach.on:
        return states.on_its_way(words, [], 0, len(reach.readers)) if reach.readers else states.here(words)
    if not reach.waiting:
        return states.arrived(words)
    on = [terminal.line(people_view.name_of(db, who)) for who in reach.on]
    return states.on_its_way(words, on, 0, len(reach.waiting))


VERBS: Final = (
    Verb(
        "post",
        N_("say something to a circle, or answer an item"),
        'edgewise post --to "people I know" Does anybody have the ladder?',
        _post_arguments,
        run_post,
    ),
    Verb("read", N_("what people wrote, newest first"), "edgewise read", _read_arguments, run_read),
    Verb(
        "word", N_("answer an item with one word"), "edgewise word 3f9a01c2 thanks", _word_arguments, run_word
    ),
    Verb(
        "undo",
        N_("stop what waits, before it leaves"),
        "edgewise undo 5d0c1f8e7a3b42d69e0f1c2b3a495867",
        _undo_arguments,
        run_undo,
    ),
)
