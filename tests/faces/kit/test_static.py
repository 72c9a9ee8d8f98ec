# SPDX-License-Identifier: AGPL-3.0-or-later
"""The styles and the script: small, readable by everybody, nothing fetched from elsewhere."""

import re

import pytest

from edgewise.faces.kit.render import HERE
from edgewise.faces.kit.shown import DYES, WEAVES
from edgewise.faces.kit.stripped import stripped

STATIC = HERE / "static"
CSS = (STATIC / "edgewise.css").read_text(encoding="utf-8")
JS = (STATIC / "edgewise.js").read_text(encoding="utf-8")
ATTACH = (STATIC / "attach.js").read_text(encoding="utf-8")
VOICE = (STATIC / "voice.js").read_text(encoding="utf-8")
DARK = (STATIC / "dark.css").read_text(encoding="utf-8")
GROUNDS = ("paper", "raised", "sunk")


def tokens() -> dict[str, dict[str, str]]:
    """The colours of each scheme, as the cascade makes them."""
    part = CSS.partition("/* tokens */")[2].partition("/* end of tokens */")[0]
    light, dark, more_light, more_dark = (
        dict(re.findall(r"--([a-z]+):(#[0-9A-F]{6})", block))
        for block in re.findall(r"\{(--[^}]*|[^{}]*--[^}]*)\}", part)
    )
    return {
        "light": light,
        "dark": {**light, **dark},
        "more light": {**light, **more_light},
        "more dark": {**light, **dark, **more_dark},
    }


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "more light", "more dark"])
def test_all_text_has_the_contrast_that_eyes_need(scheme: str) -> None:
    """Level AA for text on each ground; 3 to 1 for borders, focus and dyes; AAA where more is asked for."""
    colours = tokens()[scheme]
    text = 7 if scheme.startswith("more") else 4.5
    for ground in GROUNDS:
        for name in ("ink", "muted", "act", "thread"):
            assert contrast(colours[name], colours[ground]) >= text, (name, ground)
        for name in ("edge", "focus", *DYES, "madder"):
            assert contrast(colours[name], colours[ground]) >= 3, (name, ground)
    assert contrast(colours["on"], colours["act"]) >= text
    assert contrast(colours["warn"], colours["warnbg"]) >= text
    assert contrast(colours["warn"], colours["raised"]) >= text
    assert contrast(colours["ink"], colours["warnbg"]) >= text
    assert contrast(colours["act"], colours["warnbg"]) >= text


def test_the_chosen_dark_is_the_dark_of_the_computer() -> None:
    """dark.css repeats the colours of edgewise.css, and nothing else."""
    colour = r"--[a-z]+:#[0-9A-F]{6}"
    blocks = re.findall(r"not\(\[data-scheme=light\]\)\{([^}]*)\}", CSS)
    assert [re.findall(colour, block) for block in blocks] == [
        re.findall(colour, block) for block in re.findall(r"data-scheme=dark\]\{([^}]*)\}", DARK)
    ]


def test_conditions_of_styles_are_read_by_browsers() -> None:
    """ "and(" is one word to a browser, which then leaves the whole condition out."""
    for text in (CSS, DARK, (STATIC / "letter.css").read_text(encoding="utf-8")):
        assert not re.search(r"\b(and|or|not)\(", re.sub(r":not\(", "", text))


def test_styles_and_script_keep_their_size() -> None:
    """A page comes fast on an old computer: 12 KB of styles, 10 KB of script, as they are sent.

    A page with a composer has attach.js besides; the page of a voice note has voice.js and no other.
    """
    assert len(stripped(CSS, "").encode()) <= 12 * 1024
    assert len((stripped(JS) + stripped(ATTACH)).encode()) <= 10 * 1024
    assert len(stripped(VOICE).encode()) <= 10 * 1024


def test_what_is_left_out_is_for_readers_of_the_source_alone() -> None:
    """Comments on lines of their own and indentation go; whatever runs is the same, line by line."""
    assert stripped("// a\n/* b */\n  x = '// c';\n\n  /* d */ y();\n") == "x = '// c';\n/* d */ y();\n"
    for script in (JS, ATTACH, VOICE):
        assert all(line.count("`") % 2 == 0 for line in script.splitlines()), "a text over several lines"
        assert all("*/" in line for line in script.splitlines() if "/*" in line)


def test_nothing_is_fetched_from_elsewhere() -> None:
    """No address, no import, no font: a page needs this computer only."""
    for text in (CSS, DARK, JS, ATTACH, VOICE, (STATIC / "letter.css").read_text(encoding="utf-8")):
        assert not re.search(r"https?:|url\(|@import|@font-face|eval\(|innerHTML", text)


def test_inner_edges_follow_the_direction_of_writing() -> None:
    """Left and right are never named, so that right-to-left needs no second sheet."""
    for text in (CSS, (STATIC / "letter.css").read_text(encoding="utf-8")):
        assert not re.search(
            r"(margin|padding|border)-(left|right)|(?<![a-z-])(left|right):|text-align:(left|right)", text
        )


def test_everybody_can_wear_each_dye_and_weave() -> None:
    """The classes that a patch names exist; "plain" needs none."""
    for name in (*DYES, "madder"):
        assert f".{name}{{--dye:var(--{name})}}" in CSS
    for name in WEAVES[:3]:
        assert f".{name}{{background" in CSS


def test_stillness_paper_and_forced_colours_are_thought_of() -> None:
    """Nothing moves where it should not; a page prints; a screen with its own colours shows the place."""
    for question in ("prefers-reduced-motion", "prefers-contrast", "forced-colors", "media print"):
        assert question in CSS
