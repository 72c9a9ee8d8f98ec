# SPDX-License-Identifier: AGPL-3.0-or-later
"""The README's tour is run word for word: two homes, three files, one answer."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def tour() -> list[list[str]]:
    """The commands of the README's console blocks, without the prompt and the program's name."""
    blocks = re.findall(r"```console\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("$ edgewise ")]
    return [shlex.split(line.removeprefix("$ edgewise ")) for line in lines]


def run(folder: Path, command: list[str]) -> str:
    """One command in a folder; its output. Fails the test where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "edgewise", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def test_tour_of_the_readme_does_what_it_says(tmp_path: Path) -> None:
    """Bob reads alice's post, both see the same four words, and alice's home proves whole."""
    said = [(command, run(tmp_path, command)) for command in tour()]
    assert len(said) == 16
    outputs = {" ".join(command): output for command, output in said}
    assert "Does anybody have the big ladder?" in outputs["--home bob read"]
    words = [
        set(re.findall(r"(?:[a-z]+ ){3}[a-z]+", outputs[f"--home {who} people"])) for who in ("alice", "bob")
    ]
    assert words[0] & words[1]
    assert "Bob" in outputs["--home alice agreements"]
