# SPDX-License-Identifier: AGPL-3.0-or-later
"""A home with something on every page of it, and where each page is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edgewise.demo import lay_out
from edgewise.node import now_ms
from tests.browser.screen import Screen, screen
from tests.stories.home import Home, computers


@dataclass
class House:
    """Alice of the demo at her browser; `pages` maps a name to a path of her home or to a whole address."""

    home: Home
    at: Screen
    pages: Mapping[str, str]

    def open(self, name: str) -> None:
        """Show a page by its name, with all that is folded in unfolded."""
        address = self.pages[name]
        self.at.driver.get(address if "://" in address else self.at.root + address)
        self.at.until(lambda: self.at.title, lambda: f"no title on {self.at.driver.current_url}")
        self.at.js(
            "document.querySelectorAll('main details, .places details').forEach(d => { d.open = true })"
        )


@contextmanager
def furnished(folder: Path) -> Iterator[House]:
    """The demo's week at Alice's, a letter to her, and two homes that are not open yet."""
    week = folder / "week"
    week.mkdir()
    lay_out(week, now_ms())
    alice = Home("Alice", week, inside="alice")
    with computers(folder, "Dina", "Eva", "Frida") as (dina, eva, frida), screen(folder / "browser") as at:
        try:
            letter = folder / "to-alice.html"
            dina.ok("init", "Dina", "--remember")
            dina.ok("invite", "--to", "Alice", "--words", "Do you need seeds?", "--out", letter)
            frida.ok("init", "Frida", passphrase="four or five words")
            before = _before(at, eva, frida)
            at.enter(alice.start())
            alice.ok("settings", "hold_seconds", "0")
            yield House(alice, at, {**_pages(at, alice, letter), **before})
        finally:
            alice.kill()


def _before(at: Screen, new: Home, locked: Home) -> dict[str, str]:
    """The pages before a home is open, in a browser that may see them."""
    at.enter(new.start())
    found = {"setup": at.root + "setup"}
    at.enter(locked.start())
    return {
        **found,
        "unlock": at.root + "unlock",
        "forgotten": at.root + "forgotten",
        "lost": at.root.replace("127.0.0.1", "localhost"),  # the same place to a browser without its cookie
    }


def _pages(at: Screen, alice: Home, letter: Path) -> dict[str, str]:
    """Where everything is, as Alice finds it from Home by links."""
    received = alice.value("accept", letter)["invitation"]
    items = alice.value("read")["items"]
    mine = next(f"item/{each['id'][:24]}" for each in items if each["mine"] and each["replies"])
    people = {each["name"]: each["identity"] for each in alice.value("people")}
    circles = {each["name"]: each["circle"] for each in alice.value("circle")}
    written = alice.value("invite", "list")[0]["invitation"]
    line = next(each["id"] for each in alice.value("talk", "Bob") if each["mine"])
    at.go(f"letters/{written}")
    saved = at.downloaded(lambda: at.click("Save the letter"))
    hide = _first_hide(at)
    bob, run = people["Bob"], circles["Saturday run"]
    return {
        **{
            name: name
            for name in ("", "readers", "find?q=ladder&who=alice", "find", "groups", "talk", "people")
        },
        **{name: name for name in ("letters/new", "letter", "letters", "circles", "settings", "doctor")},
        **{name: name for name in ("erase", "voices/home", "phone/home", "nothing/here")},
        **{f"an item{end}": mine + end for end in ("", "/who", "/back", "/edit", "/again")},
        **{f"a circle of {name}": f"circles/{id}" for name, id in (("run", run), ("me", "0" * 32))},
        **{f"agreements{end}": f"agreements{end}" for end in ("", "/ended", "/ending", "/files", "/holders")},
        "hide answers": hide,
        "conversation": f"talk/{bob}",
        "change a line": f"talk/{bob}/edit/{line[:24]}",
        "take a line back": f"talk/{bob}/back/{line[:24]}",
        "person": f"people/{bob}",
        "agreed with": f"agreements/with/{bob}",
        "one holder": f"agreements/holders/{bob}",
        "letter shown": f"letters/{written}",
        "letter on paper": f"letters/{written}/print",
        "letter read": f"letter/{received}",
        "letter.html": saved.as_uri(),
    }


def _first_hide(at: Screen) -> str:
    at.go()
    found = at.js("return [...document.links].map(a => a.href).find(h => h.endsWith('/hide'))")
    return re.sub(re.escape(at.root), "", str(found))
