# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a feature is to the core: kinds of record, and a view over them. The core knows no feature by name."""

from __future__ import annotations

from dataclasses import dataclass

from edgewise.log.kinds import Kind
from edgewise.store.views import View


@dataclass(frozen=True)
class Feature:
    """One folder under features/: its word, its kinds of record and its view."""

    name: str
    kinds: tuple[Kind, ...]
    view: View
