# SPDX-License-Identifier: AGPL-3.0-or-later
"""The mend goes in only where it fits, stays in only if it works, and can be done without."""

import ctypes
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import iroh.iroh_ffi as binding
import pytest

from edgewise.carriers import iroh_mend
from edgewise.carriers.iroh_mend import MendState, mend

BUILDER = binding._UniffiRustBufferBuilder
# Read when this file is loaded, which is before any test of this run has started a carrier.
AS_INSTALLED = BUILDER.write, BUILDER._pack_into


@pytest.fixture
def unmended() -> Iterator[None]:
    """The library as it was installed, whatever ran before; and as it was found, afterwards."""
    found = BUILDER.write, BUILDER._pack_into
    BUILDER.write, BUILDER._pack_into = AS_INSTALLED
    yield
    BUILDER.write, BUILDER._pack_into = found


def put_and_read(payload: bytes) -> bytes:
    """Through the library's own memory and back, as every argument and answer goes."""
    filled = BUILDER()
    filled.write_i32(len(payload))
    filled.write(payload)
    buffer = filled.finalize()
    stream = binding._UniffiRustBufferStream.from_rust_buffer(buffer)
    came = stream.read(stream.read_i32())
    buffer.free()
    return bytes(came)


@pytest.mark.usefixtures("unmended")
def test_the_installed_library_is_the_one_that_the_mend_is_for() -> None:
    """The mend goes in, bytes still come out as they went in, and a second time changes nothing."""
    assert mend(binding) == MendState(active=True)
    assert BUILDER.write is iroh_mend._put
    for payload in (b"", b"x", bytes(range(256)) * 1000, bytearray(b"array"), memoryview(b"view")):
        assert put_and_read(payload) == bytes(payload)  # type: ignore[arg-type]
    assert mend(binding) == MendState(active=True)


@pytest.mark.usefixtures("unmended")
def test_another_version_is_left_alone() -> None:
    """A newer or missing package runs as it came."""
    for version in ("1.2.1", "2.0.0", "1.2"):
        assert mend(binding, version) == MendState(active=False, why="version")
    assert (BUILDER.write, BUILDER._pack_into) == AS_INSTALLED
    assert put_and_read(b"slowly") == b"slowly"


@pytest.mark.usefixtures("unmended")
@pytest.mark.parametrize("name", ["write", "_pack_into", "_reserve", "finalize"])
def test_a_changed_binding_is_left_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If any method that the mend replaces or leans on reads differently, nothing is replaced."""
    original = getattr(BUILDER, name)

    def changed(self: Any, *given: Any) -> Any:
        return original(self, *given)

    monkeypatch.setattr(BUILDER, name, changed)
    assert mend(binding) == MendState(active=False, why="source")
    assert getattr(BUILDER, name) is changed
    assert put_and_read(b"slowly") == b"slowly"


@pytest.mark.usefixtures("unmended")
def test_a_changed_buffer_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the buffer has other fields, no byte is moved into it."""

    class Other(ctypes.Structure):
        _fields_ = (("len", ctypes.c_uint64), ("capacity", ctypes.c_uint64))
        alloc = staticmethod(binding._UniffiRustBuffer.alloc)
        reserve = staticmethod(binding._UniffiRustBuffer.reserve)
        free = binding._UniffiRustBuffer.free

    monkeypatch.setattr(binding, "_UniffiRustBuffer", Other)
    assert mend(binding) == MendState(active=False, why="source")
    assert BUILDER.write is AS_INSTALLED[0]


def test_a_binding_without_the_class_is_left_alone() -> None:
    """A library made in another way has nothing to mend."""
    assert mend(cast(ModuleType, SimpleNamespace()), "1.2.0") == MendState(active=False, why="source")


@pytest.mark.usefixtures("unmended")
def test_a_mend_that_does_not_work_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """If bytes come out wrong, or the check itself fails, the library's own methods are put back."""

    def breaks(*_: object) -> bool:
        raise OverflowError

    for check in (lambda *_: False, breaks):
        monkeypatch.setattr(iroh_mend, "_comes_back", check)
        assert mend(binding) == MendState(active=False, why="self-check")
        assert (BUILDER.write, BUILDER._pack_into) == AS_INSTALLED
        assert put_and_read(b"slowly") == b"slowly"
