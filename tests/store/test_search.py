# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index of words: newest first, any question answered, and no trace of what was taken back."""

import random
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.store import checkup, search
from edgewise.store.asked import holds, parse
from edgewise.store.db import Connection, Store
from edgewise.store.search import Entry, Wanted

ALICE, BOB, CAROL = (sha256(name).digest() for name in (b"alice", b"bob", b"carol"))
FEED, TALK = (sha256(name).digest() for name in (b"feed", b"talk"))
WORDS = ("ladder", "leek", "lead", "old", "older", "x", "straße", "mañana")


def entry(name: str, text: str, order_ms: int, **more: object) -> Entry:
    """Something that can be found, in a post of Alice's if nothing else is said."""
    facts = {"source": "posts", "space": FEED, "author": ALICE, **more}
    return Entry(id=sha256(name.encode()).digest(), order_ms=order_ms, text=text, **facts)  # type: ignore[arg-type]


def fed(*entries: Entry) -> Connection:
    """A store that was fed these."""
    db = Store.in_memory(()).reader()
    for each in entries:
        search.put(db, each)
    return db


def found(db: Connection, typed: str = "", **more: object) -> list[bytes]:
    """The ids of what is found."""
    return [hit.id for hit in search.find(db, Wanted(parse(typed), **more))]  # type: ignore[arg-type]


ONE = entry("one", "Does anybody have the old ladder?", 1000)
TWO = entry("two", "The ladder is here", 2000, author=BOB, picture=True)
THREE = entry("three", "Bring the ladder, and leeks", 3000, source="talk", space=TALK, author=BOB)


def test_the_newest_comes_first_whatever_was_fed_first() -> None:
    """The order is that of time, not of arrival."""
    assert found(fed(TWO, THREE, ONE), "ladder") == [THREE.id, TWO.id, ONE.id]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"typed": "ladder ", "authors": (BOB,)}, [THREE, TWO]),
        ({"typed": "ladder ", "authors": (ALICE, CAROL)}, [ONE]),
        ({"typed": "ladder ", "authors": (CAROL,)}, []),
        ({"typed": "lad", "spaces": (FEED,)}, [TWO, ONE]),
        ({"typed": "", "spaces": (TALK, FEED)}, [THREE, TWO, ONE]),
        ({"typed": "the", "source": "talk"}, [THREE]),
        ({"typed": "", "picture": True}, [TWO]),
        ({"typed": "ladder ", "since_ms": 2000}, [THREE, TWO]),
        ({"typed": "ladder ", "until_ms": 2000}, [ONE]),
        ({"typed": "", "since_ms": 1001, "until_ms": 3000}, [TWO]),
        ({"typed": "-leeks ", "since_ms": 1}, [TWO, ONE]),
        ({"typed": "ladder ", "hidden": ((BOB, "posts"),)}, [THREE, ONE]),
        ({"typed": "lad", "hidden": ((BOB, "talk"), (CAROL, "posts"))}, [TWO, ONE]),
        ({"typed": "ladder -old -leek "}, [THREE, TWO]),
        ({"typed": '"the ladder"'}, [THREE, TWO]),
        ({"typed": "-ladder "}, []),
        ({"typed": "", "until_ms": -5}, []),
    ],
)
def test_each_filter_leaves_in_what_it_says(wanted: dict[str, object], expected: list[Entry]) -> None:
    """By whom, where, when, with a picture, without a word, without somebody's posts; alone or together."""
    assert found(fed(ONE, TWO, THREE), **wanted) == [each.id for each in expected]  # type: ignore[arg-type]


texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
typed_lines = st.lists(
    st.sampled_from((*WORDS, "-old", '"old lea', "l", "le", '"ladder leek"', "-x")), max_size=4
).map(" ".join)


@settings(max_examples=150)
@given(st.lists(texts, max_size=12), typed_lines, st.integers(1, 3))
def test_what_is_found_is_what_reading_all_would_find(all_texts: list[str], typed: str, scan: int) -> None:
    """Words, beginnings, phrases and exclusions mean the same here as in a look at each text."""
    entries = [entry(str(n), text, n) for n, text in enumerate(all_texts)]
    expected = [each.id for each in reversed(entries) if holds(each.text, parse(typed))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "SCAN_MAX", scan)  # else no beginning is ever gathered from the whole index
        assert found(fed(*entries), typed) == expected


@given(st.text(max_size=40) | st.text('"*()^:{}+-ANDORTNE \0\ue000', max_size=30), st.text(max_size=60))
def test_any_line_and_any_text_give_an_answer(typed: str, text: str) -> None:
    """What was typed never reaches the index as its own language."""
    db = fed(entry("any", text, 5))
    for line in (typed, text):
        wanted = Wanted(parse(line), authors=(ALICE,), hidden=((BOB, "posts"),))
        assert len(search.find(db, wanted)) + len(search.best(db, wanted)) <= 2
        assert len(found(db, line)) == int(holds(text, parse(line)))
    assert list(search.faults(db)) == []


def test_pages_follow_one_another_without_gap_or_double() -> None:
    """Each begins before the last place of the one before, also among things of one moment."""
    entries = [entry(str(n), "ladder", n // 40) for n in range(100)]
    db = fed(*entries)
    pages, before = [], None
    while page := search.find(db, Wanted(parse("lad")), before=before, limit=7):
        pages += page
        before = page[-1].place
    assert len(pages) == 100
    assert {hit.id for hit in pages} == {each.id for each in entries}
    times = [hit.place >> 8 for hit in pages]
    assert times == sorted(times, reverse=True)


def test_more_of_one_moment_than_it_has_places_move_on() -> None:
    """A crowd in one millisecond is found whole."""
    entries = [entry(str(n), "ladder", 7) for n in range(300)]
    db = fed(*entries)
    assert len(search.find(db, Wanted(parse("ladder")), limit=500)) == 300
    for each in entries:
        search.drop(db, each.id)
    assert list(search.VIEW.dump(db)) == []
    assert list(search.faults(db)) == []


def test_a_later_wording_or_place_replaces_the_former() -> None:
    """Put again, an item is found by its new words only, at its new place only."""
    db = fed(ONE, TWO)
    search.put(db, entry("one", "A bicycle", 1000))
    search.put(db, entry("two", "The ladder is here", 500, author=BOB, picture=True))
    assert (found(db, "old"), found(db, "bicycle"), found(db, "ladder ")) == ([], [ONE.id], [TWO.id])
    assert found(db, "", since_ms=1) == [ONE.id, TWO.id]
    before = list(search.VIEW.dump(db))
    search.put(db, entry("one", "A bicycle", 1000))
    assert list(search.VIEW.dump(db)) == before
    assert list(search.faults(db)) == []


def test_a_dump_says_what_can_be_found_whatever_came_first() -> None:
    """Equal things fed in another order give the same dump; one source can be let go of alone."""
    db = fed(THREE, ONE, TWO)
    assert list(search.VIEW.dump(db)) == list(search.VIEW.dump(fed(ONE, TWO, THREE)))
    row = next(row for row in search.VIEW.dump(db) if row[1] == TWO.id)
    assert row == ("posts", TWO.id, 2000, " the ladder is here ", BOB, FEED, True)
    search.clear(db, "posts")
    assert found(db, "ladder ") == [THREE.id]
    assert list(search.faults(db)) == []
    search.VIEW.clear(db)
    assert found(db, "ladder ") == []


def test_the_best_match_comes_before_newer_ones() -> None:
    """Side by side before apart, whole words before beginnings."""
    apart = entry("apart", "the ladder is old", 4000)
    begun = entry("begun", "older ladders", 5000)
    db = fed(ONE, apart, begun)
    assert found(db, "old ladder") == [apart.id, ONE.id]
    best = search.best(db, Wanted(parse("old ladder")))
    assert [hit.id for hit in best] == [ONE.id, apart.id]
    assert [hit.id for hit in search.best(db, Wanted(parse("old")))][-1] == begun.id


def test_the_oldest_of_a_person_is_known() -> None:
    """So that a page can say since when things are here; None for who said nothing."""
    db = fed(ONE, TWO, THREE)
    assert (search.oldest_ms(db, BOB), search.oldest_ms(db, CAROL)) == (2000, None)


def test_what_was_taken_back_leaves_no_trace_in_the_file(tmp_path: Path) -> None:
    """After a checkpoint no word of it, and no part of one, is in any page, free pages too (protocol.md C11).

    The pages of a sealed store are these, sealed one by one: so an open one is looked through.
    """
    chance = random.Random(4)
    path = tmp_path / "edgewise.db"
    store = Store.open(path, None, views=())
    common = [f"word{n}" for n in range(300)]
    secret = ["".join(chance.choices("abcdefghijklmnop", k=14)) for _ in range(600)]
    entries = [
        entry(str(n), " ".join([word, *chance.choices(common, k=9)]), n) for n, word in enumerate(secret)
    ]
    gone = chance.sample(range(600), 200)
    for start in range(0, 600, 20):
        with store.write() as db:
            for each in entries[start : start + 20]:
                search.put(db, each)
    for start in range(0, 200, 5):
        with store.write() as db:
            for n in gone[start : start + 5]:
                if n % 2:
                    search.drop(db, entries[n].id)
                else:
                    search.put(db, entry(str(n), "said otherwise", n))
    assert store.checkpoint()
    held = path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
    assert [n for n in gone if secret[n][-10:].encode() in held] == []
    kept = sorted(set(range(600)) - set(gone))
    assert all(secret[n].encode() in held for n in kept), "the look itself would find nothing"
    with store.write() as db:
        assert list(search.faults(db)) == []
    store.close()


def test_the_doctor_sees_an_index_that_does_not_fit_its_words() -> None:
    """A row that was changed behind the index is a finding."""
    store = Store.in_memory(())
    with store.write() as db:
        search.put(db, ONE)
        assert checkup.deep(db, lambda op: None) == []
        db.execute("UPDATE search_rows SET words = ' another '")
        assert [finding.code for finding in checkup.deep(db, lambda op: None)] == ["search"]


def test_a_file_without_an_index_feeds_it_on_opening(tmp_path: Path) -> None:
    """Of a home from before there was one every view is named for a rebuild, once."""
    path = tmp_path / "edgewise.db"
    store = Store.open(path, None, views=(search.VIEW,))
    with store.write() as db:
        for table in ("search_words", "search_rows", "search_ids"):
            db.execute(f"DROP TABLE {table}")
        db.execute("DELETE FROM view_tables WHERE name = 'search'")
    store.close()
    store = Store.open(path, None, views=(search.VIEW,))
    assert store.stale_views == ("search",)
    store.close()
    store = Store.open(path, None, views=(search.VIEW,))
    assert store.stale_views == ()
    store.close()


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(WORDS), st.integers(0, 2)), max_size=12))
def test_many_at_once_are_found_as_one_after_another(drawn: list[tuple[str, str, int]]) -> None:
    """New ones, others of the same moment, and other wordings of what is there already."""
    first = [entry(name, text, order_ms) for name, text, order_ms in drawn[::2]]
    then = {name: entry(name, text, order_ms) for name, text, order_ms in drawn}
    singly, at_once = fed(*first), fed(*first)
    for each in then.values():
        search.put(singly, each)
    search.put_all(at_once, list(then.values()))
    assert list(search.VIEW.dump(at_once)) == list(search.VIEW.dump(singly))
    for word in WORDS:
        assert set(found(at_once, word)) == set(found(singly, word))
    assert list(search.faults(at_once)) == []
