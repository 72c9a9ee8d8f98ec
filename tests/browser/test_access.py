# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page can be used: by those who see little, on the smallest telephone, by keyboard, in each language."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.house import House, furnished

AXE = Path(__file__).parents[2] / "build" / "axe" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ALL_RULES = {"type": "tag", "values": TAGS}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUN = """const [rules, done] = arguments, said = n => n.html.slice(0, 160) + ' | ' + n.failureSummary;
axe.run({runOnly: rules}).then(r => done(r.violations.map(v => [v.id, v.nodes.map(said)])));"""
PAGE_MAX_BYTES, STYLE_MAX_BYTES, SCRIPT_MAX_BYTES = 60 * 1024, 12 * 1024, 10 * 1024
TOO_WIDE = """const wide = document.documentElement.clientWidth, found = [];
if (document.documentElement.scrollWidth <= wide) return found;
for (const e of document.querySelectorAll('body *')) {
  if (e.getBoundingClientRect().right > wide + 0.5) found.push(e.outerHTML.slice(0, 120));
}
return found.length ? found.slice(0, 4) : ['something'];"""
FAINT = """const shown = e => e.checkVisibility({visibilityProperty: true});
const framed = e => ['Top', 'Bottom'].every(side => {
  const style = getComputedStyle(e);
  return parseFloat(style['border' + side + 'Width']) > 0 && style['border' + side + 'Style'] !== 'none';
});
const around = e => framed(e) || framed(e.closest('.composer') || e);
return [...document.querySelectorAll('main button:not(.quiet), main textarea, main .button')]
  .filter(shown).filter(e => !around(e)).map(e => e.outerHTML.slice(0, 120));"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Alice of the demo, with something on every page."""
    if not AXE.is_file():
        pytest.fail("axe-core is missing: make build/axe/axe.min.js")
    with furnished(tmp_path_factory.mktemp("access")) as made:
        yield made


@pytest.fixture(autouse=True)
def as_it_was(house: House) -> Iterator[None]:
    """Each test finds the browser wide, in light colours and in English."""
    house.at.wide()
    house.at.scheme("light")
    house.at.ask_in("en")
    yield


def every_page(house: House, look: Callable[[], Any]) -> dict[str, Any]:
    """What a look at each page found, for those where it found something."""
    found = {}
    for name in house.pages:
        house.open(name)
        found[name] = look()
    return {name: said for name, said in found.items() if said}


def test_axe_finds_nothing_on_any_page_in_any_colours(house: House) -> None:
    """Light with all rules, dark and strong contrast with those about colours; all that is folded in too."""
    code = AXE.read_text("utf-8")

    def look() -> list[Any]:
        house.at.js(code)
        found = []
        for scheme, rules in (("light", ALL_RULES), ("dark", COLOURS), ("contrast", COLOURS)):
            house.at.scheme(scheme)
            said = house.at.driver.execute_async_script(RUN, rules)
            found += [(scheme, *each) for each in said]
        house.at.scheme("light")
        return found

    assert every_page(house, look) == {}


def test_colours_that_were_chosen_hold_whatever_the_computer_says(house: House) -> None:
    """Dark by choice on a light computer: axe finds nothing wrong with the colours either."""
    house.home.ok("settings", "scheme", "dark")
    try:
        for name in ("", "agreements", "letter shown"):
            house.open(name)
            house.at.js(AXE.read_text("utf-8"))
            assert house.at.driver.execute_async_script(RUN, COLOURS) == []
            assert house.at.js("return getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 33)"
    finally:
        house.home.ok("settings", "scheme", "auto")


@pytest.mark.parametrize("lang", ["en", "de", "es"])
def test_no_page_needs_scrolling_sideways(house: House, lang: str) -> None:
    """At 320 and 360 px, and at twice the size of a window of 1180 px, in each language."""
    house.at.ask_in(lang)

    def look() -> list[Any]:
        found = []
        for width in (320, 360, 590):
            house.at.size(width)
            found += [(width, each) for each in house.at.js(TOO_WIDE)]
        return found

    assert every_page(house, look) == {}


def test_letters_of_twice_the_size_hold(house: House) -> None:
    """With letters alone twice as large, pages of 720 px still need no scrolling sideways."""
    house.at.size(720)

    def look() -> list[Any]:
        house.at.js("document.documentElement.style.fontSize = '200%'")
        found: list[Any] = house.at.js(TOO_WIDE)
        return found

    assert every_page(house, look) == {}


def test_forced_colours_leave_every_control_its_frame(house: House) -> None:
    """Where the system forces its colours, buttons and fields still have a border to be seen by."""
    house.at.scheme("light", forced_colors="active")
    assert house.at.js("return matchMedia('(forced-colors: active)').matches")
    assert every_page(house, lambda: house.at.js(FAINT)) == {}
    house.open("")
    here = house.at.js(
        "return getComputedStyle(document.querySelector('.places [aria-current]')).borderInlineStartColor"
    )
    paper = house.at.js("return getComputedStyle(document.body).backgroundColor")
    assert here != paper


@pytest.mark.parametrize(
    ("lang", "agreements", "say"), [("de", "Abgemacht", "Sagen"), ("es", "Acuerdos", "")]
)
def test_each_page_speaks_the_language_that_was_asked_for(
    house: House, lang: str, agreements: str, say: str
) -> None:
    """Every page says its language, and no page has the title that it has in English."""
    english = every_page(house, lambda: house.at.title)
    house.at.ask_in(lang)
    assert every_page(
        house, lambda: house.at.js("return document.documentElement.lang !== arguments[0]", lang)
    ) == {
        "letter.html": True  # written in English by Alice's Edgewise; a file stays as it is
    }
    translated = every_page(house, lambda: house.at.title)
    own = {"person", "conversation", "letter.html", "an item", "a circle of run"}
    assert {name for name in english if english[name] == translated[name]} <= own
    house.open("agreements")
    assert house.at.text("h1") == agreements


def test_pages_are_small_and_load_nothing_from_elsewhere(house: House) -> None:
    """A page stays within 60 KB, its style within 12, its script within 10; all of it from this computer."""
    jar = {cookie["name"]: cookie["value"] for cookie in house.at.driver.get_cookies()}
    paths = [path for path in house.pages.values() if "://" not in path]
    with httpx.Client(cookies=jar) as client:
        sizes = {path: len(client.get(house.at.root + path).content) for path in paths}
        style = client.get(house.at.root + "static/edgewise.css").content
        script = client.get(house.at.root + "static/edgewise.js").content
    assert {path: size for path, size in sizes.items() if size > PAGE_MAX_BYTES} == {}
    assert 0 < len(style) <= STYLE_MAX_BYTES
    assert 0 < len(script) <= SCRIPT_MAX_BYTES
    loaded = "return performance.getEntriesByType('resource').map(e => e.name)"
    elsewhere = every_page(
        house,
        lambda: [
            url
            for url in house.at.js(loaded)
            if not url.startswith(("http://127.0.0.1:", "http://localhost:"))
        ],
    )
    assert elsewhere == {}


def test_no_page_says_anything_to_the_console(house: House) -> None:
    """No page breaks its own policy or has a script that fails."""
    house.at.driver.get_log("browser")
    every_page(house, lambda: None)
    said = [each["message"] for each in house.at.driver.get_log("browser")]
    expected = (" 404 ", " 403 ")  # the page that is not there, and the browser that lost its Edgewise
    assert [each for each in said if not any(code in each for code in expected)] == []


def test_first_stop_of_the_keyboard_leads_past_the_places(house: House) -> None:
    """Tab shows "To the page", Enter goes there."""
    house.at.go("people")
    house.at.keys(Keys.TAB)
    assert house.at.js("return document.activeElement.className") == "skip"
    assert house.at.js("return document.activeElement.getBoundingClientRect().top") >= 0
    house.at.keys(Keys.ENTER)
    house.at.until(lambda: house.at.js("return document.activeElement.id") == "main")


def test_one_says_something_without_a_mouse(house: House) -> None:
    """The letter n leads to the field, Ctrl and Enter say it; to whom was chosen by the arrow keys."""
    at = house.at
    at.go()
    at.keys("n")
    at.until(lambda: at.js("return document.activeElement.name") == "text")
    at.keys("Said by the keyboard alone.")
    at.ctrl_enter()
    at.wait_for("Choose who may read them, then say it.")
    at.js("document.querySelector('.chooser input').focus()")
    at.keys(Keys.SPACE)
    assert at.text("[data-chip]") == "Only me"
    at.js("document.querySelector('[data-say]').focus()")
    at.ctrl_enter()
    at.wait_for("Said by the keyboard alone.", "#items")


def test_every_stop_of_the_keyboard_can_be_seen(house: House) -> None:
    """Going through Home by Tab, what has the focus is in the window and has an outline."""
    house.at.go()
    for _ in range(40):
        house.at.keys(Keys.TAB)
        seen = house.at.js(
            """const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
            return [e.outerHTML.slice(0, 120), parseFloat(style.outlineWidth) >= 2,
              box.width > 0 && box.bottom > 0 && box.top < innerHeight];"""
        )
        assert seen[1:] == [True, True], seen


def clicks(house: House, start: str, act: Callable[[], None]) -> int:
    """How many clicks an act takes from the page where one would begin."""
    house.at.go(start)
    before = house.at.clicks
    act()
    return house.at.clicks - before


def test_a_letter_takes_three_clicks(house: House) -> None:
    """From People: write a letter, make it, save it."""
    at = house.at

    def invite() -> None:
        at.press("Write a letter", "main")
        at.type("to", "Gustav")
        at.type("text", "Come in.")
        at.press("Make the letter")
        at.downloaded(lambda: at.click("Save the letter"))

    assert clicks(house, "people", invite) == 3


def test_a_post_takes_three_clicks_and_the_next_one_takes_one(house: House) -> None:
    """The chip, the circle, Say it; where the same people are to read the next one, only Say it."""
    at = house.at

    def first() -> None:
        at.type("text", "Three clicks.")
        at.choose_audience("Saturday run")
        at.press("Say it", ".composer")

    def second() -> None:
        at.type("text", "One click.")
        at.press("Say it", ".composer")

    assert clicks(house, "", first) == 3
    assert clicks(house, "", second) == 1
    at.wait_for("One click.", "#items")
    assert at.text("#items > .post header").count("to Saturday run") >= 2


def test_an_agreement_is_stopped_by_one_click_and_undone_by_another(house: House) -> None:
    """Stop, without a second question; while it is held, Undo leaves all as it was."""
    at = house.at
    house.home.ok("settings", "hold_seconds", "8")
    row = "#agreements li:nth-child(2)"

    def stop() -> None:
        at.press("Stop", row)

    try:
        assert clicks(house, "agreements", stop) == 1
        at.wait_for("Undo", "#agreements")
        at.press("Undo", "#agreements")
        assert at.sees("Stop", row)
        assert not at.sees("Undo", "#agreements")
    finally:
        house.home.ok("settings", "hold_seconds", "0")
