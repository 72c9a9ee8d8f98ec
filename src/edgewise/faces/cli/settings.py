# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verb settings: choices of this computer, by name."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final

from edgewise.core.inputs import SetSetting
from edgewise.faces.kit.choices import SETTINGS, chosen
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.terminal import N_, Out, Verb
from edgewise.faces.kit.words import Translator
from edgewise.ground.errors import Refusal


def _arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("name", nargs="?", metavar="NAME", help=_("one setting; without it, all"))
    parser.add_argument("value", nargs="?", metavar="VALUE", help=_("its new value"))


def run_settings(args: Namespace, desk: Desk, out: Out) -> int:
    """List the settings, show one, or change one."""
    known = {each.name: each for each in SETTINGS}
    if args.name is not None and args.name not in known:
        raise Refusal("use.bad", reason=out.words.gettext("there is no setting %(name)s", name=args.name))
    if args.value is not None:
        wanted = known[args.name]
        if not wanted.fits(args.value):
            reason = out.words.gettext(
                "%(name)s is one of: %(values)s", name=wanted.name, values=wanted.values
            )
            raise Refusal("use.bad", reason=reason)
        desk.do(SetSetting(wanted.name, args.value))
    shown = [known[args.name]] if args.name else list(SETTINGS)
    now = desk.read(lambda db: {each.name: chosen(db, each.name) for each in shown})
    rows = [(each.name, now[each.name] or "–", out.words.gettext(each.help)) for each in shown]
    return out.result(now, out.table(rows))


VERBS: Final = (
    Verb(
        "settings",
        N_("the choices of this computer"),
        "edgewise settings language de",
        _arguments,
        run_settings,
    ),
)
