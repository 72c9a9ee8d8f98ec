# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asked of you: whatever waits for an answer, in one pattern. Who asks what, until when; equal buttons.

An answer is remembered on this computer with its time: "not now" comes again after some days, and what was
just answered stands as one line with Undo where there is a way back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.core.inputs import (
    AnswerLetter,
    CompareWords,
    DropDraft,
    Place,
    Publish,
    RenewAll,
    SetMember,
    SetSetting,
)
from edgewise.faces.kit import dates, safecopy, texts
from edgewise.faces.kit.known import CIRCLE_BYTES, PERSON_BYTES, Known, id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.said import shortened
from edgewise.faces.kit.shown import AskView, Choice, Hold
from edgewise.faces.kit.states import yes_no_later
from edgewise.features.people import view as people_view
from edgewise.features.people.records import Verified
from edgewise.features.posts import view
from edgewise.ground.errors import ROWS, Refusal
from edgewise.ground.instant import DAY_MS
from edgewise.ground.limits import GRANT_DEFAULT_MS
from edgewise.identity.invites import open_letter
from edgewise.store import agreements, invitations, settings
from edgewise.store import people as people_store

SHOWN_MAX: Final = 5
"""More wait until these are answered: prompts are rationed."""
AGAIN_MS: Final = 3 * DAY_MS
"""After "not now" one is left in peace for so long."""
UNDO_MS: Final = 8000
ENDING_MS: Final = 14 * DAY_MS
QUOTE_CHARS: Final = 160


class Asks:
    """All that is asked, in the order of its haste."""

    def __init__(self, page: Page, known: Known) -> None:
        self._page = page
        self._known = known
        self._db = known.db
        self._words = page.words
        self._answers = {
            name.removeprefix("asked:"): _answer_of(value)
            for name, value in settings.named(known.db, "asked:").items()
        }

    def every(self) -> tuple[AskView, ...]:
        """What is shown now: at most `SHOWN_MAX`, and lines for what was just answered."""
        found = [
            *self._just_answered(),
            *self._held_back(),
            *self._letters(),
            *self._words_to_compare(),
            *self._offers(),
            *self._ending(),
            *self._safe_copy(),
        ]
        return tuple(found[:SHOWN_MAX])

    def _url(self, id: str) -> str:
        return self._page.url(f"asked/{id}")

    def _waits(self, id: str) -> bool:
        at_ms, answer = self._answers.get(id, (0, ""))
        if answer == "later":
            return self._known.now_ms - at_ms > AGAIN_MS
        return answer == ""

    def _just_answered(self) -> Iterator[AskView]:
        said = {
            "yes": self._words.gettext("You said yes."),
            "no": self._words.gettext("You said no. It looks like no answer yet."),
            "later": self._words.gettext("Not now. You are asked again in some days."),
            "same": self._words.gettext("Good: the four words are the same."),
        }
        for id, (at_ms, answer) in self._answers.items():
            until_ms = at_ms + UNDO_MS
            if answer in said and self._known.now_ms < until_ms:
                back = answer == "later" or (answer == "no" and id.startswith(("letter-", "copy-")))
                hold = Hold(until_ms, self._url(f"{id}/undo")) if back else None
                to_nobody = answer == "no" and id.startswith("copy-")
                words = self._words.gettext("No, then.") if to_nobody else said[answer]
                yield AskView(f"ask-{id}", "", "", (), answered=words, hold=hold)

    def _held_back(self) -> Iterator[AskView]:
        for name, code in settings.named(self._db, "held_back:").items():
            if code not in ROWS:
                continue
            id = "back-" + name.removeprefix("held_back:")
            yield AskView(
                f"ask-{id}",
                self._words.gettext(
                    "Something you wrote could not leave. Your words are in the field below."
                ),
                self._url(id),
                (
                    Choice("again", self._words.gettext("Look at it")),
                    Choice("drop", self._words.gettext("Throw away")),
                    Choice("later", self._words.gettext("Leave it there")),
                ),
                purpose=self._page.said(Refusal(code)),
            )

    def _letters(self) -> Iterator[AskView]:
        for row in invitations.letters(self._db):
            id = f"letter-{row.invitation.hex()}"
            if row.state not in ("read", "later") or not row.letter or not self._waits(id):
                continue
            body = open_letter(row.letter)
            if body.until_ms <= self._known.now_ms:
                continue
            yield AskView(
                f"ask-{id}",
                self._words.markup(
                    "<b>%(who)s</b> has written you a letter, and would like to write with you.",
                    who=body.from_name,
                ),
                self._url(id),
                (
                    Choice("open", self._words.gettext("Open it")),
                    Choice("no", self._words.gettext("No")),
                    Choice("later", self._words.gettext("Not now")),
                ),
                quote=shortened(body.words, QUOTE_CHARS) if len(body.words) > QUOTE_CHARS else body.words,
                until_ms=body.until_ms,
            )

    def _words_to_compare(self) -> Iterator[AskView]:
        for each in people_view.known(self._db):
            id = f"words-{each.identity.hex()}"
            if each.state != "live" or not each.check_words or each.verified is not None or each.blocked:
                continue
            if not self._waits(id):
                continue
            yield AskView(
                f"ask-{id}",
                self._words.markup(
                    "You and <b>%(who)s</b> have met. Read these four words to each other, by voice or side "
                    "by side: <b>%(words)s</b>",
                    who=each.name,
                    words=" · ".join(each.check_words.split()),
                ),
                self._url(id),
                (
                    Choice("same", self._words.gettext("They match")),
                    Choice("differ", self._words.gettext("They differ")),
                    Choice("later", self._words.gettext("Not now")),
                ),
                purpose=self._words.gettext("so that you know that nobody stands between you"),
            )

    def _offers(self) -> Iterator[AskView]:
        """What one offered in a letter begins by an act of one's own, when one knows who answered."""
        for row in invitations.every(self._db, "used"):
            pair = agreements.pair(self._db, row.identity) if row.identity is not None else None
            if pair is None or pair.state != "live":
                continue
            for circle in offered(self._db, row.id):
                id = f"offer-{row.id.hex()}-{circle.id.hex()}"
                if pair.identity in agreements.members(self._db, circle.id) or not self._waits(id):
                    continue
                yield AskView(
                    f"ask-{id}",
                    self._words.markup(
                        "<b>%(who)s</b> said yes to your letter. You offered to let them read what you write "
                        "to <b>%(circle)s</b>. Shall it begin?",
                        who=self._known.name(pair.identity),
                        circle=self._known.circle_name(circle),
                    ),
                    self._url(id),
                    yes_no_later(self._words),
                    until_ms=pair.until_ms,
                )

    def _safe_copy(self) -> Iterator[AskView]:
        """Whether to make a safe copy: never more often than `safecopy.due` has a reason (text T16)."""
        id = safecopy.due(self._db, self._known.now_ms)
        if not id or not self._waits(id):
            return
        me = people_store.me(self._db)
        words = self._words
        yield AskView(
            f"ask-{id}",
            texts.safe_copy(words, me.name if me is not None else ""),
            self._url(id),
            (
                Choice("make", words.gettext("Make one")),
                Choice("later", words.gettext("Not now")),
                Choice("no", words.gettext("No")),
            ),
        )

    def _ending(self) -> list[AskView]:
        rows = [row for row in ending(self._db, self._known.now_ms) if self._waits(ending_id(row))]
        if not rows or (len(rows) > 1 and not self._waits("endings-all")):
            return []
        words = self._words
        if len(rows) > 1:
            names = words.names(self._known.names([row.identity for row in rows]))
            sentence = words.gettext("Your agreements with %(names)s end within two weeks.", names=names)
            return [
                AskView(
                    "ask-endings",
                    sentence,
                    self._url("endings-all"),
                    (
                        Choice("look", words.gettext("Look at them")),
                        Choice("let_end", words.gettext("Let them end")),
                        Choice("later", words.gettext("Not now")),
                    ),
                )
            ]
        (row,) = rows
        day = dates.dated(row.until_ms, self._page.zone, words.locale)
        sentence = texts.ending(words, self._known.name(row.identity), day, GRANT_DEFAULT_MS // DAY_MS)
        choices = (
            Choice("keep", words.gettext("Keep it")),
            Choice("let_end", words.gettext("Let it end")),
            Choice("later", words.gettext("Not now")),
        )
        return [AskView(f"ask-{ending_id(row)}", sentence, self._url(ending_id(row)), choices)]


def ending_id(row: agreements.PairRow) -> str:
    """The name of the question whether an acquaintance goes on; another end is another question."""
    return f"ending-{row.identity.hex()}-{row.until_ms}"


def ending(db: Any, now_ms: int) -> list[agreements.PairRow]:
    """The acquaintances whose end, from one's own side, comes within a fortnight."""
    return [row for row in agreements.pairs(db) if now_ms < row.until_ms <= now_ms + ENDING_MS]


def offered(db: Any, invitation: bytes) -> list[agreements.CircleRow]:
    """The circles that one offered in a letter, as far as they are in use."""
    noted = (settings.get(db, f"offered:{invitation.hex()}") or "").split()
    rows = [agreements.circle(db, bytes.fromhex(each)) for each in noted]
    return [row for row in rows if row is not None]


def _answer_of(value: str) -> tuple[int, str]:
    at_ms, _, answer = value.partition(":")
    return (int(at_ms) if at_ms.isdecimal() else 0), answer


async def remember(page: Page, id: str, answer: str) -> None:
    """Keep on this computer what was answered, and when; an empty answer asks anew."""
    await page.do(SetSetting(f"asked:{id}", f"{page.now_ms}:{answer}"))


async def _letter(page: Page, rest: str, answer: str) -> str:
    invitation = id_of(rest, PERSON_BYTES, "letter.unknown")
    if answer == "open":
        return f"letter/{rest}"
    await page.do(AnswerLetter(invitation, "no" if answer == "no" else "later"))
    await remember(page, f"letter-{rest}", "no" if answer == "no" else "later")
    return "#asked"


async def _compare(page: Page, rest: str, answer: str) -> str:
    identity = id_of(rest, PERSON_BYTES, "not_found.person")
    if answer in ("same", "differ"):
        check_words = await page.read(lambda db: settings.get(db, f"words:{rest}") or "")
        await page.do(CompareWords(identity, answer == "same"))
        await page.do(Publish(Place("self"), Verified(identity, answer == "same", check_words)))
    await remember(page, f"words-{rest}", answer if answer in ("same", "differ") else "later")
    return f"people/{rest}" if answer == "differ" else "#asked"


async def _offer(page: Page, rest: str, answer: str) -> str:
    letter, _, circle = rest.partition("-")
    invitation = id_of(letter, PERSON_BYTES, "letter.unknown")
    row = await page.read(lambda db: invitations.get(db, invitation))
    if row is None or row.identity is None:
        raise Refusal("letter.unknown")
    if answer == "yes":
        await page.do(SetMember(id_of(circle, CIRCLE_BYTES, "not_found.circle"), row.identity, True))
    await remember(page, f"offer-{rest}", answer if answer in ("yes", "no") else "later")
    return "#asked"


async def _ends(page: Page, rest: str, answer: str) -> str:
    identity = id_of(rest.partition("-")[0], PERSON_BYTES, "not_found.person")
    if answer == "keep":
        pair = await page.read(lambda db: agreements.pair(db, identity))
        if pair is None:
            raise Refusal("not_found.person", name="")
        await page.do(RenewAll(identity, max(pair.until_ms, page.now_ms) + GRANT_DEFAULT_MS))
    else:
        await remember(page, f"ending-{rest}", "let_end" if answer == "let_end" else "later")
    return "#asked"


async def _all_end(page: Page, rest: str, answer: str) -> str:
    if answer == "look":
        return "agreements/ending"
    if answer == "let_end":
        for row in await page.read(lambda db: ending(db, page.now_ms)):
            await remember(page, ending_id(row), "let_end")
    else:
        await remember(page, "endings-all", "later")
    return "#asked"


async def _copy(page: Page, rest: str, answer: str) -> str:
    if answer == "make":
        return "safecopy"
    await remember(page, f"copy-{rest}", "no" if answer == "no" else "later")
    return "#asked"


async def _back(page: Page, rest: str, answer: str) -> str:
    name = id_of(rest, CIRCLE_BYTES, "not_found.draft").hex()
    await page.do(SetSetting(f"held_back:{name}", ""))
    if answer == "drop":
        await page.do(DropDraft(view.HOME_MARK))
    return "#say"


_BY_KIND: Final[dict[str, Callable[[Page, str, str], Awaitable[str]]]] = {
    "letter": _letter,
    "words": _compare,
    "offer": _offer,
    "ending": _ends,
    "endings": _all_end,
    "back": _back,
    "copy": _copy,
}


async def answer(request: Request) -> Response:
    """POST /asked/{id}: one of the buttons was pressed."""
    page = await page_of(request)
    form = await page.form()
    kind, _, rest = request.path_params["id"].partition("-")
    if kind not in _BY_KIND:
        raise Refusal("not_found.page")
    return page.see(await _BY_KIND[kind](page, rest, form.text("answer", 20)))


async def undo(request: Request) -> Response:
    """POST /asked/{id}/undo: the answer that was just given does not count."""
    page = await page_of(request)
    await page.form()
    id = request.path_params["id"]
    kind, _, rest = id.partition("-")
    if kind == "letter":
        await page.do(AnswerLetter(id_of(rest, PERSON_BYTES, "letter.unknown"), "later"))
    await remember(page, id, "")
    return page.see("#asked")


ROUTES: Final = [
    Route("/asked/{id}/undo", undo, methods=["POST"]),
    Route("/asked/{id}", answer, methods=["POST"]),
]
