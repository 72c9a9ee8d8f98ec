# SPDX-License-Identifier: AGPL-3.0-or-later
"""What spec/membership.md promises, looked for in the histories of the adversary.

`python -m tests.groups.guarantees --histories 100000` says what was found.
"""

from __future__ import annotations

import argparse
import sys

from edgewise.groups.facts import Certificate, Fact, Leave, Propose, Vote
from edgewise.groups.membership import Membership
from tests.groups.adversary import History


def faults(history: History) -> list[str]:
    """What must not be, after all have met: somebody in by no honest yes (ghost) or back by none
    (return); and while fewer than q collude, somebody out by no honest yes, or lost for good.
    """
    whole = history.whole()
    found = list(_strangers(history, whole))
    if not history.unmasked:
        found += [*_wronged(history, whole), *_losses(history, whole)]
    return found


def _wronged(history: History, whole: Membership) -> list[str]:
    """Everybody who is out was put out by one honest yes at least."""
    found = []
    for identity in [*history.founders, *sorted(history.honest)]:
        for removal in whole.removals_of(identity):
            for id in removal:
                act = history.facts[id].act
                assert isinstance(act, Certificate)
                if not any(history.facts[vote].author in history.honest for vote in act.votes):
                    found.append(f"wronged {identity!r}")
    return found


def _honest_votes(history: History, target: bytes) -> list[Fact]:
    """Yeses of the honest to letting somebody in."""
    return [
        fact
        for fact in history.facts.values()
        if isinstance(fact.act, Vote)
        and fact.author in history.honest
        and history.facts[fact.act.proposal].act == Propose(True, target)
    ]


def _strangers(history: History, whole: Membership) -> list[str]:
    found = []
    for member in whole.members():
        votes = _honest_votes(history, member)
        if member not in history.founders and not votes:
            found.append(f"ghost {member!r}")
        for removal in whole.removals_of(member):
            if not any(whole.knew(vote.id, each) for vote in votes for each in removal):
                found.append(f"return {member!r}")  # noqa: PERF401 (two kinds of fault in one walk)
    return found


def _losses(history: History, whole: Membership) -> list[str]:
    """Who was let in, was not put out and did not leave, is in, or comes back by the yeses of members."""
    gone = {fact.author for fact in history.facts.values() if isinstance(fact.act, Leave)}
    kept = [
        each
        for each in sorted(history.nodes)
        if each not in gone and not whole.removals_of(each) and (each in history.founders or whole.had(each))
    ]
    if len([each for each in kept if whole.is_member(each)]) < history.q:
        return []
    for _ in range(len(kept) + 1):
        if not _heal(history, whole):
            break
    return [f"lost {each!r}" for each in kept if not whole.is_member(each)]


def _heal(history: History, whole: Membership) -> bool:
    """All honest members say yes to what is suspended; whether anything changed."""
    before = whole.members()
    helpers = [each for each in before if each in history.honest]
    for row in whole.suspended():
        if row.identity not in history.honest or row.missing > history.q:
            continue
        for helper in helpers[: history.q]:
            node = history.nodes[helper]
            node.take(history.facts.values())
            vote = history.write(node, Vote(row.proposal))
            whole.add(vote)
        votes = whole.votes_for(row.proposal)
        node = history.nodes[helpers[0]]
        node.take(history.facts.values())
        whole.add(history.write(node, Certificate(row.proposal, votes, row.identity, row.proposal)))
    return whole.members() != before


def search(histories: int, first_seed: int = 0, quorums: tuple[int, ...] = (2, 3, 5)) -> list[str]:
    """Look for faults; each is said with its seed."""
    found = []
    for seed in range(first_seed, first_seed + histories):
        history = History(seed, quorums[seed % len(quorums)], unmasked=seed % 2 == 1)
        history.live()
        found += [f"seed {seed}, q {history.q}: {fault}" for fault in faults(history)]
    return found


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--histories", type=int, default=10_000)
    words.add_argument("--seed", type=int, default=0)
    asked = words.parse_args()
    seen = search(asked.histories, asked.seed)
    sys.stdout.write("".join(f"{each}\n" for each in seen))
    sys.stdout.write(f"{asked.histories} histories from seed {asked.seed}: {len(seen)} faults\n")
    sys.exit(1 if seen else 0)
