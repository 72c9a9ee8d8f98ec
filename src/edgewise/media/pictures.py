# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures in the worker: cleaned, looked at once, drawn smaller. The only module that loads Pillow.

A format that our own walk cleans keeps every byte that draws. Only where that can't be (AVIF, HEIC, or a turn
told beside a PNG or WebP) the points are drawn anew.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageCms, ImageFile, ImageOps, features

from edgewise.ground.errors import Verdict
from edgewise.ground.foreign import foreign
from edgewise.media import exif, gif, icc, jpeg, png, webp
from edgewise.media.cleaned import Cleaned, broken, check_size, in_order
from edgewise.media.jobs import (
    MIME,
    PICTURE_MAX_BYTES,
    PIXELS_MAX,
    THUMBNAIL_MAX_PX,
    Prepared,
    Removed,
)
from edgewise.media.sorts import HEAD_BYTES, sort_of

CLEANERS: Final[dict[str, Callable[[bytes], Cleaned]]] = {
    "jpeg": jpeg.clean,
    "png": png.clean,
    "webp": webp.clean,
    "gif": gif.clean,
}
_FORMATS: Final = {
    "jpeg": ("JPEG",),
    "png": ("PNG",),
    "webp": ("WEBP",),
    "gif": ("GIF",),
    "avif": ("AVIF",),
    "heic": ("HEIF",),
}
_REDRAWN_QUALITY: Final = 92
_THUMBNAIL_QUALITY: Final = 82
_SIDEWAYS: Final = (5, 6, 7, 8)

Image.MAX_IMAGE_PIXELS = PIXELS_MAX
ImageFile.LOAD_TRUNCATED_IMAGES = False


def prepare(data: bytes) -> Prepared:
    """A picture that may be shared.

    Verdicts "media.broken", "media.too_large", "media.heic", "media.no_picture".
    """
    sort = _sort(data)
    if sort not in CLEANERS:
        return _redrawn(data, sort, ())
    cleaned = CLEANERS[sort](data)
    if cleaned.orientation != 1 and sort != "jpeg" and cleaned.frames == 1:
        return _turned(cleaned, sort)
    with _opened(cleaned.data, sort) as picture:
        _look(picture)
    width, height = cleaned.width, cleaned.height
    if cleaned.orientation in _SIDEWAYS and sort == "jpeg":
        width, height = height, width
    return Prepared(cleaned.data, MIME[sort], width, height, removed=cleaned.removed)


def thumbnail(data: bytes, max_px: int) -> Prepared:
    """The first frame, upright, at most so many points wide and high: JPEG, or WebP where it is see-through.

    Colours become those of screens (sRGB), so that no profile is needed. Verdicts as for `prepare`.
    """
    if not 1 <= max_px <= THUMBNAIL_MAX_PX:
        raise Verdict("media.too_large", limit_mpx=PIXELS_MAX // 1_000_000)
    sort = _sort(data)
    if sort in CLEANERS:
        cleaned = CLEANERS[sort](data)
        return _small(cleaned.data, sort, max_px, cleaned.orientation if sort != "jpeg" else 1)
    return _small(data, sort, max_px, 1)


def _small(data: bytes, sort: str, max_px: int, orientation: int) -> Prepared:
    with _opened(data, sort) as picture, foreign("Pillow", "media.broken"):
        picture.draft("RGB", (max_px, max_px))
        upright = _upright(picture, orientation)
        if upright.mode in ("I", "I;16"):  # sixteen bits of grey: the upper eight are what a screen shows
            upright = upright.point(lambda value: value * (1 / 256)).convert("L")
        clear = upright.has_transparency_data
        upright = upright.convert("RGBA" if clear else "RGB") if upright.mode != "CMYK" else upright
        upright.thumbnail((max_px, max_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
        upright = _in_screen_colours(upright, picture.info.get("icc_profile"))
        out = io.BytesIO()
        if clear:
            upright.save(out, "WEBP", quality=_THUMBNAIL_QUALITY, method=2)
        else:
            upright.save(out, "JPEG", quality=_THUMBNAIL_QUALITY, progressive=True, optimize=True)
        return Prepared(out.getvalue(), MIME["webp" if clear else "jpeg"], *upright.size, redrawn=True)


def rehearse() -> None:
    """One small picture of every sort, in and out, so that whatever is loaded late is loaded now."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    turned = b"Exif\0\0" + exif.orientation_alone(6)
    for sort in ("jpeg", "png", "webp", "gif", *(("avif",) if features.check("avif") else ())):
        out = io.BytesIO()
        with foreign("Pillow", "media.broken"):
            told = {} if sort == "gif" else {"exif": turned, "icc_profile": profile}
            Image.new("P" if sort == "gif" else "RGB", (2, 3)).save(out, _FORMATS[sort][0], **told)
        prepare(out.getvalue())
        thumbnail(out.getvalue(), 2)
    _reads_heic()


def _sort(data: bytes) -> str:
    sort = sort_of(data[:HEAD_BYTES])
    if sort not in _FORMATS:
        raise Verdict("media.no_picture")
    if len(data) > PICTURE_MAX_BYTES:
        raise Verdict("media.too_large", limit_mpx=PIXELS_MAX // 1_000_000)
    if sort == "heic" and not _reads_heic():
        raise Verdict("media.heic")
    if sort == "avif" and not features.check("avif"):
        raise Verdict("media.heic")
    return sort


def _reads_heic() -> bool:
    """Whether the library for HEIC is installed beside us; it is nobody's duty."""
    try:
        import pillow_heif  # type: ignore[import-not-found]  # an optional library
    except ImportError:
        return False
    with foreign("pillow_heif", "media.heic"):
        pillow_heif.register_heif_opener()
    return True


def _opened(data: bytes, sort: str) -> Image.Image:
    """The picture, not yet decoded, with its size checked."""
    with foreign("Pillow", "media.broken"):
        picture = Image.open(io.BytesIO(data), formats=_FORMATS[sort])
    check_size(*picture.size)
    return picture


def _look(picture: Image.Image) -> None:
    """Decode it once, small where the format can: whoever gets it shall be able to."""
    with foreign("Pillow", "media.broken"):
        picture.draft("RGB", (max(1, picture.width // 8), max(1, picture.height // 8)))
        picture.load()


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    """Turned as Exif tells: by the file itself, or by what was read beside it."""
    if orientation != 1:
        picture.getexif()[exif.ORIENTATION] = orientation
    turned = ImageOps.exif_transpose(picture)
    assert turned is not None
    return turned


def _forget(picture: Image.Image) -> None:
    """Keep nothing beside the points but which colour is see-through."""
    for name in set(picture.info) - {"transparency"}:
        del picture.info[name]


def _turned(cleaned: Cleaned, sort: str) -> Prepared:
    """A still PNG or WebP, its points turned; both can keep them exactly."""
    with _opened(cleaned.data, sort) as picture, foreign("Pillow", "media.broken"):
        profile = picture.info.get("icc_profile")
        upright = _upright(picture, cleaned.orientation)
        _forget(upright)
        out = io.BytesIO()
        if sort == "png":
            upright.save(out, "PNG", icc_profile=profile)
        else:
            exact = webp.is_lossless(cleaned.data)
            upright.save(
                out, "WEBP", lossless=exact, quality=_REDRAWN_QUALITY, exact=exact, icc_profile=profile
            )
        size = upright.size
    return Prepared(out.getvalue(), MIME[sort], *size, removed=cleaned.removed, redrawn=True)


def _redrawn(data: bytes, sort: str, removed: tuple[Removed, ...]) -> Prepared:
    """AVIF stays AVIF; HEIC becomes JPEG, which every browser shows."""
    with _opened(data, sort) as picture:
        if getattr(picture, "n_frames", 1) > 1:
            raise broken("a moving picture of this sort")
        tells = _told(picture)
        with foreign("Pillow", "media.broken"):
            profile = picture.info.get("icc_profile")
            upright = _upright(picture, 1)
            _forget(upright)
            out = io.BytesIO()
            if sort == "avif":
                profile = _own_profile(profile)
                upright.save(out, "AVIF", quality=_REDRAWN_QUALITY, icc_profile=profile, exif=b"", xmp=b"")
            else:
                upright.convert("RGB").save(
                    out, "JPEG", quality=_REDRAWN_QUALITY, subsampling=0, icc_profile=profile
                )
            size = upright.size
    mime = MIME["avif" if sort == "avif" else "jpeg"]
    if sort == "heic":  # the profile of the sender's device is cleaned as that of every JPEG
        return Prepared(jpeg.clean(out.getvalue()).data, mime, *size, removed=tells, redrawn=True)
    return Prepared(out.getvalue(), mime, *size, removed=in_order({*removed, *tells}), redrawn=True)


def _own_profile(profile: object) -> bytes | None:
    """The colours of a profile without their maker's name; None where they can't be read."""
    try:
        return icc.cleaned(profile) if isinstance(profile, bytes) else None
    except Verdict:
        return None


def _told(picture: Image.Image) -> tuple[Removed, ...]:
    found: set[Removed] = set()
    block = picture.info.get("exif")
    if isinstance(block, bytes) and block:
        _, place = exif.look(block.removeprefix(b"Exif\0\0"))
        found |= {"camera", "place"} if place else {"camera"}
    packet = picture.info.get("xmp")
    if isinstance(packet, bytes) and packet:
        found |= {"camera", "place"} if exif.tells_place(packet) else {"camera"}
    return in_order(found)


def _in_screen_colours(picture: Image.Image, profile: object) -> Image.Image:
    wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
    if not isinstance(profile, bytes):
        return picture if picture.mode == wanted else picture.convert(wanted)
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode=wanted)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture if picture.mode == wanted else picture.convert(wanted)
    return picture.convert(wanted) if turned is None else turned
