# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many posts at once, for measuring: words as often as in a language, people as busy as people are.

`python -m tests.store.crowd FILE [POSTS]` fills a sealed store through the view of posts, and tells what it
took, what it takes on disk, and how long it takes to find things in it.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

from edgewise.features.posts.records import Post
from edgewise.features.posts.view import VIEW
from edgewise.log.kinds import OpenedOp
from edgewise.log.op import CLS_CONTENT
from edgewise.store import asked, search
from edgewise.store.db import Store

START_MS = 1_600_000_000_000
STEP_MS = 150_000
AUTHORS = 400
KEY = bytes(range(32))
_ENDS = ("", "n", "s", "r", "t", "l", "ng", "st", "rt")
_SYLLABLES = [a + b + c for a in "bdfghklmnprstvw" for b in "aeiou" for c in _ENDS]


def vocabulary(size: int = 60_000, seed: int = 1) -> list[str]:
    """Made-up words, the frequent ones short."""
    chance = random.Random(seed)
    words: dict[str, None] = {}
    while len(words) < size:
        syllables = 1 if len(words) < 60 else chance.choice((1, 2, 2, 3, 3, 4))
        words["".join(chance.choices(_SYLLABLES, k=syllables))] = None
    return list(words)


class Crowd:
    """Posts in the order of time; the same seed gives the same posts."""

    def __init__(self, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.words = vocabulary(seed=seed)
        self._often = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))
        self.authors = [sha256(b"author %d" % n).digest() for n in range(AUTHORS)]

    def text(self) -> str:
        """Some words, most often about twenty."""
        count = max(2, int(self.chance.lognormvariate(2.9, 0.7)))
        return " ".join(self.chance.choices(self.words, cum_weights=self._often, k=count))

    def word(self) -> str:
        """A word, as often as it is said."""
        return self.chance.choices(self.words, cum_weights=self._often)[0]

    def author(self) -> int:
        """Somebody; a few say most."""
        return min(int(self.chance.expovariate(1 / 40)), AUTHORS - 1)

    def ops(self, count: int) -> Iterator[OpenedOp]:
        """So many posts as opened operations, one every 150 s in the mean."""
        at_ms = START_MS
        for n in range(count):
            at_ms += int(self.chance.expovariate(1 / STEP_MS)) + 1
            author = self.authors[self.author()]
            yield OpenedOp(
                id=sha256(n.to_bytes(8, "big")).digest(),
                space=sha256(author).digest(),
                space_kind="feed",
                log=author,
                seq=n,
                cls=CLS_CONTENT,
                author=author,
                device=author,
                mine=False,
                kind="post",
                record=Post(self.text()),
                wall_ms=at_ms,
                order_ms=at_ms,
                arrived_ms=at_ms,
            )


def fill(store: Store, crowd: Crowd, count: int, batch: int = 200) -> tuple[float, float]:
    """Write so many posts through the view; CPU seconds in all, and those of the index alone."""
    ops = crowd.ops(count)
    spent = indexed = 0.0
    put = search.put

    def timed(*args: object) -> None:
        nonlocal indexed
        start = time.process_time()
        put(*args)  # type: ignore[arg-type]
        indexed += time.process_time() - start

    search.put = timed  # type: ignore[assignment]
    try:
        for _ in range(0, count, batch):
            some = [op for _, op in zip(range(batch), ops, strict=False)]
            start = time.process_time()
            with store.write() as db:
                for op in some:
                    VIEW.apply(db, op)
                committing = time.process_time()
            spent += time.process_time() - start
            indexed += time.process_time() - committing
    finally:
        search.put = put
    return spent, indexed


def questions(crowd: Crowd) -> dict[str, Callable[[], search.Wanted]]:
    """Kinds of questions, each time another."""

    def typed(line: str, **more: object) -> search.Wanted:
        return search.Wanted(asked.parse(line), **more)  # type: ignore[arg-type]

    word, who = crowd.word, lambda: crowd.authors[crowd.author()]
    return {
        "one word": lambda: typed(word() + " "),
        "two words": lambda: typed(f"{word()} {word()} "),
        "three words": lambda: typed(f"{word()} {word()} {word()} "),
        "phrase": lambda: typed(f'"{word()} {word()}"'),
        "beginning, 1 letter": lambda: typed(word()[:1]),
        "beginning, 2 letters": lambda: typed(word()[:2]),
        "beginning, 3 letters": lambda: typed(word()[:3]),
        "beginning, 4 letters": lambda: typed(word()[:4]),
        "beginning, 6 letters": lambda: typed(word()[:6]),
        "word and beginning, 2 letters": lambda: typed(f"{word()} {word()[:2]}"),
        "word and beginning, 3 letters": lambda: typed(f"{word()} {word()[:3]}"),
        "word without another": lambda: typed(f"{word()} -{word()} "),
        "word of a person": lambda: typed(word() + " ", authors=(who(),)),
        "beginning of a person's, 2 letters": lambda: typed(word()[:2], authors=(who(),)),
        "word in a month": lambda: typed(word() + " ", **month()),
        "all of a person in a month": lambda: typed("", authors=(who(),), **month()),
        "word, one muted": lambda: typed(word() + " ", hidden=((who(), "posts"),)),
    }


def month() -> dict[str, int]:
    """Thirty days somewhere in the first years."""
    since_ms = START_MS + random.randrange(1000) * 86_400_000
    return {"since_ms": since_ms, "until_ms": since_ms + 30 * 86_400_000}


def measure(store: Store, crowd: Crowd, times: int = 100) -> Iterator[tuple[str, float, float, float]]:
    """For each kind of question: its name, the median, the 95th of a hundred and the longest, in ms."""
    with store.reading() as db:
        for name, question in questions(crowd).items():
            took = []
            for _ in range(times):
                wanted = question()
                start = time.perf_counter()
                search.find(db, wanted, limit=31)
                took.append(1000 * (time.perf_counter() - start))
            took.sort()
            yield name, took[times // 2], took[times * 95 // 100], took[-1]
        start = time.perf_counter()
        search.best(db, search.Wanted(asked.parse(crowd.words[30] + " " + crowd.words[40] + " ")))
        yield "best match of two frequent words", *[1000 * (time.perf_counter() - start)] * 3


def main(path: Path, count: int) -> None:
    """Fill, tell, ask, tell."""
    crowd = Crowd()
    store = Store.open(path, KEY, views=(VIEW,))
    spent, indexed = fill(store, crowd, count)
    sys.stdout.write(
        f"{count} posts: {1e6 * spent / count:.1f} us each, of it the index {1e6 * indexed / count:.1f} us\n"
    )
    store.checkpoint()
    with store.reading() as db:
        for name, size in db.execute(
            "SELECT name, sum(pgsize) FROM dbstat WHERE name GLOB '*search*' GROUP BY name"
        ):
            sys.stdout.write(f"  {name}: {size / count:.1f} bytes a post\n")
    store.close()
    store = Store.open(path, KEY, views=(VIEW,))
    for name, median, often, longest in measure(store, crowd):
        sys.stdout.write(f"  {name}: p50 {median:.2f}, p95 {often:.2f}, longest {longest:.2f} ms\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
