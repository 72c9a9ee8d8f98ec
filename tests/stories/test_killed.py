# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two real nodes that are killed at any moment while they write and sync: nothing that was told is lost."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgewise.ground.errors import Refusal
from tests.stories.home import Home, computers, until
from tests.stories.test_two_computers import PLACE, meet

POSTS_PER_ROUND = 3


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[Home]]:
    """Alice and bob, acquainted, their nodes running."""
    with computers(tmp_path, "Alice", "Bob") as made:
        for home in made:
            home.ok("init", home.name, "--remember")
            home.start()
        meet(*made, tmp_path)
        yield made


def kill_and_go_on(two: list[Home], rounds: int, seed: int) -> None:
    """In each round both write, and one of them dies in the middle of it; it starts again at once."""
    chance = random.Random(seed)
    told: dict[str, list[str]] = {home.name: [] for home in two}
    for number in range(rounds):
        dies = chance.choice(two)
        assert dies._node is not None
        current = threading.Timer(chance.random() * 0.5, dies._node.kill)
        current.start()
        for count in range(POSTS_PER_ROUND):
            for home in two:
                text = f"{home.name} {number} {count} " + "word " * chance.choice((1, 30, 800))
                if is_told(home, text):
                    told[home.name].append(text.strip())
        current.join()
        dies.kill()
        dies.start()
    alice, bob = two
    everything = sorted(told["Alice"] + told["Bob"])
    for home in two:
        until(lambda home=home: sorted(set(all_texts(home)) & set(everything)) == everything)
    for home in (alice, bob):
        assert sorted(all_texts(home)) == sorted(set(all_texts(home)))
        home.stop()
        assert home.value("doctor", "--deep")["healthy"], home.name


def is_told(home: Home, text: str) -> bool:
    """Post something; whether the program said that it is kept, before it was killed."""
    try:
        return home.run("post", "--to", PLACE, text).returncode == 0
    except Refusal:
        return False


def all_texts(home: Home) -> list[str]:
    """Everything on somebody's Home."""
    return [each["text"].strip() for each in home.value("read", "--peek", "--limit", "1000")["items"]]


def test_nodes_killed_three_times(two: list[Home]) -> None:
    """A sample of what the long test does."""
    kill_and_go_on(two, 3, 1)


@pytest.mark.long
def test_nodes_killed_fifty_times(two: list[Home]) -> None:
    """No post that was told as kept is lost, both have the same, and the thorough doctor finds nothing."""
    kill_and_go_on(two, 50, 2)
