# SPDX-License-Identifier: AGPL-3.0-or-later
"""The only ways in: what a person asks for (a Command), and what the world tells the node.

Every class is a value. A command's answer comes back as a `Reply` effect; its type stands in the docstring.
"""

from __future__ import annotations

from dataclasses import dataclass

from edgewise.ground.canon import Record
from edgewise.log.blobs import Attachment, BlobRef


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record goes.

    kind: "circle" (id = circle id, 16 bytes: one's own feed for that audience), "talk" (id = the other
    person), "space" (id = a space's own id: answering in somebody's feed) or "self" (id empty: nobody else).
    """

    kind: str
    id: bytes = b""


class Command:
    """What a person did. Raises Refusal when it can't be done; then nothing has changed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Begin(Command):
    """Make the person of this home. Reply: identity id, 32 bytes."""

    name: str


@dataclass(frozen=True, slots=True)
class ComeBack(Command):
    """Be this person again, on this computer: what a safe copy held is in the tables. With `lost` no other
    computer speaks for them any more. Reply: identity id, 32 bytes.
    """

    identity: bytes
    lost: bool


@dataclass(frozen=True, slots=True)
class NoteCopy(Command):
    """A safe copy was made (in `path`; `key` if it is a new one), or with size 0 proved. Reply: None."""

    path: str
    size_bytes: int
    key: bytes = b""


@dataclass(frozen=True, slots=True)
class NoteExport(Command):
    """Plain files of one's own words were written: the register notes it. Reply: None."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class KeepCopyKey(Command):
    """The safe copies from now on open with other words; what makes them stays sealed here. Reply: None."""

    key: bytes


@dataclass(frozen=True, slots=True)
class Publish(Command):
    """Write a record into a place. With hold_ms it waits that long and can be undone.

    Reply: operation id (32 bytes), or the id of the held item (16 bytes) when hold_ms > 0.
    """

    place: Place
    record: Record
    hold_ms: int = 0


@dataclass(frozen=True, slots=True)
class Undo(Command):
    """Drop a held item before it leaves. Reply: its record."""

    held: bytes


@dataclass(frozen=True, slots=True)
class TakeBack(Command):
    """Take back an item of one's own: gone here, every holder is asked. Reply: number of holders."""

    item: bytes
    why: str = ""


@dataclass(frozen=True, slots=True)
class MakeLetter(Command):
    """Write a letter of invitation. until_ms 0 = the default fortnight. Reply: LetterMade."""

    to_name: str
    words: str
    offers: tuple[str, ...] = ()
    items: tuple[tuple[str, str], ...] = ()
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class ShowLetter(Command):
    """Show the same letter again. Reply: LetterMade."""

    invitation: bytes


@dataclass(frozen=True, slots=True)
class WithdrawLetter(Command):
    """Withdraw a letter that is not answered yet. Reply: None."""

    invitation: bytes


@dataclass(frozen=True, slots=True)
class ReadLetter(Command):
    """Open a letter or a ticket. Sends nothing but, for a ticket, the request for its letter. Reply.

    LetterRead.
    """

    text: str


@dataclass(frozen=True, slots=True)
class AnswerLetter(Command):
    """Answer a letter: "yes", "later" or "no" (no and later send nothing). Reply: Answered."""

    invitation: bytes
    answer: str


@dataclass(frozen=True, slots=True)
class TakeFile(Command):
    """Take in an acceptance, a confirmation or a bundle that came as a file. Reply: FileTaken."""

    data: bytes


@dataclass(frozen=True, slots=True)
class MakeBundle(Command):
    """Seal for one acquaintance all that they lack, as far as known. Reply: BundleMade."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class MakeCircle(Command):
    """Make an audience of one's own. Reply: circle id, 16 bytes."""

    name: str


@dataclass(frozen=True, slots=True)
class RenameCircle(Command):
    """Give an audience another name; nobody else learns it. Reply: None."""

    circle: bytes
    name: str


@dataclass(frozen=True, slots=True)
class RetireCircle(Command):
    """Stop writing to an audience: every reading of it ends. Reply: None."""

    circle: bytes


@dataclass(frozen=True, slots=True)
class SetMember(Command):
    """Put a person into an audience, or out of it. Reply: None."""

    circle: bytes
    identity: bytes
    present: bool


@dataclass(frozen=True, slots=True)
class StopGrant(Command):
    """End one agreement: revoke what I gave, or renounce what I was given. Reply: None."""

    grant: bytes


@dataclass(frozen=True, slots=True)
class RenewAll(Command):
    """Set the shared end of what I gave to one person. Reply: None."""

    identity: bytes
    until_ms: int


@dataclass(frozen=True, slots=True)
class EndAcquaintance(Command):
    """End an acquaintance in one act. Reply: None."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class CompareWords(Command):
    """Note that the four check words were compared. Reply: None."""

    identity: bytes
    match: bool


@dataclass(frozen=True, slots=True)
class RenameMe(Command):
    """Change one's own name; acquaintances learn it. Reply: None."""

    name: str


@dataclass(frozen=True, slots=True)
class SaveDraft(Command):
    """Keep the words of a draft for a place; what was attached to it stays. Reply: None."""

    place: str
    text: str
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Attach(Command):
    """Put a picture, a voice note or a file to the draft of a place. Reply: None.

    removed: what was taken out of it, in words of the media room.
    """

    place: str
    attachment: Attachment
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detach(Command):
    """Take one out of a draft again; it is let go of at once. Reply: None."""

    place: str
    blob: bytes


@dataclass(frozen=True, slots=True)
class Describe(Command):
    """Put words to one of a draft, for those who can't see or hear it. Reply: None."""

    place: str
    blob: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class DropDraft(Command):
    """Forget a draft with all that was to go with it. Reply: None."""

    place: str


@dataclass(frozen=True, slots=True)
class MarkRead(Command):
    """Remember, here only, how far this person has read. Reply: None."""

    place: str
    order_ms: int


@dataclass(frozen=True, slots=True)
class SetSetting(Command):
    """Keep a setting of this computer. Reply: None."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class HideAnswers(Command):
    """In one's own feed: stop (or resume) passing on one writer's answers. Reply: None."""

    space: bytes
    identity: bytes
    hidden: bool


@dataclass(frozen=True, slots=True)
class KeepBlob(Command):
    """A file was sealed on this computer's disk (`store.sealed.seal_file`). Reply: None."""

    ref: BlobRef


@dataclass(frozen=True, slots=True)
class FetchBlob(Command):
    """Fetch a picture or a file that somebody shared, or go on after a pause. Reply: None."""

    blob: bytes


@dataclass(frozen=True, slots=True)
class PauseBlob(Command):
    """Ask for no more of it; what came stays. Reply: None."""

    blob: bytes


@dataclass(frozen=True, slots=True)
class CancelBlob(Command):
    """Ask for no more of it, and let go of what came; what is whole stays. Reply: None."""

    blob: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection stands. endpoint: the peer's 32-byte transport key, authenticated by the carrier."""

    conn: int
    endpoint: bytes
    dialed: bool
    seen_as: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A connection is gone."""

    conn: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes from a peer, in order, of any length."""

    conn: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Drained:
    """The carrier has sent what it had: there is room for bulk."""

    conn: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class AddressesNow:
    """Where this computer can be reached now, as "ip:port"."""

    addrs: tuple[str, ...]


Input = Command | Opened | Closed | Received | Drained | Tick | AddressesNow
