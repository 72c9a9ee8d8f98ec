# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page can be used: by those who see little, on the smallest telephone, and with scripts off."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.homes import Person, people

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

AXE = Path(__file__).parents[2] / "build" / "axe" / "axe.min.js"
PEOPLE_I_KNOW = (1).to_bytes(16, "big").hex()
PAGE_MAX_BYTES = 60 * 1024
ATTACHING = {"voice note": "voices/home", "phone": "phone/home"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """const done = arguments[1], said = (n) => n.html.slice(0, 160) + " | " + n.failureSummary;
axe.run({runOnly: arguments[0]}).then((r) => done(r.violations.map((v) => [v.id, v.nodes.map(said)])));"""


def findings(person: Person) -> Any:
    """What axe-core finds on the page that is open, in light and in dark."""
    found = []
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        person.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        said = person.driver.execute_async_script(RUN, TAGS)
        found += [(scheme, *each) for each in said]
    return found


def axe(person: Person) -> Any:
    """The same, for the page as it was just opened; what More hides is shown first."""
    person.driver.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true })")
    person.driver.execute_script(AXE.read_text("utf-8"))
    return findings(person)


def sideways(person: Person) -> list[int]:
    """The widths at which the open page must be scrolled sideways."""
    wide = []
    for width in (320, 360):
        metrics = {"width": width, "height": 640, "deviceScaleFactor": 1, "mobile": True}
        person.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        if person.driver.execute_script("return document.documentElement.scrollWidth") > width:
            wide.append(width)
    person.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    return wide


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Person, dict[str, str], Any]]:
    """Alice, who knows Bob and has something on every page; where each page is; what the first one said."""
    if not AXE.is_file():
        pytest.fail("axe-core is missing: make build/axe/axe.min.js")
    with people(tmp_path_factory.mktemp("access"), "Alice", "Bob") as (alice, bob):
        alice.enter()
        first = [*axe(alice), *sideways(alice)]
        alice.driver.refresh()
        alice.begin_here()
        bob.home.ok("init", "Bob", "--remember")
        bob.home.start()
        yield alice, {**fill(alice, bob), **ATTACHING}, first


def fill(alice: Person, bob: Person) -> dict[str, str]:
    """Let the two meet and speak; the address of every page, by its name."""
    bob.home.ok("invite", "--to", "Alice", "--out", bob.home.folder / "letter.html")
    alice.go("letter")
    alice.write("file", str(bob.home.folder / "letter.html"))
    alice.send("form[action$=letter] button.do")
    letter = alice.address()
    alice.send("form.ask button[value=yes]")
    alice.one("#letter-met")
    alice.go(f"circles/{PEOPLE_I_KNOW}")
    alice.one("input[name=who]").click()
    alice.send("form[action$='/people'] button")
    alice.go()
    alice.one(".chooser summary").click()
    alice.one(f"input[value='{PEOPLE_I_KNOW}']").click()
    alice.say("Leeks for all.")
    alice.go()
    alice.send("#items .post a.time")
    item = alice.address()
    alice.say("There are many.")
    alice.go("talk")
    alice.send("#talks a.who")
    conversation = alice.address()
    alice.say("Only for you.")
    alice.go("letters/new")
    alice.write("to", "Carol")
    alice.write("text", "Come in.")
    alice.send("form[action$='letters/new'] button.do")
    return {
        "home": "",
        "thread": item,
        "who has it": f"{item}/who",
        "take back": f"{item}/back",
        "talk": "talk",
        "conversation": conversation,
        "people": "people",
        "person": conversation.replace("talk/", "people/"),
        "circles": "circles",
        "circle": f"circles/{PEOPLE_I_KNOW}",
        "write a letter": "letters/new",
        "letter shown": alice.address(),
        "letters": "letters",
        "have a letter": "letter",
        "letter read": letter,
        "agreements": "agreements",
        "find": "find?q=lee&who=alice",
        "settings": "settings",
        "share again": f"{item}/again",
        "doctor": "doctor",
        "error": "nothing/here",
    }


def test_axe_finds_nothing_on_any_page(pages: tuple[Person, dict[str, str], Any]) -> None:
    """In light and in dark, with all that is folded in unfolded; the setup page among them."""
    alice, places, first = pages
    found = {"setup": first}
    for name, path in places.items():
        alice.go(path)
        found[name] = axe(alice)
    assert {name: said for name, said in found.items() if said} == {}


def test_no_page_needs_scrolling_sideways(pages: tuple[Person, dict[str, str], Any]) -> None:
    """At 320 and at 360 px each page fits; that of the agreements is tried by itself below."""
    alice, places, _first = pages
    found = {}
    for name, path in places.items():
        if name == "agreements":
            continue
        alice.go(path)
        found[name] = sideways(alice)
    assert {name: wide for name, wide in found.items() if wide} == {}


def test_the_agreements_need_no_scrolling_sideways(pages: tuple[Person, dict[str, str], Any]) -> None:
    """At 320 and at 360 px the page of the agreements fits."""
    alice, places, _first = pages
    alice.go(places["agreements"])
    assert sideways(alice) == []


def test_every_page_is_there_and_small(pages: tuple[Person, dict[str, str], Any]) -> None:
    """Each page answers with 200, but the one that is not there; none is larger than 60 KB."""
    alice, places, _first = pages
    jar = {cookie["name"]: cookie["value"] for cookie in alice.driver.get_cookies()}
    with httpx.Client(cookies=jar) as client:
        answers = {name: client.get(alice.root + path) for name, path in places.items()}
    assert {name for name, each in answers.items() if each.status_code != 200} == {"error"}
    assert [name for name, each in answers.items() if len(each.content) > PAGE_MAX_BYTES] == []


def test_one_can_write_with_scripts_off(pages: tuple[Person, dict[str, str], Any]) -> None:
    """Without any script the words go to whom one chose, and stand in the page that comes."""
    alice, _places, _first = pages
    off = "Emulation.setScriptExecutionDisabled"
    alice.driver.execute_cdp_cmd(off, {"value": True})
    try:
        alice.go()
        alice.one("textarea[name=text]").send_keys("Said without a script.")
        alice.one(".chooser summary").click()
        alice.one(f"input[value='{PEOPLE_I_KNOW}']").click()
        alice.one(".composer button.do").click()
        alice.until(lambda: "Said without a script." in alice.one("#items").text)
        assert "People I know" in alice.one("#items").text
    finally:
        alice.driver.execute_cdp_cmd(off, {"value": False})
