# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets are sealed inside the sealed file; keys of epochs only grow."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Refusal
from edgewise.store import chest
from edgewise.store.db import Connection, Store
from tests.store.shelves import NOW_MS, SPACE

SECRET = b"a root key that nobody may see.."
ROW = chest.EpochRow(b"e" * 32, SPACE, b"l" * 32, 3, b"s" * 32, b"c" * 32, b"t" * 32, b"commits", NOW_MS)
KEYS = ("secret", "control", "content", "commits")


@pytest.fixture
def db() -> Iterator[Connection]:
    """An empty store inside a transaction."""
    with Store.in_memory(()).write() as connection:
        yield connection


def test_a_secret_comes_back_until_it_is_dropped(db: Connection) -> None:
    """Secrets are kept by name; a new one takes the place of the old."""
    chest.put_secret(db, "root", b"before")
    chest.put_secret(db, "root", SECRET)
    assert chest.secret(db, "root") == SECRET
    assert chest.secret(db, "recovery") is None
    assert chest.secret_names(db) == ["root"]
    chest.drop_secret(db, "root")
    assert chest.secret(db, "root") is None


def test_secrets_are_sealed_under_a_key_that_is_not_in_the_file(tmp_path: Path) -> None:
    """Even with the file open, a secret does not stand in it."""
    path = tmp_path / "edgewise.db"
    store = Store.open(path, None, views=())
    with store.write() as db:
        chest.put_secret(db, "root", SECRET)
    store.close()
    assert SECRET not in path.read_bytes()


def test_another_chest_key_opens_nothing(db: Connection) -> None:
    """A secret that does not open is damage, never a wrong value."""
    chest.put_secret(db, "root", SECRET)
    db.chest_key = bytes(range(32))
    with pytest.raises(Refusal) as caught:
        chest.secret(db, "root")
    assert caught.value.code == "store.damaged"


def test_a_secret_stands_under_its_own_name_only(db: Connection) -> None:
    """A sealed secret that is moved to another name, or changed, does not open."""
    chest.put_secret(db, "root", SECRET)
    db.execute("UPDATE secrets SET name = 'recovery'")
    with pytest.raises(Refusal):
        chest.secret(db, "recovery")
    chest.put_secret(db, "root", SECRET)
    db.execute("UPDATE secrets SET salt = zeroblob(32) WHERE name = 'root'")
    with pytest.raises(Refusal):
        chest.secret(db, "root")


def test_one_key_never_seals_two_secrets(db: Connection) -> None:
    """The nonce is fixed, so the key must differ with name and value; equal ones give equal bytes."""
    sealed = []
    for name, value in (("a", b"one"), ("a", b"two"), ("b", b"one"), ("a", b"one")):
        chest.put_secret(db, name, value)
        sealed.append(db.execute("SELECT salt, sealed FROM secrets WHERE name = ?", (name,)).fetchone())
    assert len({salt for salt, _ in sealed}) == 3
    assert sealed[0] == sealed[3]


def test_epochs_come_back_in_order(db: Connection) -> None:
    """The keys of a space are listed in the order in which they came."""
    later = replace(ROW, id=b"d" * 32, seq=1)
    for row in (ROW, later, replace(ROW, id=b"g" * 32, space=b"x" * 32)):
        chest.put_epoch(db, row)
    assert chest.epoch(db, ROW.id) == ROW
    assert chest.epoch(db, b"x" * 32) is None
    assert chest.epochs_of(db, SPACE) == [ROW, later]


@given(st.lists(st.sets(st.sampled_from(KEYS)), min_size=1, max_size=4))
def test_keys_that_are_here_are_never_lost(gifts: list[set[str]]) -> None:
    """In whatever sequence parts of an epoch's keys come, all of them stay."""
    with Store.in_memory(()).write() as db:
        for gift in gifts:
            chest.put_epoch(db, replace(ROW, **{key: b"" for key in KEYS if key not in gift}))
        kept = chest.epoch(db, ROW.id)
    given_keys = set().union(*gifts)
    assert kept == replace(ROW, **{key: b"" for key in KEYS if key not in given_keys})


def test_secrets_are_not_in_a_repr() -> None:
    """What is printed in a trace holds no key."""
    assert "sss" not in repr(ROW)
    assert "tttt" not in repr(ROW)
