# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tree of commands, made from one list: every verb with its help and an example."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter, _SubParsersAction
from functools import lru_cache
from typing import Final

from edgewise.faces.cli import bundles, consent, files, homes, items, meeting, safecopy, settings
from edgewise.faces.cli.house import HouseVerb
from edgewise.faces.kit.terminal import Verb
from edgewise.faces.kit.words import Translator, translator
from edgewise.features.archive import cli as archive_cli
from edgewise.features.find import cli as find_cli
from edgewise.features.people import cli as people_cli
from edgewise.features.posts import cli as posts_cli
from edgewise.features.talk import cli as talk_cli

AnyVerb = Verb | HouseVerb

VERBS: Final[tuple[AnyVerb, ...]] = (
    *homes.VERBS[:2],
    *meeting.VERBS,
    *posts_cli.VERBS,
    *items.VERBS,
    *talk_cli.VERBS,
    *people_cli.VERBS,
    *find_cli.VERBS,
    *consent.VERBS,
    *files.VERBS,
    *bundles.VERBS,
    *safecopy.VERBS,
    *archive_cli.VERBS,
    *settings.VERBS,
    *homes.VERBS[2:],
)
"""The one list: parser, dispatch and documentation are made from it."""


def verb_named(name: str) -> AnyVerb:
    """The verb of this name, which the parser has let through."""
    return next(verb for verb in VERBS if verb.name == name)


@lru_cache(maxsize=4)
def parser_of(lang: str) -> ArgumentParser:
    """The parser in one language, built once."""
    return build_parser(translator(lang))


def build_parser(words: Translator | None = None) -> ArgumentParser:
    """The parser of the command line in a language; English without one."""
    words = words or translator("en")
    _ = words.gettext
    parser = ArgumentParser(
        prog="edgewise",
        description=_("People talk, share and decide on the computers they already have. No servers."),
        epilog=_("Example:") + "\n  edgewise open",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--home", metavar="DIR", help=_("the folder of your Edgewise (or EDGEWISE_HOME)"))
    parser.add_argument("--json", action="store_true", help=_("answer with one JSON value, for programs"))
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", title=_("commands"))
    for verb in VERBS:
        help = words.gettext(verb.help)
        inner = verbs.add_parser(verb.name, help=help, description=help[:1].upper() + help[1:] + ".")
        verb.arguments(inner, words)
        _finish(inner, _("Example:") + "\n  " + verb.example, words)
    return parser


def _finish(parser: ArgumentParser, epilog: str, words: Translator) -> None:
    """Give a verb, and the acts below it, the options that stand everywhere, and the example."""
    _ = words.gettext
    parser.epilog = epilog
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.add_argument("--home", metavar="DIR", default=SUPPRESS, help=_("the folder of your Edgewise"))
    parser.add_argument("--json", action="store_true", default=SUPPRESS, help=_("answer with JSON"))
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for inner in action.choices.values():
                _finish(inner, epilog, words)
