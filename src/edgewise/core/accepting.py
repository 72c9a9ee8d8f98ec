# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reader's half of a first meeting.

Open a letter, answer it, take the confirmation (conversation.md "Meeting").

No and "later" send nothing and look alike to the inviter: no answer yet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from edgewise.core import meeting, persons, publish, returning
from edgewise.core.effects import Answered, Dial, LetterRead, Notify
from edgewise.core.turn import Turn
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.ids import ZERO32
from edgewise.groups.epochs import (
    Genesis,
    check_log_open,
    check_secret,
    commitments,
    subkeys,
)
from edgewise.identity import invites
from edgewise.identity.person import Person, resolve_chain
from edgewise.keys.signing import new_signing, signing_from_seed
from edgewise.log.op import Op, check_signature, from_wire, open_body
from edgewise.store import agreements, chest, invitations, people, shelf

REFUSED = ("letter.used", "letter.expired", "letter.withdrawn")


def read_letter(turn: Turn, text: str) -> LetterRead:
    """Open a letter's machine part, or a ticket. A ticket's letter is asked for over a connection."""
    me = turn.me
    if invites.is_letter_text(text):
        ticket, letter = invites.parse_letter_text(text)
    else:
        ticket, letter = invites.parse_ticket(text), b""
    invitation = invites.invitation_id(ticket.secret)
    if invitations.get(turn.db, invitation) is not None:
        raise Refusal("letter.own")
    if ticket.until_ms <= turn.now_ms:
        raise Refusal("letter.expired")
    known = invitations.letter(turn.db, invitation)
    if known is None:
        body = invites.open_letter(letter) if letter else None
        known = invitations.LetterRow(
            invitation=invitation,
            text=text,
            letter=letter,
            state="read",
            secret=ticket.secret,
            from_identity=_sender(body) if body is not None else b"",
            addrs=tuple(ticket.addrs),
            endpoint=ticket.endpoint,
            acceptance=b"",
            at_ms=turn.now_ms,
        )
        if known.from_identity == me.identity:
            raise Refusal("letter.own")
        invitations.put_letter(turn.db, known)
    if not known.letter:
        turn.effects.append(Dial(known.endpoint, known.addrs))
    return LetterRead(invitation, invites.open_letter(known.letter) if known.letter else None, known.state)


def answer_letter(turn: Turn, invitation: bytes, answer: str) -> Answered:
    """Answer a letter. Yes makes a signed acceptance and tries to bring it.

    No and later send nothing and look alike.
    """
    row = invitations.letter(turn.db, invitation)
    if row is None:
        raise Refusal("letter.unknown")
    if answer in ("later", "no"):
        state = invites.next_state(row.state, "later" if answer == "later" else "refuse", turn.now_ms, 0)
        invitations.put_letter(turn.db, _with(row, state=state))
        return Answered(invitation, None)
    if answer != "yes":
        raise Refusal("use.bad", reason=answer)
    if not row.letter:
        raise Refusal("letter.waiting")
    body = invites.open_letter(row.letter)
    if row.acceptance:  # said before: say it again, unless the inviter's computer told that it works no more
        invites.next_state(row.state, "accept", turn.now_ms, 0)
    elif _is_new_computer(turn, body):
        return _known_again(turn, row, body)
    else:
        row = _accept(turn, row, body)
    turn.effects.append(Dial(row.endpoint, row.addrs))
    inviter = resolve_chain(body.chain)
    return Answered(invitation, invites.acceptance_file(row.acceptance, meeting.kem_of(inviter, body.device)))


def _is_new_computer(turn: Turn, body: invites.LetterBody) -> bool:
    """Whether an acquaintance writes from a computer that is not known here: they came back from a copy."""
    pair = agreements.pair(turn.db, resolve_chain(body.chain).id)
    known = people.identity_of_device(turn.db, body.device, revoked=True)
    return pair is not None and pair.state == "live" and known is None


def _known_again(turn: Turn, row: invitations.LetterRow, body: invites.LetterBody) -> Answered:
    """Yes to an acquaintance who came back: nothing is agreed anew, their new computer is known from now on.

    This is how two find each other who both lost their computers. Refusal "letter.known" where the letter's
    chain does not go on from the one that is known.
    """
    identity = resolve_chain(body.chain).id
    if returning.introduced(turn, identity, body.chain, body.device):
        raise Refusal("letter.known", name=body.from_name)
    people.put_addresses(turn.db, identity, row.endpoint, row.addrs, turn.now_ms)
    invitations.put_letter(turn.db, _with(row, state="met"))
    turn.effects += [Notify("people", identity), Dial(row.endpoint, row.addrs)]
    return Answered(row.invitation, None)


def _accept(turn: Turn, row: invitations.LetterRow, body: invites.LetterBody) -> invitations.LetterRow:
    me = turn.me
    inviter = resolve_chain(body.chain)
    meeting.refuse_known(turn, inviter)
    state = invites.next_state(row.state, "accept", turn.now_ms, body.until_ms)
    key = new_signing(turn.entropy)
    chest.put_secret(turn.db, f"accept:{row.invitation.hex()}", key.seed)
    acceptance = invites.make_acceptance(
        invites.AcceptanceBody(
            invitation=row.invitation,
            policy=invites.policy_hash(body.policy),
            chain=turn.chain(),
            device=me.device.public,
            log=key.public,
            addrs=meeting.own_addrs(turn)[: meeting.ADDRS_MAX],
            nonce=turn.entropy.take(16),
            made_ms=turn.now_ms,
        ),
        me.device,
        row.secret,
    )
    accepted = _with(row, state=state, acceptance=acceptance)
    invitations.put_letter(turn.db, accepted)
    persons.remember(turn, body.chain)
    return accepted


def take_letter(turn: Turn, letter: bytes, endpoint: bytes) -> None:
    """The letter of a ticket has come from the endpoint that the ticket names."""
    body = invites.open_letter(letter)
    row = invitations.letter(turn.db, body.invitation)
    if row is None or row.endpoint != endpoint or body.endpoint != endpoint:
        raise Verdict("letter.altered")
    if not row.letter:
        invitations.put_letter(turn.db, _with(row, letter=letter, from_identity=_sender(body)))
        turn.effects.append(Notify("letter", body.invitation))


def is_awaited(turn: Turn, confirm: bytes) -> bool:
    """Whether a confirmation answers a yes that still waits; each later bundle holds it once more."""
    row = invitations.letter(turn.db, invites.confirm_invitation(confirm))
    return row is not None and row.state != "met"


def take_confirm(turn: Turn, confirm: bytes) -> bytes:
    """The inviter's confirmation has come: the two are acquainted here too. Returns the inviter."""
    row = invitations.letter(turn.db, invites.confirm_invitation(confirm))
    if row is None or not row.acceptance:
        raise Verdict("letter.unknown")
    letter = invites.open_letter(row.letter)
    inviter = resolve_chain(letter.chain)
    if row.state == "met":
        return inviter.id
    body = invites.open_confirm(confirm, inviter)
    if body.acceptance != invites.acceptance_hash(row.acceptance):
        raise Verdict("confirm.other")
    genesis = from_wire(body.genesis)
    check_signature(genesis)
    secret = invites.pair_unwrap(turn.me.kem, body.sealed_secret, genesis.id)
    _check_genesis(turn, genesis, secret, inviter, letter, row.acceptance)
    _join_pair(turn, genesis, secret, inviter, row)
    meeting.keep_words(turn, inviter.id, row.letter, row.acceptance, confirm)
    invitations.put_letter(turn.db, _with(row, state="met"))
    people.put_addresses(turn.db, inviter.id, row.endpoint, row.addrs, turn.now_ms)
    meeting.tell_addresses(turn, inviter.id)
    turn.share_changed(inviter.id)
    turn.effects.append(Notify("met", inviter.id))
    return inviter.id


def _check_genesis(
    turn: Turn, genesis: Op, secret: bytes, inviter: Person, letter: invites.LetterBody, acceptance: bytes
) -> None:
    if genesis.header.space != ZERO32 or genesis.seq != 0:
        raise Verdict("confirm.malformed")
    check_secret(genesis.header.epoch, ZERO32, genesis.log, 0, secret)
    record = turn.registry.decode(open_body(subkeys(secret).control, genesis)).record
    if not isinstance(record, Genesis) or record.policy.kind != "pair" or record.acceptance != acceptance:
        raise Verdict("confirm.malformed")
    if record.policy.until_ms != letter.policy.until_ms or record.commits != commitments(secret):
        raise Verdict("confirm.malformed")
    if check_log_open(record.open, genesis.log, ZERO32).id != inviter.id:
        raise Verdict("confirm.malformed")


def _join_pair(turn: Turn, genesis: Op, secret: bytes, inviter: Person, row: invitations.LetterRow) -> None:
    seed = chest.secret(turn.db, f"accept:{row.invitation.hex()}")
    assert seed is not None, "an acceptance without its key"
    shelf.add_space(turn.db, shelf.SpaceRow(genesis.id, "pair", inviter.id, inviter.id, None, turn.now_ms))
    chest.put_epoch(
        turn.db, publish.epoch_row(genesis.header.epoch, genesis.id, genesis.log, 0, secret, turn.now_ms)
    )
    device = invites.open_letter(row.letter).device
    shelf.add_log(turn.db, publish.foreign_log(genesis.log, genesis.id, inviter.id, device))
    publish.keep(turn, genesis, signed=True)
    key = signing_from_seed(seed)
    publish.prepare_log(turn, key, genesis.id)
    publish.write_log_open(turn, genesis.id, key)
    chest.drop_secret(turn.db, f"accept:{row.invitation.hex()}")


def pending_for(turn: Turn, endpoint: bytes) -> invitations.LetterRow | None:
    """What waits for this endpoint: an acceptance without its confirmation, else a ticket without its letter.

    One at a time, since a stranger may say little; what else waits comes with the next connection.
    """
    waiting = [row for row in invitations.letters(turn.db) if row.endpoint == endpoint and _waits(row)]
    return min(waiting, key=lambda row: not row.acceptance, default=None)


def _waits(row: invitations.LetterRow) -> bool:
    return row.state == "accepted" or (row.state == "read" and not row.letter)


def waiting_dials(turn: Turn) -> list[Dial]:
    """Whom to dial for letters that wait."""
    dials: dict[bytes, Dial] = {}
    for row in invitations.letters(turn.db):
        if _waits(row):
            dials.setdefault(row.endpoint, Dial(row.endpoint, row.addrs))
    return list(dials.values())


def _with(row: invitations.LetterRow, **changes: Any) -> invitations.LetterRow:
    return replace(row, **changes)


def _sender(body: invites.LetterBody) -> bytes:
    return resolve_chain(body.chain).id


def refused(turn: Turn, invitation: bytes, code: str) -> None:
    """The inviter's computer says that the letter brought to it works no more; the person is told why."""
    row = invitations.letter(turn.db, invitation)
    if row is not None and _waits(row) and code.startswith("letter."):
        state = code.removeprefix("letter.") if code in REFUSED else "refused"
        invitations.put_letter(turn.db, _with(row, state=state))
        turn.effects.append(Notify("letter", invitation))
