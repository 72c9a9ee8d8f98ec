# SPDX-License-Identifier: AGPL-3.0-or-later
"""Foreign bytes, bent: they give a picture or a Verdict, and never anything else."""

import os
import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Verdict
from edgewise.media import exif, gif, icc, jpeg, ogg, png, webm, webp
from edgewise.media.workshop import Workshop
from tests.media import samples

WALKS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "jpeg": (jpeg.clean, samples.jpeg(6)),
    "png": (png.clean, samples.moving("PNG", 2)),
    "webp": (webp.clean, samples.moving("WEBP", 2)),
    "gif": (gif.clean, samples.moving("GIF", 2)),
    "icc": (icc.cleaned, samples.display_p3()),
    "ogg": (ogg.clean, samples.ogg_opus(200)),
    "webm": (webm.clean, samples.webm_opus(200)),
    "exif": (exif.look, samples.exif(6)),
}
ROUNDS = 400 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 30


def bent(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, cut, doubled or moved."""
    out = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(out))
        match chance.randrange(5):
            case 0:
                out[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            case 1:
                out[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
            case 2:
                del out[at : at + chance.randrange(1, 40)]
            case 3:
                out[at:at] = out[at : at + chance.randrange(1, 60)]
            case _:
                out[at] ^= 1 << chance.randrange(8)
        if not out:
            return b""
    return bytes(out)


@pytest.mark.parametrize("name", WALKS)
def test_walks_over_bent_bytes_end_in_a_verdict_or_a_result(name: str) -> None:
    """Bends of a real file (seeded) raise nothing but a Verdict."""
    walk, data = WALKS[name]
    chance = random.Random(name)
    refused = 0
    for _ in range(ROUNDS * (15 if len(data) < 3000 else 4)):
        try:
            walk(bent(data, chance))
        except Verdict:
            refused += 1
    assert refused or name == "exif"


@given(st.binary(max_size=400), st.sampled_from(sorted(WALKS)))
def test_walks_over_any_bytes_behind_a_right_beginning(tail: bytes, name: str) -> None:
    """After a right beginning anything may come."""
    walk, data = WALKS[name]
    with suppress(Verdict):
        assert walk(data[:30] + tail) is not None


def test_what_is_cleaned_from_bent_bytes_is_clean() -> None:
    """Whatever a walk lets through, it lets through again unchanged: nothing is hidden in the gaps."""
    passed = 0
    for name in ("jpeg", "png", "webp", "gif", "ogg", "webm"):
        walk, data = WALKS[name]
        chance = random.Random(f"clean {name}")
        for _ in range(ROUNDS * 4):
            with suppress(Verdict):
                once = _bytes_of(walk(bent(data, chance)))
                assert _bytes_of(walk(once)) == once
                passed += 1
    assert passed > ROUNDS


def _bytes_of(found: object) -> bytes:
    data = found[0] if isinstance(found, tuple) else getattr(found, "data", b"")
    assert isinstance(data, bytes)
    return data


def test_the_worker_outlives_bent_pictures() -> None:
    """Bent pictures of every sort (seeded): each gives a picture or a Verdict, and the workshop works on."""
    workshop = Workshop()
    chance = random.Random("worker")
    sources = [samples.jpeg(6), samples.png(8), samples.webp(), samples.moving("GIF"), samples.avif()]
    try:
        for at in range(ROUNDS * len(sources)):
            data = bent(sources[at % len(sources)], chance)
            with suppress(Verdict):
                workshop.prepare(data)
            with suppress(Verdict):
                workshop.thumbnail(data, 24)
        assert workshop.prepare(samples.png()).width == 64
        assert workshop.started <= 3
    finally:
        workshop.close()
