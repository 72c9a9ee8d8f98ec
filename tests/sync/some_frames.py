# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hypothesis strategies for frames of every kind, with the short lists that real ones have."""

from hypothesis import strategies as st

from edgewise.ground.limits import PIECES_MAX
from edgewise.log.op import WireOp
from edgewise.sync import frames

UINT = st.integers(0, 2**63 - 1)
CODE = st.from_regex(r"[a-z0-9._]{1,40}", fullmatch=True)


def exactly(count: int) -> st.SearchStrategy[bytes]:
    """Byte strings of one length."""
    return st.binary(min_size=count, max_size=count)


def few(items: st.SearchStrategy, least: int = 0) -> st.SearchStrategy:
    """Short tuples."""
    return st.lists(items, min_size=least, max_size=5).map(tuple)


B16, B32, B64 = exactly(16), exactly(32), exactly(64)
POSITIONS = few(st.builds(frames.Position, B32, UINT))
WIRE_OPS = st.builds(
    WireOp,
    st.binary(max_size=300),
    st.one_of(B64, st.just(b"")),
    st.one_of(st.none(), st.binary(max_size=300)),
)
STATES = st.sampled_from(["erased", "held", "kept", "never_had"])

PLACE = st.integers(0, PIECES_MAX - 1)

BY_KIND: dict[type[frames.Frame], st.SearchStrategy[frames.Frame]] = {
    frames.Hello: st.builds(frames.Hello, UINT, B16),
    frames.Proof: st.builds(frames.Proof, B32, B64),
    frames.Have: st.builds(frames.Have, few(st.builds(frames.HaveItem, B16, B16))),
    frames.Heads: st.builds(frames.Heads, B16, POSITIONS),
    frames.Want: st.builds(frames.Want, B16, B32, UINT, UINT),
    frames.Run: st.builds(frames.Run, B16, few(WIRE_OPS, least=1)),
    frames.Ack: st.builds(frames.Ack, B16, POSITIONS),
    frames.InviteAsk: st.builds(frames.InviteAsk, B32, B32),
    frames.InviteIs: st.builds(frames.InviteIs, st.binary(max_size=300)),
    frames.Accept: st.builds(frames.Accept, st.binary(max_size=300)),
    frames.Confirm: st.builds(frames.Confirm, st.binary(max_size=300)),
    frames.Refuse: st.builds(frames.Refuse, CODE),
    frames.End: st.builds(frames.End, B16, B64),
    frames.Erase: st.builds(
        frames.Erase, B16, B32, few(st.builds(frames.Target, B32, UINT, B32)), st.text(max_size=200)
    ),
    frames.Receipt: st.builds(frames.Receipt, B16, few(st.builds(frames.TargetState, B32, STATES))),
    frames.PieceWant: st.builds(
        frames.PieceWant, B16, B32, PLACE, st.binary(min_size=1, max_size=frames.WANT_BITS_MAX)
    ),
    frames.Piece: st.builds(frames.Piece, B16, B32, PLACE, few(B32), st.binary(max_size=300)),
    frames.PieceNote: st.builds(frames.PieceNote, B16, B32, st.sampled_from(["all", "ask", "none", "stop"])),
    frames.Ping: st.builds(frames.Ping, UINT),
    frames.Pong: st.builds(frames.Pong, UINT),
    frames.Chain: st.builds(frames.Chain, few(st.binary(max_size=300), least=1)),
    frames.Bye: st.builds(frames.Bye, CODE),
}
FRAMES = st.one_of(*BY_KIND.values())


@st.composite
def mutated(draw: st.DrawFn, originals: st.SearchStrategy[bytes]) -> bytes:
    """Bytes with a few flips, cuts and doublings."""
    data = bytearray(draw(originals))
    for _ in range(draw(st.integers(1, 4))):
        if not data:
            break
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.sampled_from(["flip", "cut", "double", "insert"])):
            case "flip":
                data[at] ^= draw(st.integers(1, 255))
            case "cut":
                del data[at : at + draw(st.integers(1, 8))]
            case "double":
                data[at:at] = data[at : at + draw(st.integers(1, 8))]
            case _:
                data[at:at] = draw(st.binary(min_size=1, max_size=8))
    return bytes(data)
