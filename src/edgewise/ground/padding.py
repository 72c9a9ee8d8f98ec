# SPDX-License-Identifier: AGPL-3.0-or-later
"""Size classes: what is sealed is padded, so that its length tells little of what it is."""

from typing import Final

from edgewise.ground.limits import PADDING_MIN_BYTES

_DOUBLING_MAX_BYTES: Final = 4096  # above, Padmé wastes at most 12 %, doubling 100 %


def padded_bytes(size_bytes: int) -> int:
    """The length that `size_bytes` are padded to: 256, 512 ... 4,096, then Padmé (Nikitin et al., 2019)."""
    if size_bytes <= _DOUBLING_MAX_BYTES:
        return max(PADDING_MIN_BYTES, 1 << (size_bytes - 1).bit_length())
    exponent = size_bytes.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-size_bytes // step) * step
