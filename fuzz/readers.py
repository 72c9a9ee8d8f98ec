# SPDX-License-Identifier: AGPL-3.0-or-later
"""Readers that need no store: each takes the bytes of one case, as they come, or signed and sealed rightly.

A name that ends in "_inside" bends what is within a signature or a seal: the outer part is made anew and
holds, so that the bent part is really read.
"""

from __future__ import annotations

import tempfile
import zlib
from functools import cache
from pathlib import Path
from typing import Final

from edgewise import features
from edgewise.carriers import addresses
from edgewise.core.door import CORE_KINDS
from edgewise.discovery.tickets import parse_addr
from edgewise.faces.kit import letterpage
from edgewise.ground import canon
from edgewise.ground.canon import Record
from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.ids import b64
from edgewise.ground.limits import FRAME_MAX_BYTES
from edgewise.identity import invites, letters, meeting, tickets
from edgewise.identity.person import (
    DeviceAdd,
    DeviceRevoke,
    Inception,
    PersonSecrets,
    Profile,
    RootRotate,
    SignedEntry,
    entry_id,
    new_person,
    relation,
    resolve_chain,
)
from edgewise.keys.hashing import mac
from edgewise.keys.labels import Label
from edgewise.keys.signing import sign
from edgewise.keys.stream import open_chunks
from edgewise.log.chain import ForkProof, check_fork, verify_run
from edgewise.log.kinds import Registry
from edgewise.log.op import WireOp, check_signature, from_wire, unpad
from edgewise.media.workshop import Workshop
from edgewise.node import homes
from edgewise.store.home import Home
from edgewise.sync import bundle, frames
from edgewise.sync.exchange import read_run

NOW_MS: Final = 1_800_000_000_000
SECRET: Final = bytes(range(16))
KEY: Final = bytes(range(32))
PIECES: Final = (1, 3, 4, 5, 17, 400, 70_000)


class Entries(Record, frozen=True):
    """The entries of a chain without their signatures."""

    entries: tuple[Inception | DeviceAdd | DeviceRevoke | Profile | RootRotate, ...]


@cache
def somebody(name: str) -> tuple[tuple[bytes, ...], PersonSecrets]:
    """A person's chain and secrets, the same each time: what is bent inside is signed by them."""
    _, chain, secrets = new_person(SeededEntropy(f"fuzz {name}".encode()), name.title(), NOW_MS)
    return chain, secrets


@cache
def registry() -> Registry:
    """Every kind that the program knows."""
    return Registry((*CORE_KINDS, *(kind for feature in features.load() for kind in feature.kinds)))


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="edgewise-fuzz-"))


# --- the wire ---------------------------------------------------------------------------------------


def frame(data: bytes) -> None:
    """Number and body of one frame; what was read reads the same once more."""
    found = frames.decode_frame(data[0] if data else 0, data[1:])
    if not isinstance(found, frames.Unknown):
        assert frames.encode_frame(found)[5:] == data[1:]


def stream(data: bytes) -> None:
    """A stream of frames that comes in pieces of any size."""
    reader, at = frames.FrameReader(), 0
    while at < len(data):
        size = PIECES[data[at] % len(PIECES)]
        reader.feed(data[at : at + size])
        at += size
    assert reader.pending_bytes <= FRAME_MAX_BYTES + frames.LENGTH_BYTES


def operation(data: bytes) -> None:
    """One operation as it stands in a frame."""
    op = from_wire(canon.decode(WireOp, data))
    if op.sig is not None:
        check_signature(op)


def run(data: bytes) -> None:
    """A run of operations with its signatures and links."""
    wires = canon.decode(frames.Run, data).ops
    verify_run(read_run(wires, from_wire(wires[0]).space))


def fork(data: bytes) -> None:
    """The proof of a fork."""
    check_fork(canon.decode(ForkProof, data))


def body(data: bytes) -> None:
    """What an operation says, opened: every kind with its own check."""
    registry().decode(data)


def padded(data: bytes) -> None:
    """An opened payload whose padding is taken off."""
    registry().decode(unpad(data))


# --- files ------------------------------------------------------------------------------------------


def bundle_raw(data: bytes) -> None:
    """A sealed file as it lies on a stick."""
    _, bob = somebody("bob")
    list(bundle.open_bundle([data], bob.kem, bob.sign.public).frames)


def bundle_inside(data: bytes) -> None:
    """A file that alice really sealed to bob, and whose frames are anything."""
    (_, alice), (_, bob) = somebody("alice"), somebody("bob")
    sealed = bundle.seal_bundle(
        [data],
        sender_device=alice.sign,
        receiver_kem=bob.kem.public,
        receiver_device=bob.sign.public,
        entropy=SeededEntropy(b"fuzz bundle"),
    )
    list(bundle.open_bundle(sealed, bob.kem, bob.sign.public).frames)


def sealed_stream(data: bytes) -> None:
    """The chunks of a sealed stream."""
    list(open_chunks(KEY, b"fuzz", [data[:100], data[100:]]))


# --- meeting ----------------------------------------------------------------------------------------


def letter(data: bytes) -> None:
    """A letter as it came."""
    invites.open_letter(data)


def letter_inside(data: bytes) -> None:
    """A letter that alice really signed."""
    _, alice = somebody("alice")
    check = bytes(32)
    sig = sign(alice.sign, Label.INVITE_SIG, check + data)
    invites.open_letter(canon.encode(letters.SignedLetter(letters.LETTER_VERSION, data, check, sig)))


def text(data: bytes) -> None:
    """What somebody pastes: a ticket, or a ticket with its letter."""
    pasted = data.decode("utf-8", "replace")
    if invites.is_letter_text(pasted):
        invites.open_letter(invites.parse_letter_text(pasted)[1])
    else:
        invites.parse_ticket(pasted)


def ticket_inside(data: bytes) -> None:
    """A ticket whose checksum fits."""
    invites.parse_ticket(tickets.PREFIX + b64(data + zlib.crc32(data).to_bytes(4, "big")))


def letter_page(data: bytes) -> None:
    """The file of a letter, as a mail program left it."""
    invites.parse_letter_text(tickets.LETTER_PREFIX + letterpage.extract_sealed(data))


def acceptance(data: bytes) -> None:
    """An acceptance as it came."""
    invites.acceptance_invitation(data)
    invites.open_acceptance(data, SECRET)


def acceptance_inside(data: bytes) -> None:
    """An acceptance that bob really signed, with the secret of the letter."""
    _, bob = somebody("bob")
    sig = sign(bob.sign, Label.ACCEPT_SIG, data)
    proof = mac(SECRET, Label.ACCEPT_MAC, data + sig)
    outer = meeting.SignedAcceptance(meeting.ACCEPT_VERSION, data, sig, proof)
    invites.open_acceptance(canon.encode(outer), SECRET)


def acceptance_file(data: bytes) -> None:
    """An acceptance in its sealed file."""
    _, bob = somebody("bob")
    invites.open_acceptance(invites.open_acceptance_file(data, bob.kem), SECRET)


def confirm(data: bytes) -> None:
    """A confirmation as it came."""
    chain, _ = somebody("alice")
    invites.confirm_invitation(data)
    invites.open_confirm(data, resolve_chain(chain))


def confirm_inside(data: bytes) -> None:
    """A confirmation that alice really signed."""
    chain, alice = somebody("alice")
    sig = sign(alice.sign, Label.CONFIRM_SIG, bytes(64) + data)
    outer = meeting.SignedConfirm(meeting.CONFIRM_VERSION, alice.sign.public, data, bytes(64), sig)
    invites.open_confirm(canon.encode(outer), resolve_chain(chain))


def chain(data: bytes) -> None:
    """A person's chain, and how it stands to the one that is known."""
    came = canon.decode(tuple[bytes, ...], data)
    person = resolve_chain(came)
    known, _ = somebody("alice")
    if person.id == resolve_chain(known).id:
        relation(known, came)


def chain_inside(data: bytes) -> None:
    """A chain whose every entry the root really signed."""
    _, alice = somebody("alice")
    entries = canon.decode_open(Entries, data).entries
    signed = [
        SignedEntry(
            each,
            sign(alice.root, Label.IDENTITY_SIG, entry_id(each)),
            sign(alice.root, Label.IDENTITY_SIG, entry_id(each)) if isinstance(each, RootRotate) else b"",
        )
        for each in entries
    ]
    resolve_chain([canon.encode(each) for each in signed])


def address(data: bytes) -> None:
    """A network address that somebody tells of themselves."""
    told = data.decode("utf-8", "replace")
    tidied = addresses.tidy(told)
    assert tidied is None or addresses.tidy(tidied) == tidied
    parse_addr(told)


# --- files of one's own home ------------------------------------------------------------------------


def home_keys(data: bytes) -> None:
    """The file that holds the sealed key of a home."""
    home = Home(_folder())
    (home.path / "keys").write_bytes(data)
    (home.path / "device.key").write_bytes(KEY)
    home.has_passphrase()
    home.unlock(None)


def node_note(data: bytes) -> None:
    """The note that says where a running node is reached; a bad one is as good as none."""
    home = Home(_folder())
    (home.path / "node").write_bytes(data)
    home.node_note()


def page_place(data: bytes) -> None:
    """The file that remembers where the page stands; a bad one is replaced."""
    (_folder() / homes.PLACE_NAME).write_bytes(data)
    homes.page_place(_folder())


# --- pictures and voices, in their own process ------------------------------------------------------


@cache
def _workshop() -> Workshop:
    return Workshop()


def picture(data: bytes) -> None:
    """A picture that somebody wants to share."""
    _workshop().prepare(data)


def thumbnail(data: bytes) -> None:
    """A picture that came, made small."""
    _workshop().thumbnail(data, 64)


def voice(data: bytes) -> None:
    """A voice note that somebody wants to share."""
    _workshop().voice(data)


def leave_workshop() -> None:
    """Its process ends."""
    _workshop().close()
