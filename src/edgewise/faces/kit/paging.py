# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long lists in pages of thirty, so that each page stays small and has an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from edgewise.faces.kit.page import Page

T = TypeVar("T")
ROWS: Final = 30
PAGES_MAX: Final = 100_000
"""A number in an address beyond this is no page."""


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """One page of a list; the addresses are "" at its ends."""

    rows: Sequence[T]
    number: int
    before: str
    after: str


def number_of(page: Page) -> int:
    """Which page is asked for, from 1 on."""
    text = page.request.query_params.get("page", "")
    return min(max(int(text), 1), PAGES_MAX) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def paged(page: Page, rows: Sequence[T], path: str, size: int = ROWS) -> Paged[T]:
    """The page of a list that is asked for; beyond the last one stands the last one."""
    pages = max(1, -(-len(rows) // size))
    number = min(number_of(page), pages)
    return Paged(
        rows[(number - 1) * size : number * size],
        number,
        page.url(f"{path}?page={number - 1}") if number > 1 else "",
        page.url(f"{path}?page={number + 1}") if number < pages else "",
    )
