# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may write what in which kind of space. Pure; what consent says comes in as an argument."""

from edgewise.log.op import CLS_CONTENT, CLS_TOMBSTONE


def may_write(
    space_kind: str,
    cls: int,
    author: bytes,
    owner: bytes,
    peer: bytes | None,
    *,
    may_answer: bool = False,
    opening: bool = False,
) -> bool:
    """Whether the identity `author` may write an operation of class `cls`.

    `owner` wrote the genesis, `peer` is the other one of a pair or dm; `may_answer`: the owner's grant to the
    author allows answers; `opening`: the operation is the first of its log and opens it. Unknown kind: no.
    """
    if space_kind in ("pair", "dm"):
        return author in (owner, peer)
    if space_kind == "self":
        return author == owner
    if space_kind == "feed":
        return author == owner or _may_answer(cls, may_answer=may_answer, opening=opening)
    return False


def _may_answer(cls: int, *, may_answer: bool, opening: bool) -> bool:
    """In somebody else's feed: open a log and write content under an answer grant; take back own ever."""
    if cls == CLS_TOMBSTONE:
        return True
    return may_answer and (opening or cls == CLS_CONTENT)


def counts_in_feed(author: bytes, owner: bytes, *, listed: bool) -> bool:
    """Whether readers are shown what stands in a log of a feed: the owner's own, and logs that they list."""
    return author == owner or listed
