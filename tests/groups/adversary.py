# SPDX-License-Identifier: AGPL-3.0-or-later
"""An adversary against membership: random histories in which colluders do whatever signatures allow.

They backdate (any causally closed past), fork their logs, replay honest yeses and acceptances in certificates
of their own, invent people, leave and come back, close logs, object, withhold; the honest are cut into sides
that hear of one another late. What must hold at the end of each stands in guarantees.py.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from edgewise.groups.facts import (
    Act,
    Certificate,
    Close,
    Fact,
    Invitation,
    Leave,
    Objection,
    Other,
    Propose,
    Vote,
)
from edgewise.groups.membership import Membership

STEPS = (60, 160)


@dataclass
class Node:
    """An honest person's computer: what it knows, and its log."""

    identity: bytes
    knows: Membership
    facts: dict[bytes, Fact] = field(default_factory=dict)
    named: dict[bytes, None] = field(default_factory=dict)
    last: Fact | None = None

    def take(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            if fact.id not in self.facts:
                self.knows.add(fact)
                self.facts[fact.id] = fact
                self.named.update(dict.fromkeys(fact.parents))

    def heads(self) -> tuple[bytes, ...]:
        return tuple(id for id in self.facts if id not in self.named)


class History:
    """One random history of a group with fewer than q colluders; or with more of them, whom the honest put
    out before they begin (`unmasked`): then they may hinder, but neither stay nor bring anybody in.
    """

    def __init__(self, seed: int, q: int, *, unmasked: bool = False) -> None:
        self.chance = random.Random(seed)
        self.q, self.unmasked = q, unmasked
        bad = self.chance.randint(q, 2 * q + 1) if unmasked else self.chance.randint(1, q - 1)
        honest = [b"h%d" % n for n in range(q + 1 + self.chance.randint(0, 3))]
        self.bad = [b"c%d" % n for n in range(bad)]
        self.founders = [*honest, *self.bad]
        self.facts: dict[bytes, Fact] = {}
        self.accepted: set[bytes] = set()  # proposals that an honest target answered
        self.nodes = {each: self._node(each) for each in honest}
        self.honest = set(honest)
        self.sides = {each: self.chance.randrange(self.chance.randint(1, 4)) for each in honest}
        self.ghosts: list[bytes] = []
        self.seqs: dict[bytes, int] = {}

    def _node(self, identity: bytes) -> Node:
        return Node(identity, Membership(self.founders, self.q))

    def live(self) -> None:
        """Everything that happens, and then everybody hears of everything."""
        if self.unmasked:
            self._unmask()
        for _ in range(self.chance.randint(*STEPS)):
            if self.bad and self.chance.random() < 0.35:
                self.collude()
            else:
                self.behave()
            self.gossip()
            if self.chance.random() < 0.04:
                self.sides = {each: self.chance.randrange(4) for each in self.sides}
        self.meet()

    def _unmask(self) -> None:
        """Some of the honest put each of the others out, each time knowing a little more or less."""
        for target in self.bad:
            voters = self.chance.sample(sorted(self.nodes), self.q)
            proposal = self.write(self.nodes[voters[0]], Propose(False, target))
            votes = []
            for each in voters:
                self.nodes[each].take(self.nodes[voters[0]].facts.values())
                votes.append(self.write(self.nodes[each], Vote(proposal.id)).id)
                self.nodes[voters[0]].take(self.nodes[each].facts.values())
            self.write(self.nodes[voters[0]], Certificate(proposal.id, tuple(votes)))
            self.gossip()

    def whole(self) -> Membership:
        """The group by all facts."""
        made = Membership(self.founders, self.q)
        for fact in self.facts.values():
            made.add(fact)
        return made

    def meet(self) -> None:
        for node in self.nodes.values():
            node.take(self.facts.values())

    def gossip(self) -> None:
        """Some of one side hear of what one of them knows; it may be the colluders who tell it."""
        teller = self.nodes[self.chance.choice(list(self.nodes))]
        if self.chance.random() < 0.2:
            teller.take(self.facts.values() if self.chance.random() < 0.3 else self._closed_part())
        for identity, node in self.nodes.items():
            if self.sides[identity] == self.sides[teller.identity] and self.chance.random() < 0.6:
                node.take(teller.facts.values())

    def _closed_part(self) -> list[Fact]:
        """A fact with all that it lies upon, as somebody may choose to show it."""
        todo, seen = [self.chance.choice(list(self.facts))] if self.facts else [], dict[bytes, None]()
        while todo:
            id = todo.pop()
            if id not in seen:
                seen[id] = None
                todo.extend(self.facts[id].parents)
        return [fact for id, fact in self.facts.items() if id in seen]

    def _keep(self, author: bytes, log: bytes, seq: int, parents: tuple[bytes, ...], act: Act) -> Fact:
        id = hashlib.sha256(b"%d" % len(self.facts) + author).digest()
        fact = self.facts[id] = Fact(id, author, log, seq, parents, act)
        return fact

    # the honest

    def write(self, node: Node, act: Act) -> Fact:
        """An honest person writes, knowing all that they know."""
        parents = node.heads()
        seq = node.last.seq + 1 if node.last else 0
        node.last = self._keep(node.identity, node.identity, seq, parents, act)
        node.take([node.last])
        return node.last

    def behave(self) -> None:
        node = self.nodes[self.chance.choice(list(self.nodes))]
        if not node.knows.is_member(node.identity):
            return
        roll = self.chance.random()
        if roll < 0.08:
            self._propose(node)
        elif roll < 0.1 and len(self.nodes) > self.q + 2:
            self.write(node, Leave())
        elif roll < 0.12:
            self.write(node, self.chance.choice([Invitation(), Other()]))
        else:
            self._decide(node)

    def _propose(self, node: Node) -> None:
        roll = self.chance.random()
        out = [each for each in [*self.nodes, *self.bad] if not node.knows.is_member(each)]
        if roll < 0.35:
            newcomer = b"n%d" % len(self.facts)
            self.honest.add(newcomer)
            self.nodes[newcomer] = self._node(newcomer)
            self.sides[newcomer] = self.sides[node.identity]
            self.write(node, Propose(True, newcomer))
        elif roll < 0.5 and out and not self.unmasked:
            self.write(node, Propose(True, self.chance.choice(out)))
        elif roll < 0.55 and not self.unmasked:
            self.write(node, Propose(True, self._newcomer_of_theirs()))
        else:
            targets = self.bad if self.bad and self.chance.random() < 0.7 else list(self.nodes)
            self.write(node, Propose(False, self.chance.choice(targets)))

    def _newcomer_of_theirs(self) -> bytes:
        return self.chance.choice(self.ghosts) if self.ghosts else self.bad[0]

    def _decide(self, node: Node) -> None:
        proposals = [fact for fact in node.facts.values() if isinstance(fact.act, Propose)]
        if not proposals:
            return
        proposal = self.chance.choice(proposals[-6:] if self.chance.random() < 0.8 else proposals)
        act = proposal.act
        assert isinstance(act, Propose)
        votes = node.knows.votes_for(proposal.id)
        voiced = {node.facts[vote].author for vote in votes}
        if len(voiced) >= self.q:
            self._certify(node, proposal, act, votes)
        elif node.identity not in voiced and self._agrees(act):
            self.write(node, Vote(proposal.id))
        elif act.add and self.chance.random() < 0.03:
            self.write(node, Objection(proposal.id))

    def _agrees(self, act: Propose) -> bool:
        """Nobody honest lets a ghost in; whom they trust they let in, whom they suspect they put out."""
        if act.add:
            trusted = act.target in self.honest or (act.target in self.bad and not self.unmasked)
            return trusted and self.chance.random() < 0.7
        return self.chance.random() < (0.8 if act.target in self.bad else 0.3)

    def _certify(self, node: Node, proposal: Fact, act: Propose, votes: tuple[bytes, ...]) -> None:
        if not act.add:
            if act.target != node.identity:
                self.write(node, Certificate(proposal.id, votes))
            return
        if act.target in self.honest:
            self.accepted.add(proposal.id)
        if not node.knows.is_member(act.target):
            fact = self.write(node, Certificate(proposal.id, votes, act.target, proposal.id))
            if act.target in self.nodes:
                self.nodes[act.target].take(node.facts.values())
                assert fact.id in self.nodes[act.target].facts

    # the others

    def _theirs(self) -> bytes:
        return self.chance.choice([*self.bad, *self.ghosts])

    def _past(self, *named: bytes) -> tuple[bytes, ...]:
        """Any causally closed past that holds what must be named."""
        some = self.chance.sample(list(self.facts), min(len(self.facts), self.chance.randint(0, 3)))
        return tuple(dict.fromkeys([*named, *some]))

    def _lie(self, act: Act, *named: bytes) -> None:
        author = self._theirs()
        log = author + b"%d" % self.chance.randrange(3)
        last = self.seqs.get(log, -1)
        seq = self.chance.randint(0, last + 1) if self.chance.random() < 0.2 else last + 1
        self.seqs[log] = max(last, seq)
        own = [fact.id for fact in self.facts.values() if fact.log == log and fact.seq == seq - 1]
        prev = own[:1] if own else []
        self._keep(author, log, seq, self._past(*prev, *named), act)

    def collude(self) -> None:
        proposals = [fact for fact in self.facts.values() if isinstance(fact.act, Propose)]
        roll = self.chance.random()
        if self.chance.random() < 0.15:
            self._campaign()
        elif roll < 0.2 or not proposals:
            if self.chance.random() < 0.5:
                self.ghosts.append(b"g%d" % len(self.facts))
            targets = [*self.ghosts, *self.bad, *self.ghosts]
            if self.chance.random() < 0.4:
                self._lie(Propose(False, self.chance.choice(list(self.nodes))))
            else:
                self._lie(Propose(True, self.chance.choice(targets)))
        elif roll < 0.55:
            proposal = self.chance.choice(proposals)
            self._lie(Vote(proposal.id), proposal.id)
        elif roll < 0.85:
            self._forge(self.chance.choice(proposals))
        elif roll < 0.9:
            proposal = self.chance.choice(proposals)
            self._lie(Objection(proposal.id), proposal.id)
        elif roll < 0.95:
            author = self._theirs()
            self._lie(Close(author + b"%d" % self.chance.randrange(3), author, self.chance.random() < 0.5))
        else:
            self._lie(self.chance.choice([Leave(), Invitation(), Other()]))

    def _campaign(self) -> None:
        """All of them at once, and those whom they have invented, from some moment of the past: a ghost in,
        one of theirs back, or somebody honest out. Each through a log of which nobody has heard.
        """
        base = self._past()[:1]
        ghost = b"g%d" % len(self.facts)
        target = self.chance.choice(
            [ghost, ghost, self.chance.choice(self.bad), self.chance.choice(list(self.nodes))]
        )
        add = target not in self.honest
        if target == ghost:
            self.ghosts.append(ghost)

        def says(author: bytes, act: Act, *parents: bytes) -> bytes:
            log = author + b"/%d" % len(self.facts)
            return self._keep(author, log, 0, tuple(dict.fromkeys([*parents, *base])), act).id

        proposal = says(self.bad[0], Propose(add, target))
        voters = [*self.bad, *self.chance.sample(self.ghosts, min(len(self.ghosts), self.q))]
        votes = tuple(says(each, Vote(proposal), proposal) for each in voters if each != target)
        by, anchor = (target, proposal) if add else (b"", b"")
        late = self._past() if self.chance.random() < 0.5 else ()
        says(self._theirs(), Certificate(proposal, votes, by, anchor), proposal, *votes, *late)

    def _forge(self, proposal: Fact) -> None:
        """A certificate of theirs, from whatever yeses there are, with whatever acceptance can be shown."""
        act = proposal.act
        assert isinstance(act, Propose)
        votes = [fact.id for fact in self.facts.values() if isinstance(fact.act, Vote)]
        fitting = [id for id in votes if self.facts[id].act == Vote(proposal.id)]
        names = fitting if self.chance.random() < 0.8 else votes
        names = self.chance.sample(names, min(len(names), self.chance.randint(0, self.q + 2)))
        anchor = by = b""
        if act.add and (act.target not in self.honest or proposal.id in self.accepted):
            invitations = [f.id for f in self.facts.values() if isinstance(f.act, Invitation)]
            anchor = proposal.id
            if act.target not in self.honest and invitations and self.chance.random() < 0.3:
                anchor = self.chance.choice(invitations)
            by = act.target
        named = [proposal.id, *names, *([anchor] if anchor else [])]
        self._lie(Certificate(proposal.id, tuple(names), by, anchor), *named)
