# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was taken back is gone from the disk, not only from the page."""

from pathlib import Path

from edgewise import features
from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core.door import Core, all_views
from edgewise.core.effects import Reply
from edgewise.core.inputs import (
    Begin,
    MakeBundle,
    Place,
    Publish,
    SetMember,
    TakeBack,
    TakeFile,
    Tick,
)
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import Edit, Post, Word
from edgewise.features.talk import view as talk
from edgewise.features.talk.records import Say
from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.instant import YEAR_MS
from edgewise.ground.limits import ERASE_AT_ONCE_MAX, ERASE_OLD_MS, ERASE_WAIT_MS
from edgewise.store import outbox, shelf, views
from edgewise.store.db import Store
from tests.core.party import Someone, World
from tests.core.test_meeting import meet

WORDS = b"cauliflowers by the bucket"


def test_taken_back_text_is_in_no_file_of_the_home(tmp_path: Path) -> None:
    """After taking back, the words stand neither in the database nor in its write-ahead log."""
    store = Store.open(tmp_path / "edgewise.db", None, views=all_views(features.load()))
    core, entropy = Core(store, features.load()), SeededEntropy(b"alice")
    core.handle(Begin("alice"), 1_800_000_000_000, entropy)
    command = Publish(Place("circle", ONLY_ME), Post(WORDS.decode()))
    effects = core.handle(command, 1_800_000_001_000, entropy)
    item = next(effect.value for effect in effects if isinstance(effect, Reply))

    def found() -> bool:
        return any(WORDS in path.read_bytes() for path in tmp_path.iterdir())

    assert found()
    core.handle(TakeBack(item), 1_800_000_002_000, entropy)
    assert not found()
    store.close()
    assert not found()


def everything(one: Someone) -> tuple[object, ...]:
    """What somebody sees at Home and in a talk, and all rows of the views."""
    talks = [talk.lines(one.db, each.space) for each in talk.conversations(one.db)]
    return posts.home_items(one.db), talks, [list(view.dump(one.db)) for view in one.core.views]


def rebuilt(one: Someone) -> int:
    """Throw the views away and make them again; how many operations went into them."""
    with one.store.write() as db:
        return views.rebuild(db, one.core.views, lambda op: one.core.open_op(db, op))


def test_lines_of_what_was_taken_back_stay_where_they_were_when_views_are_made_again(
    alice: Someone, bob: Someone, world: World
) -> None:
    """An item with its answers, an answer in the middle of a thread and a line: nothing visible moves."""
    meet(alice, bob)
    for one, other in ((alice, bob), (bob, alice)):
        one.do(SetMember(PEOPLE, other.identity, True))
    first = alice.post("the first", PEOPLE)
    second = alice.post("the second", PEOPLE)
    world.deliver()
    space = shelf.op_row(alice.db, first).space  # type: ignore[union-attr]
    answer = bob.do(Publish(Place("space", space), Post("an answer", "", first, ())))
    world.deliver()
    alice.do(Publish(Place("space", space), Post("to the answer", "", answer, ())))
    alice.do(Publish(Place("space", space), Word(second, "thanks", True)))
    line = bob.do(Publish(Place("talk", alice.identity), Say("a line", "", b"")))
    alice.do(Publish(Place("talk", bob.identity), Say("another", "", line)))
    world.deliver()
    for one, gone in ((alice, second), (bob, answer), (bob, line)):
        one.do(TakeBack(gone))
    world.deliver()
    bob.do(Publish(Place("space", space), Post("later", "", second, ())))
    bob.do(Publish(Place("space", space), Word(second, "yes", True)))
    world.deliver()
    for one in (alice, bob):
        before = everything(one)
        with one.store.write() as db:
            assert (
                views.compare(db, one.core.views, lambda op, one=one, db=db: one.core.open_op(db, op)) == []
            )
        assert rebuilt(one) > 0
        assert everything(one) == before
        assert [item.gone for item in posts.home_items(one.db)] == [True, False]
        held = list(one.db.execute("SELECT record FROM remains"))
        assert len(held) == 3
        assert not any(word in repr(held) for word in ("answer", "second", "line"))


def test_of_what_was_never_shown_here_no_line_remains(alice: Someone, bob: Someone, world: World) -> None:
    """Bob only hears of it when it is gone already: he has nothing to show, grown or made again."""
    meet(alice, bob)
    alice.do(SetMember(PEOPLE, bob.identity, True))
    alice.post("for bob to have the feed", PEOPLE)
    world.deliver()
    world.cut_all()
    item = alice.post("gone before it came", PEOPLE)
    alice.do(TakeBack(item))
    world.online = True
    world.pass_ms(60_000)
    row = shelf.op_row(bob.db, item)
    assert row is not None
    assert row.state == "erased"
    assert posts.item(bob.db, item) is None
    rebuilt(bob)
    assert posts.item(bob.db, item) is None


def to_bob(alice: Someone, bob: Someone, count: int) -> list[bytes]:
    """Some items of alice's that bob has."""
    meet(alice, bob)
    alice.do(SetMember(PEOPLE, bob.identity, True))
    items = [alice.post(f"item {n}", PEOPLE) for n in range(count)]
    alice.world.deliver()
    return items


def read_by(one: Someone, items: list[bytes]) -> list[bool]:
    """Whether each of these is still to be read there."""
    rows = [posts.item(one.db, item) for item in items]
    return [row is not None and not row.gone for row in rows]


def answers(one: Someone) -> set[str]:
    """What became of one's requests to erase, as far as one knows."""
    return {row.state for row in outbox.erasures(one.db)}


def test_more_than_twenty_items_in_a_day_wait_for_a_day(alice: Someone, bob: Someone, world: World) -> None:
    """C11: twenty go at once; the rest a day later, and alice is told both truthfully."""
    items = to_bob(alice, bob, ERASE_AT_ONCE_MAX + 3)
    for item in items:
        alice.do(TakeBack(item))
        world.deliver()
    assert read_by(bob, items) == [False] * ERASE_AT_ONCE_MAX + [True] * 3
    assert [row.state for row in outbox.erasures(alice.db)] == ["done"] * ERASE_AT_ONCE_MAX + ["held"] * 3
    assert read_by(alice, items) == [False] * len(items)
    for _ in range(2):
        world.cut_all()
        world.online = True
        world.pass_ms(ERASE_WAIT_MS // 2 - 60_000)
    assert read_by(bob, items)[-3:] == [True] * 3
    assert answers(alice) == {"done", "held"}
    world.pass_ms(10 * 60_000)
    assert read_by(bob, items) == [False] * len(items)
    assert answers(alice) == {"done"}


def test_who_took_back_many_by_stick_is_not_told_that_all_is_gone(
    alice: Someone, bob: Someone, world: World
) -> None:
    """How far bob holds alice's log is no answer where his file says besides that something waits."""
    items = to_bob(alice, bob, ERASE_AT_ONCE_MAX + 2)
    world.cut_all()
    for item in items:
        alice.do(TakeBack(item))
    bob.do(TakeFile(alice.do(MakeBundle(bob.identity)).data))
    alice.do(TakeFile(bob.do(MakeBundle(alice.identity)).data))
    assert [row.state for row in outbox.erasures(alice.db)] == ["done"] * ERASE_AT_ONCE_MAX + ["held"] * 2
    world.now_ms += ERASE_WAIT_MS
    bob.give(Tick())
    assert read_by(bob, items) == [False] * len(items)
    alice.do(TakeFile(bob.do(MakeBundle(alice.identity)).data))
    assert answers(alice) == {"done"}


def test_old_item_waits_with_all_its_wordings(alice: Someone, bob: Someone, world: World) -> None:
    """C11: what has been there for a month waits, and its wording of today with it."""
    old, young = to_bob(alice, bob, 2)
    world.cut_all()
    world.now_ms += ERASE_OLD_MS + 1
    world.online = True
    world.pass_ms(1_000)
    new = alice.post("from today", PEOPLE)
    space = shelf.op_row(alice.db, old).space  # type: ignore[union-attr]
    alice.do(Publish(Place("space", space), Edit(old, "a better wording")))
    world.deliver()
    for op in (*posts.versions(alice.db, old), new):
        alice.do(TakeBack(op))
    world.deliver()
    assert read_by(bob, [old, young, new]) == [True, True, False]
    assert posts.item(bob.db, old).text == "a better wording"  # type: ignore[union-attr]
    world.pass_ms(ERASE_WAIT_MS)
    world.pass_ms(1)
    assert read_by(bob, [old, young, new]) == [False, True, False]


def test_clock_that_was_set_back_makes_nothing_wait_for_years(
    alice: Someone, bob: Someone, world: World
) -> None:
    """Nothing waits for more than a day from now, whatever the clock said when it came."""
    items = to_bob(alice, bob, ERASE_AT_ONCE_MAX + 1)
    bob.skew_ms = YEAR_MS // 2
    for item in items:
        alice.do(TakeBack(item))
    world.deliver()
    bob.skew_ms = 0
    world.pass_ms(1_000)
    assert all(read_by(bob, items))
    world.pass_ms(ERASE_WAIT_MS)
    assert read_by(bob, items) == [False] * len(items)
