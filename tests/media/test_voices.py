# SPDX-License-Identifier: AGPL-3.0-or-later
"""Voice notes are measured by their packets and lose what they tell besides."""

import struct

import pytest

from edgewise.ground.errors import Verdict
from edgewise.media import ogg, opus, voices
from tests.media import samples


@pytest.mark.parametrize("make", [samples.ogg_opus, samples.webm_opus])
@pytest.mark.parametrize("ms", [20, 1000, 61_000])
def test_a_voice_note_is_measured_and_cleaned(make: object, ms: int) -> None:
    """Its length is that of its packets; who recorded it with what is gone; twice cleaned is the same."""
    made = voices.prepare(make(ms))  # type: ignore[operator]
    assert made.duration_ms == ms
    assert b"Anna" not in made.data
    assert b"comment" not in made.data
    assert voices.prepare(made.data).data == made.data


def test_every_packet_is_still_there() -> None:
    """Cleaning drops no sound."""
    for make in (samples.ogg_opus, samples.webm_opus):
        made = voices.prepare(make(4000))
        assert made.data.count(samples.PACKET) == 200


def test_comments_over_many_pages_are_dropped_too() -> None:
    """A picture in the comments spans pages; the pages behind it are numbered anew with right sums."""
    head, comment = samples._page(2, 0, 0, [samples.HEAD]), b"OpusTags" + bytes(100_000)
    first = ogg._Page(0, 0, bytes([255] * 255), comment[: 255 * 255])
    rest = comment[255 * 255 :]
    second = ogg._Page(1, 0, bytes([255] * (len(rest) // 255) + [len(rest) % 255]), rest)
    sound = samples.ogg_opus(1000)
    sound = sound[sound.index(b"OggS", len(head) + 60) :]
    made = voices.prepare(head + ogg._written(first, 1) + ogg._written(second, 2) + sound)
    assert made.duration_ms == 1000
    assert len(made.data) < 1000
    pages = made.data.split(b"OggS")[1:]
    assert [struct.unpack_from("<I", page, 14)[0] for page in pages] == [0, 1, 2]


def test_five_minutes_are_the_most() -> None:
    """A second more is refused, with what to do."""
    assert voices.prepare(samples.ogg_opus(300_000)).duration_ms == 300_000
    for make in (samples.ogg_opus, samples.webm_opus):
        with pytest.raises(Verdict, match=r"media\.voice_long"):
            voices.prepare(make(301_000))


def test_other_sounds_and_pictures_are_no_voice_notes() -> None:
    """Only Opus in Ogg or WebM, by content."""
    for data in (b"ID3\x04" + bytes(99), b"RIFF\0\0\0\0WAVE", samples.png(), b""):
        with pytest.raises(Verdict, match=r"media\.no_voice"):
            voices.prepare(data)


@pytest.mark.parametrize("make", [samples.ogg_opus, samples.webm_opus])
def test_half_a_note_is_refused(make: object) -> None:
    """A note that was cut inside a packet or a page is not sent."""
    whole = make(2000)  # type: ignore[operator]
    with pytest.raises(Verdict, match=r"media\.broken"):
        voices.prepare(whole[: whole.rindex(samples.PACKET) + 2])


def test_lengths_of_packets_are_those_of_the_standard() -> None:
    """RFC 6716 table 2: 60 ms, 20 ms, 2.5 ms; twice for two frames; never more than 120 ms."""
    assert opus.samples(bytes((3 << 3,))) == 60 * 48
    assert opus.samples(bytes((15 << 3,))) == 20 * 48
    assert opus.samples(bytes((16 << 3,))) == 120
    assert opus.samples(bytes((31 << 3 | 1,))) == 2 * 20 * 48
    assert opus.samples(bytes((3 << 3 | 3, 2))) == 120 * 48
    for bad in (b"", bytes((3 << 3 | 3,)), bytes((3 << 3 | 3, 3)), bytes((0 | 3, 0))):
        with pytest.raises(Verdict):
            opus.samples(bad)
