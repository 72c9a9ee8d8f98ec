# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs about a home itself: init, open, passphrase, erase-everything, doctor, sim, demo, bench."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from edgewise.faces.cli.house import BenchAsked, Errand, HouseVerb
from edgewise.faces.kit import clocks, terminal, waits
from edgewise.faces.kit.terminal import N_, Out
from edgewise.faces.kit.words import Translator
from edgewise.features.people.cli import named
from edgewise.ground.errors import DAMAGED_STORE, Refusal
from edgewise.ground.ids import short
from edgewise.store import outbox

DEMO_SEEDS_MAX: Final = 100_000
"""Worlds of one run of the simulator: more than a night's work."""
BENCH_FOLDER: Final = "build/bench"


def _init_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("name", nargs="*", metavar="NAME", help=_("what people should call you"))
    parser.add_argument(
        "--remember",
        action="store_true",
        help=_("remember on this computer, without a passphrase: whoever can use your account can read all"),
    )


def run_init(args: Namespace, errand: Errand, out: Out) -> int:
    """Make a home. The passphrase comes from EDGEWISE_PASSPHRASE, or is asked for twice."""
    _ = out.words.gettext
    name = named(" ".join(args.name) or out.prompt(_("What should people call you?")))
    passphrase = None if args.remember else errand.new_passphrase()
    identity = errand.house.create_home(errand.home, name, passphrase, args.remember)
    said = [
        _("Done. There is no account: everything is in %(path)s.", path=errand.home),
        _("Write a letter to somebody: edgewise invite --to NAME"),
    ]
    if args.remember:
        said.insert(1, _("It is remembered on this computer: whoever can use your account can read it all."))
    else:
        said.insert(1, _("Nobody can bring a forgotten passphrase back."))
    return out.result({"identity": identity, "name": name, "home": str(errand.home)}, said)


def _open_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("--port", type=int, metavar="PORT", help=_("where the page stands on this computer"))
    parser.add_argument("--no-browser", action="store_true", help=_("only print the page's link"))


def run_open(args: Namespace, errand: Errand, out: Out) -> int:
    """Start Edgewise and show its page."""
    return errand.house.open_node(errand.home, errand.passphrase, args.port, not args.no_browser)


def _passphrase_arguments(parser: ArgumentParser, words: Translator) -> None:
    parser.add_argument(
        "--remember", action="store_true", help=words.gettext("instead, remember on this computer")
    )


def run_passphrase(args: Namespace, errand: Errand, out: Out) -> int:
    """Change the passphrase; the new one comes from EDGEWISE_NEW_PASSPHRASE, or is asked for twice."""
    _ = out.words.gettext
    new = None if args.remember else errand.new_passphrase()
    errand.house.change_passphrase(errand.home, errand.passphrase, new, args.remember)
    said = (
        _("It is remembered on this computer now.")
        if args.remember
        else _("The new passphrase holds from now on.")
    )
    return out.result({"changed": True, "remembered": args.remember}, [said])


def _erase_arguments(parser: ArgumentParser, words: Translator) -> None:
    parser.add_argument("--yes", action="store_true", help=words.gettext("do not ask again"))


def run_erase(args: Namespace, errand: Errand, out: Out) -> int:
    """Erase everything here, after a second word. What others hold stays with them."""
    _ = out.words.gettext
    if not args.yes:
        asked = _(
            "Everything of yours in %(path)s is erased: you, your letters, all texts. What others have stays "
            "with them. Nobody can bring it back. Erase it?",
            path=errand.home,
        )
        if out.ask(asked, (("yes", _("yes")), ("no", _("no")))) == "no":
            return out.result({"erased": False}, [_("Nothing was changed.")])
    errand.house.erase(errand.home)
    return out.result({"erased": True}, [_("Erased. A disk may keep old traces for a while.")])


def _doctor_arguments(parser: ArgumentParser, words: Translator) -> None:
    parser.add_argument(
        "--deep",
        action="store_true",
        help=words.gettext("look at every signature and text, and make all views anew"),
    )
    parser.add_argument(
        "--mend",
        action="store_true",
        help=words.gettext("set right what can be, and ask others for what they still have of it"),
    )


def run_doctor(args: Namespace, errand: Errand, out: Out) -> int:
    """Look whether all is well. Exit code 9 for damage; wrong clocks and bad bytes from outside are told."""
    _ = out.words.gettext
    if args.mend:
        return _mend(errand, out)
    findings = list(errand.house.examine(errand.home, errand.passphrase, args.deep))
    try:
        refused, wrong_clocks, waiting, now_ms = _besides(errand, out)
    except Refusal as no:
        if no.code != "store.damaged" or not findings:
            raise
        refused, wrong_clocks, waiting, now_ms = [], [], [], 0
    lines = [terminal.line(f"{each.code} {short(each.subject)}: {each.sentence}") for each in findings]
    if not findings:
        lines.append(_("All is well here."))
    lines += [terminal.line(each) for each in (*wrong_clocks, *waiting)]
    if refused:
        lines.append(_("Refused from outside, and not kept:"))
        rows = [(f"  {each.code}", str(each.times), out.when(each.last_ms, now_ms)) for each in refused]
        lines += out.table(rows)
    value = {
        "healthy": not findings,
        "findings": findings,
        "clocks": wrong_clocks,
        "waiting": waiting,
        "refused": refused,
    }
    out.result(value, lines)
    return DAMAGED_STORE if findings else 0


def _besides(errand: Errand, out: Out) -> tuple[list[outbox.VerdictRow], list[str], list[str], int]:
    """What was refused from outside, what is said of clocks and of what waits, and the hour."""
    with errand.desk() as desk:
        refused = desk.read(outbox.verdicts)
        now_ms = desk.now_ms()
        wrong_clocks = desk.read(lambda db: clocks.sentences(db, out.words, now_ms))
        waiting = desk.read(
            lambda db: waits.sentences(db, out.words, now_ms, lambda at_ms: out.when(at_ms, now_ms))
        )
    return refused, wrong_clocks, waiting, now_ms


def _mend(errand: Errand, out: Out) -> int:
    """Set right what can be. Exit code 9 where something is left."""
    _, done = out.words.gettext, errand.house.mend(errand.home, errand.passphrase)
    lines = [terminal.line(f"{each.code} {short(each.subject)}: {each.sentence}") for each in done.left]
    if done.set_right:
        lines.append(
            out.words.ngettext(
                "%(num)s damaged place was set right.",
                "%(num)s damaged places were set right.",
                done.set_right,
            )
        )
    if done.awaited:
        lines.append(
            out.words.ngettext(
                "%(num)s text is lost here; whoever has it is asked for it, once you are connected.",
                "%(num)s texts are lost here; whoever has them is asked for them, once you are connected.",
                done.awaited,
            )
        )
    if done.left:
        lines.append(_("This could not be mended. If you have a safe copy, bring it back into a new folder."))
    if done.aside is not None:
        lines.append(
            _("What was damaged is kept as it was in %(path)s, until you delete it.", path=done.aside)
        )
    else:
        lines.append(_("Nothing needed mending."))
    value = {"set_right": done.set_right, "awaited": done.awaited, "left": list(done.left)}
    out.result({**value, "aside": str(done.aside) if done.aside is not None else ""}, lines)
    return DAMAGED_STORE if done.left else 0


def _sim_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("--people", type=int, default=5, metavar="N", help=_("how many people"))
    parser.add_argument("--days", type=int, default=7, metavar="D", help=_("how many days"))
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help=_("which world; the same gives the same")
    )
    parser.add_argument(
        "--seeds", type=int, default=1, metavar="K", help=_("how many worlds, from S upwards")
    )


def run_sim(args: Namespace, errand: Errand, out: Out) -> int:
    """Try the program in seeded worlds of loss, delay and crashes."""
    people, days = max(2, args.people), max(1, args.days)
    return errand.house.run_sim(people, days, args.seed, max(1, min(args.seeds, DEMO_SEEDS_MAX)), out.say)


def _demo_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("--folder", metavar="DIR", help=_("keep the three homes here, for another time"))
    parser.add_argument("--no-browser", action="store_true", help=_("only print the links"))


def run_demo(args: Namespace, errand: Errand, out: Out) -> int:
    """Three people on this computer, to look around."""
    folder = Path(args.folder) if args.folder else None
    return errand.house.demo(folder, not args.no_browser, out.say)


def _bench_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=_("what to measure; without one, all of it"))
    parser.add_argument("--against", metavar="FILE", help=_("compare with the figures of an earlier file"))
    parser.add_argument(
        "--folder", metavar="DIR", default=BENCH_FOLDER, help=_("where the figures and their homes are kept")
    )
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        metavar="PART",
        help=_("only this part of the full size, to try it"),
    )


def run_bench(args: Namespace, errand: Errand, out: Out) -> int:
    """Measure this program on this computer, and keep the figures in a file. Nothing of a person is used."""
    if not 0 < args.scale <= 1:
        raise Refusal("use.bad", reason=out.words.gettext("a part lies between 0 and 1"))
    against = Path(args.against) if args.against else None
    asked = BenchAsked(tuple(args.jobs), Path(args.folder), against, args.scale)
    measured = errand.house.bench(asked, out.remark)
    lines = [line for rows in measured.tables for line in (*out.table(rows), "")]
    return out.result(measured.figures, [*lines, str(measured.kept)])


VERBS: Final = (
    HouseVerb(
        "init",
        N_("begin: who you are, on this computer"),
        "edgewise init Ana --remember",
        _init_arguments,
        run_init,
    ),
    HouseVerb("open", N_("start Edgewise and show its page"), "edgewise open", _open_arguments, run_open),
    HouseVerb(
        "passphrase",
        N_("change your passphrase"),
        "edgewise passphrase",
        _passphrase_arguments,
        run_passphrase,
    ),
    HouseVerb(
        "erase-everything",
        N_("erase all that is yours from this computer"),
        "edgewise erase-everything",
        _erase_arguments,
        run_erase,
    ),
    HouseVerb(
        "doctor", N_("look whether all is well"), "edgewise doctor --deep", _doctor_arguments, run_doctor
    ),
    HouseVerb(
        "sim",
        N_("try the program in seeded worlds"),
        "edgewise sim --people 5 --days 7 --seed 42",
        _sim_arguments,
        run_sim,
    ),
    HouseVerb(
        "demo", N_("three acquainted people, to look around"), "edgewise demo", _demo_arguments, run_demo
    ),
    HouseVerb(
        "bench",
        N_("measure how fast this program is on this computer"),
        "edgewise bench ingest sync --json",
        _bench_arguments,
        run_bench,
    ),
)
