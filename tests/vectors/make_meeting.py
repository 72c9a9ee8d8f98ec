# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors of spec/meeting.md: chains and the meeting of Alice, who writes the letter, and Bob."""

from typing import Any

from edgewise.ground.canon import decode, encode
from edgewise.ground.ids import ZERO32
from edgewise.identity import invites
from edgewise.identity.letters import SignedLetter
from edgewise.identity.meeting import SignedAcceptance, SignedConfirm
from edgewise.identity.person import (
    Certificate,
    Chain,
    DeviceAdd,
    DeviceKeys,
    Inception,
    Profile,
    SignedEntry,
    certify,
    device_added,
    device_id,
    device_revoked,
    entry_id,
    relation,
    renamed,
    resolve_chain,
)
from edgewise.identity.recovery import rotated
from edgewise.keys.labels import Label
from edgewise.keys.signing import SigningKey, sign
from edgewise.keys.words import check_words
from tests.identity import meetings
from tests.identity.friends import LATER_MS, friend, gadget, key

Vectors = dict[str, list[dict[str, Any]]]

ALICE, BOB, MALLORY = friend("alice"), friend("bob"), friend("mallory")
PHONE = gadget("alice's phone")
ROOT = ALICE.secrets.root


def vectors() -> Vectors:
    """Yay and nay."""
    met = meetings.meeting()
    return {
        "yay": [*_yay_chains(), *_relations(), *_yay_meeting(met)],
        "nay": [*_nay_chains(), *_nay_texts(met), *_nay_meeting(met)],
    }


def _chains() -> dict[str, Chain]:
    phone = certify(PHONE.sign, PHONE.keys, ALICE.person.anchor)
    two = device_added(ALICE.chain, ROOT, phone, LATER_MS)
    stolen = device_revoked(renamed(two, ROOT, "Alicia", LATER_MS), ROOT, device_id(PHONE.keys), LATER_MS)
    back = rotated(
        stolen,
        ALICE.secrets.recovery,
        key("new root"),
        key("new recovery").public,
        (phone,),
        LATER_MS,
        keep=2,
    )
    again = rotated(
        two, ALICE.secrets.recovery, key("other root"), key("other recovery").public, (phone,), LATER_MS
    )
    return {
        "a new person": ALICE.chain,
        "a phone added": two,
        "a thief of the root": stolen,
        "rotated": back,
        "rotated otherwise": again,
        "bob": BOB.chain,
    }


def _yay_chains() -> list[dict[str, Any]]:
    found = []
    for name, chain in _chains().items():
        person = resolve_chain(chain)
        found.append(
            {
                "what": "chain",
                "name": name,
                "chain": chain,
                "id": person.id,
                "head": person.head,
                "person": person.name,
                "live": [device.id for device in person.devices if not device.revoked],
                "revoked": [device.id for device in person.devices if device.revoked],
            }
        )
    return found


def _relations() -> list[dict[str, Any]]:
    chains = _chains()
    return [
        {
            "what": "relation",
            "name": f"{old}, then {new}",
            "old": old,
            "new": new,
            "relation": relation(chains[old], chains[new]).value,
        }
        for old, new in (
            ("a new person", "a new person"),
            ("a new person", "a phone added"),
            ("a phone added", "a new person"),
            ("a thief of the root", "rotated"),
            ("rotated", "a thief of the root"),
            ("rotated", "rotated otherwise"),
            ("a new person", "bob"),
        )
    ]


def _signed(entry: Any, signer: SigningKey, cosig: bytes = b"") -> bytes:
    return encode(SignedEntry(entry, sign(signer, Label.IDENTITY_SIG, entry_id(entry)), cosig))


ChainCase = tuple[str, str, str, list[bytes]]


def _nay_devices(chains: dict[str, Chain]) -> list[ChainCase]:
    two, first, head = chains["a phone added"], ALICE.chain[0], ALICE.person.head
    stolen_keys = Certificate(BOB.secrets.keys, certify(BOB.device, BOB.secrets.keys, BOB.person.anchor).sig)
    one_key = DeviceKeys(PHONE.sign.public, PHONE.kem.public, PHONE.sign.public)
    rotation = decode(SignedEntry, chains["rotated"][-1])
    by_root = encode(SignedEntry(rotation.entry, _root_sig(rotation), rotation.new_root_sig))
    no_new = encode(SignedEntry(rotation.entry, rotation.sig, b"\0" * 64))
    phone = certify(PHONE.sign, PHONE.keys, ALICE.person.anchor)
    back = _signed(DeviceAdd(4, resolve_chain(chains["a thief of the root"]).head, LATER_MS, phone), ROOT)
    return [
        (
            "MEET-3: Bob's device, which signed for Bob",
            "identity.unsigned",
            "signature",
            [first, _signed(DeviceAdd(1, head, 0, stolen_keys), ROOT)],
        ),
        (
            "MEET-3: one key for two jobs",
            "identity.malformed",
            "",
            [first, _signed(DeviceAdd(1, head, 0, certify(PHONE.sign, one_key, ALICE.person.anchor)), ROOT)],
        ),
        (
            "MEET-4: a revoked device again",
            "identity.malformed",
            "",
            [*chains["a thief of the root"], back],
        ),
        ("MEET-6: a rotation by the root", "identity.unsigned", "signature", [*two, by_root]),
        ("MEET-6: without the new root", "identity.unsigned", "signature", [*two, no_new]),
    ]


def _nay_chains() -> list[dict[str, Any]]:
    chains = _chains()
    two = chains["a phone added"]
    head, first = ALICE.person.head, ALICE.chain[0]
    beginning = decode(SignedEntry, first).entry
    assert isinstance(beginning, Inception)
    cases: list[ChainCase] = [
        ("MEET-5: an empty chain", "identity.malformed", "", []),
        ("MEET-5: 65 entries", "identity.too_long", "", [b"\0"] * 65),
        ("MEET-5: more bytes than fit", "identity.too_long", "", [bytes(24_577)]),
        ("MEET-2: no inception", "identity.malformed", "", list(two[1:])),
        ("MEET-2: two inceptions", "identity.malformed", "", [first, first]),
        ("MEET-2: by another root", "identity.unsigned", "signature", [_signed(beginning, key("no root"))]),
        ("MEET-1: noncanonical", "identity.malformed", "", [first.replace(b"\x93", b"\xdc\x00\x03", 1)]),
        (
            "MEET-1: a number left out",
            "identity.malformed",
            "",
            [first, _signed(Profile(2, head, 0, "A"), ROOT)],
        ),
        (
            "MEET-1: another past",
            "identity.malformed",
            "",
            [first, _signed(Profile(1, ZERO32, 0, "A"), ROOT)],
        ),
        *_nay_devices(chains),
    ]
    return [
        {"what": "chain", "why": why, "verdict": verdict, "needs": needs, "chain": chain}
        for why, verdict, needs, chain in cases
    ]


def _root_sig(rotation: SignedEntry) -> bytes:
    return sign(ROOT, Label.RECOVERY_SIG, entry_id(rotation.entry))


def _yay_meeting(met: meetings.Meeting) -> list[dict[str, Any]]:
    ticket = meetings.ticket()
    return [
        {
            "what": "ticket",
            "name": "four addresses",
            "text": invites.ticket_text(ticket),
            "secret": ticket.secret,
            "invitation": invites.invitation_id(ticket.secret),
            "endpoint": ticket.endpoint,
            "addrs": list(ticket.addrs),
            "until_ms": ticket.until_ms,
        },
        {"what": "letter", "name": "a letter", "letter": met.letter, "person": ALICE.person.id},
        {
            "what": "letter_text",
            "name": "ticket and letter",
            "text": invites.letter_text(ticket, met.letter),
            "letter": met.letter,
        },
        {
            "what": "acceptance",
            "name": "bob's yes",
            "acceptance": met.acceptance,
            "secret": ticket.secret,
            "person": BOB.person.id,
        },
        *_yay_confirmed(met),
    ]


def _yay_confirmed(met: meetings.Meeting) -> list[dict[str, Any]]:
    return [
        {
            "what": "acceptance_file",
            "name": "bob's yes as a file",
            "file": invites.acceptance_file(met.acceptance, ALICE.secrets.kem.public),
            "kem_seeds": ALICE.secrets.kem.seeds,
            "acceptance": met.acceptance,
        },
        {
            "what": "confirm",
            "name": "alice confirms",
            "confirm": met.confirm,
            "chain": ALICE.chain,
            "kem_seeds": BOB.secrets.kem.seeds,
            "pair_secret": met.secret,
        },
        {
            "what": "words",
            "name": "both screens",
            "letter": met.letter,
            "acceptance": met.acceptance,
            "confirm": met.confirm,
            "words": list(check_words(invites.transcript(met.letter, met.acceptance, met.confirm))),
        },
    ]


def _nay_texts(met: meetings.Meeting) -> list[dict[str, Any]]:
    text = invites.ticket_text(meetings.ticket())
    pasted = invites.letter_text(meetings.ticket(), met.letter)
    cases = [
        ("MEET-9: cut off", "ticket.malformed", "ticket", text[:-4]),
        ("MEET-9: one letter wrong", "ticket.malformed", "ticket", text[:20] + "xx" + text[22:]),
        ("MEET-9: a second spelling", "ticket.malformed", "ticket", text + "="),
        ("MEET-9: something else", "ticket.malformed", "ticket", "https://example.org/"),
        ("MEET-9: too long", "ticket.malformed", "ticket", text + "A" * 200),
        ("MEET-14: a later ticket", "ticket.other_version", "ticket", text.replace(":1:", ":2:")),
        ("MEET-14: a later letter", "letter.other_version", "letter_text", pasted.replace(":1:", ":2:")),
        ("MEET-14: half a letter", "letter.not_a_letter", "letter_text", pasted[: len(pasted) // 2]),
    ]
    return [
        {"what": what, "why": why, "verdict": verdict, "needs": "", "text": text}
        for why, verdict, what, text in cases
    ]


MeetingCase = tuple[str, str, str, str, dict[str, Any]]


def _nay_answers(met: meetings.Meeting) -> list[MeetingCase]:
    accepted = decode(SignedAcceptance, met.acceptance)
    confirmed = decode(SignedConfirm, met.confirm)
    secret = meetings.ticket().secret
    other_reveal = encode(SignedConfirm(1, confirmed.device, confirmed.body, b"\0" * 64, confirmed.sig))
    return [
        (
            "MEET-15: without the secret",
            "accept.bad_proof",
            "acceptance",
            "",
            {"acceptance": met.acceptance, "secret": b"guess" + bytes(11)},
        ),
        (
            "MEET-15: another signature",
            "accept.bad_proof",
            "acceptance",
            "",
            {
                "acceptance": encode(SignedAcceptance(1, accepted.body, b"\0" * 64, accepted.mac)),
                "secret": secret,
            },
        ),
        (
            "MEET-18: another reveal",
            "confirm.other",
            "confirm",
            "signature",
            {"confirm": other_reveal, "chain": ALICE.chain},
        ),
        (
            "MEET-18: by a stranger's device",
            "identity.unknown_device",
            "confirm",
            "",
            {"confirm": met.confirm, "chain": MALLORY.chain},
        ),
        *_nay_words(met, other_reveal),
    ]


def _nay_words(met: meetings.Meeting, other_reveal: bytes) -> list[MeetingCase]:
    return [
        (
            "MEET-19: another acceptance",
            "confirm.other",
            "words",
            "",
            {"letter": met.letter, "acceptance": met.acceptance + b"!", "confirm": met.confirm},
        ),
        (
            "MEET-19: a reveal that the letter does not commit to",
            "confirm.other",
            "words",
            "",
            {"letter": met.letter, "acceptance": met.acceptance, "confirm": other_reveal},
        ),
    ]


def _nay_meeting(met: meetings.Meeting) -> list[dict[str, Any]]:
    letter = decode(SignedLetter, met.letter)
    bent = encode(SignedLetter(1, letter.body, ZERO32, letter.sig))
    later = encode([2, letter.body, letter.check, letter.sig, 1])
    body = invites.open_letter(met.letter)
    foreign = invites.make_letter(meetings.with_fields(body, endpoint=b"m" * 32), ALICE.device)
    endless = invites.make_letter(meetings.with_fields(body, until_ms=body.made_ms), ALICE.device)
    cases: list[MeetingCase] = [
        ("MEET-11: another check", "letter.altered", "letter", "signature", {"letter": bent}),
        ("MEET-14: a later version", "letter.other_version", "letter", "", {"letter": later}),
        ("MEET-12: another's endpoint", "letter.altered", "letter", "", {"letter": foreign}),
        ("MEET-12: ends as it is made", "letter.altered", "letter", "", {"letter": endless}),
        ("MEET-11: cut off", "letter.not_a_letter", "letter", "", {"letter": met.letter[:-1]}),
        *_nay_answers(met),
    ]
    return [
        {"what": what, "why": why, "verdict": verdict, "needs": needs} | fields
        for why, verdict, what, needs, fields in cases
    ]
