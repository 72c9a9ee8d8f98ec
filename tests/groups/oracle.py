# SPDX-License-Identifier: AGPL-3.0-or-later
"""Membership once more, word by word from spec/membership.md: sets, recursion, no cleverness."""

from __future__ import annotations

from collections.abc import Iterable

from edgewise.groups.facts import Certificate, Close, Fact, Leave, Objection, Propose, Vote

View = frozenset[bytes]


class Oracle:
    """The members of a group by the text of the rules; facts in any order, all at once."""

    def __init__(self, founders: Iterable[bytes], q: int, facts: Iterable[Fact]) -> None:
        self.founders, self.q = frozenset(founders), q
        self.facts = {fact.id: fact for fact in facts}
        self._past: dict[bytes, View] = {}
        self._good: dict[bytes, bool] = {}
        self._standing: dict[View, View] = {}

    def past(self, id: bytes) -> View:
        """Everything that a fact lies upon."""
        if id not in self._past:
            parents = self.facts[id].parents
            self._past[id] = frozenset(parents).union(*(self.past(each) for each in parents))
        return self._past[id]

    def of(self, view: Iterable[bytes], kind: type) -> list[Fact]:
        """The facts of one kind in a view."""
        return [self.facts[id] for id in sorted(view) if isinstance(self.facts[id].act, kind)]

    def proposal(self, id: bytes) -> Propose | None:
        act = self.facts[id].act
        return act if isinstance(act, Propose) else None

    def closes(self, view: View, log: bytes) -> list[Fact]:
        """The valid closings of a log."""
        return [
            fact
            for fact in self.of(view, Close)
            if fact.act.log == log
            and (
                fact.author == fact.act.owner
                or (fact.act.proven and self.member(fact.author, self.past(fact.id)))
            )
        ]

    def speaks(self, fact: Fact) -> bool:
        past = self.past(fact.id)
        return not self.closes(past, fact.log) and self.member(fact.author, past)

    def good(self, id: bytes) -> bool:
        """Whether a vote was good when given."""
        if id not in self._good:
            fact = self.facts[id]
            proposal = self.proposal(fact.act.proposal)
            self._good[id] = proposal is not None and self.speaks(fact) and not self.stopped(fact, proposal)
        return self._good[id]

    def stopped(self, vote: Fact, proposal: Propose) -> bool:
        past = self.past(vote.id)
        against = [
            each
            for each in self.of(past, Objection)
            if each.act.proposal == vote.act.proposal and proposal.add and self.speaks(each)
        ]
        healed = [
            each
            for each in self.of(past, Certificate)
            if each.act.proposal == vote.act.proposal
            and each.id in self.standing(self.past(each.id) | {each.id})
        ]
        return bool(against) and not healed

    def counted(self, certificate: Fact) -> list[Fact]:
        """The votes of a certificate that count by what it knows."""
        past, found = self.past(certificate.id), []
        proposal = self.proposal(certificate.act.proposal)
        for id in certificate.act.votes if proposal is not None else ():
            vote = self.facts[id]
            if not isinstance(vote.act, Vote) or vote.act.proposal != certificate.act.proposal:
                continue
            if not self.good(id) or (not proposal.add and vote.author == proposal.target):
                continue
            if any(id not in self.past(each.id) for each in self.closes(past, vote.log)):
                continue
            same_log = [each for each in past if self.facts[each].log == vote.log and each != id]
            if all(each in self.past(id) or id in self.past(each) for each in same_log):
                found.append(vote)
        return found

    def enough(self, votes: Iterable[Fact]) -> bool:
        return len({vote.author for vote in votes}) >= self.q

    def removals(self, view: View) -> dict[bytes, list[Fact]]:
        """proposal → its valid certificates."""
        found: dict[bytes, list[Fact]] = {}
        for each in self.of(view, Certificate):
            proposal = self.proposal(each.act.proposal)
            if proposal is not None and not proposal.add and self.enough(self.counted(each)):
                found.setdefault(each.act.proposal, []).append(each)
        return found

    def standing(self, view: View) -> View:
        """The admission certificates that stand: the least fixed point."""
        if view not in self._standing:
            candidates = [each for each in self.of(view, Certificate) if self.answered(each)]
            removals, standing = self.removals(view), frozenset[bytes]()
            while True:
                more = standing | {
                    each.id
                    for each in candidates
                    if self.enough(v for v in self.counted(each) if self.holds(v, removals, standing))
                }
                if more == standing:
                    break
                standing = more
            self._standing[view] = standing
        return self._standing[view]

    def answered(self, certificate: Fact) -> bool:
        """Whether it carries an acceptance by whom it is about, of the proposal or an earlier invitation."""
        act, proposal = certificate.act, self.proposal(certificate.act.proposal)
        if proposal is None or not proposal.add or act.accepted_by != proposal.target or not act.anchor:
            return False
        return act.anchor == act.proposal or act.anchor in self.past(act.proposal)

    def ways(self, identity: bytes, standing: View) -> list[Fact]:
        return [self.facts[id] for id in sorted(standing) if self.facts[id].act.accepted_by == identity]

    def holds(self, vote: Fact, removals: dict[bytes, list[Fact]], standing: View) -> bool:
        """Rule 2, (i) and (ii)."""
        past = self.past(vote.id)
        ways = [each for each in self.ways(vote.author, standing) if each.act.proposal in past]
        if vote.author not in self.founders and not ways:
            return False
        for proposal, certificates in removals.items():
            if self.facts[proposal].act.target != vote.author:
                continue
            before = all(vote.id in self.past(each.id) for each in certificates)
            known = any(each.id in self.past(way.act.anchor) for each in certificates for way in ways)
            if not before and not known:
                return False
        return True

    def member(self, identity: bytes, view: View) -> bool:
        """Rule 3."""
        ways = self.ways(identity, self.standing(view))
        if identity not in self.founders and not ways:
            return False
        known = frozenset[bytes]().union(*(self.past(way.act.anchor) for way in ways))
        ends = [
            {each.id for each in certificates}
            for proposal, certificates in self.removals(view).items()
            if self.facts[proposal].act.target == identity
        ]
        ends += [
            {leave.id, *(each.id for each in self.closes(view, leave.log))}
            for leave in self.of(view, Leave)
            if leave.author == identity
        ]
        return all(known & end for end in ends)

    def members(self) -> list[bytes]:
        view = frozenset(self.facts)
        people = self.founders | {fact.act.accepted_by for fact in self.of(view, Certificate)} - {b""}
        return sorted(each for each in people if self.member(each, view))
