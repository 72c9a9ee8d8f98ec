# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lively week, drawn from a seed: who is there when, and what they do. Pages offer each act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core import inputs
from edgewise.core.inputs import Place, Publish
from edgewise.features.people.records import Mute, Petname
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import WORDS, Edit, Post, Word
from edgewise.features.talk import view as talk
from edgewise.features.talk.records import Say, SayEdit
from edgewise.ground.instant import DAY_MS
from edgewise.ground.limits import HOLD_MS_DEFAULT
from edgewise.sim.files import Files
from edgewise.sim.meetings import Meetings
from edgewise.sim.people import Person
from edgewise.sim.world import World
from edgewise.store import agreements, shelf

SPOKEN: Final = [
    "who",
    "has",
    "a",
    "ladder",
    "seeds",
    "bread",
    "a",
    "room",
    "tonight",
    "for",
    "the",
    "garden",
    "قهوة",
    "नमस्ते",
    "🌱",
    "Straße",
]


class Stories:
    """What people do when they sit at their computers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.meetings = Meetings(world)
        self.files = Files(world)
        self._count = 0
        self._welcomed: set[tuple[int, bytes]] = set()

    def act(self, person: Person) -> None:
        """This person does something: what waits for them first, mostly; else what comes to mind."""
        if not person.up or (self._world.chance.random() < 0.8 and self.meetings.step(person)):
            return
        if self._world.chance.random() < 0.5 and self._welcome(person):
            return
        if self.files.act(person):
            return
        for _ in range(4):
            (deed,) = self._world.chance.choices(_DEEDS, _WEIGHTS)
            if deed(self, person):
                return

    def _welcome(self, person: Person) -> bool:
        """Put somebody whom one knows by now, and never put in or out, among the people one writes to."""
        for pair in agreements.pairs(person.db):
            key = (person.number, pair.space)
            if key not in self._welcomed:
                self._welcomed.add(key)
                if self._world.chance.random() < 0.8:
                    self._world.do(person, inputs.SetMember(PEOPLE, pair.identity, True))
                    return True
        return False

    def _text(self, person: Person) -> str:
        self._count += 1
        length = self._world.chance.choices((4, 12, 700), (70, 28, 2))[0]
        words = " ".join(self._world.chance.choice(SPOKEN) for _ in range(length))
        return f"{person.name} {self._count}: {words}"

    def _pick_item(self, person: Person, *, mine: bool | None = None) -> posts.Item | None:
        found: list[posts.Item] = []
        for item in posts.home_items(person.db, limit=12):
            found += [item, *item.replies]
        found = [item for item in found if not item.gone and mine in (None, item.mine)]
        return self._world.chance.choice(found) if found else None

    def _pick_pair(self, person: Person) -> agreements.PairRow | None:
        found = agreements.pairs(person.db)
        return self._world.chance.choice(found) if found else None

    def _pick_circle(self, person: Person) -> agreements.CircleRow | None:
        found = [row for row in agreements.circles(person.db) if not row.builtin]
        return self._world.chance.choice(found) if found else None

    def post(self, person: Person) -> bool:
        """A post to one of one's circles, now or after a pause in which it may be called back."""
        chance = self._world.chance
        circles = [row.id for row in agreements.circles(person.db)]
        circle = PEOPLE if chance.random() < 0.75 else chance.choice(circles)
        known = sorted(person.meaning(circle))
        mentions = tuple(sorted(chance.sample(known, min(len(known), chance.choice((0, 0, 0, 1, 2))))))
        warning = chance.choice(("", "", "", "food"))
        hold_ms = HOLD_MS_DEFAULT if chance.random() < 0.2 else 0
        record = Post(self._text(person), warning, b"", mentions, self.files.attachments(person))
        done = self._world.do(person, Publish(Place("circle", circle), record, hold_ms))
        if hold_ms and isinstance(done.value, bytes) and chance.random() < 0.4:
            held = done.value
            self._world.at(chance.randint(500, 9_000), lambda: self._undo(person, held))
        return True

    def _undo(self, person: Person, held: bytes) -> None:
        if person.up:
            self._world.do(person, inputs.Undo(held))

    def answer(self, person: Person) -> bool:
        """An answer to what stands at Home, at any depth."""
        foreign = self._world.chance.random() < 0.6
        item = (self._pick_item(person, mine=False) if foreign else None) or self._pick_item(person)
        if item is None:
            return False
        record = Post(self._text(person), "", item.id, (), self.files.attachments(person))
        self._world.do(person, Publish(Place("space", item.space), record))
        return True

    def give_word(self, person: Person) -> bool:
        """A one-word answer, or taking it away again."""
        item = self._pick_item(person)
        if item is None:
            return False
        chance = self._world.chance
        record = Word(item.id, chance.choice(WORDS), chance.random() < 0.8)
        self._world.do(person, Publish(Place("space", item.space), record))
        return True

    def edit(self, person: Person) -> bool:
        """Another wording of one's own item."""
        item = self._pick_item(person, mine=True)
        if item is None:
            return False
        record = Edit(item.id, self._text(person), item.warning)
        self._world.do(person, Publish(Place("space", item.space), record))
        return True

    def take_back(self, person: Person) -> bool:
        """Take back an own item with all its wordings."""
        item = self._pick_item(person, mine=True)
        if item is None:
            return False
        for op in posts.versions(person.db, item.id):
            if person.up:
                self._world.do(person, inputs.TakeBack(op, "a mistake"))
        return True

    def talk(self, person: Person) -> bool:
        """A line to somebody, at times in answer to one."""
        pair = self._pick_pair(person)
        if pair is None or pair.dm is None:
            return False
        lines = talk.lines(person.db, pair.dm, limit=8)
        reply_to = self._world.chance.choice(lines).id if lines and self._world.chance.random() < 0.3 else b""
        record = Say(self._text(person), "", reply_to, self.files.attachments(person))
        self._world.do(person, Publish(Place("talk", pair.identity), record))
        return True

    def mend_line(self, person: Person) -> bool:
        """Another wording of an own line, or taking it back."""
        pair = self._pick_pair(person)
        lines = talk.lines(person.db, pair.dm, limit=8) if pair is not None and pair.dm is not None else []
        lines = [line for line in lines if line.mine and not line.gone]
        if pair is None or not lines:
            return False
        line = self._world.chance.choice(lines)
        if self._world.chance.random() < 0.6:
            record = SayEdit(line.id, self._text(person))
            self._world.do(person, Publish(Place("talk", pair.identity), record))
            return True
        for op in talk.versions(person.db, line.id):
            if person.up:
                self._world.do(person, inputs.TakeBack(op))
        return True

    def tick_member(self, person: Person) -> bool:
        """Put somebody into a circle, sometimes out of it."""
        pair = self._pick_pair(person)
        chance = self._world.chance
        circle = self._pick_circle(person) if chance.random() < 0.35 else None
        if pair is None:
            return False
        there = PEOPLE if circle is None else circle.id
        present = pair.identity not in person.meaning(there)
        if not present and chance.random() < 0.7:
            return False
        self._world.do(person, inputs.SetMember(there, pair.identity, present))
        return True

    def change_circles(self, person: Person) -> bool:
        """Make a circle; or rename or retire one."""
        chance = self._world.chance
        circle = self._pick_circle(person)
        if circle is None or chance.random() < 0.4:
            self._world.do(person, inputs.MakeCircle(chance.choice(("Garden", "Choir", "Kin"))))
        elif chance.random() < 0.75:
            self._world.do(person, inputs.RenameCircle(circle.id, chance.choice(("Orchard", "Band"))))
        else:
            self._world.do(person, inputs.RetireCircle(circle.id))
        return True

    def stop_grant(self, person: Person) -> bool:
        """End one agreement, given or received."""
        found = agreements.grants(person.db, live_at=person.now_ms)
        found = [row for row in found if row.space_kind == "feed"] or found
        if not found:
            return False
        self._world.do(person, inputs.StopGrant(self._world.chance.choice(found).id))
        return True

    def renew(self, person: Person) -> bool:
        """Set the end of what one gave: mostly later, sometimes so soon that it runs out within the week."""
        pair = self._pick_pair(person)
        if pair is None:
            return False
        days = self._world.chance.choices((1, 3, 60, 400), (1, 2, 5, 5))[0]
        self._world.do(person, inputs.RenewAll(pair.identity, person.now_ms + days * DAY_MS))
        return True

    def end(self, person: Person) -> bool:
        """End an acquaintance."""
        pair = self._pick_pair(person)
        if pair is None:
            return False
        self._world.do(person, inputs.EndAcquaintance(pair.identity))
        other = self._world.who(pair.identity)
        if other is not None:
            self.meetings.meet_again(person, other)
        return True

    def hide_answers(self, person: Person) -> bool:
        """Stop passing on one writer's answers in an own feed, or resume."""
        feeds = [row for row in shelf.spaces(person.db, "feed") if row.owner == person.identity]
        logs = [log for feed in feeds for log in shelf.logs_of(person.db, feed.id) if not log.mine]
        logs = [log for log in logs if log.identity is not None]
        if not logs:
            return False
        log = self._world.chance.choice(logs)
        assert log.identity is not None
        self._world.do(person, inputs.HideAnswers(log.space, log.identity, log.listed))
        return True

    def carry_bundle(self, person: Person) -> bool:
        """A file on a stick for somebody."""
        pair = self._pick_pair(person)
        other = self._world.who(pair.identity) if pair is not None else None
        if other is None:
            return False
        self.meetings.carry_bundle(person, other)
        return True

    def small_things(self, person: Person) -> bool:
        """A name, a mute, a draft, a read mark, a setting, compared words."""
        chance = self._world.chance
        pair = self._pick_pair(person)
        commands: list[inputs.Command] = [
            inputs.RenameMe(f"{person.name.title()} {chance.randint(1, 9)}"),
            inputs.SaveDraft("home", self._text(person)),
            inputs.DropDraft("home"),
            inputs.MarkRead("home", posts.newest_order(person.db)),
            inputs.SetSetting("language", chance.choice(("en", "de"))),
            inputs.SetMember(ONLY_ME, person.identity, True),  # refused: nobody else is in it
        ]
        if pair is not None:
            commands += [
                inputs.CompareWords(pair.identity, True),
                Publish(Place("self"), Petname(pair.identity, chance.choice(("", "my neighbour")))),
                Publish(Place("self"), Mute(pair.identity, chance.random() < 0.5, False)),
            ]
        self._world.do(person, chance.choice(commands))
        return True


Deed = Callable[[Stories, Person], bool]

# What comes to mind, and how often.
_TABLE: Final[tuple[tuple[Deed, int], ...]] = (
    (Stories.post, 26),
    (Stories.answer, 18),
    (Stories.give_word, 8),
    (Stories.edit, 7),
    (Stories.take_back, 5),
    (Stories.talk, 14),
    (Stories.mend_line, 4),
    (Stories.tick_member, 16),
    (Stories.change_circles, 3),
    (Stories.stop_grant, 2),
    (Stories.renew, 2),
    (Stories.end, 1),
    (Stories.hide_answers, 2),
    (Stories.carry_bundle, 5),
    (Stories.small_things, 6),
)
_DEEDS: Final = [deed for deed, _ in _TABLE]
_WEIGHTS: Final = [weight for _, weight in _TABLE]
