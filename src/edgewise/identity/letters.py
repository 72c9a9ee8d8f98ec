# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters: an invitation in its writer's words, signed; works once (spec/meeting.md, MEET-11 to MEET-14)."""

from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground import canon
from edgewise.ground.canon import Bin32, Bin64, Instant, Name, Record, Text, Uint
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.instant import DAY_MS
from edgewise.ground.limits import (
    CHAIN_ENTRIES_MAX,
    GRANT_MAX_MS,
    GRANT_VERBS_MAX,
    LETTER_ITEMS_MAX,
    LETTER_MAX_BYTES,
    LETTER_MAX_MS,
    NAME_MAX_CHARS,
    PURPOSE_MAX_CHARS,
)
from edgewise.identity.devices import live_device
from edgewise.identity.person import resolve_chain
from edgewise.keys.hashing import digest
from edgewise.keys.labels import Label
from edgewise.keys.signing import SigningKey, sign, verifies

LETTER_VERSION: Final = 1
OFFERS_MAX: Final = 16  # lines of one list that a person reads before they answer

Line = Annotated[str, Meta(max_length=PURPOSE_MAX_CHARS)]
Word = Annotated[str, Meta(pattern=r"^[a-z_]{1,20}\Z")]
ChainBytes = Annotated[tuple[bytes, ...], Meta(min_length=1, max_length=CHAIN_ENTRIES_MAX)]


class PairPolicy(Record, frozen=True):
    """What two people agree to by meeting; `until_ms` is the shared end of what they give each other."""

    purpose: Line
    until_ms: Instant
    history: Word
    retention_ms: Instant
    verbs: Annotated[tuple[Word, ...], Meta(max_length=GRANT_VERBS_MAX)]


class LetterItem(Record, frozen=True):
    """Something that the writer put into the letter: whoever holds the letter can read it."""

    title: Annotated[str, Meta(max_length=PURPOSE_MAX_CHARS)]
    text: Text


class LetterBody(Record, frozen=True):
    """What a letter says: who writes from which device and endpoint, to whom, what, until when; terms."""

    invitation: Bin32
    chain: ChainBytes
    device: Bin32
    endpoint: Bin32
    to_name: Annotated[str, Meta(max_length=NAME_MAX_CHARS)]
    from_name: Name
    words: Text
    offers: Annotated[tuple[Line, ...], Meta(max_length=OFFERS_MAX)]
    items: Annotated[tuple[LetterItem, ...], Meta(max_length=LETTER_ITEMS_MAX)]
    made_ms: Instant
    until_ms: Instant
    policy: PairPolicy


class SignedLetter(Record, frozen=True):
    """A letter's bytes. `check` commits to the value that the confirmation reveals, for the check words."""

    v: Uint
    body: Annotated[bytes, Meta(max_length=LETTER_MAX_BYTES)]
    check: Bin32
    sig: Bin64


def policy_hash(policy: PairPolicy) -> bytes:
    """The 32 bytes by which an acceptance names the terms that it accepts."""
    return digest(Label.INVITE_POLICY, canon.encode(policy))


def check_reveal(device_key: SigningKey, invitation: bytes) -> bytes:
    """The 64 bytes that only the inviter's device can make, kept back until the acceptance is here.

    Derived, so that nothing needs to be stored; signatures are the same each time.
    """
    return sign(device_key, Label.CONFIRM_SIG, invitation)


def check_commit(reveal: bytes) -> bytes:
    """The commitment that stands in the letter from the beginning."""
    return digest(Label.CHECKWORDS, reveal)


def make_letter(body: LetterBody, device_key: SigningKey) -> bytes:
    """The signed bytes of a letter.

    Raises Refusal "letter.too_big" or "letter.too_long_open" for what no reader would take.
    """
    if body.until_ms - body.made_ms > LETTER_MAX_MS:
        raise Refusal("letter.too_long_open", limit_days=LETTER_MAX_MS // DAY_MS)
    assert device_key.public == body.device
    data = canon.encode(body)
    check = check_commit(check_reveal(device_key, body.invitation))
    letter = canon.encode(
        SignedLetter(LETTER_VERSION, data, check, sign(device_key, Label.INVITE_SIG, check + data))
    )
    if len(letter) > LETTER_MAX_BYTES:
        raise Refusal("letter.too_big")
    return letter


def parse_letter(letter: bytes) -> SignedLetter:
    """The outer record of a letter. Raises Verdict "letter.not_a_letter", "letter.other_version"."""
    try:
        outer = canon.decode_open(SignedLetter, letter, max_bytes=LETTER_MAX_BYTES)
        if outer.v > LETTER_VERSION:
            raise Verdict("letter.other_version")
        if outer.v < LETTER_VERSION:
            raise Verdict("letter.not_a_letter", reason="version")
        return canon.decode(SignedLetter, letter, max_bytes=LETTER_MAX_BYTES)
    except Verdict as verdict:
        if verdict.code == "letter.other_version":
            raise
        raise Verdict("letter.not_a_letter", reason=verdict.code) from verdict


def open_letter(letter: bytes) -> LetterBody:
    """What a letter says, signed by a live device of the person that it names; it may have expired.

    Raises Verdict "letter.not_a_letter", "letter.other_version", "letter.altered" or "identity.*".
    """
    outer = parse_letter(letter)
    try:
        body = canon.decode(LetterBody, outer.body)
    except Verdict as verdict:
        raise Verdict("letter.not_a_letter", reason=verdict.code) from verdict
    device = live_device(resolve_chain(body.chain), body.device)
    if not verifies(body.device, Label.INVITE_SIG, outer.check + outer.body, outer.sig):
        raise Verdict("letter.altered", reason="signature")
    if device.keys.transport != body.endpoint:
        raise Verdict("letter.altered", reason="endpoint")
    if not 0 < body.until_ms - body.made_ms <= LETTER_MAX_MS:
        raise Verdict("letter.altered", reason="until")
    if not 0 <= body.policy.until_ms - body.made_ms <= GRANT_MAX_MS:
        raise Verdict("letter.altered", reason="policy")
    return body
