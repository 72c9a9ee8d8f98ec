# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages put together: errors as pages, and nobody's text as HTML."""

from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.faces.kit.page import page_of
from edgewise.faces.web import app
from edgewise.ground.errors import Refusal
from tests.faces.web.served import Served

HOSTILE = '</textarea><script>alert(1)</script><a href="javascript:alert(2)">'


async def refuse(request: Request) -> Response:
    """A page of a feature whose form can't be done."""
    page = await page_of(request)
    await page.form()
    raise Refusal("not_found.person", name=HOSTILE)


async def stumble(request: Request) -> Response:
    """A page with a bug."""
    return Response(str(1 // 0))


@pytest.fixture
def odd(serve: Callable[[str], Served], monkeypatch: pytest.MonkeyPatch) -> Served:
    """Ana's page with a room whose pages fail."""
    monkeypatch.setattr(app, "ROOMS", ("odd",))
    routes = [Route("/refuse", refuse, methods=["POST"]), Route("/stumble", stumble)]
    monkeypatch.setattr(app, "feature_routes", lambda name: routes)
    served = serve("ana")
    served.begin("Ana")
    return served


def test_a_refusal_becomes_a_page_that_keeps_the_words(odd: Served) -> None:
    """What happened, what to do, and the typed words, all escaped."""
    answer = odd.browser().post("refuse", {"text": HOSTILE}, "settings")
    assert answer.status_code == 404
    assert "You know nobody by the name" in answer.text
    assert "Your words" in answer.text
    assert "&lt;/textarea&gt;&lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text
    assert 'href="javascript' not in answer.text


def test_a_bug_is_told_as_ours(odd: Served) -> None:
    """A bug in one page shows a plain page, marked like all others, and the next page works."""
    answer = odd.browser().get("stumble")
    assert answer.status_code == 500
    assert "Something in Edgewise itself went wrong" in answer.text
    assert "ZeroDivision" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert odd.browser().get("settings").status_code == 200


def test_what_does_not_exist_is_told(standing: Served) -> None:
    """An unknown page, and a page asked for in the wrong way, are plain pages with the rail."""
    browser = standing.browser()
    for answer in (
        browser.get("nowhere"),
        browser.client.post("settings"),
        browser.get("static/nothing.css"),
    ):
        assert answer.status_code in (404, 405)
        assert "There is no such page" in answer.text


def test_every_page_is_small_and_loads_nothing_foreign(standing: Served) -> None:
    """At most 60 KB, no inline script or style, and every address is this home's own."""
    browser = standing.browser()
    for path in ("settings", "doctor", "letter", "groups", "erase", "forgotten"):
        page = browser.get(path).text
        assert len(page.encode()) < 60_000
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page
        assert "http://" not in page.replace(standing.site.origin, "")
        assert "https://" not in page


def test_pages_speak_the_browsers_language(standing: Served) -> None:
    """Until the person chooses one, the browser's wish counts."""
    page = standing.browser().get("settings", headers={"Accept-Language": "es-MX,es;q=0.9"}).text
    assert '<html lang="es"' in page
