# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the three of the demo say in their week, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NAMES: Final = ("Alice", "Bob", "Carol")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that somebody does, so many days ago at this hour.

    `to`: "people", "run", "me", or a name (talk). `sign` names it for later lines; `of` is what it answers,
    gives a `word` to, or `edits`; `takes_back` is what it takes back.
    """

    days_ago: int
    clock: str
    who: str
    to: str
    text: str = ""
    sign: str = ""
    of: str = ""
    word: str = ""
    warning: str = ""
    edits: bool = False
    takes_back: str = ""
    mentions: tuple[str, ...] = ()


WEEK: Final = (
    Line(6, "08:05", "Alice", "run", "Who can drive on Saturday? The van is free from seven.", "drive"),
    Line(
        6,
        "08:40",
        "Bob",
        "",
        "I can, if somebody helps to carry. My back still minds boxes.",
        "d1",
        of="drive",
    ),
    Line(6, "09:02", "Carol", "", "I'll carry. Is the list of the farm already there?", "d2", of="drive"),
    Line(6, "09:15", "Alice", "", of="d2", word="thanks"),
    Line(
        6,
        "18:30",
        "Bob",
        "people",
        "Does anybody have the long ladder? The gutter is full of leaves.",
        "ladder",
    ),
    Line(6, "19:10", "Carol", "", "It is behind my shed. Come by before dark.", "l1", of="ladder"),
    Line(6, "19:12", "Bob", "", of="l1", word="thanks"),
    Line(
        5,
        "07:50",
        "Carol",
        "people",
        "The leeks are in. Twelve rows, and not one bent back straight.",
        "leeks",
    ),
    Line(5, "08:20", "Alice", "", "Twelve! Keep me two for the soup.", "k1", of="leeks"),
    Line(5, "12:00", "Alice", "Bob", "Did the ladder reach?"),
    Line(5, "12:06", "Bob", "Alice", "Just. I stood on the last rung but one. Don't tell Carol."),
    Line(5, "12:07", "Alice", "Bob", "I know nothing of any rung."),
    Line(
        4,
        "10:15",
        "Alice",
        "people",
        "Open workshop on Thursday: brakes, gears, and one very old dynamo.",
        "shop",
    ),
    Line(4, "10:40", "Bob", "", "Me too! I bring the truing stand.", "s1", of="shop"),
    Line(4, "10:41", "Carol", "", of="shop", word="me_too"),
    Line(
        4,
        "20:10",
        "Carol",
        "people",
        "I read the letters of a lighthouse keeper. Long, slow and good:\nhttps://example.org/lighthouse",
        "book",
    ),
    Line(
        4,
        "21:00",
        "Carol",
        "Alice",
        "May I bring my niece on Thursday? She is nine and takes everything apart.",
    ),
    Line(4, "21:20", "Alice", "Carol", "Then she is the expert. Bring her."),
    Line(
        3, "07:30", "Bob", "people", "Found a glove on the path to the mill. Left hand, green wool.", "glove"
    ),
    Line(
        3,
        "08:00",
        "Alice",
        "",
        "That must be Carol's. She has been looking since Sunday.",
        "g1",
        of="glove",
        mentions=("Carol",),
    ),
    Line(3, "08:30", "Carol", "", "Mine! The right one was very lonely.", "g2", of="glove"),
    Line(
        3, "16:00", "Alice", "me", "Ideas for the winter: a shelf for lent tools, a soup on the last Friday."
    ),
    Line(
        3,
        "17:45",
        "Bob",
        "people",
        "The vet was here. The old dog will not see the spring.",
        "dog",
        warning="a sick animal",
    ),
    Line(3, "18:05", "Carol", "", "I am so sorry. He always walked me to the gate.", "o1", of="dog"),
    Line(3, "18:30", "Alice", "", "Shall I cook for you tomorrow? Say a word and I come.", "o2", of="dog"),
    Line(3, "18:50", "Bob", "", of="o2", word="yes"),
    Line(
        2, "09:00", "Alice", "run", "Saturday: seven at the barn. Bob drives, Carol carries, I count.", "plan"
    ),
    Line(
        2,
        "09:05",
        "Alice",
        "",
        "Saturday: half past seven at the barn. Bob drives, Carol carries, I count.",
        of="plan",
        edits=True,
    ),
    Line(2, "09:30", "Carol", "", of="plan", word="yes"),
    Line(2, "13:00", "Bob", "people", "Lost: one ladd", "typo"),
    Line(2, "13:01", "Bob", "", takes_back="typo"),
    Line(2, "13:03", "Bob", "people", "Found again: one ladder. It is back behind Carol's shed.", "back"),
    Line(2, "19:30", "Carol", "Bob", "The niece wants to know whether dynamos bite."),
    Line(2, "19:42", "Bob", "Carol", "Only if you pedal in slippers."),
    Line(
        1,
        "08:10",
        "Carol",
        "people",
        "What should we stop buying? I'd begin with the tomatoes in plastic.",
        "stop",
    ),
    Line(1, "08:45", "Bob", "", "The coffee. We found a better one, and it comes by sail.", "t1", of="stop"),
    Line(1, "09:20", "Alice", "", "Bananas in winter. I know, I know.", "t2", of="stop"),
    Line(1, "09:21", "Carol", "", of="t1", word="thanks"),
    Line(1, "20:00", "Bob", "Alice", "The soup was what we needed. Thank you both."),
    Line(
        0,
        "07:05",
        "Alice",
        "people",
        "Frost on the inside of the workshop window. Bring gloves, both of them.",
        "frost",
    ),
    Line(0, "07:20", "Carol", "", "I have both!", "f1", of="frost"),
    Line(0, "07:30", "Bob", "people", "Kettle is on at the workshop. First come, first mug.", "mug"),
    Line(0, "07:32", "Bob", "Alice", "Do you have the key to the back room?"),
)
