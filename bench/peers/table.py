# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one table: job, ours, each peer, how many times ahead; and below it what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bench.peers.figures import KINDS, OURS, Kind, Result, Results, times_ahead
from bench.peers.stage import Peer

HEAD: Final = ("job", "unit", "Edgewise", "peer", "theirs", "times ahead", "bar")
ABSENT: Final = "—"


def said(value: float | None) -> str:
    """A number with the digits that count; a dash where there is none."""
    if value is None:
        return ABSENT
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def told(result: Result | None) -> str:
    """A median and between what the rounds lay, and why there is none of them, or of one."""
    if result is None:
        return ABSENT
    why = " ".join(result.why_not.split()).replace("|", "/")
    if result.value is None:
        return f"did not run: {why}" if why else ABSENT
    low, high = result.spread or (result.value, result.value)
    between = f" ({said(low)}–{said(high)})" if len(result.values) > 1 else ""
    return said(result.value) + between + (f"; in one round not: {why}" if why else "")


def rows(results: Results) -> list[tuple[str, ...]]:
    """A row for each figure and peer, in the order of KINDS, without the head."""
    found = []
    for name, kind in KINDS.items():
        by_who = results.get(name, {})
        ours = by_who.get(OURS)
        others = [who for who in by_who if who != OURS]
        whom = others or ([ABSENT] if ours is not None else [])
        found += [_row(kind, ours, who, by_who.get(who)) for who in whom]
    return found


def _row(kind: Kind, ours: Result | None, who: str, theirs: Result | None) -> tuple[str, ...]:
    ahead = _ahead(kind, ours, theirs)
    bar = ""
    if kind.bar is not None:
        bar = f"≥ {said(kind.bar)}×" + (
            "" if ahead is None else ": met" if ahead >= kind.bar else ": not met"
        )
    better = "" if kind.better == "higher" else ", less is better"
    ratio = ABSENT if ahead is None else f"{said(ahead)}×"
    return (kind.title, kind.unit + better, told(ours), who, told(theirs), ratio, bar)


def _ahead(kind: Kind, ours: Result | None, theirs: Result | None) -> float | None:
    return times_ahead(kind, ours.value if ours else None, theirs.value if theirs else None)


def markdown(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table as Markdown has it."""
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def page(
    results: Results, peers: Sequence[Peer], versions: Mapping[str, str], about: Mapping[str, Any]
) -> str:
    """The table with what was measured where, and what differs."""
    measured = {who for by_who in results.values() for who in by_who}
    notes = [f"- **{p.name}** {versions.get(p.name, '')}: {p.differs}\n" for p in peers if p.name in measured]
    facts = ", ".join(f"{name} {value}" for name, value in about.items())
    return (
        f"{facts}\n\n{markdown(HEAD, rows(results))}\n"
        "Medians over the rounds (lowest–highest), all of one run. Times ahead: above 1, ours is better.\n\n"
        f"{''.join(notes)}"
    )


def plain(results: Results, versions: Mapping[str, str], about: Mapping[str, Any]) -> dict[str, Any]:
    """The same for programs: one object per figure and program."""
    figures = []
    for name, by_who in results.items():
        kind, ours = KINDS[name], by_who.get(OURS)
        for who, result in by_who.items():
            figures.append(
                {
                    "figure": name,
                    "who": who,
                    "unit": kind.unit,
                    "better": kind.better,
                    "value": result.value,
                    "rounds": result.values,
                    "why_not": result.why_not,
                    "times_ahead": None if who == OURS else _ahead(kind, ours, result),
                    "bar": kind.bar,
                }
            )
    return {"about": dict(about), "versions": dict(versions), "figures": figures}
