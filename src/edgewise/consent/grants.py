# SPDX-License-Identifier: AGPL-3.0-or-later
"""Grants: what one person lets another do, and how it ends. They stand as signed records in the pair of two.

What is enforced is reading: without the keys of an epoch nothing of it opens. `may_keep`, `reshare_depth` and
`purpose` are promises that honest programs hold themselves to; nothing here claims more.
"""

from collections.abc import Collection, Iterable
from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground.canon import Bin16, Bin32, Instant, Record, Uint
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.ground.limits import (
    ADDR_MAX_CHARS,
    ADDRS_MAX,
    CHAIN_ENTRIES_MAX,
    GRANT_VERBS_MAX,
    PURPOSE_MAX_CHARS,
    RESHARE_DEPTH_MAX,
)
from edgewise.groups.epochs import SECRET_BYTES, Commitments, check_control, check_secret, subkeys
from edgewise.keys.hashing import same
from edgewise.log.kinds import Kind
from edgewise.log.op import CLS_CONTROL

READ: Final = "read"
ANSWER: Final = "answer"
WRITE: Final = "write"
VERBS: Final = frozenset({READ, ANSWER, WRITE})
AUDIENCES: Final = frozenset({"people", "circle", "dm"})
GRANTED_KINDS: Final = frozenset({"feed", "dm"})

# A gift takes about 290 bytes of the 64 KiB of a body; further ones go into `Keys` records.
GIFTS_PER_RECORD_MAX: Final = 200
ERASE_TARGETS_MAX: Final = 512  # 80 bytes each

Word = Annotated[str, Meta(pattern=r"^[a-z_]{1,20}\Z")]
Line = Annotated[str, Meta(max_length=PURPOSE_MAX_CHARS)]


class KeyGift(Record, frozen=True):
    """The keys of one epoch: `secret` of 32 bytes, or empty where only `control` is given.

    `log` and `seq` are the place of the operation that carries the epoch.
    """

    epoch: Bin32
    log: Bin32
    seq: Uint
    secret: Annotated[bytes, Meta(max_length=SECRET_BYTES)]
    control: Bin32
    commits: Commitments


Gifts = Annotated[tuple[KeyGift, ...], Meta(max_length=GIFTS_PER_RECORD_MAX)]


class Grant(Record, frozen=True):
    """What the writer lets the other of the pair do in one space, until when, and the keys for it."""

    id: Bin16
    space: Bin32
    space_kind: Word
    audience: Word
    verbs: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=GRANT_VERBS_MAX)]
    purpose: Line
    until_ms: Instant
    may_keep: bool
    reshare_depth: Annotated[int, Meta(ge=0, le=RESHARE_DEPTH_MAX)]
    gifts: Gifts


class Keys(Record, frozen=True):
    """Further epochs under a grant."""

    grant: Bin16
    gifts: Gifts


class Revoke(Record, frozen=True):
    """The giver ends a grant."""

    grant: Bin16


class Renounce(Record, frozen=True):
    """The receiver ends a grant."""

    grant: Bin16


class Renew(Record, frozen=True):
    """The writer's new end for all that they gave in this pair."""

    until_ms: Instant


class End(Record, frozen=True):
    """The acquaintance is over; what one has stays until one erases it."""

    at_ms: Instant


class IdentityUpdate(Record, frozen=True):
    """The writer's identity chain as it is now."""

    chain: Annotated[tuple[bytes, ...], Meta(min_length=1, max_length=CHAIN_ENTRIES_MAX)]


class Addresses(Record, frozen=True):
    """Where one device of the writer was last reachable."""

    endpoint: Bin32
    addrs: Annotated[
        tuple[Annotated[str, Meta(max_length=ADDR_MAX_CHARS)], ...],
        Meta(max_length=ADDRS_MAX),
    ]


class Target(Record, frozen=True):
    """One operation that its author asks to have erased."""

    log: Bin32
    seq: Uint
    id: Bin32


class Erase(Record, frozen=True):
    """A request to erase what the same identity wrote in a space."""

    space: Bin32
    targets: Annotated[tuple[Target, ...], Meta(min_length=1, max_length=ERASE_TARGETS_MAX)]
    why: Line


def check_gift(gift: KeyGift, space: bytes) -> None:
    """Raises Verdict "epoch.mismatch" unless the keys are those of the epoch (EPOCH-7).

    The first operation of a log opens it; so an epoch at seq 0 is the genesis's, with space zeros.
    """
    place = ZERO32 if gift.seq == 0 else space
    if gift.secret:
        check_secret(gift.epoch, place, gift.log, gift.seq, gift.secret)
        if not same(subkeys(gift.secret).control, gift.control):
            raise Verdict("epoch.mismatch")
    check_control(gift.epoch, place, gift.log, gift.seq, gift.control, gift.commits)


def split_gifts(gifts: Iterable[KeyGift]) -> list[tuple[KeyGift, ...]]:
    """The gifts in as many parts as records are needed; at least one part, possibly empty."""
    every = tuple(gifts)
    return [
        every[at : at + GIFTS_PER_RECORD_MAX] for at in range(0, max(len(every), 1), GIFTS_PER_RECORD_MAX)
    ]


def narrower(child: Grant, parent: Grant) -> bool:
    """Whether `child` gives nothing that `parent` does not: a partial order over all fields that give.

    Ids and gifts don't count. What is given on needs `reshared` besides.
    """
    return (
        child.space == parent.space
        and child.space_kind == parent.space_kind
        and child.audience == parent.audience
        and frozenset(child.verbs) <= frozenset(parent.verbs)
        and child.purpose == parent.purpose
        and child.until_ms <= parent.until_ms
        and child.may_keep <= parent.may_keep
        and child.reshare_depth <= parent.reshare_depth
    )


def reshared(child: Grant, parent: Grant) -> bool:
    """Whether the holder of `parent` may give `child` on: narrower, and one step less deep."""
    return narrower(child, parent) and child.reshare_depth < parent.reshare_depth


def live(grant: Grant, revoked: Collection[bytes], renounced: Collection[bytes], now_ms: int) -> bool:
    """Whether the grant holds now. An end by either side wins over everything, in whatever order it came."""
    return now_ms < grant.until_ms and grant.id not in revoked and grant.id not in renounced


def _check_gifts(gifts: tuple[KeyGift, ...]) -> None:
    if any(len(gift.secret) not in (0, SECRET_BYTES) for gift in gifts):
        raise Verdict("grant.malformed", reason="secret")
    if len({gift.epoch for gift in gifts}) != len(gifts):
        raise Verdict("grant.malformed", reason="epoch twice")


def _check_grant(grant: Grant) -> None:
    """No wildcards, no unknown words, no end left open (house rule: unset means no)."""
    if grant.space_kind not in GRANTED_KINDS or grant.audience not in AUDIENCES:
        raise Verdict("grant.malformed", reason="space or audience")
    if not frozenset(grant.verbs) <= VERBS or len(frozenset(grant.verbs)) != len(grant.verbs):
        raise Verdict("grant.malformed", reason="verbs")
    if not grant.purpose.strip() or "*" in grant.purpose:
        raise Verdict("grant.malformed", reason="purpose")
    if grant.until_ms == 0 or grant.space == ZERO32:
        raise Verdict("grant.malformed", reason="end or space")
    _check_gifts(grant.gifts)


def _check_keys(keys: Keys) -> None:
    if not keys.gifts:
        raise Verdict("grant.malformed", reason="nothing given")
    _check_gifts(keys.gifts)


def _check_erase(erase: Erase) -> None:
    if len({target.id for target in erase.targets}) != len(erase.targets):
        raise Verdict("erase.malformed", reason="target twice")


_PAIR: Final = frozenset({"pair"})

KINDS: Final = (
    Kind("grant", 1, CLS_CONTROL, Grant, _PAIR, _check_grant),
    Kind("grant.keys", 1, CLS_CONTROL, Keys, _PAIR, _check_keys),
    Kind("grant.revoke", 1, CLS_CONTROL, Revoke, _PAIR),
    Kind("grant.renounce", 1, CLS_CONTROL, Renounce, _PAIR),
    Kind("pair.renew", 1, CLS_CONTROL, Renew, _PAIR),
    Kind("pair.end", 1, CLS_CONTROL, End, _PAIR),
    Kind("identity.update", 1, CLS_CONTROL, IdentityUpdate, _PAIR),
    Kind("pair.addresses", 1, CLS_CONTROL, Addresses, _PAIR),
    Kind("erase", 1, CLS_CONTROL, Erase, _PAIR, _check_erase),
)
