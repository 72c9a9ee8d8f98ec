# SPDX-License-Identifier: AGPL-3.0-or-later
"""What leaves this computer shows the picture and tells nothing else."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from edgewise.ground.errors import Verdict
from edgewise.media import jpeg, pictures, png
from edgewise.media.jobs import PIXELS_MAX
from edgewise.media.sorts import sort_of
from tests.media import samples

SOURCES = {
    "jpeg": samples.jpeg(),
    "progressive": samples.jpeg(progressive=True),
    "png": samples.png(),
    "palette": samples.png(mode="P"),
    "webp": samples.webp(),
    "exact webp": samples.webp(lossless=True),
    "gif": samples.moving("GIF"),
    "moving png": samples.moving("PNG"),
    "moving webp": samples.moving("WEBP"),
}


def shown(data: bytes) -> Image.Image:
    """The picture as a browser shows it: upright."""
    turned = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert turned is not None
    return turned.convert("RGB")


def differ(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of any point."""
    assert one.size == other.size
    return max(most for _, most in ImageChops.difference(one, other).getextrema())


@pytest.mark.parametrize("name", SOURCES)
def test_place_camera_and_words_are_gone_and_no_point_has_changed(name: str) -> None:
    """Formats that we walk lose all they tell, stay what they are, and show exactly the same."""
    before = SOURCES[name]
    made = pictures.prepare(before)
    assert [secret for secret in samples.SECRETS if secret in made.data] == []
    assert made.removed
    assert not made.redrawn
    assert differ(shown(before), shown(made.data)) == 0
    assert sort_of(made.data[:64]) == sort_of(before[:64])
    assert (made.width, made.height) == (64, 48)


@pytest.mark.parametrize("name", SOURCES)
def test_a_clean_picture_stays_as_it_is(name: str) -> None:
    """Cleaning twice gives the same bytes, and then nothing was removed."""
    once = pictures.prepare(SOURCES[name])
    again = pictures.prepare(once.data)
    assert again.data == once.data
    assert again.removed == ()


def test_what_was_removed_is_told() -> None:
    """A phone's JPEG had a place, a camera, words and more behind its end; a drawn PNG had none of it."""
    assert pictures.prepare(samples.jpeg()).removed == ("place", "camera", "words", "rest")
    out = io.BytesIO()
    samples.points().save(out, "PNG")
    assert pictures.prepare(out.getvalue()).removed == ()


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_jpeg_stands_upright_with_nothing_but_its_turn(orientation: int) -> None:
    """All seven turns of Exif are kept as one number, in 26 bytes; no point changes."""
    before = samples.jpeg(orientation)
    made = pictures.prepare(before)
    assert differ(shown(before), shown(made.data)) == 0
    assert (made.width, made.height) == shown(before).size
    assert list(Image.open(io.BytesIO(made.data)).getexif()) == [0x0112]
    assert b"Anna" not in made.data


@pytest.mark.parametrize("make", [samples.png, samples.webp, samples.avif])
def test_other_turned_pictures_are_turned(make: object) -> None:
    """PNG (exactly), WebP and AVIF (as near as they can) need no Exif to stand upright afterwards."""
    before = make(6)  # type: ignore[operator]
    made = pictures.prepare(before)
    after = Image.open(io.BytesIO(made.data))
    assert after.size == (made.width, made.height) == (48, 64)
    assert not after.getexif()
    wrong = ImageStat.Stat(ImageChops.difference(shown(before), after.convert("RGB"))).mean
    assert max(wrong) <= (0 if make is samples.png else 3)


def test_see_through_stays_see_through_when_it_is_turned() -> None:
    """A palette with one clear colour keeps it."""
    out = io.BytesIO()
    samples.points(mode="P").save(out, "PNG", transparency=3, exif=samples.exif(8))
    made = pictures.prepare(out.getvalue())
    assert Image.open(io.BytesIO(made.data)).info["transparency"] == 3


def test_colours_are_kept_without_their_makers_name() -> None:
    """A profile still turns points into the same colours, and names nobody."""
    made = pictures.prepare(samples.jpeg())
    profile = Image.open(io.BytesIO(made.data)).info["icc_profile"]
    assert b"MAKR" not in profile
    assert len(profile) < len(samples.display_p3())
    before, after = pictures.thumbnail(samples.jpeg(), 48), pictures.thumbnail(made.data, 48)
    assert before.data == after.data


def test_an_avif_is_drawn_anew_without_what_it_told() -> None:
    """Place, camera and the maker of its colours are gone; it stays an AVIF."""
    made = pictures.prepare(samples.avif())
    assert made.mime == "image/avif"
    assert made.removed == ("place", "camera")
    assert b"MAKR" not in made.data
    assert [secret for secret in samples.SECRETS if secret in made.data] == []


def test_sixteen_bits_of_grey_are_kept_and_shown_as_grey() -> None:
    """A scan keeps its depth; small, the middle grey is the middle grey."""
    out = io.BytesIO()
    Image.new("I;16", (40, 40), 128 * 256).save(out, "PNG")
    made = pictures.prepare(out.getvalue())
    assert Image.open(io.BytesIO(made.data)).mode == "I;16"
    small = Image.open(io.BytesIO(pictures.thumbnail(made.data, 20).data)).convert("L")
    assert abs(small.getpixel((9, 9)) - 128) < 4  # type: ignore[operator]


@pytest.mark.parametrize("sort", ["GIF", "PNG", "WEBP"])
def test_moving_pictures_keep_their_frames_and_stand_still_in_a_page(sort: str) -> None:
    """Every frame is there after cleaning; the small picture has one."""
    made = pictures.prepare(samples.moving(sort, 5))
    assert Image.open(io.BytesIO(made.data)).n_frames == 5  # type: ignore[attr-defined]
    small = pictures.thumbnail(made.data, 20)
    assert getattr(Image.open(io.BytesIO(small.data)), "n_frames", 1) == 1


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.webp, samples.avif])
def test_small_pictures_stand_upright_within_their_bound(make: object, orientation: int) -> None:
    """The longer side has at most the wanted points, and the corners are where they belong."""
    before = make(orientation)  # type: ignore[operator]
    small = pictures.thumbnail(before, 32)
    assert max(small.width, small.height) == 32
    wanted = shown(before).resize((small.width, small.height), Image.Resampling.LANCZOS)
    corner = wanted.getpixel((2, 2)), shown(small.data).getpixel((2, 2))
    assert all(abs(a - b) < 60 for a, b in zip(*corner, strict=True))  # type: ignore[call-overload]


def test_a_see_through_picture_stays_so_when_small() -> None:
    """JPEG knows no clear points, so a small WebP is made."""
    out = io.BytesIO()
    Image.new("RGBA", (80, 80), (10, 20, 30, 0)).save(out, "PNG")
    assert pictures.thumbnail(out.getvalue(), 40).mime == "image/webp"


def test_a_picture_that_unfolds_beyond_all_bounds_is_refused_unopened() -> None:
    """Thirty thousand points square in a few bytes are refused by their head; so are a thousand frames."""
    side = 30_000
    head = png.chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    body = png.chunk(b"IDAT", zlib.compress(bytes(100))) + png.chunk(b"IEND", b"")
    assert side * side > PIXELS_MAX
    gif = samples.moving("GIF", 2)
    frame = b"\x2c" + bytes(4) + b"\x01\0\x01\0\0\x02\x02\x44\x01\0"
    for bomb in (png.SIGNATURE + head + body, gif[:-1] + frame * 1001 + b"\x3b"):
        with pytest.raises(Verdict) as said:
            pictures.prepare(bomb)
        assert said.value.code == "media.too_large"


def test_a_progressive_picture_of_endless_scans_is_refused() -> None:
    """Each scan costs a walk over all points, so there are at most a hundred."""
    data = jpeg.clean(samples.jpeg(progressive=True)).data
    start = data.rindex(b"\xff\xda")
    with pytest.raises(Verdict, match=r"media\.broken"):
        jpeg.clean(data[:start] + data[start:-2] * 200 + b"\xff\xd9")


@pytest.mark.parametrize("name", [*SOURCES, "avif"])
def test_a_picture_that_is_cut_off_is_refused(name: str) -> None:
    """Half a picture is told to its sender, not sent."""
    whole = pictures.prepare(SOURCES.get(name) or samples.avif()).data
    for part in (len(whole) // 2, len(whole) - 8):
        with pytest.raises(Verdict, match=r"media\.broken"):
            pictures.prepare(whole[:part])


@pytest.mark.parametrize(
    "data",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"BM" + bytes(60), b"MZ", b""],
)
def test_everything_else_is_a_file(data: bytes) -> None:
    """SVG, PDF, programs and nothing at all are no pictures, whatever they are called."""
    with pytest.raises(Verdict, match=r"media\.no_picture"):
        pictures.prepare(data)


def test_heic_is_said_in_plain_words_where_it_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the optional library a HEIC picture is known for what it is, with a way out."""
    monkeypatch.setattr(pictures, "_reads_heic", lambda: False)
    head = struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic"
    with pytest.raises(Verdict) as said:
        pictures.prepare(head + bytes(100))
    assert said.value.code == "media.heic"
    assert "JPEG" in said.value.remedy


def test_heic_becomes_jpeg_where_it_can_be_read() -> None:
    """With the optional library the picture comes out upright, clean, and in a form that browsers show."""
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    out = io.BytesIO()
    samples.points().save(out, "HEIF", exif=samples.exif(), quality=90)
    made = pictures.prepare(out.getvalue())
    assert made.mime == "image/jpeg"
    assert "place" in made.removed
    assert [secret for secret in samples.SECRETS if secret in made.data] == []
