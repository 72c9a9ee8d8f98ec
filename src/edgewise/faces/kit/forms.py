# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page sends back: bounded, decoded, and refused without the token of this home.

The token stands in a hidden field of every form (macro ``token``). How it is compared comes in, so
that the comparison in constant time stands where the token is kept.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from edgewise.ground.errors import Refusal
from edgewise.ground.limits import FORM_MAX_BYTES, TEXT_MAX_CHARS, UPLOAD_MAX_BYTES

FIELDS_MAX: Final = 600
"""A circle of 500 people has as many boxes to tick."""
FILES_MAX: Final = 1
TOKEN_FIELD: Final = "token"  # noqa: S105 (the name of a field)
_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


class Sent(Protocol):
    """What is needed of a request: its headers and its bytes."""

    @property
    def headers(self) -> Headers:
        """The request's headers."""
        ...

    def stream(self) -> AsyncIterator[bytes]:
        """The body in pieces."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one form; a field may come several times. At most one file, as its bytes."""

    fields: Mapping[str, tuple[str, ...]]
    files: Mapping[str, bytes] = field(default_factory=dict)

    def text(self, name: str, max_chars: int = TEXT_MAX_CHARS) -> str:
        """The field's text with line ends as one sign, or "". Refusal ``text.too_long``."""
        found = self.fields.get(name, ("",))[0].replace("\r\n", "\n").replace("\r", "\n")
        if len(found) > max_chars:
            raise Refusal("text.too_long", size_chars=len(found), limit_chars=max_chars)
        return found

    def line(self, name: str, max_chars: int = 200) -> str:
        """The field's text in one line, without the blanks round it."""
        return " ".join(self.text(name, max_chars).split())

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """The field's value, if it is one of these. Refusal ``web.form``."""
        value = self.text(name)
        if value not in allowed:
            raise Refusal("web.form")
        return value

    def ticked(self, name: str) -> bool:
        """True when the box was ticked."""
        return bool(self.fields.get(name))

    def many(self, name: str) -> tuple[str, ...]:
        """Every value of the field, in the order of the page."""
        return self.fields.get(name, ())

    def file(self, name: str) -> bytes:
        """The bytes of the file that was chosen, or b""."""
        return self.files.get(name, b"")


def parse_urlencoded(body: bytes) -> Form:
    """The form of a urlencoded body. Refusals ``web.too_big``, ``web.form``."""
    if len(body) > FORM_MAX_BYTES:
        raise Refusal("web.too_big")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict"
        )
    except ValueError as error:
        raise Refusal("web.form") from error
    return Form(_gathered(pairs))


async def read_form(request: Sent, is_token: Callable[[str], bool], file_bytes: int = 0) -> Form:
    """Read and check a form; a file only where the page has a field for one (``file_bytes`` > 0).

    Refusals: ``web.token`` without the token of this home, ``web.too_big``, ``web.form``. Nothing
    beyond the bound is read.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _URLENCODED:
        form = parse_urlencoded(await _body(request.stream(), FORM_MAX_BYTES))
    elif kind == _MULTIPART and file_bytes > 0:
        form = await _multipart(request, min(file_bytes, UPLOAD_MAX_BYTES) + FORM_MAX_BYTES)
    else:
        raise Refusal("web.form")
    if not is_token(form.text(TOKEN_FIELD)):
        raise Refusal("web.token")
    return form


async def _body(pieces: AsyncIterator[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > max_bytes:
            raise Refusal("web.too_big")
    return bytes(body)


async def _multipart(request: Sent, max_bytes: int) -> Form:
    async def bounded() -> "AsyncIterator[bytes]":
        seen = 0
        async for piece in request.stream():
            seen += len(piece)
            if seen > max_bytes:
                raise Refusal("web.too_big")
            yield piece

    parser = MultiPartParser(
        request.headers,
        bounded(),  # type: ignore[arg-type]  # an async generator, as Request.stream() is
        max_files=FILES_MAX,
        max_fields=FIELDS_MAX,
        max_part_size=FORM_MAX_BYTES,
    )
    try:
        parsed = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise Refusal("web.form") from error
    pairs: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    for name, value in parsed.multi_items():
        if isinstance(value, UploadFile):
            files[name] = await value.read()
            await value.close()
        else:
            pairs.append((name, value))
    return Form(_gathered(pairs), files)


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), value)
    return fields
