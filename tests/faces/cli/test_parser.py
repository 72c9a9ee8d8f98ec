# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tree of commands: complete, with help and an example everywhere, in every language."""

import shlex
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator

import pytest

from edgewise.faces.cli import build_parser
from edgewise.faces.cli.parser import VERBS, verb_named
from edgewise.faces.kit.words import translator

ASKED_FOR = {
    "init", "open", "invite", "accept", "post", "read", "edit", "word", "takeback", "say", "talk", "people",
    "circle", "agreements", "bundle", "passphrase", "erase-everything", "doctor", "sim", "demo", "settings",
}  # fmt: skip


def parsers(parser: ArgumentParser, path: str) -> Iterator[tuple[str, ArgumentParser]]:
    """Every parser below this one, by what is typed to reach it."""
    yield path, parser
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for name, inner in action.choices.items():
                yield from parsers(inner, f"{path} {name}")


def test_every_command_is_there_once() -> None:
    """Everything that the page does has its verb, and no verb stands twice."""
    names = [verb.name for verb in VERBS]
    assert len(names) == len(set(names))
    assert set(names) >= ASKED_FOR
    assert verb_named("post").name == "post"


@pytest.mark.parametrize("lang", ["en", "xa", "xx"])
def test_every_help_shows_an_example_and_the_common_options(lang: str) -> None:
    """Each --help has a sentence, an example, --json and --home, in each language."""
    for path, parser in parsers(build_parser(translator(lang)), "edgewise"):
        text = parser.format_help()
        assert "  edgewise " in text, path
        assert "--json" in text, path
        assert "--home" in text, path


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_example_can_be_typed(verb: object) -> None:
    """The examples of the help are commands that the parser takes."""
    example = getattr(verb, "example", "")
    args = build_parser().parse_args(shlex.split(example)[1:])
    assert args.verb == getattr(verb, "name", "")


@pytest.mark.parametrize(
    "argv",
    ["--json --home here people list", "people --home here --json list", "people list --json --home here"],
)
def test_common_options_stand_anywhere(argv: str) -> None:
    """Before the verb, after it or after the act: --home and --json mean the same."""
    args = build_parser().parse_args(argv.split())
    assert (args.home, args.json, args.verb, args.act) == ("here", True, "people", "list")
