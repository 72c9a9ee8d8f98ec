# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever a native library raises becomes a Verdict, and nothing else is swallowed."""

import asyncio

import pytest

from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.foreign import foreign


class PanicException(BaseException):
    """What pyo3 raises where Rust code panics: no Exception, so `except Exception` lets it through."""


@pytest.mark.parametrize("error", [ValueError("bad"), RuntimeError(), MemoryError(), PanicException("index")])
def test_a_panic_is_a_verdict(error: BaseException) -> None:
    """Errors and panics name the library and their reason, and stay attached for the log."""
    with pytest.raises(Verdict) as caught, foreign("iroh"):
        raise error
    assert caught.value.code == "foreign.failed"
    assert caught.value.facts["library"] == "iroh"
    assert type(error).__name__ in str(caught.value.facts["reason"])
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt(), SystemExit(1), GeneratorExit(), asyncio.CancelledError(), Refusal("letter.used")],
)
def test_what_is_not_the_librarys_passes_through(error: BaseException) -> None:
    """Interrupts, exits, cancellation and our own errors are not the library's."""
    with pytest.raises(type(error)) as caught, foreign("iroh"):
        raise error
    assert caught.value is error


def test_a_code_of_ones_own() -> None:
    """The caller may say what the failure means; without failure nothing happens."""
    with foreign("iroh", "carrier.unreachable"):
        fine = 1
    assert fine == 1
    with pytest.raises(Verdict) as caught, foreign("iroh", "carrier.unreachable"):
        raise OSError("no route")
    assert caught.value.code == "carrier.unreachable"
