# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing histories of a group by hand: `group.says("alice", Propose(...))`; a fact's id is its number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from edgewise.groups.facts import Act, Certificate, Fact, Propose, Vote
from edgewise.groups.membership import Membership


def who(name: str) -> bytes:
    """The identity of a person of a test."""
    return name.encode().ljust(32, b".")


def name(identity: bytes) -> str:
    """The person of an identity."""
    return identity.rstrip(b".").decode()


class Group:
    """All facts of a group, in the order of writing; each person knows what they were told."""

    def __init__(self, founders: str, q: int) -> None:
        self.founders, self.q = tuple(who(each) for each in founders.split()), q
        self.facts: list[Fact] = []
        self._by_id: dict[bytes, Fact] = {}
        self._last: dict[bytes, Fact] = {}

    def says(
        self,
        author: str,
        act: Act,
        *,
        knowing: Sequence[Fact] | None = None,
        log: str = "",
        after: Fact | None = None,
    ) -> Fact:
        """Somebody writes. `knowing`: the heads they name (all there is if not given); `log`: another log of
        theirs; `after`: the operation of that log that it follows, for a fork (the last one if not given).
        """
        key = who(log or author)
        prev = after or self._last.get(key)
        heads = self.heads() if knowing is None else list(knowing)
        parents = tuple(dict.fromkeys(each.id for each in [*([prev] if prev else []), *heads]))
        seq = prev.seq + 1 if prev else 0
        id = hashlib.sha256(b"%d" % len(self.facts)).digest()
        fact = Fact(id, who(author), key, seq, parents, act)
        self.facts.append(fact)
        self._by_id[id] = fact
        self._last[key] = fact
        return fact

    def heads(self) -> list[Fact]:
        """What nobody has built on yet."""
        named = {parent for fact in self.facts for parent in fact.parents}
        return [fact for fact in self.facts if fact.id not in named]

    def proposes(self, author: str, target: str, *, add: bool, knowing: Sequence[Fact] | None = None) -> Fact:
        """Somebody proposes to let somebody in, or to put them out."""
        return self.says(author, Propose(add, who(target)), knowing=knowing)

    def votes(self, voters: str, proposal: Fact, *, knowing: Sequence[Fact] | None = None) -> list[Fact]:
        """Each of them says yes."""
        seen = None if knowing is None else [proposal, *knowing]
        return [self.says(each, Vote(proposal.id), knowing=seen) for each in voters.split()]

    def certifies(
        self,
        author: str,
        proposal: Fact,
        votes: Iterable[Fact],
        *,
        anchor: Fact | None = None,
        knowing: Sequence[Fact] | None = None,
    ) -> Fact:
        """Somebody writes a certificate; to let somebody in, with their acceptance of `anchor`."""
        votes = list(votes)
        act = proposal.act
        assert isinstance(act, Propose)
        answered = (anchor or proposal).id if act.add else b""
        by = act.target if act.add else b""
        seen = None if knowing is None else [proposal, *votes, *knowing]
        return self.says(
            author, Certificate(proposal.id, tuple(each.id for each in votes), by, answered), knowing=seen
        )

    def lets_in(self, voters: str, target: str, *, knowing: Sequence[Fact] | None = None) -> Fact:
        """The whole way in: a proposal, yeses, and a certificate by the first of them."""
        first = voters.split()[0]
        proposal = self.proposes(first, target, add=True, knowing=knowing)
        votes = self.votes(voters, proposal, knowing=knowing)
        return self.certifies(first, proposal, votes, knowing=knowing)

    def puts_out(self, voters: str, target: str, *, knowing: Sequence[Fact] | None = None) -> Fact:
        """The whole way out."""
        first = voters.split()[0]
        proposal = self.proposes(first, target, add=False, knowing=knowing)
        votes = self.votes(voters, proposal, knowing=knowing)
        return self.certifies(first, proposal, votes, knowing=knowing)

    def membership(self, facts: Iterable[Fact] | None = None) -> Membership:
        """The group as it comes out of these facts, or of all."""
        made = Membership(self.founders, self.q)
        for fact in self.facts if facts is None else facts:
            made.add(fact)
        return made

    def members(self) -> str:
        """The names of who is in, sorted."""
        return " ".join(name(each) for each in self.membership().members())
