# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page sends back: bounded, decoded, refused without the token."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from edgewise.faces.kit.forms import FIELDS_MAX, Form, parse_urlencoded, read_form
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import FORM_MAX_BYTES

URLENCODED = "application/x-www-form-urlencoded"


class Request:
    """A request as Starlette gives it: headers, and the body in pieces."""

    def __init__(self, kind: str, *pieces: bytes) -> None:
        self.headers = Headers({"content-type": kind})
        self.pieces = pieces
        self.read = 0

    async def stream(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.read += 1
            yield piece


def reading(request: Request, file_bytes: int = 0) -> Form:
    """The form of this request, when the token is "t"."""
    return asyncio.run(read_form(request, lambda token: token == "t", file_bytes))


def multipart(*parts: tuple[str, bytes]) -> bytes:
    """A body as a browser makes it, with the boundary "b"."""
    return (
        b"".join(
            b"--b\r\nContent-Disposition: form-data; " + h.encode() + b"\r\n\r\n" + v + b"\r\n"
            for h, v in parts
        )
        + b"--b--\r\n"
    )


def refused(code: str, request: Request, file_bytes: int = 0) -> None:
    """Assert that this request is refused with this code."""
    with pytest.raises(Refusal) as caught:
        reading(request, file_bytes)
    assert caught.value.code == code


def test_fields_come_decoded_and_several_times() -> None:
    """Texts with their line ends, lines without, boxes that are ticked, lists in order."""
    form = reading(Request(URLENCODED, b"token=t&text=a%0D%0Ab+%C3%BC&who=1", b"&who=2&name=+Al++ice+"))
    assert form.text("text") == "a\nb ü"
    assert form.many("who") == ("1", "2")
    assert form.line("name") == "Al ice"
    assert form.ticked("who")
    assert not form.ticked("none")
    assert form.text("none") == ""
    assert form.one_of("who", ("1", "2")) == "1"
    assert form.file("letter") == b""


def test_a_form_without_the_token_does_nothing() -> None:
    """Another page can't press a button in the person's name."""
    refused("web.token", Request(URLENCODED, b"text=a"))
    refused("web.token", Request(URLENCODED, b"text=a&token=x"))


def test_a_form_beyond_the_bounds_is_not_read_to_its_end() -> None:
    """Size and number of fields are bounded; what follows stays unread."""
    request = Request(URLENCODED, *[b"x" * 65536] * 100)
    refused("web.too_big", request)
    assert request.read <= FORM_MAX_BYTES // 65536 + 1
    refused("web.form", Request(URLENCODED, b"a=&" * (FIELDS_MAX + 1)))
    with pytest.raises(Refusal) as caught:
        Form({"text": ("a" * 11,)}).text("text", 10)
    assert caught.value.facts == {"size_chars": 11, "limit_chars": 10}


def test_only_forms_are_read() -> None:
    """Another kind of body is refused, and so is a file where none was asked for."""
    refused("web.form", Request("application/json", b"{}"))
    refused("web.form", Request("", b"token=t"))
    refused("web.form", Request("multipart/form-data; boundary=b", multipart(('name="token"', b"t"))))
    refused("web.form", Request(URLENCODED, b"token=%FF"))
    refused("web.form", Request(URLENCODED, "token=tü".encode()))
    with pytest.raises(Refusal):
        Form({"answer": ("maybe",)}).one_of("answer", ("yes", "no"))


def test_a_file_comes_as_its_bytes() -> None:
    """A letter that the person chose arrives as it is on the disk."""
    body = multipart(('name="token"', b"t"), ('name="letter"; filename="letter.html"', b"<pre>\x00\xff"))
    form = reading(Request("multipart/form-data; boundary=b", body[:50], body[50:]), 1000)
    assert form.file("letter") == b"<pre>\x00\xff"
    assert form.text("token") == "t"


def test_a_file_that_is_too_big_or_broken_is_refused() -> None:
    """The bound of the page counts, and two files are one too many."""
    big = multipart(('name="token"', b"t"), ('name="f"; filename="f"', b"x" * (FORM_MAX_BYTES + 5000)))
    refused("web.too_big", Request("multipart/form-data; boundary=b", big), 1000)
    two = multipart(
        ('name="token"', b"t"), ('name="f"; filename="f"', b"1"), ('name="g"; filename="g"', b"2")
    )
    refused("web.form", Request("multipart/form-data; boundary=b", two), 1000)
    refused("web.form", Request("multipart/form-data", two), 1000)
    refused("web.token", Request("multipart/form-data; boundary=b", b"--b\r\nnonsense"), 1000)


@given(st.binary(max_size=300))
def test_any_body_is_a_form_or_refused(body: bytes) -> None:
    """Foreign bytes raise nothing but a Refusal."""
    codes = {code_of(lambda: parse_urlencoded(body))}
    codes.add(code_of(lambda: reading(Request("multipart/form-data; boundary=b", body), 1000)))
    assert codes <= {"", "web.form", "web.token"}


def code_of(act: Callable[[], Form]) -> str:
    """The code of the Refusal that this raises, or ""."""
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return ""
