# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may come in to the local page, and what every answer carries."""

import httpx
import pytest

from edgewise.faces.web.guard import HEADERS, POLICY
from tests.faces.web.served import Served


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:1", "127.0.0.1", "127.0.0.1.evil.example", ""]
)
def test_a_foreign_host_is_refused(standing: Served, host: str) -> None:
    """A name that a foreign page made point at this computer (DNS rebinding) opens nothing."""
    answer = standing.browser().get("settings", headers={"Host": host})
    assert answer.status_code in (400, 403)
    assert "Ana" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_what_another_page_asks_is_refused(standing: Served, headers: dict[str, str]) -> None:
    """Neither a foreign Origin nor a request from another page reads or changes anything."""
    browser = standing.browser()
    token = browser.token("settings")
    assert browser.get("settings", headers=headers).status_code == 403
    answer = browser.client.post("settings/name", data={"token": token, "name": "Eve"}, headers=headers)
    assert answer.status_code == 403
    assert "Eve" not in browser.get("settings").text


def test_the_own_page_may_post(standing: Served) -> None:
    """A form of the page itself passes, whether the browser names its Origin or hides it as "null"."""
    browser = standing.browser()
    for headers in ({"Origin": standing.site.origin}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}):
        sent = browser.post("settings/name", {"name": "Ana Maria"}, "settings", headers=headers)
        assert sent.status_code == 303


def test_another_page_may_not_post_by_navigating(standing: Served) -> None:
    """A form that stands elsewhere and is aimed here changes nothing, even with the right token."""
    browser = standing.browser()
    headers = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    sent = browser.post("settings/name", {"name": "Eve"}, "settings", headers=headers)
    assert sent.status_code == 403


def test_without_the_cookie_there_is_nothing_to_see(standing: Served) -> None:
    """A browser that came by no link is told to use the icon, whatever it asks for."""
    for path in ("", "settings", "doctor", "events", "letter", "people/00"):
        answer = standing.stranger().get(path)
        assert answer.status_code == 403
        assert "icon" in answer.text
        assert "Ana" not in answer.text


def test_the_path_is_not_told(standing: Served) -> None:
    """Who does not know the home's path does not learn it, nor whether one is near."""
    for path in ("/", "/another-word-here-ok/", "/a-word"):
        answer = httpx.get(standing.site.origin + path)
        assert answer.status_code == 404
        assert standing.site.root not in answer.text


def test_every_answer_is_marked(standing: Served) -> None:
    """Each answer, good or bad, forbids frames, foreign parts and guessing; personal ones are not kept."""
    browser = standing.browser()
    for answer in (
        browser.get("settings"),
        browser.get("nowhere"),
        standing.stranger().get("settings"),
        httpx.get(standing.site.origin),
        browser.get("static/edgewise.css"),
    ):
        for name, value in HEADERS:
            assert answer.headers[name] == value
        static = answer.headers["content-type"].startswith("text/css")
        assert answer.headers["cache-control"] == ("no-cache" if static else "no-store")
    assert "unsafe" not in POLICY


def test_a_home_that_is_not_open_leads_to_its_first_page(nobody: Served) -> None:
    """Before set-up each page leads there; a program and a form are refused."""
    browser = nobody.browser()
    answer = browser.get("settings")
    assert answer.headers["location"] == nobody.site.root + "setup"
    assert browser.get("", headers={"Sec-Fetch-Mode": "cors"}).status_code == 403
    nobody.begin("Ana", "four or five words")
    nobody.lock()
    assert browser.get("settings").headers["location"] == nobody.site.root + "unlock"
