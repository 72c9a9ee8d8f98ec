# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documentation can't lie by silence: commands, routes, settings, libraries and make targets stand in it.

What is looked at comes from the code itself: the tree of `edgewise.faces.cli.build_parser()`, the paths given
to Starlette's `Route` and `Mount`, the table `SETTINGS` where a module has one, pyproject.toml, the Makefile.
"""

import argparse
import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.house import source
from tools.house.source import ROOT, Module, dotted, module

SRC = source.read("src")
OUTSIDE = ("README.md", "GOALS.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
PAGES = [
    p for p in [*(ROOT / name for name in OUTSIDE), *sorted((ROOT / "docs").rglob("*.md"))] if p.exists()
]
DOCS = "\n".join(page.read_text("utf-8") for page in PAGES)


def mentioned(word: str, text: str) -> bool:
    """Whether a text has this word or path whole: `/talk` does not stand in `/talking`."""
    return re.search(rf"(?<![\w/-]){re.escape(word)}(?![\w-])", text) is not None


def commands(parser: argparse.ArgumentParser, path: str) -> Iterator[tuple[str, list[str]]]:
    """Every command of a parser with the long options it takes."""
    options: list[str] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from commands(inner, f"{path} {name}")
        elif action.help != argparse.SUPPRESS:
            options += [word for word in action.option_strings if word.startswith("--")]
    yield path, options


def command_line() -> argparse.ArgumentParser:
    """The parser of the command line, once there is one."""
    if not any(each.name == "edgewise.faces.cli" for each in SRC):
        pytest.skip("the command line is not built yet")
    parser = importlib.import_module("edgewise.faces.cli").build_parser()
    assert isinstance(parser, argparse.ArgumentParser)
    return parser


def routes(modules: list[Module]) -> Iterator[str]:
    """The paths of Starlette routes that are written as plain texts."""
    for each in modules:
        for node in ast.walk(each.tree):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            if dotted(node.func).split(".")[-1] in ("Route", "Mount", "WebSocketRoute"):
                yield str(node.args[0].value)


def settings(modules: list[Module]) -> Iterator[str]:
    """The names in every table called SETTINGS: its keys, its words, or the first argument of its calls."""
    for each in modules:
        for node in each.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", ast.Pass())]
            value = getattr(node, "value", None)
            if value is None or "SETTINGS" not in {dotted(target) for target in targets}:
                continue
            if isinstance(value, ast.Call):
                value = value.args[0]
            items = value.keys if isinstance(value, ast.Dict) else getattr(value, "elts", [])
            for item in items:
                first = item.args[0] if isinstance(item, ast.Call) else item
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def test_every_command_and_option_is_documented() -> None:
    """Each command of the command line, with its long options, stands in docs/."""
    parser = command_line()
    every = dict(commands(parser, "edgewise"))
    assert len(every) > 1, "no command was found, so none was looked for"
    missing = [path for path in every if not mentioned(path, DOCS)]
    missing += [
        f"{path} {word}" for path, words in every.items() for word in words if not mentioned(word, DOCS)
    ]
    assert missing == []


def test_every_command_in_the_documentation_exists() -> None:
    """What a page tells people to type (`edgewise word` in code) is a command."""
    parser = command_line()
    known = {path.split(" ")[1] for path, _ in commands(parser, "edgewise") if " " in path}
    typed = set(re.findall(r"(?m)(?:`|^\s*\$ )edgewise ([a-z][a-z-]*)", DOCS))
    assert sorted(typed - known) == []


def test_every_route_and_setting_is_documented() -> None:
    """Each path of the local page and each setting stands in docs/."""
    missing = [path for path in routes(SRC) if path not in ("", "/") and not mentioned(path, DOCS)]
    missing += [name for name in settings(SRC) if not mentioned(name, DOCS)]
    assert missing == []


def test_every_variable_of_the_environment_is_documented() -> None:
    """Each EDGEWISE_ variable that the program reads stands in docs/."""
    read = {word for each in SRC for word in re.findall(r"\bEDGEWISE_[A-Z_]+\b", each.text)}
    assert sorted(word for word in read if not mentioned(word, DOCS)) == []


def test_every_make_target_is_explained() -> None:
    """Each target that a person may call is named by `make help` and in CONTRIBUTING.md."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    contributing = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.M)
    assert phony is not None
    for target in set(phony[1].split()) - {"help", "browser"}:
        assert f"make {target}" in contributing, target
        assert re.search(rf'echo "make {target}\b|\(make {target}\b', makefile), target


def test_every_library_has_its_reason_and_its_exact_version() -> None:
    """Each dependency has a line in the decision on libraries and one pin in constraints.txt."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *project["optional-dependencies"]["test"],
        *project["optional-dependencies"]["dev"],
    ]
    names = {re.split(r"[<>=\[]", line)[0] for line in wanted} - {"edgewise"}
    page = (ROOT / "docs/decisions/0001-libraries.md").read_text("utf-8")
    assert sorted(name for name in names if f"| {name} " not in page) == []
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
    pinned = {re.sub(r"[-_.]+", "-", pin.split("==")[0]).lower() for pin in pins}
    assert sorted(names - pinned) == []
    assert "apsw" not in pinned | names, "apsw and apsw-sqlite3mc bring the same module"


def test_every_figure_names_the_command_that_measures_it() -> None:
    """A row of the tables of figures can be measured again: it names a job of `edgewise bench`."""
    from edgewise.bench.run import JOBS

    page = (ROOT / "docs/performance.md").read_text("utf-8")
    rows = [
        line
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith(("| job", "| figure"))
    ]
    named = [re.findall(r"`edgewise bench ([a-z]+)`", row) for row in rows]
    assert [row for row, jobs in zip(rows, named, strict=True) if not set(jobs) & set(JOBS)] == []
    assert {job for jobs in named for job in jobs} == set(JOBS)


def test_every_link_between_pages_leads_somewhere() -> None:
    """A relative link in a page points at a file that is there."""
    broken = []
    for page in [*PAGES, *sorted((ROOT / "spec").rglob("*.md"))]:
        targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
        near = [to for to in targets if "://" not in to and not to.startswith("mailto:")]
        broken += [f"{page.relative_to(ROOT)} -> {to}" for to in near if not (page.parent / to).exists()]
    assert broken == []


def test_guarantees_and_goals_are_numbered_without_a_gap() -> None:
    """People cite guarantees and goals by number; a number that moved would lie in old letters."""
    for name in ("SECURITY.md", "GOALS.md"):
        numbers = [int(n) for n in re.findall(r"^(\d+)\. ", (ROOT / name).read_text("utf-8"), re.M)]
        assert numbers, name
        assert numbers == list(range(1, len(numbers) + 1)), name


def test_the_licence_is_the_whole_licence() -> None:
    """LICENSE is the text of the GNU AGPL, version 3, complete from title to last line."""
    text = Path(ROOT / "LICENSE").read_text("utf-8")
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert "13. Remote Network Interaction" in text
    assert len(text.encode()) == 34_523


def test_the_checks_of_the_documentation_bite() -> None:
    """Commands, options, routes and settings are read out of code as they are written there."""
    parser = argparse.ArgumentParser()
    inner = parser.add_subparsers()
    inner.add_parser("post").add_argument("--to")
    inner.add_parser("bundle").add_subparsers().add_parser("out")
    assert set(dict(commands(parser, "edgewise"))) == {
        "edgewise", "edgewise post", "edgewise bundle", "edgewise bundle out",
    }  # fmt: skip
    assert dict(commands(parser, "edgewise"))["edgewise post"] == ["--help", "--to"]
    text = "x = [Route('/talk/{who}', f), Mount('/s', app=g)]\nSETTINGS: Final = {'hold_ms': 1}\n"
    assert list(routes([module("edgewise.faces.web.app", text)])) == ["/talk/{who}", "/s"]
    assert list(settings([module("edgewise.core.settings", text)])) == ["hold_ms"]
    assert list(settings([module("edgewise.core.settings", "SETTINGS = (Setting('a', 1), 'b')\n")])) == [
        "a",
        "b",
    ]
    assert mentioned("/talk", "see /talk.")
    assert not mentioned("/talk", "see /talking")
    assert not mentioned("--to", "--to-all")
