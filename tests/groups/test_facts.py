# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an act speaks of."""

from edgewise.groups.facts import Certificate, Leave, Objection, Propose, Vote, named


def test_an_act_names_what_it_speaks_of() -> None:
    """MEMBERS-2: a certificate names its proposal, its votes and what was answered; a leaving nothing."""
    assert named(Vote(b"p")) == named(Objection(b"p")) == (b"p",)
    assert named(Certificate(b"p", (b"v", b"w"), b"x", b"i")) == (b"p", b"v", b"w", b"i")
    assert named(Certificate(b"p", (b"v",))) == (b"p", b"v")
    assert named(Leave()) == named(Propose(True, b"x")) == ()
