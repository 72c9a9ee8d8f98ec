# SPDX-License-Identifier: AGPL-3.0-or-later
"""People, circles and audiences of this home as pages show them: under one's own names for them."""

from __future__ import annotations

from typing import Any, Final

from edgewise.consent.circles import ONLY_ME
from edgewise.faces.kit.shown import Audience, Who
from edgewise.faces.kit.words import Translator
from edgewise.features.people import view as people_view
from edgewise.ground.errors import Refusal
from edgewise.store import agreements, people

PERSON_BYTES: Final = 32
ITEM_BYTES: Final = 32
CIRCLE_BYTES: Final = 16
NAMES_MAX: Final = 24
"""More readers than this are counted on a small page, and listed on their own."""


class Known:
    """What one page needs to name people and circles; each is looked up once. Lives as long as one read."""

    def __init__(self, db: Any, words: Translator, now_ms: int) -> None:
        self.db = db
        self.words = words
        self.now_ms = now_ms
        row = people.me(db)
        self.me = row.id if row is not None else b""
        self.my_name = row.name if row is not None else ""
        self._whos: dict[bytes, Who] = {}
        self._live: frozenset[bytes] | None = None

    def who(self, identity: bytes) -> Who:
        """The person as a patch and a name show them."""
        found = self._whos.get(identity)
        if found is None:
            own = self.my_name if identity == self.me else people_view.own_name(self.db, identity)
            name = own if identity == self.me else people_view.name_of(self.db, identity)
            found = Who(name, identity, identity == self.me, "" if own == name else own)
            self._whos[identity] = found
        return found

    def name(self, identity: bytes) -> str:
        """One's own name for a person, else theirs; "you" for oneself."""
        return self.words.gettext("you") if identity == self.me else self.who(identity).name

    def names(self, identities: tuple[bytes, ...] | list[bytes]) -> list[str]:
        """The names of several, as a list sorts them: oneself first."""
        ordered = sorted(identities, key=lambda each: (each != self.me, self.name(each).casefold(), each))
        return [self.name(each) for each in ordered]

    def circle_name(self, circle: agreements.CircleRow) -> str:
        """What a circle is called here."""
        built_in = {"me": self.words.gettext("Only me"), "people": self.words.gettext("People I know")}
        return built_in.get(circle.builtin, circle.name)

    def readers(self, circle: bytes) -> list[bytes]:
        """Who reads what is written to a circle now: those in it whom one still knows."""
        if circle == ONLY_ME:
            return []
        if self._live is None:
            pairs = agreements.pairs(self.db)
            self._live = frozenset(row.identity for row in pairs if row.until_ms > self.now_ms)
        return [each for each in agreements.members(self.db, circle) if each in self._live]

    def audience(self, circle: agreements.CircleRow) -> Audience:
        """A circle as the chip shows it, with everybody in it."""
        names = tuple(self.names(self.readers(circle.id)))
        return Audience(circle.id.hex(), self.circle_name(circle), names, only_me=circle.builtin == "me")

    def audiences(self) -> tuple[Audience, ...]:
        """Every circle that one can write to: the two that everybody has, then one's own."""
        return tuple(self.audience(row) for row in agreements.circles(self.db))


def id_of(text: str, length: int, missing: str) -> bytes:
    """The id that stands in an address. Refusal ``missing`` when it is none."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != length:
        raise Refusal(missing, name=text[:NAMES_MAX])
    return found
