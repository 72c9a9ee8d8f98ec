# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that a person brings in a form: streamed to the disk as they come, never held in memory.

The same fields and the same token as in `forms`; the token stands before the files, so that nothing is taken
of a form that is not of this home (RFC 7578).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from edgewise.faces.kit.forms import FIELDS_MAX, TOKEN_FIELD, Form, Sent, read_form
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.limits import ATTACHMENTS_MAX, FILE_MAX_BYTES, FORM_MAX_BYTES

NAME_MAX_CHARS: Final = 255
if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks  # there for type checkers only

_HEADER_MAX_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Brought:
    """One file as it came: its field, the name that it had, and its bytes on the disk."""

    field: str
    name: str
    file: BinaryIO
    size_bytes: int


class _Reader:
    """Takes the body in parts and keeps fields in memory, files on the disk."""

    def __init__(
        self,
        is_token: Callable[[str], bool],
        new_file: Callable[[], BinaryIO],
        files_max: int,
        file_bytes: int,
    ) -> None:
        self._is_token = is_token
        self._new_file = new_file
        self._files_max = files_max
        self._file_bytes = file_bytes
        self.fields: dict[str, tuple[str, ...]] = {}
        self.files: list[Brought] = []
        self.is_whole = False
        self._open: list[BinaryIO] = []
        self._count = 0
        self._field_bytes = 0
        self._header = bytearray()
        self._value = bytearray()
        self._headers: dict[str, bytes] = {}
        self._field = ""
        self._name: str | None = None
        self._text = bytearray()
        self._file: BinaryIO | None = None
        self._size = 0

    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._add(self._header, data[start:end]),
            "on_header_value": lambda data, start, end: self._add(self._value, data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": lambda data, start, end: self._data(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._over,
        }

    def _over(self) -> None:
        self.is_whole = True

    def _begin(self) -> None:
        self._headers, self._text, self._file, self._size = {}, bytearray(), None, 0
        self._count += 1
        if self._count > FIELDS_MAX:
            raise Refusal("web.form")

    def _add(self, to: bytearray, data: bytes) -> None:
        to += data
        if len(to) > _HEADER_MAX_BYTES:
            raise Refusal("web.form")

    def _header_end(self) -> None:
        self._headers[self._header.decode("latin-1").lower()] = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        name = options.get(b"filename")
        self._name = None if name is None else name.decode("utf-8", "replace")[-NAME_MAX_CHARS:]
        if self._name:
            self._begin_file()

    def _begin_file(self) -> None:
        if not self._is_token(self.fields.get(TOKEN_FIELD, ("",))[0]):
            raise Refusal("web.token")
        if len(self.files) >= self._files_max:
            raise Refusal("draft.full", limit=ATTACHMENTS_MAX)
        self._file = self._new_file()
        self._open.append(self._file)

    def _data(self, data: bytes) -> None:
        self._size += len(data)
        if self._file is not None:
            if self._size > self._file_bytes:
                raise Refusal("attach.too_big", limit_mb=self._file_bytes // 1_000_000)
            self._file.write(data)
        elif self._name is None:
            self._field_bytes += len(data)
            if self._field_bytes > FORM_MAX_BYTES:
                raise Refusal("web.too_big")
            self._text += data

    def _end(self) -> None:
        if self._file is not None:
            self.files.append(Brought(self._field, self._name or "", self._file, self._size))
        elif self._name is None:
            text = self._text.decode("utf-8", "replace")
            self.fields[self._field] = (*self.fields.get(self._field, ()), text)

    def close(self) -> None:
        """Let go of every file."""
        for each in self._open:
            each.close()


async def read_upload(
    request: Sent,
    is_token: Callable[[str], bool],
    new_file: Callable[[], BinaryIO],
    *,
    files_max: int = ATTACHMENTS_MAX,
    file_bytes: int = FILE_MAX_BYTES,
) -> tuple[Form, list[Brought]]:
    """The fields of a form and its files; whoever asks closes them (`closing`). None in a form without files.

    Refusals: those of `forms.read_form`, "draft.full", "attach.too_big", "home.full", "upload.stopped".
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        return await read_form(request, is_token), []
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= 70:
        raise Refusal("web.form")
    reader = _Reader(is_token, new_file, files_max, file_bytes)
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        async for part in request.stream():
            await asyncio.to_thread(parser.write, part)
        parser.finalize()
        form = Form(reader.fields)
        if not reader.is_whole:  # the library takes a form that is cut off for one that ended
            raise Refusal("web.form")
        if not is_token(form.text(TOKEN_FIELD)):
            raise Refusal("web.token")
    except FormParserError as error:
        reader.close()
        raise Refusal("web.form") from error
    except ClientDisconnect as error:
        reader.close()
        raise Refusal("upload.stopped") from error
    except (EdgewiseError, asyncio.CancelledError):
        reader.close()
        raise
    return form, reader.files


@contextmanager
def closing(files: list[Brought]) -> Iterator[list[Brought]]:
    """The files, let go of at the end."""
    try:
        yield files
    finally:
        for each in files:
            each.file.close()
