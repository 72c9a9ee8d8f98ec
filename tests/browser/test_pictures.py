# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures, files and voice notes in a real browser: chosen, dropped, recorded, kept, stopped."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.browser.screen import Screen
from tests.media import samples
from tests.stories.home import computers, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

AXE = Path(__file__).parents[2] / "build" / "axe" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """const done = arguments[1], said = (n) => n.html.slice(0, 160) + " | " + n.failureSummary;
axe.run({runOnly: arguments[0]}).then((r) => done(r.violations.map((v) => [v.id, v.nodes.map(said)])));"""
PEOPLE = "People I know"
LISTENING = ("--autoplay-policy=no-user-gesture-required",)
"""The test presses no button of the player; a page may begin for it."""
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
DROP = """
const [kind, name, base64] = arguments, form = document.querySelector('form[data-attach]');
const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)), data = new DataTransfer();
data.items.add(new File([bytes], name, {type: 'image/png'}));
const event = kind === 'drop'
  ? new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})
  : new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
form.querySelector('[data-say]').dispatchEvent(event);
return event.defaultPrevented;
"""


def photo(path: Path, width: int, height: int, colour: tuple[int, int, int]) -> Path:
    """A photograph of a phone, with its place inside."""
    picture = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(picture).ellipse((width // 4, height // 4, width // 2, height // 2), fill=(240, 230, 90))
    picture.save(path, "JPEG", quality=90, exif=samples.exif(), xmp=samples.XMP)
    return path


@pytest.fixture(scope="module")
def carol(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """Carol, alone at her computer, with a microphone that hums."""
    folder = tmp_path_factory.mktemp("pictures")
    with computers(folder, "Carol") as (home,):
        home.ok("init", "Carol", "--remember")
        at = Screen(folder / "browser", flags=(*MICROPHONE, *LISTENING))
        try:
            at.enter(home.start())
            yield at
        finally:
            at.close()


def axe(at: Screen) -> Any:
    """What axe-core finds on the page as it stands."""
    if not AXE.is_file():
        pytest.fail("axe-core is missing: make build/axe/axe.min.js")
    at.js("document.querySelectorAll('details').forEach(d => { d.open = true })")
    at.driver.execute_script(AXE.read_text("utf-8"))
    return at.driver.execute_async_script(RUN, TAGS)


def test_a_picture_is_dropped_and_another_pasted(carol: Screen) -> None:
    """The script takes what is dropped on the composer or pasted into it; the words stay."""
    hers = carol
    hers.go()
    hers.type("text", "words that stay")
    for number, kind in enumerate(("drop", "paste"), 1):
        assert hers.js(DROP, kind, "a.png", base64.b64encode(samples.png()).decode()) is True
        hers.until(
            lambda n=number: len(hers.driver.find_elements("css selector", "#attached img")) == n  # type: ignore[misc]
        )
    assert hers.js("return document.querySelector('[data-say]').value") == "words that stay"
    for left in (1, 0):
        hers.press("Take out", "#attached")
        hers.until(lambda n=left: len(hers.driver.find_elements("css selector", "#attached img")) == n)  # type: ignore[misc]


def test_a_voice_note_is_recorded_and_heard(carol: Screen) -> None:
    """Recorded in the page and listened to before it is said; with its words below; axe finds nothing."""
    carol.go()
    carol.press("Voice", ".composer")
    assert axe(carol) == []
    carol.type("alt", "The leeks are in.")
    carol.click("Record")
    carol.until(lambda: "4:57" in carol.text("output"))
    carol.press("Stop")
    assert axe(carol) == []
    assert 2 < length_of(carol, "#attached audio") < 10
    carol.choose_audience("Only me")
    carol.press("Say it", ".composer footer")
    carol.wait_for("The leeks are in.", "#items")
    assert 2 < length_of(carol, "#items audio") < 10
    carol.js("document.querySelector('#items audio').play()")
    carol.until(lambda: float(carol.js("return document.querySelector('#items audio').currentTime")) > 0.2)


def length_of(at: Screen, css: str) -> float:
    """How many seconds a sound of the page lasts, as the browser reads it."""
    at.one(css)
    said = at.driver.execute_async_script(
        "const done = arguments[1], a = document.querySelector(arguments[0]);"
        "a.onloadedmetadata = () => done(a.duration); a.onerror = () => done(-1); a.load();",
        css,
    )
    return float(said)


def test_a_long_upload_says_how_far_it_is_and_stops(tmp_path: Path) -> None:
    """Over a slow line the page says how much of how much; after Stop nothing of it is attached."""
    film = tmp_path / "film.bin"
    film.write_bytes(os.urandom(6_000_000))
    with computers(tmp_path, "Carol") as (carol,):
        carol.ok("init", "Carol", "--remember")
        at = Screen(tmp_path / "browser")
        try:
            at.enter(carol.start())
            slow = {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": 600_000}
            at._cdp("Network.enable")
            at._cdp("Network.emulateNetworkConditions", **slow)
            at.click("Picture, file")
            at.one("#f-file").send_keys(str(film))
            at.wait_for("of 6.0 MB", "[data-bar]")
            at.click("Stop", "[data-bar]")
            at.until(lambda: not at.one("[data-bar]").is_displayed())
            at.go()
            assert not at.driver.find_elements("css selector", "#attached li")
        finally:
            at.close()


def test_without_scripts_all_of_it_works_but_recording(tmp_path: Path) -> None:
    """Chosen, attached, described, said, taken out: by forms alone; the page of voice notes offers a file."""
    with computers(tmp_path, "Carol") as (carol,):
        carol.ok("init", "Carol", "--remember")
        at = Screen(tmp_path / "browser", script=False)
        try:
            at.enter(carol.start())
            at.click("Picture, file")
            at.one("#f-file").send_keys(str(photo(tmp_path / "a.jpg", 640, 480, (20, 90, 160))))
            at.type("text", "kept words")
            at.press("Attach", ".composer")
            assert at.sees("What does it show?")
            assert at.one("textarea[name=text]").get_attribute("value") == "kept words"
            at.type("alt:" + at.one("[name=drop]").get_attribute("value"), "The sea")
            at.choose_audience("Only me")
            at.press("Say it", ".composer footer")
            at.until(lambda: at.one("#items figure img").get_attribute("alt") == "The sea")
            at.press("Voice", ".composer")
            assert at.sees("A voice note as a file")
            assert not at.sees("Record")
        finally:
            at.close()
            carol.stop()


def test_the_draft_with_its_pictures_outlives_the_computer(tmp_path: Path) -> None:
    """After a restart the composer shows words, picture and description as they were."""
    with computers(tmp_path, "Carol") as (carol,):
        carol.ok("init", "Carol", "--remember")
        at = Screen(tmp_path / "browser")
        try:
            at.enter(carol.start())
            at.type("text", "not said yet")
            at.click("Picture, file")
            at.one("#f-file").send_keys(str(photo(tmp_path / "a.jpg", 640, 480, (20, 90, 160))))
            at.until(lambda: bool(at.driver.find_elements("css selector", "#attached textarea")))
            at.one("#attached textarea").send_keys("The sea")
            at.wait_for("Kept on this computer", ".composer output")
            until(lambda: "The sea" in carol_draft(at))
            carol.stop()
            at.enter(carol.start())
            assert at.one("textarea[name=text]").get_attribute("value") == "not said yet"
            assert at.one("#attached textarea").get_attribute("value") == "The sea"
            at.until(lambda: bool(at.js("return document.querySelector('#attached img').naturalWidth > 0")))
        finally:
            at.close()


def carol_draft(at: Screen) -> str:
    """The composer as the node has it, asked for anew."""
    said = at.driver.execute_async_script(
        "const done = arguments[0]; fetch(location.href).then(r => r.text()).then(done)"
    )
    return str(said)
