# SPDX-License-Identifier: AGPL-3.0-or-later
"""Edgewise as a program: one node per home, a command line beside it, an orderly end."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from edgewise.node import homes, now_ms
from edgewise.store.home import Home

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@dataclass
class Computer:
    """A folder that stands for one computer of one person, and the programs started there."""

    folder: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The home's folder."""
        return self.folder / "home"

    def words(self, *words: str) -> tuple[list[str], dict[str, str]]:
        """What to run, and the environment of it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EDGEWISE_")}
        own = {"EDGEWISE_HOME": str(self.home), "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        xdg = {"XDG_DATA_HOME": str(self.folder / "data"), "XDG_CONFIG_HOME": str(self.folder / "config")}
        return [sys.executable, "-m", "edgewise", *words], {**kept, **own, **xdg}

    def run(
        self, *words: str, text: str = "", folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        command, environ = self.words(*words)
        return subprocess.run(
            command, env=environ, input=text, capture_output=True, text=True, timeout=60, cwd=folder
        )

    def open(self, *words: str) -> tuple[subprocess.Popen[str], str]:
        """Start the node; the program, and the link that it prints."""
        command, environ = self.words("open", "--no-browser", *words)
        process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.started.append(process)
        assert process.stdout is not None
        said = process.stdout.readline()
        assert "http://127.0.0.1:" in said, said
        return process, said[said.index("http://") :].strip()

    def end(self) -> None:
        """End what is still running."""
        for process in self.started:
            process.kill()
            process.communicate(timeout=20)


@pytest.fixture(scope="module")
def computer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Computer]:
    """Alice's computer."""
    made = Computer(tmp_path_factory.mktemp("alice"))
    homes.begin(Home(made.home), "Alice", None, True, now_ms())
    yield made
    made.end()


@pytest.fixture(scope="module")
def node(computer: Computer) -> tuple[subprocess.Popen[str], str]:
    """The node that runs there, and its first link."""
    return computer.open()


def test_the_link_opens_the_page(node: tuple[subprocess.Popen[str], str]) -> None:
    """The printed link lets a browser in, once, and the page knows whose it is."""
    with httpx.Client() as browser:
        entered = browser.get(node[1])
        assert entered.status_code == 200
        root = entered.headers["refresh"].partition("url=")[2]
        page = browser.get(node[1].partition("/enter")[0].removesuffix(root.rstrip("/")) + root + "settings")
    assert 'value="Alice"' in page.text
    assert httpx.get(node[1]).status_code == 403


def test_a_second_node_on_one_home_is_the_first(
    computer: Computer, node: tuple[subprocess.Popen[str], str]
) -> None:
    """Opening again starts nothing: it gives a fresh link to the page that is there."""
    again = computer.run("open", "--no-browser")
    assert again.returncode == 0
    assert again.stdout.partition("/enter")[0].endswith(node[1].partition("/enter")[0])
    link = again.stdout[again.stdout.index("http://") :].strip()
    assert httpx.get(link).status_code == 200


def test_the_command_line_works_beside_the_node(
    computer: Computer, node: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    """Posting with words and from the input, reading, and files in the caller's folder, with exit codes."""
    assert computer.run("post", "--to", "only me", "from", "the", "shell").returncode == 0
    assert computer.run("post", "--to", "only me", text="from the input\n").returncode == 0
    said = computer.run("read")
    assert "from the shell" in said.stdout
    assert "from the input" in said.stdout
    written = computer.run("invite", "--to", "Bo", "--out", "letter.html", folder=tmp_path)
    assert written.returncode == 0, written.stderr
    assert "<html" in (tmp_path / "letter.html").read_text("utf-8")
    missing = computer.run("takeback", "00000000")
    assert missing.returncode == 5
    assert "That text is not here" in missing.stderr
    assert computer.run("doctor", "--deep").stdout.startswith("All is well")


def test_what_needs_the_home_alone_is_refused_beside_the_node(
    computer: Computer, node: tuple[subprocess.Popen[str], str]
) -> None:
    """Beginning anew and erasing are refused while a node runs; nothing is lost by it."""
    assert computer.run("init", "Eve", "--remember").returncode == 2
    erasing = computer.run("erase-everything", "--yes")
    assert erasing.returncode == 4
    assert "already running" in erasing.stderr
    assert Home(computer.home).exists()


def test_only_the_person_can_read_the_note(
    computer: Computer, node: tuple[subprocess.Popen[str], str]
) -> None:
    """Every file of a running home, its token among them, is its owner's alone."""
    for path in computer.home.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_node_ends_in_an_orderly_way(tmp_path: Path, number: signal.Signals) -> None:
    """Asked to end, it ends with 0, leaves no note, and the home opens again at the same place."""
    computer = Computer(tmp_path)
    homes.begin(Home(computer.home), "Bob", None, True, now_ms())
    process, link = computer.open()
    process.send_signal(number)
    _out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert Home(computer.home).node_note() is None
    assert computer.run("post", "--to", "only me", "alone now").returncode == 0
    process, again = computer.open()
    assert again.partition("?")[0] == link.partition("?")[0]
    computer.end()


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    """The page does not move by itself: the refusal names the place and what to do."""
    computer = Computer(tmp_path)
    homes.begin(Home(computer.home), "Bob", None, True, now_ms())
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        refused = computer.run("open", "--no-browser", "--port", str(other.getsockname()[1]))
    assert refused.returncode == 4
    assert "--port" in refused.stderr
    process, _link = computer.open()
    assert process.poll() is None
    computer.end()


def test_a_locked_home_waits_for_its_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the passphrase the page asks for it; a wrong one in the environment is refused."""
    monkeypatch.setattr(homes, "memory_total_bytes", lambda: 0)
    computer = Computer(tmp_path)
    homes.begin(Home(computer.home), "Bob", "four or five words", False, now_ms())
    command, environ = computer.words("open", "--no-browser")
    wrong = subprocess.run(
        command,
        env={**environ, "EDGEWISE_PASSPHRASE": "wrong one"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert wrong.returncode == 3
    assert "That is not the passphrase" in wrong.stderr
    _process, link = computer.open()
    with httpx.Client(follow_redirects=True) as browser:
        root = browser.get(link).headers["refresh"].partition("url=")[2]
        page = browser.get(link.partition("/enter")[0] + "/settings")
        assert page.url.path == root + "unlock"
    assert computer.run("read").returncode == 3
    computer.end()
