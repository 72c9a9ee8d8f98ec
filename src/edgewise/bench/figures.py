# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a measurement says: a figure, the limit measured in the same run, their ratio, and the bar."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from edgewise.ground.canon import UNREADABLE
from edgewise.ground.errors import Refusal

Better = Literal["higher", "lower"]
NOTICED: Final = 0.1
"""A change of a ratio by more than this share is called better or worse; below, a busy computer says it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `limit` is what the primitives named in `limit_of` allow; None where there is none.

    `bar` and `bar_ratio` are what is wanted of the value and of value / limit. `cpu`: the same figure by the
    processor's time alone, where that says more on a busy computer. whole: measured in full size.
    """

    job: str
    name: str
    value: float
    unit: str
    better: Better
    limit: float | None = None
    limit_of: str = ""
    bar: float | None = None
    bar_ratio: float | None = None
    cpu: float | None = None
    whole: bool = True

    @property
    def ratio(self) -> float | None:
        """Value / limit; None without a limit."""
        return self.value / self.limit if self.limit else None

    @property
    def met(self) -> bool | None:
        """Whether all bars of this figure are met; None where it has none, or was not measured whole."""
        asked = [(self.value, self.bar), (self.ratio, self.bar_ratio)]
        held = [_holds(found, bar, self.better) for found, bar in asked if bar is not None]
        return all(held) if held and self.whole else None

    def plain(self) -> dict[str, object]:
        """The figure as JSON holds it."""
        return {
            "job": self.job,
            "figure": self.name,
            "value": rounded(self.value),
            "unit": self.unit,
            "limit": rounded(self.limit),
            "ratio": rounded(self.ratio),
            "bar": self.bar,
            "bar_ratio": self.bar_ratio,
            "met": self.met,
            "better": self.better,
            "cpu": rounded(self.cpu),
            "limit_of": self.limit_of,
        }


def _holds(found: float | None, bar: float, better: Better) -> bool:
    if found is None:
        return False
    return found >= bar if better == "higher" else found <= bar


def rounded(value: float | None, digits: int = 4) -> float | None:
    """A number with so many digits that count: the rest is noise."""
    if value is None or value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of all values lies (nearest rank)."""
    ordered = sorted(values)
    assert ordered, "no values"
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


HEAD: Final = ("figure", "value", "limit", "ratio", "bar", "met")


def table(figures: Iterable[Figure]) -> list[tuple[str, ...]]:
    """The rows of a table for people, its head first."""
    return [HEAD, *(_row(each) for each in figures)]


def _row(figure: Figure) -> tuple[str, ...]:
    bars = []
    sign = "≥" if figure.better == "higher" else "≤"
    if figure.bar is not None:
        bars.append(f"{sign} {said(figure.bar)}")
    if figure.bar_ratio is not None:
        bars.append(f"{sign} {said(figure.bar_ratio)}×")
    met = {None: "", True: "yes", False: "no"}[figure.met]
    ratio = "" if figure.ratio is None else f"{said(figure.ratio)}×"
    value = f"{said(figure.value)} {figure.unit}"
    return (f"{figure.job} {figure.name}", value, said(figure.limit), ratio, " ".join(bars), met)


def said(value: float | None) -> str:
    """A number as it stands in the table."""
    short = rounded(value, 3)
    if short is None:
        return ""
    return f"{short:,.0f}" if abs(short) >= 100 else f"{short:g}"


def compared(figures: Iterable[Figure], before: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Each figure beside the same one of an earlier run: by its ratio where both have one, else by value."""
    earlier = {(str(each["job"]), str(each["figure"])): each for each in before}
    rows: list[tuple[str, ...]] = [("figure", "before", "now", "")]
    for each in figures:
        was = earlier.get((each.job, each.name))
        if was is None:
            rows.append((f"{each.job} {each.name}", "", said(each.value), "new"))
            continue
        by_ratio = each.ratio is not None and was.get("ratio")
        then, now = (was["ratio"], each.ratio) if by_ratio else (was["value"], each.value)
        unit = "× the limit" if by_ratio else each.unit
        rows.append(
            (f"{each.job} {each.name}", f"{said(then)} {unit}", said(now), _verdict(then, now, each.better))
        )
    return rows


def _verdict(then: float, now: float | None, better: Better) -> str:
    if not then or now is None:
        return ""
    change = now / then - 1
    if abs(change) <= NOTICED:
        return "same"
    return "better" if (change > 0) == (better == "higher") else "worse"


def read_earlier(path: Path) -> list[dict[str, Any]]:
    """The figures of a file that an earlier run wrote. Refusals "file.missing", "file.unreadable"."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        return [dict(each) for each in kept["figures"]]
    except FileNotFoundError as error:
        raise Refusal("file.missing", path=path) from error
    except (OSError, *UNREADABLE, KeyError, TypeError) as error:
        raise Refusal("file.unreadable", path=path) from error
