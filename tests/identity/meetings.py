# SPDX-License-Identifier: AGPL-3.0-or-later
"""One meeting of Alice, who writes the letter, and Bob, who accepts: with real bytes all the way."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.ids import ZERO32
from edgewise.ground.limits import GRANT_DEFAULT_MS, LETTER_DEFAULT_MS
from edgewise.groups.epochs import KINDS, Genesis, Policy, commitments, epoch_id, make_log_open, subkeys
from edgewise.identity import invites
from edgewise.log.kinds import Registry
from edgewise.log.op import CLS_CONTROL, Op, compose, seal_body, to_wire
from tests.identity.friends import NOW_MS, Friend, friend, key

TERMS = invites.PairPolicy("acquaintance", NOW_MS + GRANT_DEFAULT_MS, "from_join", 0, ("write",))


@dataclass(frozen=True)
class Meeting:
    """What was said: three messages; and the genesis of the pair with its secret."""

    letter: bytes
    acceptance: bytes
    confirm: bytes
    genesis: Op
    secret: bytes


def with_fields(record: Any, **fields: Any) -> Any:
    """The record with other values in some fields."""
    return msgspec.structs.replace(record, **fields)


def ticket(name: str = "alice") -> invites.Ticket:
    """The ticket of an inviter, with the four addresses that fit."""
    addrs = ("192.0.2.7:4433", "198.51.100.20:65535", "[2001:db8::7]:4433", "[2001:db8::ffff:1]:1")
    secret = SeededEntropy(b"ticket " + name.encode()).take(16)
    return invites.Ticket(secret, friend(name).secrets.transport.public, addrs, NOW_MS + LETTER_DEFAULT_MS)


def letter_body(name: str = "alice") -> invites.LetterBody:
    """What an inviter writes to Bob."""
    writer = friend(name)
    return invites.LetterBody(
        invitation=invites.invitation_id(ticket(name).secret),
        chain=writer.chain,
        device=writer.device.public,
        endpoint=writer.secrets.transport.public,
        to_name="Bob",
        from_name=writer.person.name,
        words="Will you share the garden's news with me?",
        offers=("seeds", "an hour a week"),
        items=(invites.LetterItem("Plan", "Beans along the wall."),),
        made_ms=NOW_MS,
        until_ms=ticket(name).until_ms,
        policy=TERMS,
    )


def acceptance_body(
    reader: Friend, inviter: str = "alice", nonce: bytes = b"n" * 16
) -> invites.AcceptanceBody:
    """A reader's yes to a letter."""
    return invites.AcceptanceBody(
        invitation=invites.invitation_id(ticket(inviter).secret),
        policy=invites.policy_hash(TERMS),
        chain=reader.chain,
        device=reader.device.public,
        log=key(f"{reader.person.name}'s pair log").public,
        addrs=("192.0.2.9:4433",),
        nonce=nonce,
        made_ms=NOW_MS + 1,
    )


def genesis_of(inviter: Friend, acceptance: bytes, secret: bytes, entropy: SeededEntropy) -> Op:
    """The first operation of a pair."""
    log = key(f"{inviter.person.name}'s pair log")
    commits = commitments(secret)
    record = Genesis(
        policy=Policy("pair", "archive", 1, "from_join", 1, 0, TERMS.until_ms, TERMS.purpose),
        commits=commits,
        open=make_log_open(inviter.chain, inviter.device, log.public, ZERO32),
        acceptance=acceptance,
        nonce=entropy.take(16),
    )
    payload = seal_body(
        subkeys(secret).control,
        space=ZERO32,
        log=log.public,
        seq=0,
        salt16=entropy.take(16),
        body=Registry(KINDS).encode(record, NOW_MS),
    )
    return compose(
        log,
        space=ZERO32,
        seq=0,
        prev=ZERO32,
        deps=(),
        cheads=(),
        epoch=epoch_id(ZERO32, log.public, 0, commits),
        cls=CLS_CONTROL,
        payload=payload,
    )


@lru_cache
def meeting(inviter: str = "alice", reader: str = "bob") -> Meeting:
    """The whole meeting of two."""
    alice, bob = friend(inviter), friend(reader)
    entropy = SeededEntropy(b"meeting")
    letter = invites.make_letter(letter_body(inviter), alice.device)
    acceptance = invites.make_acceptance(acceptance_body(bob, inviter), bob.device, ticket(inviter).secret)
    secret = entropy.take(32)
    genesis = genesis_of(alice, acceptance, secret, entropy)
    confirm = invites.make_confirm(
        invites.ConfirmBody(
            invitation=invites.invitation_id(ticket(inviter).secret),
            acceptance=invites.acceptance_hash(acceptance),
            genesis=to_wire(genesis),
            sealed_secret=invites.pair_wrap(bob.secrets.kem.public, secret, genesis.id),
        ),
        alice.device,
    )
    return Meeting(letter, acceptance, confirm, genesis, secret)
