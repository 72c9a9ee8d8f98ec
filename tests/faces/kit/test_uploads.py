# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of a form: taken to the disk as they come, bounded, and never without the token before them."""

from __future__ import annotations

import asyncio
import io
import random
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect

from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.uploads import Brought, closing, read_upload
from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.store.scratch import Scratch

TOKEN = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nt\r\n'
END = b"--x--\r\n"


def part(name: str, filename: str, data: bytes) -> bytes:
    """One file of a form."""
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    return head.encode() + b"Content-Type: image/png\r\n\r\n" + data + b"\r\n"


class Request:
    """A request whose body comes in parts of a size."""

    def __init__(self, body: bytes, step: int = 1000, kind: str = "multipart/form-data; boundary=x") -> None:
        self.headers = Headers({"content-type": kind})
        self._parts = [body[at : at + step] for at in range(0, len(body), step)]

    async def stream(self) -> AsyncIterator[bytes]:
        """The body."""
        for each in self._parts:
            yield each


def read(
    request: Any, new_file: Callable[[], BinaryIO] = io.BytesIO, **more: Any
) -> tuple[Form, list[Brought]]:
    """Read a form with the token "t"."""
    return asyncio.run(read_upload(request, lambda given: given == "t", new_file, **more))


@pytest.mark.parametrize("step", [1, 7, 64, 5000])
def test_fields_and_files_come_whole_however_they_are_cut(step: int) -> None:
    """Names, fields and bytes are the same in parts of any size; a field for files that is empty is none."""
    body = TOKEN + part("file", "a b.png", b"\x00\r\n--y\r\n" * 30) + part("file", "", b"") + END
    form, files = read(Request(body, step))
    assert form.fields == {"token": ("t",)}
    assert [(each.field, each.name, each.size_bytes) for each in files] == [("file", "a b.png", 240)]
    files[0].file.seek(0)
    assert files[0].file.read() == b"\x00\r\n--y\r\n" * 30
    assert read(Request(b"token=t&text=a", kind="application/x-www-form-urlencoded"))[0].text("text") == "a"


def test_what_is_too_much_is_refused_and_let_go_of() -> None:
    """Too many files, a file or fields beyond their bound, no token before the file: every file is closed."""
    made: list[io.BytesIO] = []

    def new_file() -> BinaryIO:
        made.append(io.BytesIO())
        return made[-1]

    file = part("file", "a", b"12345")
    field = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"a" * 300_000 + b"\r\n"
    for body, bounds, code in (
        (TOKEN + file * 3 + END, {"files_max": 2}, "draft.full"),
        (TOKEN + file + part("file", "b", b"1" * 11) + END, {"file_bytes": 10}, "attach.too_big"),
        (TOKEN + file + field + END, {}, "web.too_big"),
        (file + TOKEN + END, {}, "web.token"),
        (END, {}, "web.token"),
        (TOKEN + file[:-3], {}, "web.form"),
        (b"nonsense", {}, "web.form"),
    ):
        with pytest.raises(EdgewiseError) as said:
            read(Request(body), new_file, **bounds)
        assert said.value.code == code
    assert all(each.closed for each in made)


def test_a_browser_that_goes_away_leaves_nothing() -> None:
    """Stop in the middle of a file lets go of what came."""
    made: list[io.BytesIO] = []

    class Leaving(Request):
        async def stream(self) -> AsyncIterator[bytes]:
            yield TOKEN + part("file", "a", b"12345")
            raise ClientDisconnect

    def new_file() -> BinaryIO:
        made.append(io.BytesIO())
        return made[-1]

    with pytest.raises(Refusal, match=r"upload\.stopped"):
        read(Leaving(b""), new_file)
    assert [each.closed for each in made] == [True]


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    """Thirty megabytes go to the disk through less than two."""
    size = 30_000_000

    class Long(Request):
        async def stream(self) -> AsyncIterator[bytes]:
            yield TOKEN + part("file", "film", b"")[:-2]
            for _ in range(size // 50_000):
                yield bytes(50_000)
            yield b"\r\n" + END

    tracemalloc.start()
    _, files = read(Long(b""), lambda: cast(BinaryIO, Scratch(tmp_path, SeededEntropy(b"upload"))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    with closing(files):
        assert files[0].size_bytes == size
    assert peak < 2_000_000


@given(st.binary(max_size=300), st.integers(0, 2**32))
def test_bent_forms_end_in_a_refusal_or_a_form(tail: bytes, seed: int) -> None:
    """Whatever comes, it is a form or a Refusal of ours."""
    chance = random.Random(seed)
    body = bytearray(TOKEN + part("file", "a.png", b"12345") + END)
    for _ in range(chance.randrange(4)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    at = chance.randrange(len(body))
    body[at:at] = tail
    with suppress(EdgewiseError):
        form, files = read(Request(bytes(body), 40))
        assert form.text("token") == "t"
        assert len(files) <= 20
