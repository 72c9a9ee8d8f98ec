# SPDX-License-Identifier: AGPL-3.0-or-later
"""One person at one browser: what they press, type and read. Every act waits until it can be done."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    JavascriptException,
    NoSuchElementException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

T = TypeVar("T")

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--force-device-scale-factor=1"),
)
WIDE = (1180, 900)
WAIT_S = 30.0
TRY_EVERY_S = 0.05
NOT_YET = (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    JavascriptException,
    NoSuchElementException,
    StaleElementReferenceException,
)
"""A live page swaps its parts: what is not there now may be there the next moment."""
SCHEMES: Mapping[str, Mapping[str, str]] = {
    "light": {"prefers-color-scheme": "light", "prefers-contrast": "no-preference"},
    "dark": {"prefers-color-scheme": "dark", "prefers-contrast": "no-preference"},
    "contrast": {"prefers-color-scheme": "light", "prefers-contrast": "more"},
}
PRESSABLE = "a[href],button,summary,label"


class Screen:
    """A browser with a profile of its own.

    `lang` is what it asks for, `script` whether it runs scripts, `flags` what it is started with besides.
    """

    def __init__(
        self, folder: Path, *, lang: str = "en", script: bool = True, flags: Iterable[str] = ()
    ) -> None:
        self.downloads = folder / "downloads"
        self.downloads.mkdir(parents=True)
        self.root = ""
        self.clicks = 0
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in (*FLAGS, *flags, f"--user-data-dir={folder / 'profile'}", f"--lang={lang}"):
            options.add_argument(flag)
        options.add_argument(f"--window-size={WIDE[0]},{WIDE[1]}")
        options.add_experimental_option(
            "prefs",
            {
                "download.default_directory": str(self.downloads),
                "intl.accept_languages": lang,
                "profile.default_content_setting_values.javascript": 1 if script else 2,
            },
        )
        service = webdriver.ChromeService(DRIVER, env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"})
        self.driver = webdriver.Chrome(options=options, service=service)

    def close(self) -> None:
        """End the browser."""
        self.driver.quit()

    # where

    def enter(self, link: str) -> None:
        """Open the link that the program printed; the page goes on to Home, or to set-up, by itself."""
        self.driver.get(link)
        self.root = link.partition("enter?")[0]
        self.until(lambda: "/enter?" not in self.driver.current_url)
        self.until(self._is_complete)

    def go(self, path: str = "") -> None:
        """Open a page of the home by its path."""
        self.driver.get(self.root + path)

    def look(self, file: Path) -> None:
        """Open a file of this computer."""
        self.driver.get(file.as_uri())

    @property
    def path(self) -> str:
        """The path of the page below the home's own."""
        return self.driver.current_url.removeprefix(self.root).partition("#")[0]

    # what one reads

    @property
    def title(self) -> str:
        """The title of the page."""
        return self.driver.title

    def text(self, css: str = "main") -> str:
        """What stands there to be read, in one line; "" where there is no such part."""
        said = self.js(
            "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText).join(' ')", css
        )
        return " ".join(str(said).split())

    def sees(self, words: str, css: str = "main") -> bool:
        """Whether the words stand there now."""
        return words in self.text(css)

    def wait_for(self, words: str, css: str = "main") -> None:
        """Wait until the words stand there."""
        self.until(lambda: self.sees(words, css), lambda: f"never read {words!r} in: {self.text(css)}")

    def wait_gone(self, words: str, css: str = "main") -> None:
        """Wait until the words stand there no more."""
        self.until(lambda: not self.sees(words, css), lambda: f"still reads {words!r} in: {self.text(css)}")

    # what one does

    def press(self, words: str, within: str = "body") -> None:
        """Press a button or a link by its words and wait for the page that it leads to."""
        old = self.driver.find_element(By.TAG_NAME, "html")
        self.click(words, within)
        self.until(lambda: _is_stale(old), lambda: f"{words!r} led nowhere from {self.driver.current_url}")
        self.until(self._is_complete)

    def click(self, words: str, within: str = "body") -> None:
        """Press something by its words; the page stays."""

        def done() -> bool:
            self._pressable(words, within).click()
            self.clicks += 1
            return True

        self.until(done, lambda: f"nothing to press says {words!r} in: {self.text(within)}")

    def type(self, name: str, text: str, within: str = "main") -> None:
        """Fill a field by its name."""

        def done() -> bool:
            field = self.one(f'{within} [name="{name}"]:not([type=hidden])')
            field.clear()
            field.send_keys(text)
            return field.get_attribute("value") == text

        self.until(done, lambda: f"no field {name!r} on {self.driver.current_url}")

    def give(self, name: str, file: Path) -> None:
        """Choose a file for a field."""
        self.one(f'[name="{name}"]').send_keys(str(file))

    def tick(self, words: str, within: str = "main") -> None:
        """Tick a box or a choice by the words beside it."""
        self.click(words, within)

    def choose_audience(self, words: str) -> None:
        """Open the chip beside the button, and choose who may read."""
        if not self.js("return !!document.querySelector('.chooser[open]')"):
            self.click_css(".composer .chooser > summary")
        self.click(words, ".composer .chooser")

    def click_css(self, css: str) -> None:
        """Press something by its place."""

        def done() -> bool:
            self.one(css).click()
            self.clicks += 1
            return True

        self.until(done, lambda: f"nothing to press at {css}")

    def keys(self, *keys: str) -> None:
        """Type on the keyboard, wherever the focus is."""
        self.driver.switch_to.active_element.send_keys(*keys)

    def ctrl_enter(self) -> None:
        """Ctrl and Enter in the field that has the focus, and the page that follows."""
        old = self.driver.find_element(By.TAG_NAME, "html")
        self.keys(Keys.CONTROL + Keys.ENTER + Keys.NULL)
        self.until(lambda: _is_stale(old))
        self.until(self._is_complete)

    def downloaded(self, act: Callable[[], None]) -> Path:
        """The file that this act brings onto the computer."""
        before = set(self.downloads.iterdir())
        act()

        def whole() -> Path | None:
            new = [file for file in self.downloads.iterdir() if file not in before]
            # Until a file is whole it has another name; which one depends on how quick the disk is.
            done = len(new) == 1 and not new[0].name.startswith(".") and new[0].suffix != ".crdownload"
            return new[0] if done and new[0].stat().st_size else None

        found = self.until(whole, lambda: "no file came")
        assert found is not None
        return found.rename(found.with_name(f"{len(before)}-{found.name}"))

    # how the page is shown

    def scheme(self, name: str, **more: str) -> None:
        """Colours that the system asks for: light, dark or contrast; more media features by keyword."""
        features = {**SCHEMES[name], **{key.replace("_", "-"): value for key, value in more.items()}}
        self._cdp(
            "Emulation.setEmulatedMedia",
            features=[{"name": key, "value": value} for key, value in features.items()],
        )

    def size(self, width: int, height: int = 800) -> None:
        """The width and height of the page in CSS pixels."""
        self._cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def wide(self) -> None:
        """The size of the window again."""
        self._cdp("Emulation.clearDeviceMetricsOverride")

    def ask_in(self, lang: str) -> None:
        """From now on pages are asked for in this language."""
        self._cdp("Network.enable")
        self._cdp("Network.setExtraHTTPHeaders", headers={"Accept-Language": lang})

    def _cdp(self, command: str, **values: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, values)

    # below

    def one(self, css: str) -> WebElement:
        """The first part of the page that fits, as soon as it is there."""
        return self.until(
            lambda: self.driver.find_element(By.CSS_SELECTOR, css), lambda: f"no {css} on {self.path}"
        )

    def js(self, code: str, *values: Any) -> Any:
        """What the page itself answers."""
        return self.driver.execute_script(code, *values)

    def until(self, true: Callable[[], T], told: Callable[[], str] = lambda: "it never came true") -> T:
        """Wait until this is true and give what it was; parts that are swapped meanwhile don't matter."""
        end = time.monotonic() + WAIT_S
        while True:
            try:
                found = true()
            except NOT_YET:
                found = None  # type: ignore[assignment]  # not there yet
            if found:
                return found
            assert time.monotonic() < end, told()
            time.sleep(TRY_EVERY_S)

    def _pressable(self, words: str, within: str) -> WebElement:
        """The part to press with exactly these words; else with these among others. Only what is shown."""
        found = self.js(
            """const [words, within, what] = arguments;
            const said = e => e.innerText || e.getAttribute('aria-label') || '';
            const plain = e => said(e).trim().replace(/\\s+/g, ' ');
            const all = [...document.querySelectorAll(within)].flatMap(w => [...w.querySelectorAll(what)])
              .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('[aria-hidden=true]'));
            return all.find(e => plain(e) === words) || all.find(e => plain(e).startsWith(words)) || null;""",
            words,
            within,
            PRESSABLE,
        )
        if found is None:
            raise NoSuchElementException(words)
        element: WebElement = found
        return element

    def _is_complete(self) -> bool:
        return bool(self.js("return document.readyState === 'complete'"))


def _is_stale(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except WebDriverException:  # gone, or of a document that is gone: each driver says it in its own way
        return True
    return False


@contextmanager
def screen(folder: Path, *, lang: str = "en", script: bool = True) -> Iterator[Screen]:
    """A browser that ends with the block."""
    made = Screen(folder, lang=lang, script=script)
    try:
        yield made
    finally:
        made.close()
