# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures, files and voice notes in two real browsers: chosen, dropped, recorded, seen at the other's."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.browser.screen import Screen
from tests.media import samples
from tests.stories.home import Home, computers, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

AXE = Path(__file__).parents[2] / "build" / "axe" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """const done = arguments[1], said = (n) => n.html.slice(0, 160) + " | " + n.failureSummary;
axe.run({runOnly: arguments[0]}).then((r) => done(r.violations.map((v) => [v.id, v.nodes.map(said)])));"""
PEOPLE = "People I know"
FILE_BYTES = 24_000_000
"""Long enough on its way that one can press Pause."""
LISTENING = ("--autoplay-policy=no-user-gesture-required",)
"""The test presses no button of the player; a page may begin for it."""
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def photo(path: Path, width: int, height: int, colour: tuple[int, int, int]) -> Path:
    """A photograph of a phone, with its place inside."""
    picture = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(picture).ellipse((width // 4, height // 4, width // 2, height // 2), fill=(240, 230, 90))
    picture.save(path, "JPEG", quality=90, exif=samples.exif(), xmp=samples.XMP)
    return path


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Screen, Home, Screen]]:
    """Alice and Bob, who have met; each reads what the other writes to people they know."""
    folder = tmp_path_factory.mktemp("pictures")
    with computers(folder, "Alice", "Bob") as (alice, bob):
        for each in (alice, bob):
            each.ok("init", each.name, "--remember")
        links = alice.start(), bob.start()
        letter = folder / "letter.html"
        alice.ok("invite", "--to", "Bob", "--words", "Dear Bob, let us write here.", "--out", letter)
        bob.ok("accept", letter, "--yes")
        until(lambda: "Bob" in alice.ok("people") and "Alice" in bob.ok("people"))
        for one, other in ((alice, "Bob"), (bob, "Alice")):
            one.ok("circle", "add", PEOPLE, other)
        hers, his = Screen(folder / "hers", flags=MICROPHONE), Screen(folder / "his", flags=LISTENING)
        try:
            hers.enter(links[0])
            his.enter(links[1])
            yield alice, hers, bob, his
        finally:
            hers.close()
            his.close()


def axe(at: Screen) -> Any:
    """What axe-core finds on the page as it stands."""
    if not AXE.is_file():
        pytest.fail("axe-core is missing: make build/axe/axe.min.js")
    at.js("document.querySelectorAll('details').forEach(d => { d.open = true })")
    at.driver.execute_script(AXE.read_text("utf-8"))
    return at.driver.execute_async_script(RUN, TAGS)


def shown(at: Screen) -> list[str]:
    """The descriptions of the pictures that are drawn on the page, of those that are."""
    found: list[str] = at.js(
        "return [...document.querySelectorAll('#items figure img')]"
        ".filter(i => i.complete && i.naturalWidth > 0).map(i => i.alt)"
    )
    return found


def fetched(at: Screen, url: str) -> bytes:
    """The bytes behind an address, as the page itself gets them."""
    said = at.driver.execute_async_script(
        "const done = arguments[1]; fetch(arguments[0]).then(r => r.arrayBuffer())"
        ".then(b => done(Array.from(new Uint8Array(b))))",
        url,
    )
    return bytes(said)


def say(at: Screen, text: str) -> None:
    """Say what stands in the composer to the people one knows."""
    at.type("text", text)
    at.choose_audience(PEOPLE)
    at.press("Say it", ".composer footer")


def test_two_pictures_reach_the_other_without_their_place(
    two: tuple[Home, Screen, Home, Screen], tmp_path: Path
) -> None:
    """Chosen together, described, said; the other one's open page shows both, and no byte tells where."""
    _, hers, _, his = two
    hers.go()
    his.go()
    first = photo(tmp_path / "IMG_1.jpg", 1600, 1067, (40, 110, 60))
    second = photo(tmp_path / "IMG_2.jpg", 900, 1200, (120, 70, 40))
    assert b"Anna" in first.read_bytes()
    hers.click("Picture, file")
    hers.one("#f-file").send_keys(f"{first}\n{second}")
    hers.wait_for("Place and camera data removed.")
    hers.until(lambda: len(hers.driver.find_elements("css selector", "#attached textarea")) == 2)
    for field, words in zip(
        hers.driver.find_elements("css selector", "#attached textarea"), ("The bed", "The shed"), strict=True
    ):
        field.send_keys(words)
    assert axe(hers) == []
    say(hers, "Look what grows")
    his.wait_for("Look what grows", "#items")
    his.until(lambda: shown(his) == ["The bed", "The shed"])
    assert axe(his) == []
    for link in his.js("return [...document.querySelectorAll('#items figure a')].map(a => a.href)"):
        whole = fetched(his, link)
        assert [secret for secret in samples.SECRETS if secret in whole] == []
        assert Image.open(io.BytesIO(whole)).size in ((1600, 1067), (900, 1200))


def test_a_file_is_fetched_paused_and_gone_on_with(
    two: tuple[Home, Screen, Home, Screen], tmp_path: Path
) -> None:
    """It comes when asked for, says how far it is, stops at Pause, and ends as it was."""
    _, hers, _, his = two
    film = tmp_path / "film.bin"
    film.write_bytes(os.urandom(FILE_BYTES))
    hers.go()
    hers.click("Picture, file")
    hers.one("#f-file").send_keys(str(film))
    hers.wait_for("film.bin", "#attached")
    say(hers, "The film of Saturday")
    his.go()
    his.wait_for("film.bin 24 MB, not on this computer", "#items")
    his.press("Get", "#items")
    his.press("Pause", "#items")
    his.wait_for("of 24 MB are here", "#items")
    his.press("Go on", "#items")
    his.until(lambda: bool(his.js("return !!document.querySelector('#items .file a[download]')")))
    saved = his.downloaded(lambda: his.click("film.bin", "#items"))
    assert saved.read_bytes() == film.read_bytes()


def test_a_voice_note_is_recorded_heard_and_read(two: tuple[Home, Screen, Home, Screen]) -> None:
    """Recorded in the page, listened to before it is said, it plays at the other's with its words below."""
    _, hers, _, his = two
    hers.go()
    hers.press("Voice", ".composer")
    assert axe(hers) == []
    hers.type("alt", "The leeks are in.")
    hers.click("Record")
    hers.wait_for("4:5", "output")
    hers.until(lambda: "4:57" in hers.text("output"))
    hers.press("Stop")
    hers.until(lambda: bool(hers.driver.find_elements("css selector", "#attached audio")))
    say(hers, "Hear")
    his.go()
    his.wait_for("The leeks are in.", "#items")
    his.one("#items audio")
    seconds = his.driver.execute_async_script(
        "const done = arguments[0], a = document.querySelector('#items audio'); a.preload = 'metadata';"
        "a.onloadedmetadata = () => done(a.duration); a.onerror = () => done(-1); a.load();"
    )
    assert 2 < float(seconds) < 10
    his.js("document.querySelector('#items audio').play()")
    his.until(lambda: float(his.js("return document.querySelector('#items audio').currentTime")) > 0.2)
    assert axe(his) == []
