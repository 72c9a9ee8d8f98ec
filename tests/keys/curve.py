# SPDX-License-Identifier: AGPL-3.0-or-later
"""Edwards25519 in forty lines, slow and plain, to make signatures that no honest signer makes (RFC 8032)."""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def add(p: Point, q: Point) -> Point:
    """The sum of two points."""
    (x1, y1), (x2, y2) = p, q
    t = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + y1 * x2) * pow(1 + t, P - 2, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P) % P


def multiply(n: int, p: Point) -> Point:
    """The point n times."""
    total = IDENTITY
    while n:
        total = add(total, p) if n & 1 else total
        p, n = add(p, p), n >> 1
    return total


def x_of(y: int, sign: int) -> int | None:
    """The x that belongs to y, with that lowest bit; None where there is no point."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x * ROOT_OF_MINUS_ONE % P if (x * x - square) % P else x
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def compress(p: Point) -> bytes:
    """The 32 bytes of a point."""
    return (p[1] | (p[0] & 1) << 255).to_bytes(32, "little")


def small_order_points() -> list[Point]:
    """The eight points whose eightfold is the identity."""
    y = 2
    while True:
        x = x_of(y, 0)
        torsion = multiply(L, (x, y)) if x is not None else IDENTITY
        if multiply(4, torsion) != IDENTITY:
            return [multiply(n, torsion) for n in range(8)]
        y += 1


def challenge(r: bytes, public: bytes, message: bytes) -> int:
    """The k of RFC 8032, section 5.1.7."""
    return int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % L


_BASE_Y = 4 * pow(5, P - 2, P) % P
BASE: Point = (x_of(_BASE_Y, 0) or 0, _BASE_Y)
