# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo: three people with a week behind them, and three pages side by side."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from edgewise.demo import lay_out
from edgewise.demo.week import NAMES, WEEK
from edgewise.features.posts import view as posts_view
from edgewise.ground.instant import DAY_MS
from edgewise.node import homes, now_ms
from edgewise.store import agreements


def run(home: Path, *words: str) -> str:
    """What a command beside a node says."""
    command = [sys.executable, "-m", "edgewise", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def never() -> str:
    """A passphrase that nobody is to ask for."""
    raise AssertionError("asked for a passphrase")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three homes with their week."""
    made = tmp_path_factory.mktemp("demo")
    lay_out(made, now_ms())
    return made


@pytest.mark.parametrize("name", NAMES)
def test_a_home_of_the_demo_is_whole(folder: Path, name: str) -> None:
    """It knows both others, holds most of the week in its days, and the doctor finds nothing."""
    with homes.opened(folder / name.lower(), never) as desk:
        assert len(desk.read(agreements.pairs)) == 2
        posts = desk.read(lambda db: posts_view.home_items(db, limit=1000))
        assert homes.examine(desk.store, desk.core, True) == []
        days = {(desk.now_ms() - post.wall_ms) // DAY_MS for post in posts}
    assert len(posts) >= 12
    assert len(days) >= 5


def test_the_week_names_what_it_answers_and_nobody_else() -> None:
    """Every line is by one of the three, in order, and answers only what was said before."""
    said: set[str] = set()
    for line in WEEK:
        assert line.who in NAMES
        for before in (line.of, line.takes_back):
            assert not before or before in said
        said.add(line.sign)
    assert [line.days_ago for line in WEEK] == sorted((line.days_ago for line in WEEK), reverse=True)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_three_pages_side_by_side_until_ctrl_c(folder: Path) -> None:
    """Three links, one browser; what one says, another's open page hears; Ctrl+C ends all in good order."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("EDGEWISE_")}
    command = [sys.executable, "-m", "edgewise", "demo", "--no-browser", "--folder", str(folder)]
    demo = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    links = dict(demo.stdout.readline().strip().split(": ", 1) for _ in NAMES)
    assert tuple(links) == NAMES
    with httpx.Client() as browser:
        for link in links.values():
            assert browser.get(link).status_code == 200
        for name, link in links.items():
            assert f'value="{name}"' in browser.get(link.partition("/enter")[0] + "/settings").text
        with browser.stream("GET", links["Bob"].partition("/enter")[0] + "/events", timeout=30) as stream:
            heard = (line for line in stream.iter_lines() if line.startswith("data:"))
            run(folder / "alice", "post", "--to", "People I know", "Over the line")
            while "Over the line" not in run(folder / "bob", "read"):
                next(heard)
    demo.send_signal(signal.SIGINT)
    _out, err = demo.communicate(timeout=30)
    assert (demo.returncode, err) == (0, "")
    for link in links.values():
        with pytest.raises(httpx.ConnectError):
            httpx.get(link)
