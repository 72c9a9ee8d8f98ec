# SPDX-License-Identifier: AGPL-3.0-or-later
"""The script of every page in a real browser: what it adds, and what it never loses."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import uvicorn
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from edgewise.faces.kit.render import HERE, environment, render
from edgewise.faces.kit.shown import Hold, PostView
from edgewise.faces.kit.words import translator
from tests.faces.kit import samples
from tests.faces.kit.preview import pages

PAGE = """{% extends "base.html" %}{% block title %}Home{% endblock %}
{% block content %}<div id="asks" data-live>{{ parts.asked(asks) }}</div>
{{ parts.composer("/say", draft="/draft", audiences=audiences) }}
<div id="items" data-live>{% for p in posts %}{{ parts.post(p) }}{% endfor %}</div>{% endblock %}"""
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
POLICY = "default-src 'none'; form-action 'self'" + "".join(
    f"; {kind}-src 'self'" for kind in ("script", "style", "img", "connect")
)


@dataclass
class Site:
    """A page of alice's with posts that change, and a note of what her browser sends."""

    posts: list[PostView] = field(default_factory=list)
    drafts: list[dict[str, list[str]]] = field(default_factory=list)
    said: list[dict[str, list[str]]] = field(default_factory=list)
    status: int = 200
    stirs: int = 0
    streams: int = 0
    url: str = ""
    ending: bool = False

    async def page(self, request: Request) -> Response:
        words = translator("en")
        made = render(
            environment("en").from_string(PAGE),
            "en",
            now_ms=samples.NOW_MS,
            place="home",
            token="t",
            find="/find",
            events="/events",
            asks=samples.asks(words)[:1],
            audiences=samples.AUDIENCES,
            posts=self.posts,
        )
        return HTMLResponse(made, self.status, {"Content-Security-Policy": POLICY})

    async def events(self, request: Request) -> Response:
        self.streams += 1
        return StreamingResponse(self.stream(), media_type="text/event-stream")

    async def stream(self) -> AsyncIterator[str]:
        seen = self.stirs
        yield ": open\n\n"
        while not self.ending:
            await asyncio.sleep(0.02)
            if seen != self.stirs:
                seen = self.stirs
                yield "data: 1\n\n"

    async def draft(self, request: Request) -> Response:
        self.drafts.append(parse_qs((await request.body()).decode()))
        return Response(status_code=self.status)

    async def say(self, request: Request) -> Response:
        self.said.append(parse_qs((await request.body()).decode()))
        return HTMLResponse("<title>said</title>")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.add_argument("--window-size=1180,900")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


@pytest.fixture
def site(browser: webdriver.Chrome) -> Iterator[Site]:
    site = Site(posts=[replace(samples.bobs_post(translator("en")), new=False)])
    routes = [
        Route("/", site.page),
        Route("/events", site.events),
        Route("/draft", site.draft, methods=["POST"]),
        Route("/say", site.say, methods=["POST"]),
        Mount("/static", StaticFiles(directory=Path(HERE) / "static")),
    ]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), port=0, log_level="warning", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    site.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    browser.get(site.url)
    yield site
    browser.get("about:blank")
    site.ending = True
    server.should_exit = True
    thread.join()


def until(true: Callable[[], object], seconds: float = 8) -> None:
    """Wait until this is true; the test fails when it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def one(browser: webdriver.Chrome, what: str) -> webdriver.remote.webelement.WebElement:
    return browser.find_element(By.CSS_SELECTOR, what)


def text(browser: webdriver.Chrome, what: str) -> str:
    """The text of an element, read at once: it may be swapped between two questions."""
    return str(browser.execute_script("return document.querySelector(arguments[0]).textContent", what))


def test_something_new_comes_in_without_touching_what_is_typed(site: Site, browser: webdriver.Chrome) -> None:
    """A new post stands in the page within a second; the text, the focus and the old posts stay."""
    until(lambda: site.streams == 1)
    area = one(browser, "textarea[data-say]")
    area.send_keys("Half a sen")
    link = one(browser, "#p-2 .state a")
    old = one(browser, "#p-1")
    browser.execute_script("arguments[0].focus()", link)
    browser.execute_script("arguments[0].dataset.same = '1'", one(browser, "#asks .ask"))
    site.posts.insert(0, PostView("p-9", samples.CAROL, "The bread is done.", samples.NOW_MS, new=True))
    began = time.monotonic()
    site.stirs += 1
    until(lambda: browser.find_elements(By.CSS_SELECTOR, "#p-9"))
    assert time.monotonic() - began < 1
    assert area.get_attribute("value") == "Half a sen"
    assert old.text
    assert browser.switch_to.active_element == link
    assert [e.get_attribute("id") for e in browser.find_elements(By.CSS_SELECTOR, "#items > .post")] == [
        "p-9",
        "p-1",
    ]
    assert one(browser, "#note").get_attribute("textContent") == "Something new has come."


def test_what_changed_is_swapped_and_the_focus_stays_on_its_place(
    site: Site, browser: webdriver.Chrome
) -> None:
    """An edited post keeps its open menu and the focus on the same link; one that is gone goes."""
    until(lambda: site.streams == 1)
    site.posts.append(PostView("p-8", samples.CAROL, "Wrong place.", samples.NOW_MS))
    site.stirs += 1
    until(lambda: browser.find_elements(By.CSS_SELECTOR, "#p-8"))
    browser.execute_script("document.querySelector('#p-1 details.more').open = true")
    browser.execute_script("document.querySelector('#p-1 > .state a').focus()")
    site.posts[:] = [replace(site.posts[0], text="The leeks are gone.")]
    site.stirs += 1
    until(lambda: "gone" in text(browser, "#p-1 .body"))
    assert one(browser, "#p-1 details.more").get_attribute("open")
    assert browser.switch_to.active_element == one(browser, "#p-1 > .state a")
    assert not browser.find_elements(By.CSS_SELECTOR, "#p-8")


def test_a_draft_is_kept_once_for_each_change_and_never_after_it_was_said(
    site: Site, browser: webdriver.Chrome
) -> None:
    """The text goes to the node while one writes; the audience with it; nothing follows the sent form."""
    area = one(browser, "textarea[data-say]")
    area.send_keys("Leeks for all")
    until(lambda: site.drafts)
    assert site.drafts[-1]["text"] == ["Leeks for all"]
    assert site.drafts[-1]["token"] == ["t"]
    until(lambda: one(browser, "[data-kept]").text == "Kept on this computer")
    time.sleep(2.3)
    assert len(site.drafts) == 1
    one(browser, ".chooser summary").click()
    one(browser, "input[value=garden]").click()
    assert one(browser, "[data-chip]").text == "Garden, 2 people"
    assert not one(browser, ".chooser").get_attribute("open")
    area.send_keys("!", Keys.CONTROL + Keys.ENTER)
    until(lambda: browser.title == "said")
    kept = len(site.drafts)
    time.sleep(2.3)
    assert site.said[-1]["audience"] == ["garden"]
    assert site.said[-1]["text"] == ["Leeks for all!"]
    assert len(site.drafts) == kept


def test_a_tab_whose_edgewise_is_gone_says_so_and_sends_nothing(
    site: Site, browser: webdriver.Chrome
) -> None:
    """The text stays in the tab; when Edgewise answers again, the notice goes."""
    until(lambda: site.streams == 1)
    site.status = 403
    area = one(browser, "textarea[data-say]")
    area.send_keys("Keep me")
    until(lambda: one(browser, "#stale").is_displayed())
    area.send_keys(Keys.CONTROL + Keys.ENTER)
    assert browser.title.endswith("Edgewise")
    assert area.get_attribute("value") == "Keep me"
    assert site.said == []
    site.status = 200
    site.stirs += 1
    until(lambda: not one(browser, "#stale").is_displayed())


def test_what_waits_counts_down(site: Site, browser: webdriver.Chrome) -> None:
    """The seconds until it leaves are shown; at the end the page looks again by itself."""
    hold = Hold(int(time.time() * 1000) + 1500, "/undo")
    site.posts[:] = [PostView("p-7", samples.ALICE, "Wait.", samples.NOW_MS, hold=hold)]
    browser.get(site.url)
    until(lambda: text(browser, "[data-until]") in ("Leaves in 1 s", "Leaves in 2 s"))
    site.posts[:] = [PostView("p-7", samples.ALICE, "Left.", samples.NOW_MS)]
    until(lambda: text(browser, "#p-7 .body") == "Left.")
    assert not browser.find_elements(By.CSS_SELECTOR, "[data-until]")


def test_single_letters_move_about_but_never_while_one_writes(site: Site, browser: webdriver.Chrome) -> None:
    """n to say, j and k to move, e to answer, / to find, ? for the list; in a text they are letters."""

    def press(letter: str) -> str:
        browser.switch_to.active_element.send_keys(letter)
        return str(
            browser.execute_script("const at = document.activeElement; return at.id || at.name || at.tagName")
        )

    assert press("j") == "ask-1"
    assert press("j") == "p-1"
    assert press("j") == "p-2"
    assert press("k") == "p-1"
    assert press("e") == "answer"
    assert press("?") == "SUMMARY"
    assert press("/") == "q"
    browser.execute_script("document.activeElement.blur()")
    assert press("n") == "text"
    assert press("j") == "text"
    assert one(browser, "textarea[data-say]").get_attribute("value") == "j"
    browser.execute_script("document.activeElement.blur(); document.body.dataset.lettersOff = ''")
    assert press("j") == "BODY"


def test_of_many_tabs_one_listens_for_all(site: Site, browser: webdriver.Chrome) -> None:
    """Two tabs take one stream, and both show what is new."""
    until(lambda: site.streams == 1)
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.get(site.url)
    site.posts.insert(0, PostView("p-6", samples.CAROL, "For both tabs.", samples.NOW_MS))
    site.stirs += 1
    until(lambda: browser.find_elements(By.CSS_SELECTOR, "#p-6"))
    browser.close()
    browser.switch_to.window(first)
    until(lambda: browser.find_elements(By.CSS_SELECTOR, "#p-6"))
    assert site.streams == 1


def test_no_page_needs_scrolling_sideways_on_the_smallest_phone(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    """At 320 px each page fits, in German, and in longer words from right to left."""
    metrics = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    wide = []
    for lang in ("de", "xx"):
        for name, made in pages(lang).items():
            file = tmp_path / f"{name}.html"
            file.write_text(made, encoding="utf-8")
            browser.get(file.as_uri())
            if browser.execute_script("return document.documentElement.scrollWidth") > 320:
                wide.append((lang, name))
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide == []
