# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person at a computer: the node that runs there, and the browser in which they see its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.stories.home import Home, computers

FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--window-size=1180,900",
)
WAIT_S = 30.0
LOOK_EVERY_S = 0.02
PASSING = (NoSuchElementException, StaleElementReferenceException)
"""A live page swaps its parts, so that one may be gone between two questions."""


@contextmanager
def browser(profile: Path) -> Iterator[webdriver.Chrome]:
    """A browser that nobody used before."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    try:
        yield driver
    finally:
        driver.quit()


@dataclass
class Person:
    """Somebody with a computer of their own, and what they do at its page."""

    home: Home
    driver: webdriver.Chrome
    root: str = ""

    def enter(self) -> None:
        """Start the node and come in by its link."""
        link = self.home.start()
        self.root = link.partition("enter?")[0]
        self.driver.get(link)
        self.until(lambda: "/enter" not in self.driver.current_url)

    def begin(self) -> None:
        """Start the node and set the home up by the page."""
        self.enter()
        self.begin_here()

    def begin_here(self) -> None:
        """Answer the first page: the name, and that this computer remembers; then posts leave at once."""
        self.write("name", self.home.name)
        self.one("input[value=remember]").click()
        self.send("form[action$=setup] button.do")
        self.go("settings")
        self.one("#f-hold").clear()
        self.one("#f-hold").send_keys("0")
        self.send("form[action$='settings/page'] button")

    def go(self, path: str = "") -> None:
        """Open a page of this home."""
        self.driver.get(self.root + path)

    def until(self, true: Callable[[], Any], seconds: float = WAIT_S) -> Any:
        """Wait until this is true and give what it was; the test fails where it never is."""
        wait = WebDriverWait(self.driver, seconds, LOOK_EVERY_S, ignored_exceptions=PASSING)
        return wait.until(lambda _driver: true(), f"{self.home.name} waited in vain on {self.root}")

    def one(self, what: str) -> WebElement:
        """The first element of this kind, as soon as there is one."""
        found: WebElement = self.until(lambda: self.driver.find_element(By.CSS_SELECTOR, what))
        return found

    def write(self, name: str, text: str) -> None:
        """Type into the field of this name."""
        self.one(f"main [name={name}]:not([type=hidden])").send_keys(text)

    def send(self, button: str) -> None:
        """Press a button and wait for the page that comes of it."""
        self.driver.execute_script("document.documentElement.dataset.old = '1'")
        pressed = self.one(button)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", pressed)
        pressed.click()
        fresh = "return document.readyState === 'complete' && !document.documentElement.dataset.old"
        self.until(lambda: self.driver.execute_script(fresh))

    def text(self, what: str = "main") -> str:
        """The words of an element, read at once; "" where it is not there."""
        read = "const e = document.querySelector(arguments[0]); return e ? e.textContent : ''"
        return str(self.driver.execute_script(read, what))

    def sees(self, words: str, seconds: float = WAIT_S) -> None:
        """Wait until the open page holds these words, without asking for it anew."""
        self.until(lambda: words in self.text(), seconds)

    def say(self, text: str) -> None:
        """Write into the composer of this page and send it."""
        self.write("text", text)
        self.send(".composer button.do")

    def address(self) -> str:
        """Where the browser is, below the home's own path."""
        return self.driver.current_url.removeprefix(self.root).partition("#")[0].partition("?")[0]


@contextmanager
def people(folder: Path, *names: str) -> Iterator[list[Person]]:
    """Each of these people at a computer; browsers and nodes are gone at the end."""
    with ExitStack() as open_now:
        yield [
            Person(home, open_now.enter_context(browser(home.folder / "browser")))
            for home in open_now.enter_context(computers(folder, *names))
        ]
