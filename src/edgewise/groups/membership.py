# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is in a group that nobody owns: a pure function of the causal past (spec/membership.md).

No admin, no clock, no order of arrival. A certificate names q yeses; each yes is judged by what its author
knew when giving it, and for letting somebody in also by what is known today. Removals never compete and are
never undone. No quorum depends on size and nothing on strength: drafts with either were broken.

A set of facts is a bit mask over their order of arrival; nothing that is answered depends on that order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from edgewise.ground.errors import Verdict
from edgewise.groups.facts import Certificate, Close, Fact, Leave, Objection, Propose, Vote, named
from edgewise.groups.masks import bits, mask


@dataclass(frozen=True, slots=True)
class Suspended:
    """An admission that stands no more, since yeses were voided: `missing` more on `proposal` restore it."""

    identity: bytes
    proposal: bytes
    missing: int


@dataclass(frozen=True, slots=True)
class _Admission:
    """A certificate that can let somebody in: yeses that were good when given, and what was answered."""

    identity: bytes
    proposal: int
    anchor_past: int
    votes: tuple[int, ...]


@dataclass(slots=True)
class _Removal:
    """A proposal to put somebody out, and the valid certificates of it, each as a bit."""

    target: bytes
    certificates: list[int] = field(default_factory=list)


class Membership:
    """The members of one group, as far as facts of it are known.

    `founders` and `q` are those of the genesis, for the life of the group: q + 1 founders at least, or q = 1,
    where everyone trusts everyone and nothing is promised. Raises Verdict "members.founders".
    """

    def __init__(self, founders: Iterable[bytes], q: int) -> None:
        self.founders = tuple(sorted(frozenset(founders)))
        self.q = q
        if not self.founders or q < 1 or (q > 1 and len(self.founders) <= q):
            raise Verdict("members.founders")
        self._facts: list[Fact] = []
        self._at: dict[bytes, int] = {}
        self._past: list[int] = []
        self._of_log: dict[bytes, dict[int, list[int]]] = {}
        self._forked: dict[bytes, None] = {}
        self._good = 0  # votes that were good when given
        self._votes_on: dict[int, list[int]] = {}
        self._objections: dict[int, list[int]] = {}
        self._leaves: dict[bytes, list[int]] = {}
        self._closes: dict[bytes, list[int]] = {}
        self._removals: dict[int, _Removal] = {}
        self._removals_of: dict[bytes, list[_Removal]] = {}
        self._put_out: dict[int, bytes] = {}  # certificate of a removal → whom it put out
        self._admissions: dict[int, _Admission] = {}
        self._admissions_of: dict[bytes, list[int]] = {}
        self._certified: dict[int, list[int]] = {}  # proposal → certificates that can let somebody in
        self._rests_on: dict[bytes, list[int]] = {}  # author → certificates that name a yes of theirs
        self._stood: dict[int, None] = {}  # certificates that stood in their own knowledge
        self._marks = 0  # all certificates: what stands in a view depends on these alone
        self._standing: dict[int, int] = {0: 0}
        self._whole = 0

    # what goes in

    def add(self, fact: Fact) -> bool:
        """Take a fact in; True if it is new. What it can do is decided by its own past, for ever.

        Raises Verdict "members.early" where its parents are not here yet, "members.unfounded" where it names
        what is not in its past: then it is not kept.
        """
        if fact.id in self._at:
            return False
        past = self._past_of(fact)
        for name in named(fact.act):
            if not past >> self._at.get(name, len(self._facts)) & 1:
                raise Verdict("members.unfounded")
        at = len(self._facts)
        self._facts.append(fact)
        self._at[fact.id] = at
        self._past.append(past)
        self._place(at, fact)
        self._stands(past)  # every past is answered once, so that later views have a part to start from
        self._take(at, fact)
        return True

    def _past_of(self, fact: Fact) -> int:
        past = 0
        for parent in fact.parents:
            at = self._at.get(parent)
            if at is None:
                raise Verdict("members.early")
            past |= self._past[at] | 1 << at
        return past

    def _place(self, at: int, fact: Fact) -> None:
        here = self._of_log.setdefault(fact.log, {}).setdefault(fact.seq, [])
        here.append(at)
        if len(here) > 1:
            self._forked[fact.log] = None

    def _take(self, at: int, fact: Fact) -> None:
        act = fact.act
        if isinstance(act, Propose) and not act.add:
            self._removals[at] = _Removal(act.target)
        elif isinstance(act, Vote):
            self._vote(at, fact, act)
        elif isinstance(act, Objection):
            self._object(at, fact, act)
        elif isinstance(act, Certificate):
            self._certify(at, act)
        elif isinstance(act, Leave):
            self._leaves.setdefault(fact.author, []).append(at)
        elif isinstance(act, Close) and self._may_close(at, fact, act):
            self._closes.setdefault(act.log, []).append(at)

    def _may_close(self, at: int, fact: Fact, act: Close) -> bool:
        return fact.author == act.owner or (act.proven and self._is_member(fact.author, self._past[at]))

    def _vote(self, at: int, fact: Fact, act: Vote) -> None:
        proposal = self._proposal(act.proposal)
        if proposal is None:
            return
        self._votes_on.setdefault(self._at[act.proposal], []).append(at)
        if self._speaks(at, fact) and not self._is_objected(at, self._at[act.proposal]):
            self._good |= 1 << at

    def _object(self, at: int, fact: Fact, act: Objection) -> None:
        proposal = self._proposal(act.proposal)
        if proposal is not None and proposal.add and self._speaks(at, fact):
            self._objections.setdefault(self._at[act.proposal], []).append(at)

    def _certify(self, at: int, act: Certificate) -> None:
        proposal = self._proposal(act.proposal)
        if proposal is None:
            return
        votes = tuple(self._counted(at, self._at[act.proposal], proposal, act.votes))
        if len(self._authors(votes)) < self.q:
            return
        if proposal.add:
            self._certify_admission(at, act, proposal.target, votes)
        else:
            self._certify_removal(at, self._at[act.proposal])

    def _certify_removal(self, at: int, proposal: int) -> None:
        removal = self._removals[proposal]
        if not removal.certificates:
            self._removals_of.setdefault(removal.target, []).append(removal)
        removal.certificates.append(at)
        self._put_out[at] = removal.target
        self._marks |= 1 << at

    def _certify_admission(self, at: int, act: Certificate, target: bytes, votes: tuple[int, ...]) -> None:
        proposal, anchor = self._at[act.proposal], self._at.get(act.anchor)
        if anchor is None or act.accepted_by != target:
            return
        if anchor != proposal and not self._past[proposal] >> anchor & 1:
            return
        self._admissions[at] = _Admission(target, proposal, self._past[anchor], votes)
        self._admissions_of.setdefault(target, []).append(at)
        self._certified.setdefault(proposal, []).append(at)
        for author in self._authors(votes):
            self._rests_on.setdefault(author, []).append(at)
        self._marks |= 1 << at
        if self._stands(self._past[at] | 1 << at) >> at & 1:
            self._stood[at] = None

    # what a fact can do, by its own past

    def _proposal(self, id: bytes) -> Propose | None:
        act = self._facts[self._at[id]].act
        return act if isinstance(act, Propose) else None

    def _authors(self, votes: Iterable[int]) -> list[bytes]:
        """One identity, one voice, through however many logs."""
        return sorted({self._facts[vote].author for vote in votes})

    def _speaks(self, at: int, fact: Fact) -> bool:
        """Whether its author was a member in its own knowledge, and its log was not closed there."""
        past = self._past[at]
        closed = any(past >> each & 1 for each in self._closes.get(fact.log, ()))
        return not closed and self._is_member(fact.author, past)

    def _is_objected(self, vote: int, proposal: int) -> bool:
        """Whether an objection in its past stops a vote; one that heals what had stood is not stopped."""
        past = self._past[vote]
        if not any(past >> each & 1 for each in self._objections.get(proposal, ())):
            return False
        return not any(past >> each & 1 and each in self._stood for each in self._certified.get(proposal, ()))

    def _counted(self, at: int, proposal: int, act: Propose, names: tuple[bytes, ...]) -> Iterator[int]:
        """The named votes on this proposal that were good when given, and still are by what is known here."""
        for name in dict.fromkeys(names):
            vote = self._at[name]
            said = self._facts[vote].act
            if not isinstance(said, Vote) or self._at[said.proposal] != proposal:
                continue
            if not self._good >> vote & 1 or (not act.add and self._facts[vote].author == act.target):
                continue
            if not self._is_closed(at, vote) and not self._is_forked(at, vote):
                yield vote

    def _is_closed(self, at: int, vote: int) -> bool:
        """Whether this past knows a closing of the log that did not know the vote: closing works forward."""
        closes = self._closes.get(self._facts[vote].log, ())
        return any(self._past[at] >> each & 1 and not self._past[each] >> vote & 1 for each in closes)

    def _is_forked(self, at: int, vote: int) -> bool:
        """Whether this past knows something of the vote's log that lies neither before nor after it."""
        log = self._facts[vote].log
        if log not in self._forked:
            return False
        here = (
            each for places in self._of_log[log].values() for each in places if self._past[at] >> each & 1
        )
        return any(each != vote and not self._is_ordered(each, vote) for each in here)

    def _is_ordered(self, one: int, other: int) -> bool:
        return bool(self._past[one] >> other & 1 or self._past[other] >> one & 1)

    # what holds in a view

    def _is_member(self, identity: bytes, view: int) -> bool:
        """Rule 3: let in, and each removal and each leave is known to what was answered on a way in."""
        mine = self._ways_in(identity, self._stands(view))
        if identity not in self.founders and not mine:
            return False
        known = 0
        for at in mine:
            known |= self._admissions[at].anchor_past
        return all(known & marks for marks in self._ends(identity, view))

    def _ways_in(self, identity: bytes, standing: int) -> list[int]:
        return [at for at in self._admissions_of.get(identity, ()) if standing >> at & 1]

    def _ends(self, identity: bytes, view: int) -> Iterator[int]:
        """What ended a membership in a view: for each end the facts of which a way in must know one."""
        for removal in self._removals_of.get(identity, ()):
            marks = view & mask(removal.certificates)
            if marks:
                yield marks
        for leave in self._leaves.get(identity, ()):
            if view >> leave & 1:
                yield view & (1 << leave | mask(self._closes.get(self._facts[leave].log, ())))

    def _stands(self, view: int) -> int:
        """The certificates in a view that let somebody in: the least fixed point of rule 2.

        It grows from what was answered for a part of the view, less what may rest on whom a removal put out.
        """
        marks = view & self._marks
        known = self._standing.get(marks)
        if known is None:
            part = self._part_of(view, marks)
            known = self._standing[part] & ~self._shaken(marks & ~part)
            known = self._standing[marks] = self._grown(marks, known)
        return known

    def _part_of(self, view: int, marks: int) -> int:
        """The largest part of a view that was answered before: of all facts, or of the newest one's past."""
        newest = self._facts[view.bit_length() - 1]
        ways = [self._past[self._at[newest.id]], *(self._past[self._at[parent]] for parent in newest.parents)]
        parts = [0, *(marks & way & self._marks for way in ways), self._whole]
        return max(
            (each for each in parts if each in self._standing and not each & ~marks), key=int.bit_count
        )

    def _shaken(self, marks: int) -> int:
        """All certificates that rest, at whatever distance, on whom these removals put out."""
        todo = sorted({self._put_out[at] for at in bits(marks) if at in self._put_out})
        seen, shaken = dict.fromkeys(todo), 0
        while todo:
            for at in self._rests_on.get(todo.pop(), ()):
                shaken |= 1 << at
                target = self._admissions[at].identity
                if target not in seen:
                    seen[target] = None
                    todo.append(target)
        return shaken

    def _grown(self, marks: int, standing: int) -> int:
        """Let stand what can, until nothing changes."""
        waiting = [at for at in bits(marks & ~standing) if at in self._admissions]
        while True:
            left = []
            for at in waiting:
                voices = self._authors(
                    v for v in self._admissions[at].votes if self._holds(v, marks, standing)
                )
                if len(voices) >= self.q:
                    standing |= 1 << at
                else:
                    left.append(at)
            if len(left) == len(waiting):
                return standing
            waiting = left

    def _holds(self, vote: int, marks: int, standing: int) -> bool:
        """Rule 2: whether a vote that was good when given still counts by today's view."""
        author, past = self._facts[vote].author, self._past[vote]
        ways = [at for at in self._ways_in(author, standing) if past >> self._admissions[at].proposal & 1]
        if author not in self.founders and not ways:
            return False
        known = 0
        for at in ways:
            known |= self._admissions[at].anchor_past
        return all(
            known & seen or all(self._past[at] >> vote & 1 for at in bits(seen))
            for removal in self._removals_of.get(author, ())
            if (seen := marks & mask(removal.certificates))
        )

    # what is asked

    def is_member(self, identity: bytes) -> bool:
        """Whether somebody is in, by all facts that are here."""
        return self._is_member(identity, self._everything())

    def was_member(self, fact: bytes) -> bool:
        """Whether the author of a fact was in when writing it, by what they knew."""
        at = self._at[fact]
        return self._is_member(self._facts[at].author, self._past[at])

    def members(self) -> tuple[bytes, ...]:
        """Everybody who is in, sorted."""
        view = self._everything()
        people = {*self.founders, *self._admissions_of}
        return tuple(each for each in sorted(people) if self._is_member(each, view))

    def suspended(self) -> tuple[Suspended, ...]:
        """Whose admission had stood and stands no more, with what restores it (rule 4); sorted.

        Who was put out, or left, is not among them: new yeses on an old proposal do not undo that.
        """
        view = self._everything()
        standing = self._stands(view)
        found = {}
        for at in self._stood:
            way = self._admissions[at]
            if self._ways_in(way.identity, standing):
                continue
            if all(way.anchor_past & marks for marks in self._ends(way.identity, view)):
                voices = self._authors(self._voices(way.proposal, view & self._marks, standing))
                proposal = self._facts[way.proposal].id
                found[way.identity, proposal] = max(self.q - len(voices), 0)
        return tuple(Suspended(*who, missing) for who, missing in sorted(found.items()))

    def _voices(self, proposal: int, marks: int, standing: int) -> Iterator[int]:
        for vote in self._votes_on.get(proposal, ()):
            if self._good >> vote & 1 and self._holds(vote, marks, standing):
                yield vote

    def votes_for(self, proposal: bytes) -> tuple[bytes, ...]:
        """The operations of the votes that a certificate written now could name, sorted."""
        marks = self._everything() & self._marks
        found = self._voices(self._at[proposal], marks, self._stands(self._everything()))
        return tuple(sorted(self._facts[vote].id for vote in found))

    def removals_of(self, identity: bytes) -> tuple[tuple[bytes, ...], ...]:
        """The removals of somebody, each as the ids of its valid certificates."""
        found = self._removals_of.get(identity, ())
        return tuple(tuple(self._facts[at].id for at in removal.certificates) for removal in found)

    def had(self, identity: bytes) -> bool:
        """Whether somebody was let in once, by a certificate that stood in its own knowledge."""
        return any(at in self._stood for at in self._admissions_of.get(identity, ()))

    def knew(self, fact: bytes, other: bytes) -> bool:
        """Whether one fact lies in the past of another: `other` in that of `fact`."""
        return bool(self._past[self._at[fact]] >> self._at[other] & 1)

    def is_settled(self, certificate: bytes) -> bool:
        """Whether two other people's logs know of a certificate: then it is shown as settled."""
        at = self._at[certificate]
        knowing = {fact.author for each, fact in enumerate(self._facts) if self._past[each] >> at & 1}
        return len(knowing - {self._facts[at].author}) >= 2

    def _everything(self) -> int:
        view = (1 << len(self._facts)) - 1
        self._stands(view)
        self._whole = self._marks
        return view
