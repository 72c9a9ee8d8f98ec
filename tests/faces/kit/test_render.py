# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages: whole, escaped, the same for the same values; with a golden post."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from edgewise.faces.kit.render import Frame, environment, render, size_text
from edgewise.faces.kit.shown import AskView, Choice, Hold, Who
from edgewise.faces.kit.words import LANGUAGES, translator
from tests.faces.kit import samples
from tests.faces.kit.preview import pages

GOLDEN = Path(__file__).parent / "golden"
LICENCE = "<!-- SPDX-License-Identifier: AGPL-3.0-or-later -->"
EVIL = "<script>alert('&')</script>\"'"
NAMES = ("home", "asked", "talk", "people", "agreements", "letter")


def drawn(source: str, lang: str = "en", **values: object) -> str:
    """A scrap of template, drawn with the macros."""
    return render(environment(lang).from_string(source), lang, now_ms=samples.NOW_MS, token="t", **values)


def golden(name: str, made: str) -> bool:
    """True when this is what a person has looked at; WRITE_GOLDEN=1 writes it anew."""
    lines = [LICENCE, *(line.rstrip() for line in made.splitlines() if line.strip())]
    file = GOLDEN / name
    if os.environ.get("WRITE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return lines == file.read_text(encoding="utf-8").splitlines()


def test_a_post_looks_as_it_did() -> None:
    """Header, body, state in stitch and in words, acts and replies of a post."""
    words = translator("en")
    made = drawn(
        "{{ parts.post(p) }}\n{{ parts.post(q) }}", p=samples.bobs_post(words), q=samples.own_posts(words)[0]
    )
    assert golden("post.html", made)


@pytest.mark.parametrize("lang", [*LANGUAGES, "xx"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_small_and_without_scripts_inside(name: str, lang: str) -> None:
    """Every page keeps under 60 KB without its styles, and holds no script and no style of its own."""
    made = pages(lang)[name]
    head, _, rest = made.partition("<style>")
    _, _, body = rest.partition("</style>")
    page = head + body
    assert len(page.encode()) < 60_000
    assert "style=" not in page.replace("style-src", "")
    assert " onclick" not in page
    assert page.count("<script") == (0 if name == "letter" else 1)
    assert page.rstrip().endswith("</html>")


def test_nothing_that_others_wrote_becomes_markup() -> None:
    """Names, texts, places, warnings and answers of others are escaped in each macro."""
    words = translator("en")
    post = samples.bobs_post(words)
    who = Who(EVIL, b"x")
    bad = replace(
        post, who=who, text=EVIL, place=EVIL, warning=EVIL, to_name=EVIL, readers=EVIL, id="p", replies=()
    )
    ask = AskView("a", EVIL, "u", (Choice(EVIL, EVIL),), EVIL, EVIL, None, EVIL)
    audience = replace(samples.GARDEN, name=EVIL, names=(EVIL,))
    person = replace(
        samples.people()[0], who=replace(who, own_name=EVIL), met=EVIL, may=(EVIL,), waiting=EVIL
    )
    held = replace(
        samples.agreements()["Bob"][0], sentence=EVIL, until=EVIL, stopped=EVIL, hold=Hold(1, EVIL)
    )
    made = drawn(
        """{{ parts.post(bad) }}{{ parts.asked([ask]) }}{{ parts.people([person]) }}
        {{ parts.agreements([held]) }}{{ parts.audience_panel(audience) }}
        {{ parts.composer(evil, draft=evil, text=evil, audience=audience, audiences=[audience],
           fields={"reply": evil}, warning=evil, ask_who=True) }}
        {{ parts.notice(evil) }}{{ parts.empty(evil) }}{{ parts.progress(evil, 1, 2, evil, evil) }}
        {{ parts.field("n", evil, evil, evil, error=evil) }}""",
        bad=bad,
        ask=ask,
        person=person,
        held=held,
        audience=audience,
        evil=EVIL,
    )
    assert "<script" not in made
    assert "alert(&#39;&amp;&#39;)" in made


def test_state_is_told_by_the_stitch_and_in_words() -> None:
    """Each of the four wordings has its class, and others' items stay plain."""
    words = translator("en")
    classes = []
    for post in (*samples.own_posts(words)[:4], samples.bobs_post(words)):
        line = drawn("{{ parts.post(p) }}", p=replace(post, replies=(), new=False)).splitlines()[0]
        classes.append(line.split('class="')[1].split('"')[0])
    assert classes == ["post woad way", "post woad here", "post woad", "post woad gone", "post lichen"]


def test_every_answer_to_a_request_looks_alike() -> None:
    """Three buttons of one style: none is emphasised, none is chosen before."""
    made = drawn("{{ parts.asked(asks) }}", asks=samples.asks(translator("en"))[:1])
    assert made.count("<button name=") == 3
    assert 'class="do"' not in made
    assert "checked" not in made


def test_without_an_audience_the_composer_asks_and_keeps_the_words() -> None:
    """The button is never disabled; the question opens, and the text is still there."""
    made = drawn(
        '{{ parts.composer("post", text="Leeks", audiences=who, ask_who=True) }}', who=samples.AUDIENCES
    )
    assert 'class="chooser" open' in made
    assert "Your words are kept." in made
    assert "Leeks</textarea>" in made
    assert "checked" not in made
    assert "disabled" not in made


def test_each_form_that_changes_something_carries_the_token() -> None:
    """As many hidden tokens as forms with method=post, on each page."""
    for name, made in pages("en").items():
        assert made.count('name="token"') == made.count('method="post"'), name


def test_a_missing_value_or_template_is_an_error() -> None:
    """A page never shows a hole where a value should be; no name leads out of the rooms."""
    with pytest.raises(UndefinedError):
        drawn("{{ nobody_gave_this }}")
    for name in ("none.html", "posts/none.html", "../x/base.html", "posts/../../x.html"):
        with pytest.raises(TemplateNotFound):
            render(name, "en", now_ms=0)


def test_the_frame_says_where_one_is_and_how_it_was_set() -> None:
    """The open place is marked once in the rail; scheme, letters and direction stand at the top."""
    made = render(
        "error.html",
        "xx",
        now_ms=samples.NOW_MS,
        place="agreements",
        root="/h/",
        scheme="dark",
        plain_letters=True,
        single_letters=False,
        unread=True,
        events="/h/events",
        sentence="a",
        remedy="b",
        kept="",
        act=None,
    )
    assert 'dir="rtl" data-scheme="dark" data-letters="plain"' in made
    assert "<title>• " in made
    assert made.count('href="/h/agreements" aria-current="page"') == 2
    assert 'class="on"' in made
    assert 'data-events="/h/events" data-letters-off' in made
    assert "/h/static/dark.css" in made


def test_a_page_without_a_place_has_no_rail() -> None:
    """The first page and the locked one stand alone."""
    made = render("error.html", "en", now_ms=0, sentence="a", remedy="", kept="", act=None)
    assert "<nav" not in made
    assert Frame("en", "ltr", 0).in_more is False


def test_bytes_are_read_in_decimal_units() -> None:
    """As disks and shops count them, with the language's own comma."""
    assert [size_text(n, translator("en")) for n in (0, 999, 312_400, 1_540_000, 40_000_000)] == [
        "0 B",
        "999 B",
        "312 KB",
        "1.5 MB",
        "40 MB",
    ]
    assert size_text(1_540_000_000, translator("de")) == "1,5 GB"


def test_the_filters_speak_the_language() -> None:
    """Hours, days, numbers, people and sizes in a template."""
    made = drawn("{{ 0|people }} {{ 1234|number }} {{ 5000|size }} {{ now|day }}", "de", now=samples.NOW_MS)
    assert made == '0 Leute 1.234 5 KB <time datetime="2026-11-23">23. November</time>'
