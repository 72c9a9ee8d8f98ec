# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draws sample pages and takes their pictures, for looking at: python tests/faces/kit/preview.py [FOLDER]."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from edgewise.faces.kit.letterpage import letter_html  # noqa: I001 (found by the line above)
from edgewise.faces.kit.render import HERE, environment, render
from edgewise.faces.kit.shown import Act
from edgewise.faces.kit.words import translator
from tests.faces.kit import samples


PAGES = Path(__file__).resolve().parent / "pages"


def page(name: str, lang: str, place: str, **values: object) -> str:
    """A page with its styles inside, so that it stands alone as a file."""
    made = render(
        environment(lang).from_string((PAGES / f"{name}.html").read_text()),
        lang,
        now_ms=samples.NOW_MS,
        place=place,
        root="",
        token="t",
        find="find",
        **values,
    )
    style = "".join((HERE / "static" / name).read_text() for name in ("edgewise.css", "dark.css"))
    return re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{style}</style>", made)


def pages(lang: str) -> dict[str, str]:
    words = translator(lang)
    home = {
        "asks": samples.asks(words),
        "audiences": samples.AUDIENCES,
        "first": samples.bobs_post(words),
        "others": samples.own_posts(words),
        "now": samples.NOW_MS,
        "audience": None,
    }
    talk = [*samples.own_posts(words)[:1], samples.bobs_post(words)]
    act = Act("Write a letter", "letter")
    return {
        "home": page("home", lang, "home", ask_who=False, **home),
        "asked": page("home", lang, "home", ask_who=True, **home),
        "talk": page("talk", lang, "talk", posts=talk, audience=samples.GARDEN),
        "people": page("people", lang, "people", rows=samples.people(), act=act, audience=samples.PEOPLE),
        "agreements": page(
            "agreements",
            lang,
            "agreements",
            agreements=samples.agreements(),
            act=Act("Look at them together", "x"),
        ),
        "letter": letter_html(samples.letter(), lang),
    }


def shoot(file: Path, picture: Path, size: str, *more: str) -> None:
    with tempfile.TemporaryDirectory() as profile:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        flags += [
            f"--user-data-dir={profile}",
            f"--window-size={size}",
            "--hide-scrollbars",
            "--force-prefers-reduced-motion",
            *more,
        ]
        out = f"--print-to-pdf={picture}" if picture.suffix == ".pdf" else f"--screenshot={picture}"
        subprocess.run(["chromium", *flags, out, file.as_uri()], check=True, capture_output=True)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[2:] or ["home", "asked", "talk", "people", "agreements", "letter"]
    for lang in ("en", "xx"):
        for name, html in pages(lang).items():
            if name not in wanted:
                continue
            file = folder / f"{name}-{lang}.html"
            file.write_text(html)
            if lang == "en":
                shoot(file, folder / f"{name}-wide.png", "1180,1500")
                dark = folder / f"{name}-dark.html"
                dark.write_text(html.replace('dir="ltr"', 'dir="ltr" data-scheme="dark"'))
                shoot(dark, folder / f"{name}-dark.png", "1180,1500", "--force-dark-mode")
            shoot(narrow(file), folder / f"{name}-360{'' if lang == 'en' else '-' + lang}.png", "500,1500")


def narrow(file: Path) -> Path:
    """A page that shows the other in a frame of 360 px: the browser's window is never smaller than 500."""
    frame = file.with_name(f"n-{file.name}")
    frame.write_text(
        f'<body style="margin:0;background:#777"><iframe src="{file.name}" '
        'style="width:360px;height:1400px;border:0">'
    )
    return frame


if __name__ == "__main__":
    main()
