# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may read: circles, the feeds behind them, and the grants that carry a feed's keys to its readers.

One mechanism serves joining and leaving: before an item is written, the people who hold the newest key of the
feed are compared with the people who are meant to read. If they differ, a fresh epoch starts, and its key
goes to exactly those meant (protocol.md C7, conversation.md "Spaces of a person"). So who joins reads from
now on, and who left reads no more.
"""

from __future__ import annotations

from edgewise.consent.circles import ONLY_ME, Circle, Member
from edgewise.consent.grants import End, Grant, KeyGift, Keys, Renew, Renounce, Revoke, split_gifts
from edgewise.core import persons, publish
from edgewise.core.turn import Turn
from edgewise.ground.canon import decode
from edgewise.ground.errors import Refusal
from edgewise.groups.epochs import Commitments
from edgewise.store import agreements, chest, own, settings, shelf

READ_VERBS = ("read", "answer")


def self_space(turn: Turn) -> bytes:
    """The space that only one's own devices hold."""
    spaces = shelf.spaces(turn.db, "self")
    assert spaces, "a person without a space of their own"
    return spaces[0].id


def readers(turn: Turn, circle: bytes) -> list[bytes]:
    """Who is meant to read what is written to a circle now: its members among live acquaintances."""
    if circle == ONLY_ME:
        return []
    live = {row.identity for row in agreements.pairs(turn.db, live=True) if row.until_ms > turn.now_ms}
    return [
        identity
        for identity in agreements.members(turn.db, circle)
        if identity in live and not persons.is_frozen(turn.db, identity)
    ]


def feed_for(turn: Turn, circle: bytes) -> bytes:
    """The feed behind a circle, with its newest key in the hands of exactly its readers."""
    row = agreements.circle(turn.db, circle)
    if row is None:
        raise Refusal("not_found.circle")
    space = shelf.space_of_circle(turn.db, circle)
    feed = space.id if space is not None else publish.make_space(turn, "feed", circle=circle)[0].id
    _hand_out(turn, feed, row, readers(turn, circle))
    return feed


def _hand_out(turn: Turn, feed: bytes, circle: agreements.CircleRow, meant: list[bytes]) -> None:
    newest = publish.sending_epoch(turn, feed, content=True)
    holders = agreements.holders(turn.db, newest.id)
    if holders == meant and all(_reads(turn, feed, identity) for identity in meant):
        return
    if holders or _has_items(turn, feed):
        newest = publish.fresh_epoch(turn, feed)
    for identity in meant:
        _give(turn, feed, circle, identity, newest)


def _reads(turn: Turn, feed: bytes, identity: bytes) -> bool:
    grant = agreements.read_grant(turn.db, feed, identity)
    return grant is not None and grant.ended_ms is None and grant.until_ms > turn.now_ms


def _has_items(turn: Turn, feed: bytes) -> bool:
    return any(log.next_seq > 1 for log in own.logs(turn.db, feed))


def _give(
    turn: Turn, feed: bytes, circle: agreements.CircleRow, identity: bytes, newest: chest.EpochRow
) -> None:
    pair = agreements.pair(turn.db, identity)
    space = agreements.pair_space(turn.db, identity)
    assert pair is not None
    assert space is not None
    grant = agreements.read_grant(turn.db, feed, identity)
    # All earlier ones for who writes here, also to an old reader: they may have been away for some of them.
    earlier = [row for row in chest.epochs_of(turn.db, feed) if row.id != newest.id]
    first, *more = split_gifts([*(_gift(row, whole=False) for row in earlier), _gift(newest, whole=True)])
    if grant is not None and _reads(turn, feed, identity):
        for gifts in (first, *more):
            publish.write(turn, space, Keys(grant.id, gifts))
        return
    grant_id = turn.entropy.take(16)
    publish.write(
        turn,
        space,
        Grant(
            id=grant_id,
            space=feed,
            space_kind="feed",
            audience="people" if circle.builtin == "people" else "circle",
            verbs=READ_VERBS,
            purpose="reading",
            until_ms=pair.until_ms,
            may_keep=True,
            reshare_depth=0,
            gifts=first,
        ),
    )
    for gifts in more:
        publish.write(turn, space, Keys(grant_id, gifts))
    turn.share_changed(identity)


def grant_talk(turn: Turn, identity: bytes, until_ms: int) -> bytes:
    """Open the conversation of two and put its key into the pair. Returns the conversation's space id."""
    pair_space = agreements.pair_space(turn.db, identity)
    assert pair_space is not None
    op, _ = publish.make_space(turn, "dm", peer=identity)
    epoch = publish.sending_epoch(turn, op.id, content=True)
    grant = Grant(
        id=turn.entropy.take(16),
        space=op.id,
        space_kind="dm",
        audience="dm",
        verbs=("read", "write"),
        purpose="talking",
        until_ms=until_ms,
        may_keep=True,
        reshare_depth=0,
        gifts=(_gift(epoch, whole=True),),
    )
    publish.write(turn, pair_space, grant)
    return op.id


def _gift(row: chest.EpochRow, *, whole: bool) -> KeyGift:
    """A key as it is handed over: the whole secret, or only what verifies who writes (earlier epochs)."""
    return KeyGift(
        epoch=row.id,
        log=row.log,
        seq=row.seq,
        secret=row.secret if whole else b"",
        control=row.control,
        commits=decode(Commitments, row.commits),
    )


def make_circle(turn: Turn, name: str) -> bytes:
    """Make an audience of one's own; nobody else learns that it exists."""
    circle = turn.entropy.take(16)
    publish.write(turn, self_space(turn), Circle(circle, _name(name), False))
    return circle


def rename_circle(turn: Turn, circle: bytes, name: str) -> None:
    """Give an audience another name."""
    _own_circle(turn, circle)
    publish.write(turn, self_space(turn), Circle(circle, _name(name), False))


def retire_circle(turn: Turn, circle: bytes) -> None:
    """Stop writing to an audience, and end every reading of it."""
    row = _own_circle(turn, circle)
    for identity in agreements.members(turn.db, circle):
        _revoke_reading(turn, circle, identity)
    publish.write(turn, self_space(turn), Circle(circle, row.name, True))


def set_member(turn: Turn, circle: bytes, identity: bytes, present: bool) -> None:
    """Put a person into an audience (who reads from now on), or out of it (who reads nothing newer)."""
    if circle == ONLY_ME or agreements.circle(turn.db, circle) is None:
        raise Refusal("not_found.circle")
    if agreements.pair(turn.db, identity) is None:
        raise Refusal("not_found.person")
    publish.write(turn, self_space(turn), Member(circle, identity, present))
    if not present:
        _revoke_reading(turn, circle, identity)


def stop_grant(turn: Turn, grant_id: bytes) -> None:
    """End one agreement from either side."""
    grant = agreements.grant(turn.db, grant_id)
    if grant is None or grant.ended_ms is not None:
        raise Refusal("grant.missing")
    space = agreements.pair_space(turn.db, grant.identity)
    assert space is not None
    publish.write(turn, space, Revoke(grant_id) if grant.mine else Renounce(grant_id))
    feed = shelf.space(turn.db, grant.space)
    if grant.mine and feed is not None and feed.circle is not None:
        publish.write(turn, self_space(turn), Member(feed.circle, grant.identity, False))
    turn.share_changed(grant.identity)


def respect_renounced(turn: Turn, grant_id: bytes, by: bytes) -> None:
    """Who gave up reading is taken out of the audience, so that the next item does not offer it again
    unasked.
    """
    grant = agreements.grant(turn.db, grant_id)
    feed = shelf.space(turn.db, grant.space) if grant is not None else None
    if grant is None or not grant.mine or grant.identity != by:
        return
    if feed is not None and feed.circle is not None:
        publish.write(turn, self_space(turn), Member(feed.circle, by, False))
    turn.share_changed(by)


def respect_revoked(turn: Turn, grant_id: bytes) -> None:
    """A reading that one ended oneself, on a computer that is gone since, stays ended here too.

    Even where one has written to that circle meanwhile, from a copy that knew nothing of the ending.
    """
    grant = agreements.grant(turn.db, grant_id)
    feed = shelf.space(turn.db, grant.space) if grant is not None else None
    if grant is None or feed is None or feed.circle is None:
        return
    if grant.identity in agreements.members(turn.db, feed.circle):
        publish.write(turn, self_space(turn), Member(feed.circle, grant.identity, False))
        turn.share_changed(grant.identity)


def renew(turn: Turn, identity: bytes, until_ms: int) -> None:
    """Set the shared end of all that I gave to one person."""
    pair = agreements.pair(turn.db, identity)
    space = agreements.pair_space(turn.db, identity)
    if pair is None or space is None or pair.state != "live":
        raise Refusal("not_found.person")
    publish.write(turn, space, Renew(until_ms))
    turn.share_changed(identity)


def end(turn: Turn, identity: bytes) -> None:
    """End an acquaintance in one act: the last thing that is ever written to this person's pair.

    Where two letters crossed there are two pairs; both end.
    """
    pair = agreements.pair(turn.db, identity)
    if pair is None or pair.state != "live":
        raise Refusal("not_found.person")
    while pair is not None and pair.state == "live":
        publish.write(turn, pair.space, End(turn.now_ms))
        pair = agreements.pair(turn.db, identity)
    leave_circles(turn, identity)
    settings.put(turn.db, f"ended:{identity.hex()}", str(turn.now_ms))
    turn.share_changed(identity)


def leave_circles(turn: Turn, identity: bytes) -> None:
    """Take a person out of every circle: who finds together again reads nothing before a new yes."""
    for circle in agreements.circles(turn.db):
        if identity in agreements.members(turn.db, circle.id):
            publish.write(turn, self_space(turn), Member(circle.id, identity, False))


def _revoke_reading(turn: Turn, circle: bytes, identity: bytes) -> None:
    feed = shelf.space_of_circle(turn.db, circle)
    pair = agreements.pair(turn.db, identity)
    if feed is None or pair is None or pair.state != "live":
        return
    grant = agreements.read_grant(turn.db, feed.id, identity)
    space = agreements.pair_space(turn.db, identity)
    if grant is not None and grant.ended_ms is None and space is not None:
        publish.write(turn, space, Revoke(grant.id))
        turn.share_changed(identity)


def _own_circle(turn: Turn, circle: bytes) -> agreements.CircleRow:
    row = agreements.circle(turn.db, circle)
    if row is None or row.builtin:
        raise Refusal("not_found.circle")
    return row


def _name(name: str) -> str:
    clean = " ".join(name.split())
    if not clean:
        raise Refusal("name.empty")
    return clean
