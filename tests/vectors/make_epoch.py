# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors of spec/epoch.md."""

from typing import Any

from edgewise.consent.grants import KeyGift
from edgewise.ground.canon import encode
from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.ids import ZERO32
from edgewise.groups.envelopes import envelope_tag, kem_id, recipients_root, wrap
from edgewise.groups.epochs import (
    EpochRecord,
    commitments,
    derive,
    epoch_id,
    make_log_open,
    subkeys,
)
from edgewise.identity.person import device_id
from tests.identity.friends import Friend, friend, key

Vectors = dict[str, list[dict[str, Any]]]

LOG = key("alice's log").public
SPACE = b"s" * 32


def vectors() -> Vectors:
    """Yay and nay."""
    entropy = SeededEntropy(b"epoch vectors")
    first, second = entropy.take(32), entropy.take(32)
    return {"yay": _yay(first, second), "nay": _nay(first, second)}


def _epoch(name: str, secret: bytes, space: bytes, seq: int) -> dict[str, Any]:
    keys, commits = subkeys(secret), commitments(secret)
    return {
        "what": "epoch",
        "name": name,
        "secret": secret,
        "space": space,
        "log": LOG,
        "seq": seq,
        "subkeys": [keys.content, keys.control, keys.access, keys.tag],
        "commitments": [commits.content, commits.control, commits.access, commits.tag],
        "id": epoch_id(space, LOG, seq, commits),
    }


def _gift(secret: bytes, seq: int, *, whole: bool) -> KeyGift:
    commits = commitments(secret)
    place = SPACE if seq else ZERO32
    return KeyGift(
        epoch_id(place, LOG, seq, commits),
        LOG,
        seq,
        secret if whole else b"",
        subkeys(secret).control,
        commits,
    )


def _envelope(secret: bytes, wrapped: bytes, bob: Friend, device: bytes) -> dict[str, Any]:
    epoch = epoch_id(SPACE, LOG, 5, commitments(secret))
    return {
        "what": "envelope",
        "kem_seeds": bob.secrets.kem.seeds,
        "device": device,
        "space": SPACE,
        "log": LOG,
        "seq": 5,
        "epoch": epoch,
        "sealed": wrap(
            wrapped,
            kem_public=bob.secrets.kem.public,
            device=device_id(bob.secrets.keys),
            space=SPACE,
            epoch=epoch,
        ),
    }


def _yay(first: bytes, second: bytes) -> list[dict[str, Any]]:
    pairs = [
        [device_id(each.secrets.keys), kem_id(each.secrets.kem.public)]
        for each in map(friend, ("alice", "bob", "carol"))
    ]
    roots = [
        {"what": "root", "name": f"{n} recipients", "pairs": pairs[:n], "root": _root(pairs[:n])}
        for n in range(4)
    ]
    return [
        _epoch("the epoch of a genesis", first, ZERO32, 0),
        _epoch("a later epoch", second, SPACE, 5),
        {
            "what": "derived",
            "name": "a newcomer",
            "parent": first,
            "context": b"c" * 32,
            "secret": derive(first, b"c" * 32),
        },
        *roots,
        *_yay_handed(first, second),
    ]


def _yay_handed(first: bytes, second: bytes) -> list[dict[str, Any]]:
    alice, bob = friend("alice"), friend("bob")
    bobs = device_id(bob.secrets.keys)
    epoch = epoch_id(SPACE, LOG, 5, commitments(second))
    return [
        {
            "what": "tag",
            "name": "bob's tag",
            "subkey": subkeys(first).tag,
            "device": bobs,
            "epoch": epoch,
            "tag": envelope_tag(subkeys(first).tag, bobs, epoch),
        },
        {**_envelope(second, second, bob, bobs), "name": "bob's envelope", "secret": second},
        {
            "what": "gift",
            "name": "a whole secret",
            "space": SPACE,
            "gift": encode(_gift(second, 5, whole=True)),
        },
        {
            "what": "gift",
            "name": "control only",
            "space": SPACE,
            "gift": encode(_gift(first, 0, whole=False)),
        },
        {
            "what": "log_open",
            "name": "alice's log",
            "space": SPACE,
            "log": LOG,
            "record": encode(make_log_open(alice.chain, alice.device, LOG, SPACE)),
            "person": alice.person.id,
        },
    ]


def _root(pairs: list[list[bytes]]) -> bytes:
    return recipients_root([(device, kem) for device, kem in pairs])


def _swapped(gift: KeyGift, **fields: Any) -> bytes:
    return encode([fields.get(name, getattr(gift, name)) for name in gift.__struct_fields__])


Case = tuple[str, str, str, dict[str, Any]]


def _nay_records(first: bytes, second: bytes) -> list[Case]:
    alice = friend("alice")
    opened = make_log_open(alice.chain, alice.device, LOG, SPACE)
    parents = encode(EpochRecord((first, first), ZERO32, "fresh", commitments(second)))
    mixed = encode(EpochRecord((first, second), ZERO32, "derived", commitments(second)))
    return [
        ("EPOCH-13: a parent twice", "epoch.malformed", "", {"record": parents}),
        ("EPOCH-12: derived from two", "epoch.malformed", "", {"record": mixed}),
        (
            "EPOCH-14: another space",
            "signature.bad",
            "signature",
            {"record": encode(opened), "log": LOG, "space": b"t" * 32},
        ),
        (
            "EPOCH-14: another log",
            "signature.bad",
            "signature",
            {"record": encode(opened), "log": SPACE, "space": SPACE},
        ),
    ]


def _nay(first: bytes, second: bytes) -> list[dict[str, Any]]:
    bob = friend("bob")
    epoch = _epoch("", second, SPACE, 5)
    whole, control = _gift(second, 5, whole=True), _gift(first, 0, whole=False)
    bobs = device_id(bob.secrets.keys)
    cases: list[Case] = [
        ("EPOCH-6: two secrets for one epoch", "epoch.mismatch", "", epoch | {"secret": first}),
        ("EPOCH-3: the same secret in another space", "epoch.mismatch", "", epoch | {"space": b"t" * 32}),
        ("EPOCH-3: the same secret at another place", "epoch.mismatch", "", epoch | {"seq": 6}),
        (
            "EPOCH-9: an envelope with another secret",
            "epoch.mismatch",
            "key",
            _envelope(second, first, bob, bobs),
        ),
        (
            "EPOCH-8: an envelope for another device",
            "seal.bad",
            "key",
            _envelope(second, second, bob, b"d" * 32),
        ),
        ("EPOCH-7: another control key", "epoch.mismatch", "", {"gift": _swapped(whole, control=first)}),
        ("EPOCH-7: another secret", "epoch.mismatch", "", {"gift": _swapped(whole, secret=first)}),
        ("EPOCH-7: another epoch", "epoch.mismatch", "", {"gift": _swapped(control, epoch=first)}),
        (
            "EPOCH-7: control of another epoch",
            "epoch.mismatch",
            "",
            {"gift": _swapped(control, control=second)},
        ),
        *_nay_records(first, second),
    ]
    kinds = {
        "EPOCH-7": "gift",
        "EPOCH-12": "epoch_record",
        "EPOCH-13": "epoch_record",
        "EPOCH-14": "log_open",
    }
    return [
        {"what": kinds.get(why.split(":")[0], ""), "space": SPACE}
        | vector
        | {"why": why, "verdict": verdict, "needs": needs}
        for why, verdict, needs, vector in cases
    ]
