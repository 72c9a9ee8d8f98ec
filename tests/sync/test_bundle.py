# SPDX-License-Identifier: AGPL-3.0-or-later
"""A conversation in a file: sealed to one device, signed for it, padded, and refused when damaged."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.canon import encode
from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import BUNDLE_FRAMES_MAX, BUNDLE_MAX_BYTES
from edgewise.keys.hashing import digest, expand
from edgewise.keys.labels import Label
from edgewise.keys.sealing import KemKey, hpke_open, hpke_seal, kem_from_seeds
from edgewise.keys.signing import SigningKey, sign
from edgewise.keys.stream import open_chunks, seal_chunks
from edgewise.sync import bundle
from edgewise.sync.bundle import HEAD_BYTES, MAGIC, PADDED_MIN_BYTES, open_bundle, seal_bundle
from edgewise.sync.exchange import COMPARED, Exchange
from edgewise.sync.frames import Accept, Frame, Ping, encode_frame
from edgewise.sync.ranges import digest16
from tests.sync.party import ALICE, GARDEN, NOTES, empty_garden, garden, kem_key, log_key, run_of
from tests.sync.some_frames import FRAMES, mutated

ALICE_DEVICE, BOB_DEVICE, CAROL_DEVICE = (log_key(f"device of {name}") for name in ("alice", "bob", "carol"))
BOB_KEM, CAROL_KEM = kem_key("bob"), kem_key("carol")
VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "bundle" / "bundle.json").read_text("utf-8")
)


def sealed(
    said: Iterable[Frame], *, sender: SigningKey = ALICE_DEVICE, kem: KemKey = BOB_KEM, seed: bytes = b"one"
) -> bytes:
    """A bundle for Bob by Alice."""
    pieces = seal_bundle(
        (encode_frame(frame) for frame in said),
        sender_device=sender,
        receiver_kem=kem.public,
        receiver_device=BOB_DEVICE.public,
        entropy=SeededEntropy(seed),
    )
    return b"".join(pieces)


def read(data: bytes | Sequence[bytes]) -> tuple[bytes, list[Frame]]:
    """Sender and frames, as Bob reads them."""
    opened = open_bundle([data] if isinstance(data, bytes) else data, BOB_KEM, BOB_DEVICE.public)
    return opened.device, list(opened.frames)


def fault(data: bytes | Sequence[bytes]) -> str:
    """The code of the Verdict that Bob's reading ends with."""
    with pytest.raises(Verdict) as caught:
        read(data)
    return caught.value.code


LONG = sealed([Accept(bytes([number]) * 50_000) for number in range(5)])
CHUNK = 65_536 + 16


@given(st.lists(FRAMES, max_size=5), st.integers(1, 5000))
def test_frames_come_out_as_they_went_in(said: list[Frame], cut: int) -> None:
    """BUNDLE-1, BUNDLE-4, BUNDLE-5: however the file is cut into pieces; the sender stands beside them."""
    data = sealed(said)

    assert read([data[at : at + cut] for at in range(0, len(data), cut)]) == (ALICE_DEVICE.public, said)


def test_a_bundle_is_spelled_as_the_page_says() -> None:
    """BUNDLE-1, BUNDLE-2, BUNDLE-4: taken apart here by the page."""
    data = sealed([Ping(7)])
    head, stream = data[:1186], data[1186:]
    key = hpke_open(BOB_KEM, head[18:], Label.BUNDLE_KEY, BOB_DEVICE.public)
    inside = b"".join(open_chunks(expand(key, Label.BUNDLE_CHUNK), head, [stream]))
    ids = digest(Label.BUNDLE_ID, head) + digest(Label.BUNDLE_ID, key)
    signature = sign(ALICE_DEVICE, Label.BUNDLE_SIG, ids + ALICE_DEVICE.public + BOB_DEVICE.public)
    sender = encode([ALICE_DEVICE.public, signature])

    assert head[:18] == b"edgewise-bundle/1\n"
    assert inside.startswith(len(sender).to_bytes(4, "big") + sender + encode_frame(Ping(7)))
    assert len(inside) == 4096
    assert inside[4 + len(sender) + 7 + 4] == 0


@pytest.mark.parametrize("vector", VECTORS["yay"], ids=lambda vector: vector["name"])
def test_an_old_bundle_opens_for_ever(vector: dict[str, Any]) -> None:
    """BUNDLE-1: what was sealed once stays readable."""
    kem = kem_from_seeds(bytes.fromhex(vector["kem_seeds"]))
    opened = open_bundle([bytes.fromhex(vector["hex"])], kem, bytes.fromhex(vector["receiver"]))

    assert opened.device.hex() == vector["sender"]
    assert opened.id.hex() == vector["id"]
    assert [encode_frame(frame).hex() for frame in opened.frames] == vector["frames"]


@pytest.mark.parametrize("vector", VECTORS["nay"], ids=lambda vector: vector["name"])
def test_a_damaged_bundle_is_refused(vector: dict[str, Any]) -> None:
    """BUNDLE-1, BUNDLE-2, BUNDLE-3: each fault with its code."""
    good = VECTORS["yay"][0]
    data = bytes.fromhex(good["hex"])
    for at, old, new in vector["edits"]:
        start = at if at >= 0 else len(data) + at
        data = data[:start] + bytes.fromhex(new) + data[start + old :]
    receiver = bytes.fromhex(vector.get("receiver", good["receiver"]))
    with pytest.raises(Verdict) as caught:
        list(open_bundle([data], kem_from_seeds(bytes.fromhex(good["kem_seeds"])), receiver).frames)

    assert caught.value.code == vector["verdict"]


@pytest.mark.parametrize(
    "left", [0, 1, len(MAGIC), HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + CHUNK, len(LONG) - 1]
)
def test_a_bundle_that_was_cut_off_is_refused(left: int) -> None:
    """BUNDLE-2: at any place; nothing shorter passes for the whole."""
    assert fault(LONG[:left]) in ("bundle.not_a_bundle", "bundle.malformed", "stream.bad")


def test_chunks_that_were_moved_doubled_or_dropped_are_refused() -> None:
    """BUNDLE-2: each chunk has its place."""
    head, body = LONG[:HEAD_BYTES], LONG[HEAD_BYTES:]
    first, second, rest = body[:CHUNK], body[CHUNK : 2 * CHUNK], body[2 * CHUNK :]
    damaged = [
        (second, first, rest),
        (first, first, second, rest),
        (first, rest),
        (first, second, rest, b"x"),
    ]

    assert [fault(head + b"".join(parts)) for parts in damaged] == ["stream.bad"] * 4


SHORT = sealed([Ping(1), *[Accept(b"yes")] * 3])


@given(mutated(st.just(SHORT)).filter(lambda data: data != SHORT))
def test_a_flipped_bundle_gives_a_verdict_and_nothing_else(data: bytes) -> None:
    """BUNDLE-2: whatever was changed, nothing passes for the whole bundle."""
    assert fault(data).startswith(("bundle.", "stream."))


def test_what_is_whole_before_a_damaged_place_is_read() -> None:
    """BUNDLE-5: frames are genuine one by one."""
    opened = open_bundle([LONG[:-1] + b"?"], BOB_KEM, BOB_DEVICE.public)
    whole = [next(opened.frames) for _ in range(3)]
    with pytest.raises(Verdict):
        next(opened.frames)

    assert whole == [Accept(bytes([number]) * 50_000) for number in range(3)]


def test_a_bundle_opens_for_its_device_only() -> None:
    """BUNDLE-3: neither with another key, nor for another device that took the key over."""
    data = sealed([Ping(1)])
    codes = []
    for kem, device in ((CAROL_KEM, BOB_DEVICE), (BOB_KEM, CAROL_DEVICE), (CAROL_KEM, CAROL_DEVICE)):
        with pytest.raises(Verdict) as caught:
            open_bundle([data], kem, device.public)
        codes.append(caught.value.code)

    assert codes == ["bundle.not_for_you"] * 3


def test_nobody_is_named_outside() -> None:
    """BUNDLE-3: neither sender nor receiver nor frames can be found in the bytes."""
    data = sealed([Accept(b"a very secret acceptance")])

    for told in (ALICE_DEVICE.public, BOB_DEVICE.public, BOB_KEM.public[:32], b"secret"):
        assert told not in data


def test_a_receiver_cannot_pass_a_bundle_on_as_meant_for_another() -> None:
    """BUNDLE-4: Bob reseals Alice's bundle, key and all, for Carol: the signature tells."""
    head, body = LONG[:HEAD_BYTES], LONG[HEAD_BYTES:]
    key = hpke_open(BOB_KEM, head[len(MAGIC) :], Label.BUNDLE_KEY, BOB_DEVICE.public)
    inside = list(open_chunks(expand(key, Label.BUNDLE_CHUNK), head, [body]))
    resealed = MAGIC + hpke_seal(CAROL_KEM.public, key, Label.BUNDLE_KEY, CAROL_DEVICE.public)
    stream = b"".join(seal_chunks(expand(key, Label.BUNDLE_CHUNK), resealed, inside))
    with pytest.raises(Verdict) as caught:
        open_bundle([resealed + stream], CAROL_KEM, CAROL_DEVICE.public)

    assert caught.value.code == "signature.bad"


def inside_out(inside: bytes) -> bytes:
    """A bundle for Bob with these bytes inside, by somebody who keeps no rule."""
    head = MAGIC + hpke_seal(BOB_KEM.public, b"k" * 32, Label.BUNDLE_KEY, BOB_DEVICE.public)
    ids = digest(Label.BUNDLE_ID, head) + digest(Label.BUNDLE_ID, b"k" * 32)
    signature = sign(ALICE_DEVICE, Label.BUNDLE_SIG, ids + ALICE_DEVICE.public + BOB_DEVICE.public)
    sender = encode([ALICE_DEVICE.public, signature])
    plain = inside.replace(b"SENDER", len(sender).to_bytes(4, "big") + sender)
    return head + b"".join(seal_chunks(expand(b"k" * 32, Label.BUNDLE_CHUNK), head, [plain]))


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (b"", "bundle.malformed"),
        (b"\0\0", "bundle.malformed"),
        (bytes(4), "bundle.malformed"),
        (b"\xff\xff\xff\xff" + bytes(200), "bundle.malformed"),
        (b"\0\0\0\x05" + bytes(200), "canon.malformed"),
        (b"SENDER" + encode_frame(Ping(1))[:-1], "bundle.malformed"),
        (b"SENDER" + bytes(4), "frame.malformed"),
        (b"SENDER" + b"\xff\xff\xff\xff", "frame.too_big"),
        (b"SENDER" + (1).to_bytes(4, "big") + b"\0", ""),
        (b"SENDER", ""),
    ],
)
def test_a_sender_who_keeps_no_rule_gets_a_verdict(inside: bytes, code: str) -> None:
    """BUNDLE-4, BUNDLE-5: genuine chunks with nonsense inside; no padding at all is fine to read."""
    got = ""
    try:
        read(inside_out(inside))
    except Verdict as verdict:
        got = verdict.code

    assert got == code


def test_a_key_of_another_length_is_a_fault() -> None:
    """BUNDLE-1: 32 bytes; a longer one is not cut."""
    head = MAGIC + hpke_seal(BOB_KEM.public, b"k" * 32, Label.BUNDLE_KEY, BOB_DEVICE.public)
    longer = MAGIC + hpke_seal(BOB_KEM.public, b"k" * 33, Label.BUNDLE_KEY, BOB_DEVICE.public)

    assert len(head) == HEAD_BYTES
    assert fault(longer + bytes(100)) == "bundle.not_for_you"


def test_unknown_frames_are_skipped() -> None:
    """BUNDLE-5: a bundle of a later version is read as far as it is understood."""
    later = (3).to_bytes(4, "big") + b"\x63??"

    assert read(inside_out(b"SENDER" + later + encode_frame(Ping(1)))) == (ALICE_DEVICE.public, [Ping(1)])


def test_a_later_kind_of_bundle_is_told_from_something_else() -> None:
    """BUNDLE-1: the magic says which of the two it is."""
    assert fault(b"edgewise-bundle/2\n" + bytes(2000)) == "bundle.other_version"
    assert fault(b"%PDF-1.7 " + bytes(2000)) == "bundle.not_a_bundle"
    assert fault(MAGIC) == "bundle.malformed"


def test_too_many_frames_are_refused_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """BUNDLE-5: empty frames would cost time without bytes."""
    many = sealed([Ping(1)] * 300)
    monkeypatch.setattr(bundle, "BUNDLE_FRAMES_MAX", 10)
    with pytest.raises(Refusal) as caught:
        sealed([Ping(1)] * 300)

    assert caught.value.code == "bundle.too_big"
    assert fault(many) == "bundle.malformed"
    assert BUNDLE_FRAMES_MAX == 65_536


def test_too_much_is_refused_before_it_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """BUNDLE-5: what fits inside, fits padded and sealed below the bound of the file."""
    monkeypatch.setattr(bundle, "PLAIN_MAX_BYTES", 100_000)
    with pytest.raises(Refusal) as caught:
        sealed([Accept(bytes(60_000))] * 2)
    most = bundle.padded_bytes(BUNDLE_MAX_BYTES * 7 // 8 - 65_536 + 5)

    assert caught.value.code == "bundle.too_big"
    assert HEAD_BYTES + most + (most // 65_536 + 1) * 16 <= BUNDLE_MAX_BYTES


@given(st.integers(0, 30_000))
def test_sizes_are_size_classes(length: int) -> None:
    """BUNDLE-6: the file's length tells the class; at most 12 % more than needed above 4 KiB."""
    data = sealed([Accept(bytes(length))])
    inside = len(data) - HEAD_BYTES - 16
    needed = 105 + len(encode_frame(Accept(bytes(length)))) + 5

    assert inside == bundle.padded_bytes(inside)
    assert needed - 1 <= inside <= max(PADDED_MIN_BYTES, needed * 1.12)
    assert read(data)[1] == [Accept(bytes(length))]


@given(st.integers(5, 1_000_000))
def test_padding_frames_fill_any_length(left_bytes: int) -> None:
    """BUNDLE-6: exactly, each one a frame that fits."""
    pieces = list(bundle._padding(left_bytes))

    assert sum(map(len, pieces)) == left_bytes
    assert all(5 <= len(piece) <= 4 + 256 * 1024 for piece in pieces)


def test_an_empty_bundle_looks_like_a_small_one() -> None:
    """BUNDLE-6: the smallest class is 4 KiB."""
    assert len(sealed([])) == len(sealed([Accept(bytes(3000))]))


def test_reading_twice_changes_nothing() -> None:
    """BUNDLE-7: frames say what is so; a replay brings operations that are held already."""
    held = empty_garden()
    data = sealed([run_of(*NOTES[:4]), run_of(*NOTES[2:])])

    def take() -> bytes:
        opened = open_bundle([data], BOB_KEM, BOB_DEVICE.public)
        for frame in opened.frames:
            for came in COMPARED[type(frame)](Exchange(), frame, held):
                held.take(came.ops)  # type: ignore[union-attr]
        return opened.id

    first, level = take(), digest16(held.heads(GARDEN.id))
    assert first == take()
    assert digest16(held.heads(GARDEN.id)) == level == digest16({ALICE: len(NOTES)})


def test_two_bundles_of_one_content_are_two() -> None:
    """BUNDLE-7: ids tell copies from bundles that were made anew."""
    ids = {
        open_bundle([data], BOB_KEM, BOB_DEVICE.public).id
        for data in (sealed([Ping(1)]), sealed([Ping(1)]), sealed([Ping(1)], seed=b"two"))
    }

    assert len(ids) == 3


def test_a_bundle_brings_a_shelf_level() -> None:
    """BUNDLE-7: in any order with others, since what comes early waits."""
    held = empty_garden()
    for data in (sealed([run_of(*NOTES[3:])]), sealed([run_of(*NOTES[:3])])):
        for frame in read(data)[1]:
            for came in COMPARED[type(frame)](Exchange(), frame, held):
                if hasattr(came, "ops"):
                    held.take(came.ops)

    assert held.heads(GARDEN.id)[ALICE] == garden(alice=6).heads(GARDEN.id)[ALICE]
