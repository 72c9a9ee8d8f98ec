# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming back from a safe copy: a new device of the same person, whom acquaintances then have to get to know.

A copy holds no key of a device and none of a log (protocol.md C1). So the computer that it is brought back to
makes its own, says so in the identity chain, and writes into new logs; the old ones stay as they are.
"""

from __future__ import annotations

from edgewise.consent.circles import PEOPLE, Circle, Member
from edgewise.consent.grants import IdentityUpdate
from edgewise.core import audience, persons, publish
from edgewise.core.effects import Notify
from edgewise.core.inputs import ComeBack, KeepCopyKey, NoteCopy, NoteExport
from edgewise.core.turn import Me, Turn
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import DRAFTS_MAX
from edgewise.identity import returning
from edgewise.identity.devices import live_device
from edgewise.identity.person import (
    Certificate,
    Chain,
    DeviceKeys,
    Relation,
    certify,
    relation,
    resolve_chain,
)
from edgewise.keys.sealing import new_kem
from edgewise.keys.signing import SigningKey, new_signing, signing_from_seed
from edgewise.log.kinds import OpenedOp
from edgewise.store import agreements, chest, invitations, outbox, own, people, register, settings, shelf

ALONE = "copy.alone"  # "yes": every other computer of this person was given up when this one came back
COPY_KEY = "copy"  # the secret under which the next safe copy is sealed with the same words
FOUND_AGAIN = "Brought back"


def come_back(turn: Turn, command: ComeBack) -> bytes:
    """Make this computer's keys, certify them with the root, and leave everything else as the copy has it.

    Refusal "home.exists" where somebody is here, "copy.not_yours" without the keys of the person.
    """
    if turn.my is not None:
        raise Refusal("home.exists", path="")
    row = people.person(turn.db, command.identity)
    if row is None:
        raise Refusal("copy.not_yours")
    device, transport, kem = new_signing(turn.entropy), new_signing(turn.entropy), new_kem(turn.entropy)
    for name, value in (("device", device.seed), ("transport", transport.seed), ("kem", kem.seeds)):
        chest.put_secret(turn.db, name, value)
    settings.put(turn.db, "me", command.identity.hex())
    settings.put(turn.db, "addrs", "")
    settings.put(turn.db, "copy.back_ms", str(turn.now_ms))
    settings.put(turn.db, ALONE, "yes" if command.lost else "no")
    turn.my = Me.load(turn.db)
    root, _ = _keys(turn, row.chain)
    chain = returning.with_device(row.chain, root, _certificate(turn), command.lost, turn.now_ms)
    persons.remember(turn, chain)
    own.close_all(turn.db)
    _let_go_of_device_affairs(turn)
    return command.identity


def note_copy(turn: Turn, command: NoteCopy) -> None:
    """Remember that a copy was made, or (without a size) that it was proved to open."""
    if command.size_bytes:
        settings.put(turn.db, "copy.made_ms", str(turn.now_ms))
        name = command.path.replace("\\", "/").rpartition("/")[2]
        settings.put(turn.db, "copy.name", name)
        settings.put(turn.db, "copy.path", command.path)
        settings.put(turn.db, "copy.proved_ms", "")
        register.note_export(turn.db, "copy", b"", name, command.size_bytes, turn.now_ms)
    else:
        settings.put(turn.db, "copy.proved_ms", str(turn.now_ms))
    if command.key:
        chest.put_secret(turn.db, COPY_KEY, command.key)
    turn.effects.append(Notify("own"))


def note_export(turn: Turn, command: NoteExport) -> None:
    """Plain files left this home, by its own person's hand."""
    register.note_export(turn.db, "export", b"", command.name, command.size_bytes, turn.now_ms)


def keep_key(turn: Turn, command: KeepCopyKey) -> None:
    """Other words open the next copies; those that are made already keep their own."""
    chest.put_secret(turn.db, COPY_KEY, command.key)
    turn.effects.append(Notify("own"))


def _let_go_of_device_affairs(turn: Turn) -> None:
    """What only the device of the copy could have finished.

    Letters that wait name that device; what was held may have left after the copy was made, so it is kept as
    a draft and sent by nobody but the person.
    """
    for row in invitations.every(turn.db):
        if row.state in ("made", "shown"):
            invitations.set_state(turn.db, row.id, "withdrawn")
    for letter in invitations.letters(turn.db, "accepted"):
        again = "later" if letter.letter else "read"
        invitations.put_letter(turn.db, _unanswered(letter, again))
    drafts = outbox.drafts(turn.db)
    room = len(drafts) < DRAFTS_MAX or any(each.place == "home" for each in drafts)
    place = "home" if room else drafts[0].place
    kept = outbox.draft(turn.db, place)
    texts = [kept.text] if kept is not None else []
    for held in outbox.all_held(turn.db):
        texts.append(getattr(turn.registry.decode(held.record).record, "text", ""))
        outbox.drop_held(turn.db, held.id)
    text = "\n\n".join(each for each in texts if each)
    if len(texts) > (kept is not None) and text:
        outbox.put_draft(turn.db, place, text, kept.extra if kept is not None else "", turn.now_ms)


def _unanswered(row: invitations.LetterRow, state: str) -> invitations.LetterRow:
    return invitations.LetterRow(
        invitation=row.invitation,
        text=row.text,
        letter=row.letter,
        state=state,
        secret=row.secret,
        from_identity=row.from_identity,
        addrs=row.addrs,
        endpoint=row.endpoint,
        acceptance=b"",
        at_ms=row.at_ms,
    )


def introduction(turn: Turn, endpoint: bytes) -> Chain:
    """The chain to show to an acquaintance at this endpoint, who may not know this device yet; else empty."""
    other = people.device_by_transport(turn.db, endpoint)
    if other is None or agreements.pair(turn.db, other.identity) is None:
        return ()
    return () if is_known(turn, other.identity) else turn.chain()


def is_known(turn: Turn, identity: bytes) -> bool:
    """Whether a device of this acquaintance has said that it holds something which this device wrote."""
    me = turn.me.device.public
    if returning.is_first(turn.chain(), me):
        return True
    for space in people.pair_spaces(turn.db, identity):
        logs = [row.public for row in own.logs(turn.db, space) if row.device == me]
        for device in people.devices_of(turn.db, identity):
            heads = register.acked_heads(turn.db, device.sign, space)
            if any(heads.get(log, 0) for log in logs):
                return True
    return False


def introduced(turn: Turn, identity: bytes, chain: Chain, device: bytes) -> Chain:
    """A device that proved itself shows who it is: an acquaintance, if the chain goes on from the known one.

    Returns the known chain where it does not: it is shown to them, and nothing is frozen by that, since a
    copy older than a change of name does the same. Raises Verdict "identity.*" where the device is not in it.
    """
    live_device(resolve_chain(chain), device)
    row = people.person(turn.db, identity)
    assert row is not None, "an acquaintance without a chain"
    if relation(row.chain, chain) in (Relation.FORK, Relation.OLDER):
        return row.chain
    persons.remember(turn, chain)
    return ()


def told(turn: Turn, came: Chain) -> bool:
    """Others know another branch of one's own chain. Returns whether the own chain has changed by that."""
    held = turn.chain()
    found = relation(held, came)
    if found is Relation.EXTENDS:
        chain = came
    elif found is Relation.FORK:
        _, recovery = _keys(turn, held)
        alone = settings.get(turn.db, ALONE) == "yes"
        chain = returning.rejoined(held, came, recovery, _certificate(turn), alone, turn.now_ms)
    else:
        return False
    learnt(turn, chain)
    for pair in agreements.pairs(turn.db, live=True):
        publish.write(turn, pair.space, IdentityUpdate(turn.chain()))
    return True


def learnt(turn: Turn, chain: Chain) -> None:
    """Take what goes on from one's own chain, follow its keys, and stand in it with this device.

    A device that was given up there stays given up.
    """
    if relation(turn.chain(), chain) is not Relation.EXTENDS:
        return  # of two branches the one who is told of both makes one; until then the own one stays
    keys = _following(turn, chain)
    me = turn.me.device.public
    known = any(device.keys.sign == me for device in resolve_chain(chain).devices)
    if keys is not None and not known:
        alone = settings.get(turn.db, ALONE) == "yes"
        chain = returning.with_device(chain, keys[0], _certificate(turn), alone, turn.now_ms)
    persons.remember(turn, chain)
    turn.effects.append(Notify("people", turn.me.identity))


def _keys(turn: Turn, chain: Chain) -> tuple[SigningKey, SigningKey]:
    found = _following(turn, chain)
    if found is None:
        raise Refusal("copy.not_yours")
    return found


def _following(turn: Turn, chain: Chain) -> tuple[SigningKey, SigningKey] | None:
    """The root and recovery key of a chain, as far as this home can follow it; they are kept then."""
    root, recovery = chest.secret(turn.db, "root"), chest.secret(turn.db, "recovery")
    if root is None or recovery is None:
        return None
    found = returning.keys_of(chain, signing_from_seed(root), signing_from_seed(recovery))
    if found is not None:
        chest.put_secret(turn.db, "root", found[0].seed)
        chest.put_secret(turn.db, "recovery", found[1].seed)
    return found


def _certificate(turn: Turn) -> Certificate:
    me = turn.me
    keys = DeviceKeys(me.device.public, me.kem.public, me.transport.public)
    return certify(me.device, keys, resolve_chain(turn.chain()).anchor)


def other_of(turn: Turn, item: OpenedOp) -> bytes:
    """With whom one shares the pair in which something stands."""
    space = shelf.space(turn.db, item.space)
    assert space is not None, "a record without its space"
    me = turn.me.identity
    return next(each for each in (space.owner, space.peer) if each and each != me)


def ended(turn: Turn, item: OpenedOp) -> None:
    """The acquaintance is over, by the other's word, or by one's own that comes back after a restore."""
    other = other_of(turn, item)
    if item.mine:
        settings.put(turn.db, f"ended:{other.hex()}", str(item.wall_ms))
    audience.leave_circles(turn, other)
    turn.share_changed(other)


def meet_own_space(turn: Turn, space: bytes, with_whom: bytes) -> bool:
    """Make room for a space of one's own that was begun after the copy; its grant says that it is ours.

    Which circle it belonged to, only the lost computer knew. Returns False where no such grant is here.
    """
    grant = agreements.read_grant(turn.db, space, with_whom)
    if grant is None:
        return False
    is_feed = grant.space_kind == "feed"
    circle = _circle_of(turn, space, grant.audience, with_whom) if is_feed else None
    peer, me = None if is_feed else with_whom, turn.me.identity
    shelf.add_space(turn.db, shelf.SpaceRow(space, grant.space_kind, me, peer, circle, turn.now_ms))
    return True


def _circle_of(turn: Turn, space: bytes, audience_kind: str, reader: bytes) -> bytes:
    if audience_kind == "people" and shelf.space_of_circle(turn.db, PEOPLE) is None:
        return PEOPLE
    circle = space[:16]
    mine = audience.self_space(turn)
    if agreements.circle(turn.db, circle) is None:
        publish.write(turn, mine, Circle(circle, FOUND_AGAIN, False))
    publish.write(turn, mine, Member(circle, reader, True))
    return circle
