# SPDX-License-Identifier: AGPL-3.0-or-later
"""Items of the view as pages show them: who, to whom, where it is, and what one can do with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import hexdigits
from typing import Any, Final

from edgewise.faces.kit import attached, dates, states
from edgewise.faces.kit.known import ITEM_BYTES, Known
from edgewise.faces.kit.page import Page
from edgewise.faces.kit.shown import Act, Hold, OneWord, PostView, State
from edgewise.faces.kit.words import Translator
from edgewise.features.archive import view as archive_view
from edgewise.features.posts import records, view
from edgewise.features.posts.records import WORDS, Post
from edgewise.ground.canon import decode
from edgewise.ground.errors import Refusal
from edgewise.log.kinds import Registry
from edgewise.store import agreements, outbox
from edgewise.store.reach import reach as reach_of

REPLIES_SHOWN: Final = 5
"""More answers than this are one click away, on the thread's own page."""
SIGN_CHARS: Final = 24
"""96 bits of an id: an address that stays short where a page holds hundreds of them."""
CUT_CHARS: Final = 1200
"""Of a longer text only the beginning stands in a list."""
MARKUP_OWN_BYTES: Final = 1000
MARKUP_BYTES: Final = 1450
"""What a post takes on a page besides its text, about; one's own posts have fewer forms."""
PAGE_BYTES: Final = 44_000
"""What the posts of one page may take in all, so that a page stays below 60 KB."""
_KINDS: Final = Registry(records.KINDS)


def word_text(word: str, words: Translator) -> str:
    """A one-word answer in the person's language."""
    said: dict[str, str] = {
        "thanks": words.gettext("thanks"),
        "yes": words.gettext("yes"),
        "me_too": words.gettext("me too"),
    }
    return said.get(word, word)


def weight(item: view.Item, cut_chars: int = CUT_CHARS) -> int:
    """About how many bytes of a page an item takes with the answers that are shown of it."""
    total = 0
    for each in (item, *item.replies[-REPLIES_SHOWN:]):
        total += MARKUP_OWN_BYTES if each.mine else MARKUP_BYTES
        total += len((each.text[:cut_chars] + each.warning).encode()) + attached.weight(each.attachments)
    return total


def fitting(items: Iterable[view.Item], room_bytes: int = PAGE_BYTES) -> int:
    """How many of these items fit on a page, from the first; at least one."""
    for count, item in enumerate(items):
        room_bytes -= weight(item)
        if room_bytes < 0:
            return max(count, 1)
    return 2**31


def path_of(id: bytes) -> str:
    """The address of an item: the beginning of its id, of which nobody can make a second."""
    return "item/" + id.hex()[:SIGN_CHARS]


def find_id(db: Any, text: str) -> bytes:
    """The item that an address means. Refusal "not_found.item"."""
    if len(text) < SIGN_CHARS or len(text) > 2 * ITEM_BYTES or not set(text) <= set(hexdigits):
        raise Refusal("not_found.item")
    found = view.find(db, text)
    if len(found) != 1:
        raise Refusal("not_found.item")
    return found[0]


def newest_ms(item: view.Item) -> int:
    """The place in the order of what was written last in a thread."""
    return max(item.order_ms, *(reply.order_ms for reply in item.replies), 0)


def anchor(id: bytes) -> str:
    """The name of an item within its page."""
    return "p-" + id.hex()[:16]


class Shown:
    """Turns items into `PostView`s for one page; ``marked``: what stands after it is new."""

    def __init__(self, page: Page, known: Known, marked: int = 2**63, back: str = "home") -> None:
        self._page = page
        self._known = known
        self._marked = marked
        self._back = back
        self._words = page.words
        self._circles = {row.id: row for row in agreements.circles(known.db)}

    def post(self, item: view.Item) -> PostView:
        """An item with the newest five of its answers."""
        replies = item.replies[-REPLIES_SHOWN:]
        return self._one(
            item,
            replies=tuple(self._one(reply, top=item) for reply in replies),
            earlier_replies=len(item.replies) - len(replies),
        )

    def _written(self, item: view.Item) -> str:
        """The day on which something was written that was brought in later; else ""."""
        at_ms = archive_view.written_ms(self._known.db, item.id)
        page = self._page
        return "" if at_ms is None else dates.dated(at_ms, page.zone, page.words.locale)

    def thread(self, item: view.Item, replies: Iterable[view.Item]) -> PostView:
        """An item with these of its answers."""
        return self._one(item, replies=tuple(self._one(reply, top=item) for reply in replies))

    def alone(self, item: view.Item) -> PostView:
        """An item without answers and acts, as lists of things found show it."""
        return self._one(item, quiet=True)

    def is_new(self, item: view.Item) -> bool:
        """Whether somebody else wrote in this thread after the mark."""
        return any(
            not each.mine and not each.gone and each.order_ms > self._marked for each in (item, *item.replies)
        )

    def stirs(self, item: view.Item) -> bool:
        """Whether anybody, oneself too, wrote in this thread after the mark."""
        return newest_ms(item) > self._marked

    def _one(
        self,
        item: view.Item,
        *,
        top: view.Item | None = None,
        replies: tuple[PostView, ...] = (),
        earlier_replies: int = 0,
        quiet: bool = False,
    ) -> PostView:
        url, path = self._page.url, path_of(item.id)
        circle = self._circles.get(item.circle) if item.circle is not None and top is None else None
        only_you = circle is not None and circle.builtin == "me"
        to = item.answers if top is not None and item.parent != top.id else None
        shows_readers = not item.mine and not item.gone and top is None
        return PostView(
            id=anchor(item.id),
            who=self._known.who(item.author),
            text=item.text,
            at_ms=min(item.wall_ms, self._known.now_ms),
            url=url(path),
            place=self._known.circle_name(circle) if circle is not None else "",
            place_url=url(f"circles/{circle.id.hex()}") if circle is not None and not only_you else "",
            only_you=only_you,
            state=self.state(item) if item.mine or item.gone else None,
            state_url=url(f"{path}/who") if item.mine else "",
            readers=self.readers_of(item) if shows_readers else "",
            readers_url=url(f"{path}/who"),
            edited_ms=item.edited_ms,
            written=self._written(item),
            warning=item.warning,
            to_name=self._known.name(to) if to is not None else "",
            answers=tuple(self._said(item)),
            acts=() if quiet or item.gone else tuple(self._acts(item)),
            more=() if quiet or item.gone else tuple(self._more(item, is_reply=top is not None)),
            attached=attached.views(
                self._page, self._known.db, item.attachments, f"{self._way_back(path)}#{anchor(item.id)}"
            ),
            replies=replies,
            earlier_replies=earlier_replies,
            new=top is None and not item.mine and item.order_ms > self._marked,
        )

    def _way_back(self, path: str) -> str:
        return "" if self._back == "home" else path

    def _said(self, item: view.Item) -> Iterator[OneWord]:
        if item.mentions:
            yield OneWord(self._words.gettext("named here"), tuple(self._known.names(item.mentions)))
        for given in item.words:
            yield OneWord(
                word_text(given.word, self._words), tuple(self._known.name(who) for who in given.identities)
            )

    def _acts(self, item: view.Item) -> Iterator[Act]:
        words, url, path = self._words, self._page.url, path_of(item.id)
        yield Act(words.gettext("Answer"), url(f"{path}#say"))
        if item.mine:
            yield Act(words.gettext("Take back"), url(f"{path}/back"))

    def _more(self, item: view.Item, *, is_reply: bool) -> Iterator[Act]:
        words, url, path = self._words, self._page.url, path_of(item.id)
        if item.mine:
            if item.text:
                yield Act(words.gettext("Change"), url(f"{path}/edit"))
            yield Act(words.gettext("Share again"), url(f"{path}/again"))
        elif self._page.chosen.one_word_answers:
            given = {each.word for each in item.words if self._known.me in each.identities}
            for word in WORDS:
                text = word_text(word, words)
                label = words.gettext("no more “%(word)s”", word=text) if word in given else text
                yield Act(label, url(f"{path}/word/{word}?at={self._back}"), post=True)
        if item.circle is not None and not item.mine:
            name = self._known.name(item.author)
            label = words.gettext("Hide answers by %(name)s here", name=name)
            yield Act(label, url(f"{path}/hide"))
        if item.mine:
            yield Act(words.gettext("Who has this"), url(f"{path}/who"))
        elif is_reply:
            yield Act(words.gettext("Who may read this?"), url(f"{path}/who"))

    def readers_of(self, item: view.Item) -> str:
        """Who may read an item, as far as it is known here."""
        if item.owner == self._known.me:
            row = self._circles.get(item.circle or b"")
            return self._known.audience(row).label(self._words) if row is not None else ""
        name = self._known.name(item.owner)
        return self._words.gettext("%(name)s and everybody %(name)s shares this with", name=name)

    def state(self, item: view.Item) -> State:
        """Where an own item is, in one of the four wordings; it says only what is known."""
        words = self._words
        if item.gone:
            return states.taken_back(words)
        reach = reach_of(self._known.db, item.id, self._known.now_ms)
        if item.owner != self._known.me:
            # The owner passes an answer on, and does not tell to whom: to be with them is to have arrived.
            name = self._known.name(item.owner)
            if item.owner in reach.on:
                return State("arrived", words.gettext("Arrived: on %(name)s's computer", name=name))
            return states.on_its_way(words, [], 0, 1)
        if not reach.readers and not reach.on:
            return states.here(words)
        if not reach.waiting:
            return states.arrived(words)
        return states.on_its_way(words, self._known.names(reach.on), 0, len(reach.waiting))

    def held(self, parents: frozenset[bytes] | None = None) -> list[PostView]:
        """What waits to leave: all of it, or the answers to some items; the newest first."""
        found = [self._held(row) for row in outbox.all_held(self._known.db)]
        return [
            shown
            for shown, parent in reversed(found)
            if shown is not None and (parents is None or parent in parents)
        ]

    def _held(self, row: outbox.HeldRow) -> tuple[PostView | None, bytes]:
        kind, id = decode(tuple[str, bytes], row.place)
        record = _KINDS.decode(row.record).record if kind in ("circle", "space") else None
        if not isinstance(record, Post):
            return None, b""
        circle = self._circles.get(id) if kind == "circle" else None
        answered = view.item(self._known.db, record.parent) if record.parent else None
        return PostView(
            id=f"held-{row.id.hex()}",
            who=self._known.who(self._known.me),
            text=record.text,
            at_ms=row.made_ms,
            place=self._known.circle_name(circle) if circle is not None else "",
            only_you=circle is not None and circle.builtin == "me",
            to_name=self._known.name(answered.author) if answered is not None else "",
            warning=record.warning,
            state=states.here(self._words),
            attached=attached.views(self._page, self._known.db, record.attachments, ""),
            hold=Hold(row.due_ms, self._page.url(f"undo/{row.id.hex()}")),
        ), record.parent
