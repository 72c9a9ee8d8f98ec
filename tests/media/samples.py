# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and sounds that tell things besides what they show, made by hand or by Pillow."""

import io
import random
import struct
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

from edgewise.media import ogg, webm

SECRETS = (b"Anna's Phone", b"Exif", b"GPS", b"52.5200", b"a comment", b"http://ns.adobe.com")
XMP = (
    b"<?xpacket?><x:xmpmeta xmlns:exif='http://ns.adobe.com/exif/1.0/'>"
    b"<exif:GPSLatitude>52.5200</exif:GPSLatitude></x:xmpmeta>"
)


def points(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """A picture whose corners differ, so that turns and mirrors show."""
    picture = Image.new("RGB", (width, height))
    chance = random.Random(7)
    for y in range(height):
        for x in range(width):
            picture.putpixel((x, y), (x * 255 // width, y * 255 // height, 40 + chance.randrange(12)))
    for x in range(width // 4):
        for y in range(height // 4):
            picture.putpixel((x, y), (250, 20, 20))
    return picture.convert(mode)


def exif(orientation: int = 1) -> bytes:
    """Exif of a phone: its name, the day, which way up, and where."""
    block = Image.Exif()
    block[0x010F], block[0x0110], block[0x0112] = "Maker", "Anna's Phone", orientation
    block[0x0132] = "2026:11:25 08:00:00"
    place = block.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.0)
    return block.tobytes()


def display_p3() -> bytes:
    """A profile with a maker's name in it."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[48:52] = b"MAKR"
    return bytes(profile)


def jpeg(orientation: int = 1, **more: Any) -> bytes:
    """A JPEG as a phone makes it, with a comment, XMP, a profile, and a second picture behind its end."""
    out = io.BytesIO()
    points().save(
        out,
        "JPEG",
        quality=90,
        exif=exif(orientation),
        xmp=XMP,
        comment=b"a comment",
        icc_profile=display_p3(),
        **more,
    )
    return out.getvalue() + b"hidden behind the end: Anna's Phone"


def png(orientation: int = 1, mode: str = "RGB", **more: Any) -> bytes:
    """A PNG with words, Exif and the rest of another picture behind its end."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "a comment by Anna's Phone")
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    out = io.BytesIO()
    points(mode=mode).save(
        out, "PNG", pnginfo=words, exif=exif(orientation), icc_profile=display_p3(), **more
    )
    return out.getvalue() + b"Anna's Phone"


def webp(orientation: int = 1, lossless: bool = False) -> bytes:
    """A WebP with Exif, XMP and a profile."""
    out = io.BytesIO()
    points().save(out, "WEBP", lossless=lossless, exif=exif(orientation), xmp=XMP, icc_profile=display_p3())
    return out.getvalue()


def moving(sort: str, frames: int = 4) -> bytes:
    """A moving GIF, PNG or WebP with a comment or Exif."""
    pictures = [points().rotate(90 * at) for at in range(frames)]
    out = io.BytesIO()
    told: dict[str, Any] = {"comment": b"a comment"} if sort == "GIF" else {"exif": exif()}
    pictures[0].save(out, sort, save_all=True, append_images=pictures[1:], duration=80, loop=0, **told)
    return out.getvalue()


def avif(orientation: int = 1) -> bytes:
    """An AVIF with Exif and XMP."""
    out = io.BytesIO()
    points().save(out, "AVIF", quality=90, exif=exif(orientation), xmp=XMP, icc_profile=display_p3())
    return out.getvalue()


HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
TAGS = b"OpusTags" + struct.pack("<I", 12) + b"Anna's Phone" + struct.pack("<II", 1, 9) + b"a comment"
PACKET = bytes((9 << 3, 1, 2, 3))
"""Twenty milliseconds (configuration 9, one frame)."""


def _page(flags: int, granule: int, number: int, packets: list[bytes]) -> bytes:
    lacing = b"".join(bytes([255] * (len(each) // 255) + [len(each) % 255]) for each in packets)
    return ogg._written(ogg._Page(flags, granule, lacing, b"".join(packets)), number)


def ogg_opus(ms: int = 1000, tags: bytes = TAGS) -> bytes:
    """A voice note as Firefox records it."""
    count = ms // 20
    parts = [_page(2, 0, 0, [HEAD]), _page(0, 0, 1, [tags])]
    for at in range(0, count, 50):
        here = [PACKET] * min(50, count - at)
        parts.append(_page(0, (at + len(here)) * 960, 2 + at // 50, here))
    return b"".join(parts)


def webm_opus(ms: int = 1000, writer: bytes = b"Anna's Phone") -> bytes:
    """A voice note as Chromium records it: sizes unknown, no length, tags behind."""
    unknown = b"\x01\xff\xff\xff\xff\xff\xff\xff"
    head = webm._element(0x1A45DFA3, webm._short(0x4282, b"webm"))
    info = webm._element(0x1549A966, webm._number(0x2AD7B1, 1_000_000) + webm._short(0x5741, writer))
    entry = (
        webm._number(0xD7, 1)
        + webm._number(0x73C5, 987_654_321)
        + webm._number(0x83, 2)
        + webm._short(0x86, b"A_OPUS")
        + webm._short(0x63A2, HEAD)
        + webm._short(0x536E, writer)
    )
    parts = [info, webm._element(0x1654AE6B, webm._element(0xAE, entry))]
    for at in range(0, ms // 20, 50):
        blocks = b"".join(
            webm._short(0xA3, b"\x81" + struct.pack(">h", 20 * n) + b"\x80" + PACKET)
            for n in range(min(50, ms // 20 - at))
        )
        parts.append(webm._raw(0x1F43B675) + unknown + webm._number(0xE7, at * 20) + blocks)
    parts.append(webm._element(0x1254C367, writer))
    return head + webm._raw(0x18538067) + unknown + b"".join(parts)
