# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page can be used: by those who see little, in the colours they chose, on the smallest telephone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from tests.browser.house import House, furnished

AXE: Final = Path(__file__).parents[2] / "build" / "axe" / "axe.min.js"
PAGE_MAX_BYTES: Final = 60 * 1024
NARROW: Final = (320, 360)
TAGS: Final = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLOURS: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""In other colours the page has the same parts: only what is about colours is asked again."""
SCHEMES: Final = (
    ("light", {}, TAGS),
    ("dark", {}, COLOURS),
    ("contrast", {}, COLOURS),
    ("contrast", {"prefers_color_scheme": "dark"}, COLOURS),
)
FORCED: Final = ("light", "dark")
FAINT: Final = """
const luminance = c => c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
const parts = colour => (colour.match(/[0-9.]+/g) || []).map(Number);
const ground = e => { for (; e; e = e.parentElement) {
  const c = parts(getComputedStyle(e).backgroundColor);
  if (c.length === 3 || c[3] === 1) return c.slice(0, 3);
} return parts(getComputedStyle(document.documentElement).color).map(v => v > 127 ? 0 : 255).slice(0, 3); };
const says = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
return [...document.body.querySelectorAll('*')].filter(e => says(e) && e.checkVisibility())
  .filter(e => !e.closest('svg,[disabled],:disabled')).filter(e => {
    const two = [parts(getComputedStyle(e).color).slice(0, 3), ground(e)];
    const [a, b] = two.map(luminance).sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05) < 4.5;
  }).map(e => e.outerHTML.slice(0, 160));
"""
"""Text that is too faint under forced colours. axe-core reads there a colour that Chromium does not paint."""
RUN: Final = """
const [only, done] = arguments, said = n => n.html.slice(0, 160) + ' | ' + n.failureSummary;
axe.run({runOnly: only}).then(
  r => done(r.violations.map(v => [v.id, v.nodes.map(said)])), e => done([['axe itself', [String(e)]]]));
"""
WEIGHT: Final = """
return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .reduce((sum, e) => sum + e.decodedBodySize, 0);
"""


@dataclass
class Seen:
    """What one page showed: axe-core's findings, the widths at which it must be scrolled sideways, its size.

    `title` is what the page calls itself.
    """

    title: str
    findings: list[Any]
    sideways: list[int]
    size_bytes: int


def look(house: House, name: str) -> Seen:
    """Open a page and look at it from every side."""
    house.open(name)
    at = house.at
    size_bytes = int(at.js(WEIGHT))
    if (address := house.pages[name]).startswith("file:"):
        size_bytes = Path(url2pathname(urlsplit(address).path)).stat().st_size
    at.js(AXE.read_text("utf-8"))
    findings: list[Any] = []
    for scheme, more, rules in SCHEMES:
        at.scheme(scheme, **more)
        findings += [(scheme, more, each) for each in at.driver.execute_async_script(RUN, rules)]
    for scheme in FORCED:
        at.scheme(scheme, forced_colors="active")
        findings += [(scheme, "forced", html) for html in at.js(FAINT)]
    at.scheme("light", forced_colors="none")
    wide = []
    for width in NARROW:
        at.size(width)
        if at.js("return document.documentElement.scrollWidth") > width:
            wide.append(width)
    at.wide()
    return Seen(at.title, findings, wide, size_bytes)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """Every page of a furnished home, and those before and beside it, looked at once."""
    if not AXE.is_file():
        pytest.fail("axe-core is missing: make build/axe/axe.min.js")
    with furnished(tmp_path_factory.mktemp("access")) as house:
        yield {name: look(house, name) for name in house.pages}


def test_axe_finds_nothing_on_any_page(seen: dict[str, Seen]) -> None:
    """In light, dark, strong contrast and forced colours, with all that is folded in unfolded."""
    assert {name: page.findings for name, page in seen.items() if page.findings} == {}


def test_no_page_needs_scrolling_sideways(seen: dict[str, Seen]) -> None:
    """At 320 and at 360 px each page fits, also with all that is folded in unfolded."""
    assert {name: page.sideways for name, page in seen.items() if page.sideways} == {}


def test_every_page_is_small(seen: dict[str, Seen]) -> None:
    """With all that a page brings along, styles and script, none is larger than 60 KB."""
    assert {name: page.size_bytes for name, page in seen.items() if page.size_bytes > PAGE_MAX_BYTES} == {}
    assert min(page.size_bytes for page in seen.values()) > 0


def test_each_page_is_the_one_that_was_meant(seen: dict[str, Seen]) -> None:
    """No page of the list is a mere error page, but the two that are meant to be; each has a title."""
    titles = {name: page.title for name, page in seen.items()}
    assert [name for name, title in titles.items() if not title] == []
    astray = titles["nothing/here"]
    assert [name for name, title in titles.items() if title == astray] == ["nothing/here"], titles
