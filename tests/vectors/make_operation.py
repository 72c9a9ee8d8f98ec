# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors of spec/operation.md: each nay says what is wrong, and what is needed to see it."""

from typing import Any

import msgspec

from edgewise.ground.canon import encode
from edgewise.ground.ids import ZERO32
from edgewise.keys.labels import Label
from edgewise.keys.signing import sign
from edgewise.log.chain import fork_proof
from edgewise.log.op import CLS_CONTENT, CLS_TOMBSTONE, Op, op_id, payload_hash
from tests.identity.friends import NOW_MS, key
from tests.log.pens import SUBKEY, Pen

Vectors = dict[str, list[dict[str, Any]]]

ALICE = key("alice's log")
BOB = key("bob's log")


def vectors() -> Vectors:
    """Yay and nay."""
    pen, other = _pens()
    return {
        "yay": _yay(pen, other),
        "nay": [*_nay_headers(pen), *_nay_payloads(pen), *_nay_chains(pen, other)],
    }


def _pens() -> tuple[Pen, Pen]:
    pen = Pen(ALICE)
    pen.write(encode(["genesis", 9, NOW_MS, []]))
    other = Pen(BOB, pen.space)
    other.write(encode(["log.open", 9, NOW_MS, []]), deps=(pen.ops[0].id,))
    other.write(encode(["post", 1, NOW_MS, ["Hello Alice."]]), deps=(pen.ops[0].id,))
    pen.write(encode(["post", 1, NOW_MS, ["Good morning."]]), deps=(other.ops[1].id,))
    pen.write(encode(["post", 1, NOW_MS, ["x" * 300]]))
    pen.write(encode(["post", 1, NOW_MS, ["y" * 5000]]))
    pen.write(encode(["takeback", 1, NOW_MS, [pen.ops[1].id, ""]]), cls=CLS_TOMBSTONE)
    return pen, other


def _fields(op: Op) -> list[Any]:
    return list(msgspec.to_builtins(op.header, builtin_types=(bytes,)))


def _signed(fields: list[Any], data: bytes | None = None) -> dict[str, Any]:
    header = encode(fields) if data is None else data
    return {"header": header, "sig": sign(ALICE, Label.OP_SIG, op_id(header)), "payload": None}


def _op(name: str, op: Op) -> dict[str, Any]:
    return {
        "what": "operation",
        "name": name,
        "header": op.header_bytes,
        "sig": op.sig,
        "payload": op.payload,
    }


def _yay(pen: Pen, other: Pen) -> list[dict[str, Any]]:
    names = (
        "a genesis",
        "a post that names another log",
        "300 letters",
        "5,000 letters: Padmé",
        "a tombstone",
    )
    opened = [
        {**_op(name, op), "id": op.id, "space": op.space, "subkey": SUBKEY, "fields": _fields(op)}
        for name, op in zip(names, pen.ops, strict=True)
    ]
    erased = {**_op("an erased post", pen.ops[1]), "id": pen.ops[1].id, "space": pen.space, "payload": None}
    later = _fields(pen.ops[2])
    later[0], later[9] = 2, 7
    newer = _signed([*later, b"something new", [1, 2]])
    carried = {"what": "operation", "name": "a later version", **newer, "id": op_id(newer["header"])}
    run = {
        "what": "run",
        "name": "the last signature and those of control operations are enough",
        "ops": [
            [op.header_bytes, op.sig if op is pen.ops[-1] or op.seq == 0 else b"", op.payload]
            for op in pen.ops
        ],
    }
    return [*opened, erased, {**carried, "space": pen.space}, run, {"what": "fork", **_fork(pen)}]


def _fork(pen: Pen) -> dict[str, Any]:
    twin = _twin(pen)
    proof = fork_proof(pen.ops[1], twin)
    return {
        "name": "two posts in one place",
        "proof": [proof.header_a, proof.sig_a, proof.header_b, proof.sig_b],
        "seq": 1,
    }


def _twin(pen: Pen) -> Op:
    twin = Pen(ALICE)
    twin.write(encode(["genesis", 9, NOW_MS, []]))
    return twin.write(encode(["post", 1, NOW_MS, ["Good night."]]))


PLACES = ("v", "suite", "space", "log", "seq", "prev", "deps", "cheads", "epoch", "cls", "plen", "phash")
IDS = [bytes([n]) * 32 for n in range(20)]

Case = tuple[str, str, dict[str, Any]]


def _changed(post: list[Any], **fields: Any) -> list[Any]:
    return [fields.get(name, value) for name, value in zip(PLACES, post, strict=True)]


def _nay_headers(pen: Pen) -> list[dict[str, Any]]:
    post = _fields(pen.ops[1])
    return [
        {"what": "operation", "why": why, "verdict": verdict, "needs": "", **made}
        for why, verdict, made in [*_nay_spellings(post), *_nay_meanings(post)]
    ]


def _nay_spellings(post: list[Any]) -> list[Case]:
    wide = encode(post).replace(b"\x9c\x01\x01", b"\x9c\xcc\x01\x01", 1)
    long_array = encode(post).replace(b"\x9c", b"\xdc\x00\x0c", 1)
    return [
        ("OP-1: an integer in a longer form", "canon.noncanonical", _signed([], wide)),
        ("OP-1: an array in a longer form", "canon.noncanonical", _signed([], long_array)),
        ("OP-1: a byte behind the end", "canon.malformed", _signed([], encode(post) + b"\0")),
        ("OP-1: cut off", "canon.malformed", _signed([], encode(post)[:-1])),
        ("OP-1: a float for seq", "canon.malformed", _signed(_changed(post, seq=1.0))),
        ("OP-1: text for bytes", "canon.malformed", _signed(_changed(post, epoch="e" * 32))),
        ("OP-1: nil for bytes", "canon.malformed", _signed(_changed(post, epoch=None))),
        ("OP-1: a map for a list", "canon.malformed", _signed(_changed(post, deps={}))),
        ("OP-2: eleven fields", "canon.malformed", _signed(post[:-1])),
        ("OP-2: 31 bytes of a key", "canon.malformed", _signed(_changed(post, log=post[3][:-1]))),
        ("OP-2: a negative seq", "canon.malformed", _signed(_changed(post, seq=-1))),
        ("OP-2: seq of 2^63", "canon.malformed", _signed(_changed(post, seq=2**63))),
        ("OP-2: seventeen deps", "canon.malformed", _signed(_changed(post, deps=IDS[:17]))),
        ("OP-2: nine cheads", "canon.malformed", _signed(_changed(post, cheads=IDS[:9]))),
        ("OP-2: a payload that is too long", "canon.malformed", _signed(_changed(post, plen=73_761))),
        ("OP-2: version 0", "op.malformed", _signed(_changed(post, v=0))),
        ("OP-2: class 2", "op.malformed", _signed(_changed(post, cls=2))),
    ]


def _nay_meanings(post: list[Any]) -> list[Case]:
    return [
        ("OP-3: deps out of order", "op.malformed", _signed(_changed(post, deps=[IDS[2], IDS[1]]))),
        ("OP-3: a dep twice", "op.malformed", _signed(_changed(post, deps=[IDS[1], IDS[1]]))),
        ("OP-3: cheads out of order", "op.malformed", _signed(_changed(post, cheads=[IDS[2], IDS[1]]))),
        ("OP-4: no prev behind the first", "op.malformed", _signed(_changed(post, prev=ZERO32))),
        ("OP-4: a prev at the first", "op.malformed", _signed(_changed(post, seq=0))),
        ("OP-4: a genesis that is not the first", "op.malformed", _signed(_changed(post, space=ZERO32))),
        (
            "OP-4: a genesis of class content",
            "op.malformed",
            _signed(_changed(post, space=ZERO32, seq=0, prev=ZERO32, deps=[])),
        ),
        (
            "OP-4: a genesis that names others",
            "op.malformed",
            _signed(_changed(post, space=ZERO32, seq=0, prev=ZERO32, cls=0)),
        ),
        ("OP-16: a thirteenth field in version 1", "canon.noncanonical", _signed([*post, 1])),
        (
            "OP-16: text behind the twelfth field",
            "canon.noncanonical",
            _signed([*_changed(post, v=2), "new"]),
        ),
        ("OP-16: another suite", "op.other_version", _signed(_changed(post, suite=2))),
    ]


def _nay_payloads(pen: Pen) -> list[dict[str, Any]]:
    post, longer = pen.ops[1], pen.ops[2]
    assert post.payload is not None
    assert post.sig is not None
    elsewhere = _fields(longer)
    elsewhere[9:] = [CLS_CONTENT, len(post.payload), payload_hash(post.payload)]
    copied = {**_signed(elsewhere), "payload": post.payload, "subkey": SUBKEY}
    bent = bytes([post.sig[0] ^ 1]) + post.sig[1:]
    whole = _op("", post)
    genesis = _op("", pen.ops[0])
    cases: list[tuple[str, str, str, dict[str, Any]]] = [
        ("OP-9: one bit of the payload", "op.payload", "", whole | {"payload": post.payload[:-1] + b"!"}),
        ("OP-9: a shorter payload", "op.payload", "", whole | {"payload": post.payload[:-1]}),
        ("OP-9: a control operation without its payload", "op.malformed", "", genesis | {"payload": None}),
        ("OP-9: a control operation without its signature", "op.malformed", "", genesis | {"sig": b""}),
        ("OP-5: one bit of the signature", "signature.bad", "signature", whole | {"sig": bent}),
        ("OP-5: somebody else's signature", "signature.bad", "signature", whole | {"sig": longer.sig}),
        ("OP-7: a ciphertext copied to another place", "seal.bad", "key", copied),
        ("OP-7: another epoch's key", "seal.bad", "key", whole | {"subkey": bytes(32)}),
    ]
    return [
        {**vector, "what": "operation", "why": why, "verdict": verdict, "needs": needs}
        for why, verdict, needs, vector in cases
    ]


def _nay_chains(pen: Pen, other: Pen) -> list[dict[str, Any]]:
    def wire(ops: list[Op]) -> list[Any]:
        return [[op.header_bytes, op.sig, op.payload] for op in ops]

    unsigned = wire(pen.ops)
    unsigned[-1][1] = b""
    foreign = wire(pen.ops)
    foreign[-1][1] = pen.ops[1].sig
    same = pen.ops[1]
    twice = [same.header_bytes, same.sig, same.header_bytes, same.sig]
    apart = [same.header_bytes, same.sig, pen.ops[2].header_bytes, pen.ops[2].sig]
    two = [same.header_bytes, same.sig, other.ops[1].header_bytes, other.ops[1].sig]
    forged = [same.header_bytes, same.sig, _twin(pen).header_bytes, same.sig]
    runs: list[tuple[str, str, str, list[Any]]] = [
        ("OP-14: nothing", "run.malformed", "", []),
        ("OP-14: the last one unsigned", "run.unsigned", "", unsigned),
        ("OP-14: a wrong last signature", "signature.bad", "signature", foreign),
        ("OP-14: one left out", "chain.broken", "", wire([*pen.ops[:2], *pen.ops[3:]])),
        ("OP-14: out of order", "chain.broken", "", wire([pen.ops[1], pen.ops[0]])),
        ("OP-14: a fork in it", "chain.broken", "", wire([pen.ops[0], _twin(pen), pen.ops[2]])),
        ("OP-14: two logs", "run.malformed", "", wire([pen.ops[0], other.ops[1]])),
    ]
    proofs = [
        ("OP-15: one operation twice", "op.malformed", "", twice),
        ("OP-15: two places", "op.malformed", "", apart),
        ("OP-15: two logs", "op.malformed", "", two),
        ("OP-15: a forged twin", "signature.bad", "signature", forged),
    ]
    return [
        *({"what": "run", "why": w, "verdict": v, "needs": n, "ops": ops} for w, v, n, ops in runs),
        *({"what": "fork", "why": w, "verdict": v, "needs": n, "proof": p} for w, v, n, p in proofs),
    ]
