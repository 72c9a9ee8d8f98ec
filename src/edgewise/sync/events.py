# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a conversation hands out: frames to send, and what was learnt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from edgewise.log.op import Op
from edgewise.sync import frames
from edgewise.sync.frames import Frame, Target, TargetState


@dataclass(frozen=True, slots=True)
class Out:
    """A frame to send, in order; urgent ones overtake the others.

    `space` is the shared space that the frame speaks of, for the gate; None where it speaks of none.
    """

    frame: Frame
    space: bytes | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class PeerProved:
    """The other end signed this very connection with the key of `device` (its 32 public bytes)."""

    device: bytes


@dataclass(frozen=True, slots=True)
class RunCame:
    """Operations of one log of `space`, in order, the last one with a signature.

    Links and signatures are not checked: `log.chain.verify_run` does it, outside of any transaction.
    """

    space: bytes
    ops: Sequence[Op]


@dataclass(frozen=True, slots=True)
class Acked:
    """The other end says that it holds these positions (of ours, never beyond) on its disk."""

    space: bytes
    heads: dict[bytes, int]


@dataclass(frozen=True, slots=True)
class HeadsCame:
    """The other end's positions as told; a position of an own log that is beyond ours tells of a lost one."""

    space: bytes
    heads: dict[bytes, int]


@dataclass(frozen=True, slots=True)
class InviteAsked:
    """Somebody asks for the letter of an invitation."""

    invitation: bytes
    mac: bytes


@dataclass(frozen=True, slots=True)
class LetterCame:
    """The letter that was asked for; not checked."""

    letter: bytes


@dataclass(frozen=True, slots=True)
class AcceptCame:
    """An acceptance; not checked."""

    acceptance: bytes


@dataclass(frozen=True, slots=True)
class ConfirmCame:
    """A confirmation; not checked."""

    confirm: bytes


@dataclass(frozen=True, slots=True)
class ChainCame:
    """Who the other end says that it is, or what it knows of us; not checked."""

    chain: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The last request was refused."""

    code: str


@dataclass(frozen=True, slots=True)
class EndCame:
    """The acquaintance is ended by the other side; the signature is not checked."""

    tag: bytes
    sig: bytes


@dataclass(frozen=True, slots=True)
class EraseCame:
    """A request to erase; whether its author may ask for each target is not checked."""

    request: bytes
    space: bytes
    targets: tuple[Target, ...]
    why: str


@dataclass(frozen=True, slots=True)
class ReceiptCame:
    """The answer to a request to erase."""

    request: bytes
    targets: tuple[TargetState, ...]


@dataclass(frozen=True, slots=True)
class PiecesWanted:
    """The other end asks for pieces of a blob in the space behind `tag` (`pieces.bits_of`)."""

    tag: bytes
    blob: bytes
    first: int
    bits: bytes


@dataclass(frozen=True, slots=True)
class PieceCame:
    """A piece of a blob; whoever asked has checked its proof before."""

    tag: bytes
    blob: bytes
    index: int
    proof: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class PieceNoted:
    """The other end says something of a blob: "all", "ask", "none" or "stop"."""

    tag: bytes
    blob: bytes
    state: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The conversation is over; `reason` is a code of ours, or the one that the other end gave."""

    reason: str


Event = (
    PeerProved
    | RunCame
    | Acked
    | HeadsCame
    | InviteAsked
    | LetterCame
    | AcceptCame
    | ConfirmCame
    | ChainCame
    | Refused
    | EndCame
    | EraseCame
    | ReceiptCame
    | PiecesWanted
    | PieceCame
    | PieceNoted
    | Gone
)
Said = list[Out | Event]

# Frames that are told to the core as they are.
TOLD: Final[Mapping[type[frames.Frame], Callable[[Any], Any]]] = {
    frames.InviteAsk: lambda frame: InviteAsked(frame.invitation, frame.mac),
    frames.InviteIs: lambda frame: LetterCame(frame.letter),
    frames.Accept: lambda frame: AcceptCame(frame.acceptance),
    frames.Confirm: lambda frame: ConfirmCame(frame.confirm),
    frames.Chain: lambda frame: ChainCame(frame.chain),
    frames.Refuse: lambda frame: Refused(frame.code),
    frames.End: lambda frame: EndCame(frame.tag, frame.sig),
    frames.Erase: lambda frame: EraseCame(frame.request, frame.space, frame.targets, frame.why),
    frames.Receipt: lambda frame: ReceiptCame(frame.request, frame.targets),
    frames.PieceWant: lambda frame: PiecesWanted(frame.tag, frame.blob, frame.first, frame.bits),
    frames.Piece: lambda frame: PieceCame(frame.tag, frame.blob, frame.index, frame.proof, frame.data),
    frames.PieceNote: lambda frame: PieceNoted(frame.tag, frame.blob, frame.state),
}
