# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogues of words: python -m edgewise.faces.kit.catalogue [update | check].

``update`` (the default) gathers every message out of the source, the templates and the table of
errors, brings it into the catalogue of each language, and compiles these. ``check`` changes
nothing and names what is untranslated, uncertain, or not yet compiled; then it ends with 1.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from edgewise.faces.kit.words import DOMAIN, LANGUAGES, LOCALE_PATH
from edgewise.ground.errors import ROWS

PACKAGE: Final = LOCALE_PATH.parent
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""No date in the files: the same words give the same bytes."""
KEYWORDS: Final = {**DEFAULT_KEYWORDS, "markup": None, "nmarkup": (1, 2)}


def gathered() -> Catalog:
    """Every message of the program, without translations, in the order of the files."""
    with (LOCALE_PATH / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    catalogue = _empty(None)
    found = extract_from_dir(str(PACKAGE), methods, options, keywords=KEYWORDS, comment_tags=("Words:",))
    for file, _line, message, comments, context in found:
        catalogue.add(message, None, [(f"edgewise/{file}", 0)], auto_comments=comments, context=context)
    for code, row in ROWS.items():
        for sentence in (row.sentence, row.remedy):
            catalogue.add(sentence, None, [("edgewise/ground/errors.py", 0)], auto_comments=[code])
    return catalogue


def _empty(lang: str | None) -> Catalog:
    return Catalog(
        locale=lang,
        domain=DOMAIN,
        project="Edgewise",
        version="1",
        header_comment="# SPDX-License-Identifier: AGPL-3.0-or-later",
        copyright_holder="the people who write Edgewise",
        revision_date=_NEVER,
        creation_date=_NEVER,
        last_translator="",
        language_team="",
        fuzzy=False,
    )


def path_of(lang: str, ending: str = "po") -> Path:
    """Where the catalogue of a language stands, as text (po) or compiled (mo)."""
    return LOCALE_PATH / lang / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


def read(lang: str) -> Catalog:
    """The catalogue of a language as it stands; an empty one where there is none yet."""
    path = path_of(lang)
    if not path.exists():
        return _empty(lang)
    with path.open("rb") as file:
        return read_po(file, locale=lang, domain=DOMAIN)


def merged(lang: str, messages: Catalog) -> Catalog:
    """The translations that stand, for the messages of today; English is its own translation."""
    old, new = read(lang), _empty(lang)
    for message in messages:
        if not message.id:
            continue
        had = old.get(message.id, message.context)
        words = had.string if had is not None and had.id == message.id else None
        if lang == "en":
            words = message.id
        new.add(
            message.id,
            words,
            message.locations,
            flags=had.flags if had is not None else (),
            auto_comments=message.auto_comments,
            context=message.context,
        )
    return new


def faults(catalogue: Catalog) -> Iterator[Message]:
    """The messages without a whole and certain translation."""
    for message in catalogue:
        words = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (message.fuzzy or not all(words) or any(True for _ in message.check(catalogue))):
            yield message


def as_po(catalogue: Catalog) -> bytes:
    """The catalogue as text, the same for the same words."""
    out = io.BytesIO()
    write_po(out, catalogue, width=100, sort_output=True, include_lineno=False)
    return out.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """The catalogue compiled, the same for the same words."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def update() -> None:
    """Bring the catalogue of each language to the messages of today, and compile it."""
    messages = gathered()
    for lang in LANGUAGES:
        catalogue = merged(lang, messages)
        path_of(lang).parent.mkdir(parents=True, exist_ok=True)
        path_of(lang).write_bytes(as_po(catalogue))
        path_of(lang, "mo").write_bytes(as_mo(read(lang)))


def check() -> list[str]:
    """One line for each thing that ``update`` or a translator has still to do."""
    messages, lines = gathered(), []
    for lang in LANGUAGES:
        catalogue = merged(lang, messages)
        lines += [f"{lang}: {message.id!r} is not translated" for message in faults(catalogue)]
        if not path_of(lang, "mo").exists() or as_mo(catalogue) != path_of(lang, "mo").read_bytes():
            lines.append(f"{lang}: not up to date; run python -m edgewise.faces.kit.catalogue")
    return lines


def main() -> int:
    """Update, then check; with the word "check" only that. The lines go to the terminal."""
    if sys.argv[1:] != ["check"]:
        update()
    lines = check()
    sys.stdout.write("".join(line + "\n" for line in lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
