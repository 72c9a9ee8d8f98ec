# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is agreed, as sentences with the verb first, in one's own names for people and circles."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from edgewise.consent.circles import PEOPLE
from edgewise.faces.kit.known import Known
from edgewise.faces.kit.render import bdi
from edgewise.store import agreements, shelf
from edgewise.store.agreements import CircleRow, GrantRow

FEED: Final = "feed"


class Agreed:
    """All that holds between oneself and others at one moment; looked up once for a page."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._words = known.words
        self._grants: dict[bytes, list[GrantRow]] = {}
        for row in agreements.grants(known.db, live_at=known.now_ms):
            self._grants.setdefault(row.identity, []).append(row)
        self._circles = [row for row in agreements.circles(known.db) if row.builtin != "me"]
        self._members = {row.id: set(agreements.members(known.db, row.id)) for row in self._circles}

    def reading(self, identity: bytes) -> list[GrantRow]:
        """The living permissions to read between oneself and a person: one's own first, then the oldest."""
        found = [row for row in self._grants.get(identity, []) if row.space_kind == FEED]
        return sorted(found, key=lambda row: (not row.mine, row.given_ms, row.id))

    def talks(self, identity: bytes) -> bool:
        """Whether the two may talk."""
        return any(row.space_kind == "dm" for row in self._grants.get(identity, []))

    def circles_of(self, identity: bytes) -> list[CircleRow]:
        """One's own circles in which a person is."""
        return [row for row in self._circles if identity in self._members[row.id]]

    def to_come(self, identity: bytes) -> list[CircleRow]:
        """The circles in which a person is, and of which nothing was given yet."""
        given = {self.circle_id(row) for row in self.reading(identity) if row.mine}
        return [row for row in self.circles_of(identity) if row.id not in given]

    def circle_id(self, grant: GrantRow) -> bytes:
        """The circle that a permission of one's own is about, or b""."""
        space = shelf.space(self._known.db, grant.space)
        return (space.circle or b"") if space is not None else b""

    def circle_name(self, grant: GrantRow) -> str:
        """What that circle is called here; one that is out of use has no name any more."""
        row = agreements.circle(self._known.db, self.circle_id(grant))
        return (
            self._known.circle_name(row)
            if row is not None
            else self._words.gettext("a circle that is closed")
        )

    def sentence(self, grant: GrantRow) -> Markup:
        """One permission as a sentence: who may do what, with whose words."""
        name = bdi(self._known.name(grant.identity))
        if grant.space_kind != FEED:
            return self._words.markup("You and %(name)s talk with each other.", name=name)
        if grant.mine:
            return self.reads_me(grant.identity, self.circle_name(grant))
        if grant.audience == "people":
            return self._words.markup("You read what %(name)s writes to people %(name)s knows.", name=name)
        return self._words.markup("You read what %(name)s writes to one of their circles.", name=name)

    def past(self, grant: GrantRow) -> Markup:
        """The same of a permission to read that is over."""
        name = bdi(self._known.name(grant.identity))
        if not grant.mine:
            return self._words.markup(
                "You could read what %(name)s writes to one of their circles.", name=name
            )
        circle = Markup("<b>{}</b>").format(bdi(self.circle_name(grant)))
        return self._words.markup(
            "%(name)s could read what you write to %(circle)s.", name=name, circle=circle
        )

    def reads_me(self, identity: bytes, circle: str) -> Markup:
        """That a person reads what one writes to a circle."""
        return self._words.markup(
            "%(name)s reads what you write to %(circle)s.",
            name=bdi(self._known.name(identity)),
            circle=Markup("<b>{}</b>").format(bdi(circle)),
        )

    def may(self, identity: bytes) -> tuple[str, ...]:
        """What each of the two may do, in at most three short lines."""
        words, name = self._words, self._known.name(identity)
        mine = [self._known.circle_name(row) for row in self.circles_of(identity)]
        theirs = [row for row in self.reading(identity) if not row.mine]
        lines = []
        if mine:
            circles = words.names(mine)
            lines.append(
                words.gettext("%(name)s reads what you write to %(circle)s.", name=name, circle=circles)
            )
        if theirs:
            lines.append(words.gettext("You read what %(name)s shares with you.", name=name))
        if not mine and not theirs:
            lines.append(words.gettext("Neither of you reads the other's posts yet."))
        return tuple(lines)


def offer(circle: CircleRow, name: str, known: Known) -> str:
    """What a letter says of a circle that its writer offers to let the reader read."""
    if circle.id == PEOPLE:
        return known.words.gettext("You may read what I write to people I know.")
    return known.words.gettext("You may read what I write to “%(circle)s”.", circle=name)
