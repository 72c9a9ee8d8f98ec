# SPDX-License-Identifier: AGPL-3.0-or-later
"""People's text as safe HTML."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.faces.kit.said import is_long, said, shortened

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    'https://example.org/"onmouseover="alert(1)',
    "https://example.org/'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "JaVaScRiPt://example.org/%0aalert(1)",
    "{{ 7*7 }} {% raw %}",
    "&lt;b&gt; &#60;b&#62;",
    "https://example.org/<b>",
    "http://[::1]\x00<i>",
]


class Reader(HTMLParser):
    """Notes every tag and attribute that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[str, str]] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {(tag, name) for name, _ in attrs} or {(tag, "")}
        self.links += [value or "" for name, value in attrs if name == "href"]


ALLOWED = {("p", "dir"), ("br", ""), ("a", "href"), ("a", "target"), ("a", "rel")}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    """Nothing that a person writes becomes a tag, an attribute or a script."""
    read = Reader()
    read.feed(str(said(text)))
    assert read.seen <= ALLOWED
    assert all(link.startswith(("http://", "https://")) for link in read.links)


@given(st.text(alphabet=st.sampled_from("<>\"'&/:=ahtps.x \n\r\t\x00\u202e"), max_size=80))
def test_any_text_gives_only_paragraphs_lines_and_links(text: str) -> None:
    """Whatever signs come together, the page holds these three tags only."""
    read = Reader()
    read.feed(str(said(text)))
    assert read.seen <= ALLOWED


def test_paragraphs_and_lines_stay_as_they_were_written() -> None:
    """An empty line parts paragraphs, a line end stays a line end."""
    assert said("one\r\ntwo\n\n\nthree") == '<p dir="auto">one<br>two</p><p dir="auto">three</p>'
    assert said(" \n ") == ""


def test_a_link_is_its_own_text_and_leaves_the_sentence_its_stop() -> None:
    """The stop and the bracket round an address are not part of it; brackets within are."""
    made = str(said("See https://example.org/a_(b), or (https://example.org/c)."))
    assert re.findall('href="([^"]*)"', made) == ["https://example.org/a_(b)", "https://example.org/c"]
    assert 'rel="noopener noreferrer nofollow"' in made
    assert made.endswith("</a>).</p>")


def test_marks_that_turn_the_direction_end_a_link() -> None:
    """A link can't be made to look like another one by turning its end round."""
    made = str(said("https://example.org/\u202egpj.exe"))
    assert re.findall('href="([^"]*)"', made) == ["https://example.org/"]


def test_long_text_is_cut_between_words() -> None:
    """The beginning is shown, whole words only, and it is said that more follows."""
    text = "leek " * 100
    assert shortened(text, 22) == "leek leek leek leek …"
    assert is_long(text, 22)
    assert not is_long("leek", 22)
    assert str(said(text, 22)) == '<p dir="auto">leek leek leek leek …</p>'
