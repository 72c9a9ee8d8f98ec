# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures from the phone: a second page that takes, gives nothing, and ends."""

import asyncio
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from edgewise.faces.web import phone
from edgewise.ground.errors import Refusal
from edgewise.store import outbox
from tests.faces.web.served import Browser, Served
from tests.media import samples


@pytest.fixture
def browser(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A browser at the page of a home whose own network is the loopback."""
    monkeypatch.setattr(phone, "lan_address", lambda: "127.0.0.1")
    served = Served(tmp_path / "home")
    served.begin()
    made = served.browser()
    made.served = served  # type: ignore[attr-defined]
    yield made
    served.stop()


def opened(browser: Browser) -> str:
    """Ask for the door, and read its address."""
    assert "not sealed" in browser.get("phone/home").text
    assert browser.post("phone/home", {}).status_code == 303
    found = re.search(r"<bdi>(http://[^<]+)</bdi>", browser.get("phone/home").text)
    assert found is not None
    return unescape(found[1])


def give(at: str, *pictures: bytes, token: str | None = None, **more: Any) -> httpx.Response:
    """What a phone does with the page: read its form and send pictures."""
    with httpx.Client(transport=httpx.HTTPTransport(verify=False), timeout=20) as client:
        if token is None:
            found = re.search(r'name="token" value="([^"]+)"', client.get(at).text)
            token = found[1] if found else ""
        files = [("file", (f"IMG_{n}.jpg", data)) for n, data in enumerate(pictures)]
        return client.post(at, data={"token": token}, files=files, **more)


def ask(method: str, at: str, **more: Any) -> httpx.Response:
    """One request of a phone. Without TLS there is nothing to verify."""
    with httpx.Client(transport=httpx.HTTPTransport(verify=False), timeout=20) as client:
        return client.request(method, at, **more)


def look(at: str, **more: Any) -> httpx.Response:
    """A phone opens an address."""
    return ask("GET", at, **more)


def drafted(browser: Browser) -> list[outbox.Enclosed]:
    """What came into the draft."""
    desk = browser.served.site.desk  # type: ignore[attr-defined]
    row = desk.read(lambda db: outbox.draft(db, "home"))
    return list(row.enclosed) if row is not None else []


def test_pictures_come_into_the_draft_clean(browser: Browser) -> None:
    """Two pictures of a phone stand in the composer, without place and camera."""
    answer = give(opened(browser), samples.jpeg(), samples.jpeg(6))
    assert answer.status_code == 200
    assert "2 pictures came over" in answer.text
    assert [("place" in each.removed, each.attachment.kind) for each in drafted(browser)] == [
        (True, "picture"),
        (True, "picture"),
    ]
    page = browser.get("").text
    assert page.count("What does it show?") == 2
    assert "2 came over so far" in browser.get("phone/home").text
    assert "open for it until" in page
    assert "A page for your phone is open on your Wi-Fi until" in browser.get("settings").text


def test_the_page_tells_nothing_of_anybody(browser: Browser) -> None:
    """Neither the person's name nor the home's path nor what was written stands in what a phone can read."""
    browser.post("draft/home", {"text": "A secret of leeks"}, "")
    answer = look(opened(browser))
    site = browser.served.site  # type: ignore[attr-defined]
    for word in ("Ana", site.root.strip("/"), "leeks", "cookie"):
        assert word not in answer.text + str(answer.headers)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_only_who_has_the_square_gets_an_answer(browser: Browser) -> None:
    """Another path, host or way of asking, or no token: nothing is there and nothing is kept."""
    at = opened(browser)
    origin = at.rpartition("/")[0]
    for path in ("/", "/favicon.ico", at.rpartition("/")[2][:-1], "/" + "x" * 24, "/static/edgewise.css"):
        assert look(origin + "/" + path.strip("/")).status_code == 404
    assert look(at, headers={"host": "evil.example"}).status_code == 404
    assert ask("PUT", at).status_code == 405
    assert give(at, samples.jpeg(), token="wrong").status_code == 400
    assert drafted(browser) == []


def test_it_takes_pictures_alone_and_twenty_at_most(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program is refused; after the last picture of its number the door is shut."""
    monkeypatch.setattr(phone, "PICTURES_MAX", 3)
    at = opened(browser)
    refused = give(at, b"MZ a program")
    assert refused.status_code == 400
    assert "not a picture" in refused.text
    assert give(at, *[samples.png()] * 4).status_code == 400
    assert drafted(browser) == []
    assert "nothing more" in give(at, *[samples.png(), samples.webp(), samples.jpeg()]).text
    assert len(drafted(browser)) == 3
    with pytest.raises(httpx.HTTPError):
        give(at, samples.png()).raise_for_status()


def test_it_is_shut_by_a_button_and_by_time(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """After Stop nobody answers there; a door that was left open shuts by itself."""
    at = opened(browser)
    browser.post("phone/home/stop", {}, "phone/home")
    assert "open for it until" not in browser.get("").text
    assert "A page for your phone" not in browser.get("settings").text
    with pytest.raises(httpx.HTTPError):
        look(at).raise_for_status()
    monkeypatch.setattr(phone, "OPEN_MS", 50)
    brief = opened(browser)
    served: Served = browser.served  # type: ignore[attr-defined]
    for _ in range(100):
        if not served.await_(_is_open(served)):
            break
        served.await_(_a_moment())
    with pytest.raises(httpx.HTTPError):
        look(brief).raise_for_status()


async def _is_open(served: Served) -> bool:
    app: Any = served.app  # type: ignore[attr-defined]
    return app.state.phones.door is not None


async def _a_moment() -> None:
    await asyncio.sleep(0.05)


def test_a_computer_without_a_network_of_its_own_opens_nothing(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no phone could come, nothing is opened, and the page says so."""

    def nowhere() -> str:
        raise Refusal("phone.no_network")

    monkeypatch.setattr(phone, "lan_address", nowhere)
    answer = browser.post("phone/home", {})
    assert answer.status_code == 404
    assert "on no network of its own" in answer.text


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "203.0.113.9", "8.8.8.8"])
def test_an_address_of_the_whole_internet_is_not_used(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a private address is one's own network (RFC 1918)."""

    class Probe:
        def __enter__(self) -> "Probe":
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def connect(self, _address: object) -> None:
            return None

        def getsockname(self) -> tuple[str, int]:
            return address, 1

    monkeypatch.setattr(phone.socket, "socket", lambda *_: Probe())
    with pytest.raises(Refusal, match=r"phone\.no_network"):
        phone.lan_address()
