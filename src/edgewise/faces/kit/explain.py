# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Refusal or a Verdict in the person's language: what happened and was kept, and what to do."""

from dataclasses import dataclass

from edgewise.faces.kit.words import Translator
from edgewise.ground.errors import FACT_MAX_CHARS, EdgewiseError


@dataclass(frozen=True, slots=True)
class Explained:
    """The two sentences of an error, for ``error.html`` or the macro ``notice``."""

    sentence: str
    remedy: str


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def explain(error: EdgewiseError, words: Translator) -> Explained:
    """The row of the error in the language of ``words``, with its facts as short plain lines."""
    facts = _Facts({name: _plain(fact) for name, fact in error.facts.items()})
    sentence, remedy = words.raw(error.row.sentence), words.raw(error.row.remedy)
    return Explained(sentence.format_map(facts), remedy.format_map(facts))


def _plain(fact: object) -> str:
    text = fact.hex() if isinstance(fact, bytes) else str(fact)
    return "".join(char if char.isprintable() else "�" for char in text[:FACT_MAX_CHARS])
