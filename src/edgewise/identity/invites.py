# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first meeting of two people: the states of an invitation, and all of its parts under one roof.

Tickets are in `tickets`, letters in `letters`, acceptance and confirmation in `meeting`; they are named here
again, so that a caller needs one import. `transcript` takes letter, acceptance and confirmation as bytes: the
acceptance and the id of the genesis alone could be varied by whoever stands between two people.
"""

from collections.abc import Mapping
from typing import Final

from edgewise.ground.errors import Refusal
from edgewise.identity.letters import (
    LetterBody,
    LetterItem,
    PairPolicy,
    make_letter,
    open_letter,
    policy_hash,
)
from edgewise.identity.meeting import (
    AcceptanceBody,
    ConfirmBody,
    acceptance_file,
    acceptance_hash,
    acceptance_invitation,
    confirm_invitation,
    is_acceptance_file,
    make_acceptance,
    make_confirm,
    open_acceptance,
    open_acceptance_file,
    open_confirm,
    pair_unwrap,
    pair_wrap,
    transcript,
)
from edgewise.identity.tickets import (
    Ticket,
    invitation_id,
    is_letter_text,
    letter_text,
    parse_letter_text,
    parse_ticket,
    ticket_text,
)

__all__ = [
    "EVENTS",
    "STATES",
    "AcceptanceBody",
    "ConfirmBody",
    "LetterBody",
    "LetterItem",
    "PairPolicy",
    "Ticket",
    "acceptance_file",
    "acceptance_hash",
    "acceptance_invitation",
    "confirm_invitation",
    "invitation_id",
    "is_acceptance_file",
    "is_letter_text",
    "letter_text",
    "make_acceptance",
    "make_confirm",
    "make_letter",
    "next_state",
    "open_acceptance",
    "open_acceptance_file",
    "open_confirm",
    "open_letter",
    "pair_unwrap",
    "pair_wrap",
    "parse_letter_text",
    "parse_ticket",
    "policy_hash",
    "ticket_text",
    "transcript",
]

# The inviter's states, then the reader's.
STATES: Final = (
    "made",
    "shown",
    "used",
    "expired",
    "withdrawn",
    "read",
    "later",
    "refused",
    "accepted",
    "met",
)
EVENTS: Final = ("show", "accept", "withdraw", "expire", "later", "refuse", "confirm")

_USED: Final = "letter.used"
_EXPIRED: Final = "letter.expired"
_WITHDRAWN: Final = "letter.withdrawn"

_NEXT: Final[Mapping[tuple[str, str], str]] = {
    ("made", "show"): "shown",
    ("made", "accept"): "used",
    ("made", "withdraw"): "withdrawn",
    ("made", "expire"): "expired",
    ("shown", "show"): "shown",
    ("shown", "accept"): "used",
    ("shown", "withdraw"): "withdrawn",
    ("shown", "expire"): "expired",
    ("expired", "expire"): "expired",
    ("expired", "withdraw"): "withdrawn",
    ("withdrawn", "withdraw"): "withdrawn",
    ("read", "accept"): "accepted",
    ("read", "later"): "later",
    ("read", "refuse"): "refused",
    ("later", "accept"): "accepted",
    ("later", "later"): "later",
    ("later", "refuse"): "refused",
    ("refused", "accept"): "accepted",
    ("refused", "later"): "later",
    ("refused", "refuse"): "refused",
    ("accepted", "accept"): "accepted",
    ("accepted", "confirm"): "met",
    ("met", "confirm"): "met",
}
_WHY_NOT: Final[Mapping[str, str]] = {
    "used": _USED,
    "expired": _EXPIRED,
    "withdrawn": _WITHDRAWN,
    "accepted": _USED,
    "met": _USED,
}
_OPEN: Final = frozenset({"made", "shown", "read", "later", "refused"})
_ENDS_WITH_TIME: Final = frozenset({"show", "accept"})


def next_state(state: str, event: str, now_ms: int, until_ms: int) -> str:
    """The state of an invitation after an event; `until_ms` 0 asks for no end.

    Showing and accepting end at `until_ms`; withdrawing and refusing are always possible until a yes.
    Raises Refusal "letter.used", "letter.expired" or "letter.withdrawn"; an event that belongs to the other
    side's states is a bug.
    """
    assert state in STATES, state
    assert event in EVENTS, event
    over = until_ms != 0 and now_ms >= until_ms
    if over and state in _OPEN and event in _ENDS_WITH_TIME:
        raise Refusal(_EXPIRED)
    if event == "expire" and state in ("made", "shown") and not over:
        return state
    after = _NEXT.get((state, event))
    if after is not None:
        return after
    assert state in _WHY_NOT, (state, event)
    raise Refusal(_WHY_NOT[state])
