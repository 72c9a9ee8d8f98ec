# SPDX-License-Identifier: AGPL-3.0-or-later
"""The samples that are bent: made by the program itself, from two people who met, wrote and took back.

`python -m fuzz --gather` writes them into `corpus/<target>/`; crashers that were found stand beside them and
stay. Pictures and voices are those of the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from edgewise.core import inputs, opening
from edgewise.faces.kit.letterpage import LetterView, letter_html
from edgewise.ground import canon
from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.ids import ZERO32
from edgewise.identity import invites, letters, meeting, tickets
from edgewise.identity.person import Profile, SignedEntry, entry_id, renamed, resolve_chain
from edgewise.keys.stream import seal_chunks
from edgewise.log.chain import fork_proof
from edgewise.log.op import CLS_CONTENT, Op, compose, open_body, pad, to_wire
from edgewise.node.homes import PagePlace
from edgewise.store import chest, invitations, shelf
from edgewise.store.home import Home, NodeNote
from edgewise.sync import bundle
from fuzz import page, readers
from fuzz.corpus import keep, samples
from fuzz.mutate import split_frames
from fuzz.two import NOW_MS, One, Two
from tests.media import samples as media

SAMPLES_MAX: Final = 48
SAMPLE_MAX_BYTES: Final = 6 * 1024


def gather() -> dict[str, int]:
    """Make all samples anew beside the crashers; how many each target has."""
    found = {**_of_the_wire(Two()), **_of_meeting(), **_of_files(Two()), **_of_home(), **_of_media()}
    found["request"] = page.samples()
    kept = {}
    for target, made in sorted(found.items()):
        small = [each for each in dict.fromkeys(made) if len(each) <= SAMPLE_MAX_BYTES]
        for each in _spread(small):
            keep(target, each)
        kept[target] = len(samples(target))
    return kept


def _spread(made: list[bytes]) -> list[bytes]:
    """At most SAMPLES_MAX of them, from short to long."""
    by_size = sorted(made, key=len)
    step = max(1, len(by_size) / SAMPLES_MAX)
    return [by_size[int(at * step)] for at in range(min(len(by_size), SAMPLES_MAX))]


def _ops(one: One) -> list[Op]:
    return list(shelf.shown_ops(one.db))


def _bodies(one: One) -> Iterator[bytes]:
    """What one's operations say, opened."""
    for op in _ops(one):
        epoch = chest.epoch(one.db, op.header.epoch)
        if epoch is not None and opening.decode(one.db, one.core.registry, op) is not None:
            yield open_body(epoch.content if op.cls == CLS_CONTENT else epoch.control, op)


def _of_the_wire(two: Two) -> dict[str, list[bytes]]:
    streams = [*two.alice.sent, *two.bob.sent]
    every = [each for data in streams for each in split_frames(data)]
    ops = [*_ops(two.alice), *_ops(two.bob)]
    bodies = [*_bodies(two.alice), *_bodies(two.bob)]
    alice = two.alice.me.device
    ours = [
        compose(
            alice, space=ZERO32, seq=0, prev=ZERO32, deps=(), cheads=(), epoch=bytes(32), cls=0, payload=text
        )
        for text in (b"one", b"two")
    ]
    hello = [data for data in streams if split_frames(data)[0][:1] in (b"\x01", b"\x02")]
    return {
        "frame": every,
        "stream": [b"".join(streams[at : at + 4]) for at in range(0, len(streams), 4)],
        "line": streams,
        "stranger": [*hello, *streams[:8]],
        "operation": [canon.encode(to_wire(op)) for op in ops],
        "run": [each[1:] for each in every if each[0] == 6],
        "fork": [canon.encode(fork_proof(*ours))],
        "body": bodies,
        "padded": [pad(each) for each in bodies],
    }


def _of_meeting() -> dict[str, list[bytes]]:
    """Letter, ticket, acceptance, confirmation and chains, of the two whose secrets `readers` knows."""
    (chain, alice), (bobs, bob) = readers.somebody("alice"), readers.somebody("bob")
    body = _letter_body(chain, alice.sign.public, alice.transport.public)
    letter = invites.make_letter(body, alice.sign)
    ticket = invites.Ticket(
        readers.SECRET, alice.transport.public, ("192.0.2.7:4433", "[2001:db8::7]:80"), body.until_ms
    )
    accepted = invites.AcceptanceBody(
        invitation=body.invitation,
        policy=invites.policy_hash(body.policy),
        chain=bobs,
        device=bob.sign.public,
        log=bob.transport.public,
        addrs=("192.0.2.9:4433",),
        nonce=bytes(16),
        made_ms=NOW_MS,
    )
    acceptance = invites.make_acceptance(accepted, bob.sign, readers.SECRET)
    longer = renamed(chain, alice.root, "Alice B", NOW_MS + 1)
    return {
        "letter": [letter],
        "letter_inside": [canon.encode(body), canon.encode(replace_items(body))],
        "letter_page": _letter_pages(ticket, letter),
        "text": _texts(ticket, letter),
        "read_letter": _texts(ticket, letter),
        "ticket_inside": [tickets._packed(ticket)[:-4], tickets._packed(_without_addrs(ticket))[:-4]],
        "acceptance": [acceptance],
        "acceptance_inside": [canon.encode(accepted)],
        "acceptance_file": [invites.acceptance_file(acceptance, bob.kem.public)],
        "chain": [canon.encode(chain), canon.encode(longer)],
        "chain_inside": list(_entries(chain, longer)),
        **_confirms(alice, acceptance, body.invitation),
    }


def _letter_body(chain: tuple[bytes, ...], device: bytes, endpoint: bytes) -> letters.LetterBody:
    return letters.LetterBody(
        invitation=tickets.invitation_id(readers.SECRET),
        chain=chain,
        device=device,
        endpoint=endpoint,
        to_name="Bob",
        from_name="Alice",
        words="Shall we talk here?",
        offers=("a post a week", "a talk of two"),
        items=(),
        made_ms=NOW_MS,
        until_ms=NOW_MS + 86_400_000,
        policy=letters.PairPolicy("to know each other", NOW_MS + 86_400_000_0, "from_join", 0, ("read",)),
    )


def replace_items(body: letters.LetterBody) -> letters.LetterBody:
    """The same letter with something put in."""
    item = letters.LetterItem("From my garden", "The leeks are in.")
    return msgspec.structs.replace(body, items=(item, item))


def _without_addrs(ticket: invites.Ticket) -> invites.Ticket:
    return msgspec.structs.replace(ticket, addrs=())


def _texts(ticket: invites.Ticket, letter: bytes) -> list[bytes]:
    both = (tickets.ticket_text(ticket), tickets.letter_text(ticket, letter))
    return [each.encode() for each in (*both, "edgewise:2:abc", "  " + both[0][:40] + "\n" + both[0][40:])]


def _letter_pages(ticket: invites.Ticket, letter: bytes) -> list[bytes]:
    sealed = tickets.letter_text(ticket, letter).removeprefix(tickets.LETTER_PREFIX)
    view = LetterView(1, "Alice", "Bob", "Shall we?", ("a post a week",), (), NOW_MS, sealed)
    short = f'<html><body><p>Hi</p>\n<pre class=x id="edgewise">\n{sealed}</pre></body></html>'
    return [letter_html(view, "en").encode(), short.encode()]


def _entries(*chains: tuple[bytes, ...]) -> Iterator[bytes]:
    for chain in chains:
        entries = tuple(canon.decode(SignedEntry, each).entry for each in chain)
        yield canon.encode(readers.Entries(entries))
    person = resolve_chain(chains[0])
    twice = [
        Profile(person.length, person.head, NOW_MS, "A"),
        Profile(person.length, person.head, NOW_MS, "B"),
    ]
    assert entry_id(twice[0]) != entry_id(twice[1])
    yield canon.encode(readers.Entries((canon.decode(SignedEntry, chains[0][0]).entry, *twice)))


def _confirms(alice: object, acceptance: bytes, invitation: bytes) -> dict[str, list[bytes]]:
    """A confirmation as a meeting of two whole cores made it, signed by the one whom `readers` knows."""
    two = Two()
    row = invitations.get(two.alice.db, two.letter.invitation)
    assert row is not None
    real = chest.secret(two.alice.db, f"confirm:{row.id.hex()}")
    assert real is not None
    outer = canon.decode(meeting.SignedConfirm, real)
    body = canon.decode(meeting.ConfirmBody, outer.body)
    ours = msgspec.structs.replace(
        body, invitation=invitation, acceptance=meeting.acceptance_hash(acceptance)
    )
    _, secrets = readers.somebody("alice")
    return {
        "confirm": [meeting.make_confirm(ours, secrets.sign), real],
        "confirm_inside": [canon.encode(ours)],
    }


def _of_files(two: Two) -> dict[str, list[bytes]]:
    (_, alice), (_, bob) = readers.somebody("alice"), readers.somebody("bob")
    streams = [*two.alice.sent, *two.bob.sent]
    sealed = [
        b"".join(
            bundle.seal_bundle(
                frames,
                sender_device=alice.sign,
                receiver_kem=bob.kem.public,
                receiver_device=bob.sign.public,
                entropy=SeededEntropy(b"sample"),
            )
        )
        for frames in ([], streams[:3])
    ]
    assert two.answered.acceptance is not None
    brought = two.bob.do(inputs.MakeBundle(two.alice.identity))
    return {
        "bundle_raw": sealed,
        "bundle_inside": [b"".join(streams[at : at + 3]) for at in range(0, len(streams), 3)],
        "taken_bundle": [b"".join(streams[at : at + 3]) for at in range(0, len(streams), 3)],
        "taken_file": [brought, two.answered.acceptance, *sealed],
        "sealed_stream": [
            b"".join(seal_chunks(readers.KEY, b"fuzz", [text])) for text in (b"", b"words" * 99)
        ],
    }


def _of_home() -> dict[str, list[bytes]]:
    folder = readers._folder() / "made"
    home = Home(folder)
    folder.mkdir(exist_ok=True)
    (folder / "device.key").write_bytes(readers.KEY)
    home.create(None, True, SeededEntropy(b"home"), 0)
    keys = (folder / "keys").read_bytes()
    addresses = ("192.0.2.7:4433", "[2001:db8::7]:4433", "[fe80::1%eth0]:1", "[::ffff:192.0.2.7]:80", ":")
    return {
        "home_keys": [keys],
        "node_note": [canon.encode(NodeNote(4242, "t" * 43, "/word/"))],
        "page_place": [msgspec.json.encode(PagePlace("w" * 22, 4242, 20_001))],
        "address": [each.encode() for each in addresses],
    }


def _of_media() -> dict[str, list[bytes]]:
    pictures = [media.jpeg(6), media.png(3), media.webp(1), media.webp(8, lossless=True), media.moving("GIF")]
    return {
        "picture": pictures,
        "thumbnail": pictures,
        "voice": [media.ogg_opus(), media.webm_opus()],
    }


def told(kept: Iterable[tuple[str, int]]) -> str:
    """A line per target."""
    return "\n".join(f"{target:18} {count:4}" for target, count in kept)
