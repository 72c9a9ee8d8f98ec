# SPDX-License-Identifier: AGPL-3.0-or-later
"""How two people meet.

Letter or ticket, acceptance, confirmation, check words (conversation.md "Meeting", spec/meeting.md).

Both yeses are signed: the letter by its writer, the acceptance by its reader; the pair's genesis holds the
acceptance by value. By connection the three pass as frames; by file they pass as letter, acceptance file and
first bundle.
"""

from __future__ import annotations

from edgewise.consent.grants import Addresses
from edgewise.core import audience, persons, publish
from edgewise.core.effects import LetterMade, Notify
from edgewise.core.turn import Turn
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import GRANT_DEFAULT_MS, LETTER_DEFAULT_MS
from edgewise.identity import invites
from edgewise.identity.person import DeviceKeys, Person, resolve_chain
from edgewise.keys.words import check_words
from edgewise.log.op import to_wire
from edgewise.store import agreements, chest, invitations, people, register, settings

ADDRS_MAX = 4


def make_letter(
    turn: Turn,
    to_name: str,
    words: str,
    offers: tuple[str, ...],
    items: tuple[tuple[str, str], ...],
    until_ms: int,
) -> LetterMade:
    """Write a letter; it works once, until its end, and can be withdrawn before it is answered."""
    me = turn.me
    until = until_ms or turn.now_ms + LETTER_DEFAULT_MS
    if until <= turn.now_ms:
        raise Refusal("letter.expired")
    secret = turn.entropy.take(16)
    body = invites.LetterBody(
        invitation=invites.invitation_id(secret),
        chain=turn.chain(),
        device=me.device.public,
        endpoint=me.transport.public,
        to_name=to_name,
        from_name=resolve_chain(turn.chain()).name,
        words=words,
        offers=offers,
        items=tuple(invites.LetterItem(title, text) for title, text in items),
        made_ms=turn.now_ms,
        until_ms=until,
        policy=pair_policy(turn.now_ms),
    )
    letter = invites.make_letter(body, me.device)
    invitations.add(
        turn.db,
        invitations.InvitationRow(
            id=body.invitation,
            secret=secret,
            state="shown",
            to_name=to_name,
            letter=letter,
            made_ms=turn.now_ms,
            until_ms=until,
            acceptance=b"",
            identity=None,
        ),
    )
    register.note_export(turn.db, "letter", body.invitation, to_name, len(letter), turn.now_ms)
    return _shown(turn, body.invitation)


def pair_policy(now_ms: int) -> invites.PairPolicy:
    """What two people agree to when they meet: they may write to each other; an end 12 months on.

    Nothing else moves.
    """
    return invites.PairPolicy(
        purpose="acquaintance",
        until_ms=now_ms + GRANT_DEFAULT_MS,
        history="from_join",
        retention_ms=0,
        verbs=("write",),
    )


def show_letter(turn: Turn, invitation: bytes) -> LetterMade:
    """Show the same letter again."""
    row = _invitation(turn, invitation)
    invites.next_state(row.state, "show", turn.now_ms, row.until_ms)
    return _shown(turn, invitation)


def withdraw_letter(turn: Turn, invitation: bytes) -> None:
    """Withdraw a letter that nobody has answered yet."""
    row = _invitation(turn, invitation)
    invitations.set_state(
        turn.db, invitation, invites.next_state(row.state, "withdraw", turn.now_ms, row.until_ms)
    )
    turn.effects.append(Notify("people"))


def letter_for(turn: Turn, invitation: bytes, mac: bytes, expected: bytes) -> bytes:
    """The letter that a ticket's holder asks for. Refusal when it works no more.

    Verdict when the asker lacks the secret.
    """
    row = invitations.get(turn.db, invitation)
    if row is None or mac != expected:
        raise Verdict("letter.unknown")
    invites.next_state(row.state, "show", turn.now_ms, row.until_ms)
    return row.letter


def take_acceptance(turn: Turn, acceptance: bytes) -> tuple[bytes, bytes]:
    """The first acceptance of a letter makes the acquaintance.

    Returns (identity, the confirmation to give back).

    The same acceptance again gets the same confirmation. Refusal "letter.used", "letter.expired",
    "letter.withdrawn".
    """
    row = invitations.get(turn.db, invites.acceptance_invitation(acceptance))
    if row is None:
        raise Verdict("letter.unknown")
    body = invites.open_acceptance(acceptance, row.secret)
    if row.acceptance == acceptance and row.identity is not None:
        return row.identity, _kept_confirm(turn, row.id)
    state = invites.next_state(row.state, "accept", turn.now_ms, row.until_ms)
    letter = invites.open_letter(row.letter)
    if body.policy != invites.policy_hash(letter.policy):
        raise Verdict("accept.other_terms")
    person = resolve_chain(body.chain)
    if person.id == turn.me.identity:
        raise Refusal("letter.own")
    refuse_known(turn, person)
    persons.remember(turn, body.chain)
    confirm = _make_pair(turn, person, body, acceptance, row.letter)
    invitations.set_state(turn.db, row.id, state)
    invitations.set_acceptance(turn.db, row.id, acceptance, person.id)
    chest.put_secret(turn.db, f"confirm:{row.id.hex()}", confirm)
    people.put_addresses(turn.db, person.id, transport_of(person, body.device), body.addrs, turn.now_ms)
    turn.effects.append(Notify("met", person.id))
    return person.id, confirm


def _make_pair(
    turn: Turn, person: Person, body: invites.AcceptanceBody, acceptance: bytes, letter_bytes: bytes
) -> bytes:
    letter = invites.open_letter(letter_bytes)
    genesis, secret = publish.make_space(
        turn,
        "pair",
        peer=person.id,
        until_ms=letter.policy.until_ms,
        purpose=letter.policy.purpose,
        acceptance=acceptance,
    )
    # The confirmation carries the genesis: the register learns that before it goes.
    given = (genesis.id, genesis.log, 0, 1, genesis.id[:16], turn.now_ms)
    register.note(turn.db, body.device, *given, "sent")
    confirm = invites.make_confirm(
        invites.ConfirmBody(
            invitation=body.invitation,
            acceptance=invites.acceptance_hash(acceptance),
            genesis=to_wire(genesis),
            sealed_secret=invites.pair_wrap(kem_of(person, body.device), secret, genesis.id),
        ),
        turn.me.device,
    )
    keep_words(turn, person.id, letter_bytes, acceptance, confirm)
    audience.grant_talk(turn, person.id, letter.policy.until_ms)
    tell_addresses(turn, person.id)
    turn.share_changed(person.id)
    return confirm


def take_acceptance_file(turn: Turn, data: bytes) -> tuple[bytes, bytes]:
    """An acceptance that came as a file, sealed to this device."""
    return take_acceptance(turn, invites.open_acceptance_file(data, turn.me.kem))


def own_addrs(turn: Turn) -> tuple[str, ...]:
    """Where this computer was last known to be reachable."""
    return tuple(part for part in (settings.get(turn.db, "addrs") or "").split(" ") if part)


def tell_addresses(turn: Turn, identity: bytes) -> None:
    """Put this computer's addresses into the pair with one person."""
    space = agreements.pair_space(turn.db, identity)
    addrs = own_addrs(turn)[:ADDRS_MAX]
    if space is not None and addrs:
        publish.write(turn, space, Addresses(turn.me.transport.public, addrs))


def addresses_now(turn: Turn, addrs: tuple[str, ...]) -> None:
    """This computer's addresses changed: acquaintances learn it through their pairs."""
    before = settings.get(turn.db, "addrs") or ""
    now = " ".join(sorted(addrs))
    if now == before:
        return
    settings.put(turn.db, "addrs", now)
    for row in agreements.pairs(turn.db, live=True):
        if row.until_ms > turn.now_ms:
            tell_addresses(turn, row.identity)


def _shown(turn: Turn, invitation: bytes) -> LetterMade:
    row = _invitation(turn, invitation)
    ticket = invites.Ticket(row.secret, turn.me.transport.public, own_addrs(turn)[:ADDRS_MAX], row.until_ms)
    return LetterMade(
        invitation,
        invites.ticket_text(ticket),
        invites.letter_text(ticket, row.letter),
        invites.open_letter(row.letter),
    )


def _invitation(turn: Turn, invitation: bytes) -> invitations.InvitationRow:
    row = invitations.get(turn.db, invitation)
    if row is None:
        raise Refusal("letter.unknown")
    return row


def _kept_confirm(turn: Turn, invitation: bytes) -> bytes:
    confirm = chest.secret(turn.db, f"confirm:{invitation.hex()}")
    assert confirm is not None, "a used letter without its confirmation"
    return confirm


def keep_words(turn: Turn, identity: bytes, letter: bytes, acceptance: bytes, confirm: bytes) -> None:
    """Keep the four words that both screens show, to be compared by voice or in person."""
    words = check_words(invites.transcript(letter, acceptance, confirm))
    settings.put(turn.db, f"words:{identity.hex()}", " ".join(words))


def refuse_known(turn: Turn, person: Person) -> None:
    """Raises Refusal "letter.known" for somebody with whom an acquaintance lives already."""
    pair = agreements.pair(turn.db, person.id)
    if pair is not None and pair.state == "live":
        raise Refusal("letter.known", name=person.name)


def _keys_of(person: Person, device: bytes) -> DeviceKeys:
    for row in person.devices:
        if row.keys.sign == device and not row.revoked:
            return row.keys
    raise Verdict("identity.unknown_device")


def kem_of(person: Person, device: bytes) -> bytes:
    """The key to which things for this device are sealed. Verdict for a device that is not the person's."""
    return _keys_of(person, device).kem


def transport_of(person: Person, device: bytes) -> bytes:
    """The endpoint of this device. Verdict for a device that is not the person's."""
    return _keys_of(person, device).transport
