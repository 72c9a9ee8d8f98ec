# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mend for the generated Python side of iroh 1.2.0, which copies what is sent byte by byte in a loop.

The loop moves about 3 MiB/s and holds the event loop for 24 ms per 64 KiB; a `memmove` moves more than
100 MiB/s. The fault is in uniffi 0.31 (iroh-ffi issue 229) and mended upstream in uniffi 0.32, which that
wheel doesn't have yet. The mend replaces two methods of one private class. It is put in only if that class
is, letter by letter, the one it was written for, and stays in only if it then carries bytes right. Otherwise
nothing is changed: everything works as before, slowly.

To remove it: delete this file and the one call in `iroh.py`.
"""

import ctypes
import hashlib
import inspect
import struct
from dataclasses import dataclass
from importlib import metadata
from types import ModuleType
from typing import Any, Final

from edgewise.ground.errors import Verdict
from edgewise.ground.foreign import foreign

MENDED_VERSION: Final = "1.2.0"
BUILDER: Final = "_UniffiRustBufferBuilder"
# What the mend replaces and what it leans on; SHA-256 over the sources of these, in this order.
LEANS_ON: Final = (
    (BUILDER, ("__init__", "_reserve", "_pack_into", "write", "finalize")),
    ("_UniffiRustBuffer", ("alloc", "reserve", "free")),
    ("_UniffiRustBufferStream", ("from_rust_buffer", "remaining", "read", "_unpack_from")),
)
SOURCE_SHA256: Final = "b97b3b836259e5d571340ccea0e26f226bbdef152f320dec98ef896458bbaa7c"
BUFFER_FIELDS: Final = ("capacity", "len", "data")
PROBE_SIZES_BYTES: Final = (0, 1, 15, 16, 17, 4096, 65_537)  # around the first capacity, and well beyond it


@dataclass(frozen=True, slots=True)
class MendState:
    """What became of the mend. active: it is in. why: "" or the word for what was not as expected."""

    active: bool
    why: str = ""


def mend(binding: ModuleType, version: str | None = None) -> MendState:
    """Put the mend into the module `iroh.iroh_ffi`; never raises.

    version: of the installed package, asked for if None. Calling it again changes nothing.
    `why` is one of "version", "source" (the class differs, or its source can't be read), "self-check".
    """
    builder = getattr(binding, BUILDER, None)
    if getattr(builder, "write", None) is _put:
        return MendState(active=True)
    if (version or _installed_version()) != MENDED_VERSION:
        return MendState(active=False, why="version")
    if source_sha256(binding) != SOURCE_SHA256 or _field_names(binding) != BUFFER_FIELDS:
        return MendState(active=False, why="source")
    return _put_in(binding, builder)


def _installed_version() -> str:
    try:
        return metadata.version("iroh")
    except metadata.PackageNotFoundError:
        return ""


def source_sha256(binding: ModuleType) -> str:
    """The digest of the sources of `LEANS_ON`; "" if one is missing, or has no source beside the program."""
    sources: list[str] = []
    for class_name, method_names in LEANS_ON:
        holder = getattr(binding, class_name, None)
        for name in method_names:
            try:
                sources.append(inspect.getsource(getattr(holder, name, None)))  # type: ignore[arg-type]
            except (OSError, TypeError):
                return ""
    return hashlib.sha256("".join(sources).encode()).hexdigest()


def _field_names(binding: ModuleType) -> tuple[str, ...]:
    fields = getattr(getattr(binding, "_UniffiRustBuffer", None), "_fields_", ())
    return tuple(field[0] for field in fields)


def _put_in(binding: ModuleType, builder: Any) -> MendState:
    """Replace the two methods; put them back if bytes then don't come out as they went in."""
    original = builder.write, builder._pack_into
    builder.write, builder._pack_into = _put, _pack_into
    try:
        with foreign("iroh"):
            carried = all(_comes_back(binding, builder, size) for size in PROBE_SIZES_BYTES)
    except Verdict:
        carried = False
    if carried:
        return MendState(active=True)
    builder.write, builder._pack_into = original
    return MendState(active=False, why="self-check")


def _put(self: Any, value: bytes) -> None:
    """Append bytes to the library's buffer, in one move."""
    value = bytes(value)
    size = len(value)
    with self._reserve(size):
        if size:
            start = ctypes.cast(self.rbuf.data, ctypes.c_void_p).value
            assert start is not None, "a buffer with room has an address"
            ctypes.memmove(start + self.rbuf.len, value, size)


def _pack_into(self: Any, _size: int, form: str, value: object) -> None:
    """Append one number, packed as `form` says."""
    _put(self, struct.pack(form, value))


def _comes_back(binding: Any, builder: Any, size: int) -> bool:
    """Whether a number, `size` bytes and a number come back out of the library's own memory."""
    payload = bytes(index * 131 % 251 for index in range(size))
    filled = builder()
    filled.write_i32(size)
    filled.write(payload)
    filled.write_u64(2**63 + size)
    buffer = filled.finalize()
    try:
        stream = binding._UniffiRustBufferStream.from_rust_buffer(buffer)
        same = bool(stream.read_i32() == size and stream.read(size) == payload)
        return same and bool(stream.read_u64() == 2**63 + size and stream.remaining() == 0)
    finally:
        buffer.free()
