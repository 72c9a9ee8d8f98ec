# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links, cookies and tokens of one home."""

from starlette.responses import Response

from edgewise.faces.web.site import BROWSERS_MAX, LINKS_MAX
from tests.faces.web.served import WORD, Served


def test_a_link_lets_one_browser_in_once(ana: Served) -> None:
    """The first to use a link gets in, by a page that goes on by itself; the second is turned away."""
    link = ana.site.new_link()
    first, second = ana.stranger(), ana.stranger()
    answer = first.get(link)
    assert answer.status_code == 200
    assert answer.headers["refresh"] == f"0; url=/{WORD}/"
    assert first.get("settings").status_code == 200
    assert second.get(link).status_code == 403
    assert second.get("settings").status_code == 403


def test_a_used_link_still_leads_its_own_browser_on(ana: Served) -> None:
    """Who is in already may open the old link again, from a bookmark or the terminal."""
    client, link = ana.stranger(), ana.site.new_link()
    assert client.get(link).status_code == 200
    assert client.get(link).status_code == 200


def test_the_cookie_is_named_by_the_home_and_goes_nowhere_else(ana: Served) -> None:
    """Strict, for programs of the page unreadable, only for this home's path, and gone with the browser."""
    cookie = ana.stranger().get(ana.site.new_link()).headers["set-cookie"]
    assert cookie.startswith(ana.site.cookie + "=")
    assert ana.site.cookie.startswith("edgewise_")
    assert f"Path=/{WORD}/" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age" not in cookie


def test_a_wrong_token_does_nothing(ana: Served) -> None:
    """A form without the token, with another browser's, or with a false one is refused."""
    browser, other = ana.browser(), ana.browser()
    for token in ("", "x", "ü", other.token("settings")):
        answer = browser.client.post("settings/name", data={"token": token, "name": "Eve"})
        assert answer.status_code == 403
        assert "icon" in answer.text
    assert browser.client.post("settings/name", data={"name": "Eve"}).status_code == 403
    assert "Eve" not in browser.get("settings").text


def test_links_and_browsers_are_bounded(ana: Served) -> None:
    """Many links and many browsers push out the oldest, and the newest work."""
    oldest = ana.site.new_link()
    for _ in range(LINKS_MAX):
        newest = ana.site.new_link()
    assert ana.stranger().get(oldest).status_code == 403
    assert ana.stranger().get(newest).status_code == 200
    first = ana.browser()
    for _ in range(BROWSERS_MAX - 1):
        ana.site.let_in(Response())
    last = ana.browser()
    assert first.get("settings").status_code == 403
    assert last.get("settings").status_code == 200
