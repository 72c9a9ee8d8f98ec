# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was taken back is gone from the disk, not only from the page."""

from pathlib import Path

from edgewise import features
from edgewise.consent.circles import ONLY_ME
from edgewise.core.door import Core, all_views
from edgewise.core.effects import Reply
from edgewise.core.inputs import Begin, Place, Publish, TakeBack
from edgewise.features.posts.records import Post
from edgewise.ground.entropy import SeededEntropy
from edgewise.store.db import Store

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
