# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages out of templates: everything is escaped, a missing value is an error, dates speak the language.

A template is named ``base.html`` (of the kit), ``posts/home.html`` (of ``features/posts/templates``)
or ``web/settings.html`` (of ``faces/web/templates``). Each finds the macros as ``parts`` and the
values of this request as ``frame``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from babel.numbers import format_decimal
from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup, escape

from edgewise.faces.kit import dates
from edgewise.faces.kit.said import is_long, said
from edgewise.faces.kit.shown import Audience
from edgewise.faces.kit.words import Translator, translator

HERE: Final = Path(__file__).resolve().parent
PACKAGE: Final = HERE.parents[1]
SCHEMES: Final = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Place:
    """One of the six places in the rail."""

    url: str
    label: str
    here: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The values of one request that every page needs.

    ``place`` is one of home, groups, talk, people, agreements, settings, or "" for a page without
    the rail. ``root`` is the path of this home and ends in "/". ``token`` goes into each form.
    ``events`` is the URL of the event stream, ``find`` of the search; "" leaves them out.
    """

    tag: str
    direction: str
    now_ms: int
    zone: str = "UTC"
    scheme: str = "auto"
    root: str = "/"
    place: str = ""
    token: str = ""
    events: str = ""
    find: str = ""
    unread: bool = False
    plain_letters: bool = False
    single_letters: bool = True
    places: tuple[Place, ...] = ()

    @property
    def in_more(self) -> bool:
        """True when the open place stands behind "More" on a narrow screen."""
        return any(place.here for place in self.places[4:])


class RoomLoader(BaseLoader):
    """Finds a template in the room that its name begins with; without a room, in the kit."""

    def __init__(self, package: Path) -> None:
        self._kit = FileSystemLoader(package / "faces" / "kit" / "templates")
        self._package = package

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Any]:
        """The source of this template; TemplateNotFound when the room has none."""
        room, slash, rest = template.partition("/")
        if not slash:
            return self._kit.get_source(environment, template)
        if not room.isidentifier():
            raise TemplateNotFound(template)
        above = self._package / ("faces" if room == "web" else "features")
        return FileSystemLoader(above / room / "templates").get_source(environment, rest)


def render(
    template: str | Template,
    lang: str,
    *,
    now_ms: int,
    zone: str = "UTC",
    scheme: str = "auto",
    root: str = "/",
    place: str = "",
    token: str = "",
    events: str = "",
    find: str = "",
    unread: bool = False,
    plain_letters: bool = False,
    single_letters: bool = True,
    **values: object,
) -> str:
    """The page as HTML text. ``values`` are the template's own; see ``Frame`` for the others.

    A value that a template names and nobody gave raises ``jinja2.UndefinedError``: a bug.
    """
    assert scheme in SCHEMES, scheme
    words = translator(lang)
    frame = Frame(
        words.tag,
        words.direction,
        now_ms,
        zone,
        scheme,
        root,
        place,
        token,
        events,
        find,
        unread,
        plain_letters,
        single_letters,
        places(words, root, place),
    )
    templates = environment(words.lang)
    parts = templates.get_template("parts.html").make_module({"frame": frame})
    return templates.get_template(template).render(frame=frame, parts=parts, words=words, **values)


def places(words: Translator, root: str, here: str) -> tuple[Place, ...]:
    """The six places, in their order."""
    labels = (
        ("home", "", words.gettext("Home")),
        ("groups", "groups", words.gettext("Groups")),
        ("talk", "talk", words.gettext("Talk")),
        ("people", "people", words.gettext("People")),
        ("agreements", "agreements", words.gettext("Agreements")),
        ("settings", "settings", words.gettext("Settings")),
    )
    return tuple(Place(root + path, label, name == here) for name, path, label in labels)


@lru_cache(maxsize=8)
def environment(lang: str) -> Environment:
    """The templates and filters of one language; a missing value or template is an error."""
    words = translator(lang)
    made = Environment(
        loader=RoomLoader(PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        keep_trailing_newline=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    # The extension puts this method on the environment, where its types do not show it.
    install: Any = vars(made)["install_gettext_callables"]
    install(
        words.raw,
        words.raw_count,
        newstyle=True,
        pgettext=words.raw_context,
        npgettext=words.raw_context_count,
    )
    made.filters.update(_filters(words))
    return made


def _filters(words: Translator) -> dict[str, Any]:
    @pass_context
    def when(context: Context, at_ms: int) -> Markup:
        frame = _frame(context)
        return _time(dates.when(at_ms, frame.now_ms, frame.zone, words.locale))

    @pass_context
    def day(context: Context, at_ms: int) -> Markup:
        frame = _frame(context)
        return _time(dates.day(at_ms, frame.now_ms, frame.zone, words.locale))

    @pass_context
    def fullday(context: Context, at_ms: int) -> Markup:
        return _time(dates.full_day(at_ms, _frame(context).zone, words.locale))

    def audience(one: Audience) -> str:
        return one.label(words)

    def number(num: int) -> str:
        return format_decimal(num, locale=words.locale)

    def people(num: int) -> str:
        return words.ngettext("%(num)s person", "%(num)s people", num)

    def size(size_bytes: int) -> str:
        return size_text(size_bytes, words)

    def names(several: Sequence[str]) -> Markup:
        return escape(words.names(list(several)))

    return {
        "said": said,
        "longer": is_long,
        "when": when,
        "day": day,
        "fullday": fullday,
        "audience": audience,
        "number": number,
        "people": people,
        "size": size,
        "names": names,
        "bdi": bdi,
    }


def bdi(name: str) -> Markup:
    """A person's own text within a sentence, kept from turning the sentence round."""
    return Markup("<bdi>{}</bdi>").format(name)


def size_text(size_bytes: int, words: Translator) -> str:
    """Bytes as people read them, with decimal units: "312 KB", "1.5 GB"."""
    value, unit = float(size_bytes), "B"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    pattern = "#,##0.#" if value < 10 and unit != "B" else "#,##0"
    return f"{format_decimal(value, format=pattern, locale=words.locale)} {unit}"


def _frame(context: Context) -> Frame:
    frame = context["frame"]
    assert isinstance(frame, Frame)
    return frame


def _time(stamp: dates.Stamp) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(stamp.iso, stamp.text)
