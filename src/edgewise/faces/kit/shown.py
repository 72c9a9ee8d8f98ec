# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the macros of parts.html show, as plain values: a page is built of these.

Instants are int ms since 1970 in UTC. Texts are plain; the templates escape them. Only what
``Translator.markup`` made may hold tags.
"""

from dataclasses import dataclass
from typing import Literal
from zlib import crc32

from edgewise.faces.kit.words import Translator

Stitch = Literal["here", "way", "arrived", "gone"]

DYES = ("indigo", "weld", "woad", "walnut", "lichen", "elder", "iron")
"""Madder is left out: red means "your turn" here, and nothing else."""
WEAVES = ("twill", "stripe", "dot", "plain")


@dataclass(frozen=True, slots=True)
class Who:
    """A person as the viewer knows them: own name for them, and the dye and weave of their patch.

    ``seed`` is any stable id; dye and weave follow from it until the viewer chooses others. They
    are decoration and prove nothing. ``own_name`` is what they call themselves, if that differs.
    """

    name: str
    seed: bytes = b""
    you: bool = False
    own_name: str = ""
    dye: str = ""
    weave: str = ""

    @property
    def wears(self) -> str:
        """The two classes of the patch, dye and weave."""
        mixed = crc32(self.seed or self.name.encode())
        dye = self.dye if self.dye in DYES else DYES[mixed % len(DYES)]
        return f"{dye} {self.weave if self.weave in WEAVES else WEAVES[mixed // 16 % len(WEAVES)]}"

    @property
    def initials(self) -> str:
        """Two letters for the patch: of the first two words, or the first two of one."""
        words = ["".join(c for c in word if c.isalnum()) for word in self.name.split()]
        words = [word for word in words if word]
        letters = words[0][0] + words[1][0] if len(words) > 1 else "".join(words)[:2]
        return letters.upper()


@dataclass(frozen=True, slots=True)
class State:
    """Where an own item is: the stitch of its edge, and the same in words."""

    stitch: Stitch
    text: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something one can do: a link, or with ``post`` a small form that changes something."""

    label: str
    url: str
    post: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """An item that leaves at ``until_ms`` and can be undone before."""

    until_ms: int
    undo_url: str


@dataclass(frozen=True, slots=True)
class OneWord:
    """A one-word answer with the names of those who gave it: never a total."""

    word: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the equal buttons of a request."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class AttachedView:
    """A picture, a voice note or a file of an item, or of a draft.

    ``said``: its size, or how much of it is here; ``here``: whether it can be shown. ``acts``: get, pause,
    stop with their labels; ``done`` of ``total`` bytes where it is under way. Sizes in pixels, 0 if unknown.
    """

    kind: Literal["picture", "voice", "file"]
    sign: str
    label: str
    alt: str
    said: str
    here: bool
    url: str = ""
    small: str = ""
    width: int = 0
    height: int = 0
    acts: tuple[Choice, ...] = ()
    act_url: str = ""
    back: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Enclosing:
    """What the composer shows of pictures and files. ``cleaned`` says what was taken out of them."""

    place: str
    url: str
    attached: tuple[AttachedView, ...] = ()
    cleaned: str = ""
    phone_until_ms: int = 0


@dataclass(frozen=True, slots=True)
class PostView:
    """A post or reply. Own ones have ``state``; those of others ``readers`` ("Food co-op, 14 people")."""

    id: str
    who: Who
    text: str
    at_ms: int
    url: str = ""
    place: str = ""
    place_url: str = ""
    only_you: bool = False
    state: State | None = None
    state_url: str = ""
    readers: str = ""
    readers_url: str = ""
    edited_ms: int | None = None
    written: str = ""
    warning: str = ""
    to_name: str = ""
    answers: tuple[OneWord, ...] = ()
    acts: tuple[Act, ...] = ()
    more: tuple[Act, ...] = ()
    hold: Hold | None = None
    attached: tuple[AttachedView, ...] = ()
    replies: "tuple[PostView, ...]" = ()
    earlier_replies: int = 0
    new: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Those who may read. ``names`` lists them all; ``everybody`` warns: not sealed, the whole world."""

    id: str
    name: str
    names: tuple[str, ...] = ()
    everybody: bool = False
    only_me: bool = False

    def label(self, words: Translator) -> str:
        """The words on the chip: "Food co-op, 14 people"."""
        if self.everybody or self.only_me:
            return self.name
        return words.ngettext(
            "%(name)s, %(num)s person", "%(name)s, %(num)s people", len(self.names), name=self.name
        )


@dataclass(frozen=True, slots=True)
class AskView:
    """A request: who asks what, for what, until; then equal buttons.

    ``sentence`` may come from ``Translator.markup``; ``quote`` is the person's own words. An answered
    one has ``answered`` (a sentence) and, while it can be undone, ``hold``.
    """

    id: str
    sentence: str
    url: str
    choices: tuple[Choice, ...]
    quote: str = ""
    purpose: str = ""
    until_ms: int | None = None
    until: str = ""
    answered: str = ""
    hold: Hold | None = None


@dataclass(frozen=True, slots=True)
class AgreementView:
    """One line of Agreements: a sentence with a verb first, its times, and how it is kept.

    ``by`` is "lock" where sealing enforces it, "promise" where only honesty does.
    """

    id: str
    sentence: str
    since_ms: int
    by: Literal["lock", "promise"]
    stop_url: str = ""
    until_ms: int | None = None
    until: str = ""
    hold: Hold | None = None
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person in a list: how you met, what each may do, the day you last met; no presence."""

    who: Who
    url: str
    met: str
    may: tuple[str, ...] = ()
    last_met_ms: int | None = None
    waiting: str = ""
    acts: tuple[Act, ...] = ()
