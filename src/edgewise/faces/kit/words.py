# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of the program in the person's language.

Every string that people read goes through gettext. The message is the English sentence with
named places, ``%(name)s``. Two made-up languages help the tests: ``xa`` is English, longer and
with accents; ``xx`` is the same from right to left.
"""

import gettext as stdlib_gettext
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.lists import format_list
from markupsafe import Markup, escape

LANGUAGES: Final = ("en", "de", "es")
PSEUDO_LANGUAGES: Final = ("xa", "xx")
LOCALE_PATH: Final = Path(__file__).resolve().parents[2] / "locale"
DOMAIN: Final = "edgewise"
HEADER_MAX_CHARS: Final = 1000
"""An Accept-Language header beyond this is not read: browsers send below 200 characters."""

_PLACE_OR_TAG = re.compile(r"\{[a-z_]*\}|%\([a-z_]+\)[sd]|%%|<[^<>]*>|&[a-z]+;")
_ACCENTED = str.maketrans("aceinouyACEINOUY", "àçéîñöüýÀÇÉÎÑÖÜÝ")


class Translator:
    """The words of one language; ``gettext`` and its sisters fill the named places.

    ``lang`` is the language asked for, ``tag`` the one for the HTML ``lang`` attribute,
    ``direction`` is ``ltr`` or ``rtl``, ``locale`` the one for dates and numbers.
    """

    def __init__(self, lang: str) -> None:
        assert lang in LANGUAGES + PSEUDO_LANGUAGES, lang
        self.lang = lang
        self.pseudo = lang in PSEUDO_LANGUAGES
        self.tag = "en" if self.pseudo else lang
        self.direction = "rtl" if lang == "xx" else "ltr"
        self.locale = Locale.parse(self.tag)
        self._catalogue: stdlib_gettext.NullTranslations = stdlib_gettext.NullTranslations()
        if not self.pseudo:
            self._catalogue = stdlib_gettext.translation(
                DOMAIN, localedir=str(LOCALE_PATH), languages=[lang], fallback=lang == "en"
            )

    def raw(self, message: str) -> str:
        """The sentence in this language, its named places still open."""
        found = self._catalogue.gettext(message)
        return lengthened(found) if self.pseudo else found

    def raw_count(self, one: str, many: str, num: int) -> str:
        """The sentence for this number, its named places still open."""
        found = self._catalogue.ngettext(one, many, num)
        return lengthened(found) if self.pseudo else found

    def raw_context(self, context: str, message: str) -> str:
        """The sentence for this context, its named places still open."""
        found = self._catalogue.pgettext(context, message)
        return lengthened(found) if self.pseudo else found

    def raw_context_count(self, context: str, one: str, many: str, num: int) -> str:
        """The sentence for this context and number, its named places still open."""
        found = self._catalogue.npgettext(context, one, many, num)
        return lengthened(found) if self.pseudo else found

    def gettext(self, message: str, **facts: object) -> str:
        """The sentence in this language with its facts, as plain text."""
        return self.raw(message) % facts

    def ngettext(self, one: str, many: str, num: int, **facts: object) -> str:
        """The sentence for ``num``; ``%(num)s`` stands for the number."""
        return self.raw_count(one, many, num) % {"num": num, **facts}

    def pgettext(self, context: str, message: str, **facts: object) -> str:
        """The sentence that this context needs, where one English word has two meanings."""
        return self.raw_context(context, message) % facts

    def markup(self, message: str, **facts: object) -> Markup:
        """The sentence as HTML: its own tags stay, every fact is escaped."""
        safe = {name: escape(fact) for name, fact in facts.items()}
        return Markup(self.raw(message)) % safe  # noqa: S704 (the sentence is the program's own)

    def nmarkup(self, one: str, many: str, num: int, **facts: object) -> Markup:
        """As ``markup``, for a number."""
        safe = {name: escape(fact) for name, fact in facts.items()}
        safe["num"] = escape(num)
        return Markup(self.raw_count(one, many, num)) % safe  # noqa: S704 (the program's own)

    def names(self, names: Sequence[str]) -> str:
        """Names in one row, as the language joins them: "Bo, Carol and Eva"."""
        return format_list(list(names), locale=self.locale).replace(", and ", " and ") if names else ""


def lengthened(message: str) -> str:
    """English made longer and accented, its places and tags untouched: shows what does not fit."""
    parts: list[str] = []
    end = 0
    for found in _PLACE_OR_TAG.finditer(message):
        parts += [message[end : found.start()].translate(_ACCENTED), found.group()]
        end = found.end()
    parts.append(message[end:].translate(_ACCENTED))
    return "[" + "".join(parts) + " " + "~" * max(1, len(message) * 2 // 5) + "]"


@lru_cache(maxsize=8)
def translator(lang: str) -> Translator:
    """The translator of a language out of ``LANGUAGES`` or ``PSEUDO_LANGUAGES``; English for any other."""
    return Translator(lang if lang in LANGUAGES + PSEUDO_LANGUAGES else "en")


def choose_language(accept_language: str, setting: str = "") -> str:
    """The language that the person set; else the best of what the browser asks for; else English.

    Source: RFC 9110 section 12.5.4; a weight that is no number counts as 0.
    """
    if setting in LANGUAGES + PSEUDO_LANGUAGES:
        return setting
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language[:HEADER_MAX_CHARS].split(",")):
        tag, _, weight = part.partition(";")
        lang = tag.strip().lower().split("-")[0]
        if lang in LANGUAGES and (weight_of := _weight(weight)) > 0:
            wishes.append((-weight_of, place, lang))
    return min(wishes)[2] if wishes else "en"


def _weight(text: str) -> float:
    found = re.fullmatch(r"q=([01](?:\.[0-9]{0,3})?)", text.strip())
    if not text.strip():
        return 1.0
    return float(found[1]) if found else 0.0
