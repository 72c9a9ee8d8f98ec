# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of choices: each default fits its own bounds."""

import pytest

from edgewise.faces.kit.choices import SETTINGS, Setting, chosen
from edgewise.store import settings
from edgewise.store.db import Store


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each.name)
def test_every_default_fits(setting: Setting) -> None:
    """What holds without a choice could be chosen too; nonsense could not."""
    assert setting.fits(setting.default)
    assert not setting.fits("\x00 nonsense")


def test_a_choice_goes_before_its_default() -> None:
    """An unset choice is its default; a set one holds."""
    db = Store.in_memory(()).reader()
    assert chosen(db, "hold_seconds") == "8"
    settings.put(db, "hold_seconds", "0")
    assert chosen(db, "hold_seconds") == "0"
