# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings: one's own name, this page, the passphrase, the start with the computer; and the doctor."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from edgewise.core.inputs import RenameMe, SetSetting
from edgewise.faces.kit import clocks
from edgewise.faces.kit.choices import SETTINGS, chosen
from edgewise.faces.kit.explain import explain
from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.render import SCHEMES
from edgewise.faces.kit.words import Translator
from edgewise.faces.web.site import HomeSite
from edgewise.faces.web.start import WAYS, new_passphrase
from edgewise.features.people.cli import named
from edgewise.ground.errors import ROWS, Refusal, Verdict
from edgewise.ground.limits import HOLD_MS_MAX, PASSPHRASE_MAX_CHARS, PASSPHRASE_MIN_CHARS
from edgewise.store import outbox, people

OF_THE_PAGE: Final = ("language", "zone", "scheme", "hold_seconds")
TICKED: Final = ("plain_letters", "single_letters", "one_word_answers")
LANGUAGE_NAMES: Final = (("en", "English"), ("de", "Deutsch"), ("es", "Español"))


async def show(request: Request) -> Response:
    """All settings on one page."""
    page = await page_of(request)
    kept = request.query_params.get("kept", "")
    return await _settings(page, page.words.gettext("Kept.") if kept else "", 200)


async def _settings(page: Page, notice: str, status: int) -> HTMLResponse:
    site = _site(page)
    values = await page.read(lambda db: {each.name: chosen(db, each.name) for each in SETTINGS})
    me = await page.read(people.me)
    return page.render(
        "web/settings.html",
        place="settings",
        status=status,
        notice=notice,
        name=me.name if me is not None else "",
        chosen=values,
        languages=LANGUAGE_NAMES,
        schemes=_schemes(page.words),
        hold_max=HOLD_MS_MAX // 1000,
        zone_here=site.zone,
        has_passphrase=site.keeper.has_passphrase(),
        remembered=site.keeper.remembered(),
        min_chars=PASSPHRASE_MIN_CHARS,
        max_chars=PASSPHRASE_MAX_CHARS,
        starts=site.keeper.starts_itself(),
        phone_until_ms=site.phone_until_ms if site.phone_until_ms > page.now_ms else 0,
        phone_place=site.phone_place,
    )


def _schemes(words: Translator) -> tuple[tuple[str, str], ...]:
    names = (
        words.pgettext("colours", "As this computer has it"),
        words.pgettext("colours", "Light"),
        words.pgettext("colours", "Dark"),
    )
    return tuple(zip(SCHEMES, names, strict=True))


def _site(page: Page) -> HomeSite:
    assert isinstance(page.site, HomeSite)
    return page.site


async def _kept_or_told(page: Page, act: Any) -> Response:
    """Do it, and show the settings: that it is kept, or why it is not."""
    try:
        await act
    except Refusal as no:
        return await _settings(page, page.said(no), page.status_of(no))
    return page.see("settings?kept=1")


async def rename(request: Request) -> Response:
    """Another name of one's own; acquaintances learn it."""
    page = await page_of(request)
    form = await page.form()

    async def act() -> None:
        await page.do(RenameMe(named(form.text("name"))))

    return await _kept_or_told(page, act())


async def keep(request: Request) -> Response:
    """The choices about this page, all at once: a box that came without its tick is a no."""
    page = await page_of(request)
    form = await page.form()

    async def act() -> None:
        wanted = {name: form.line(name) for name in OF_THE_PAGE}
        wanted |= {name: "yes" if form.ticked(name) else "no" for name in TICKED}
        fits = {each.name: each.fits for each in SETTINGS}
        if not all(fits[name](value) for name, value in wanted.items()):
            raise Refusal("web.form")
        for name, value in wanted.items():
            await page.do(SetSetting(name, value))

    return await _kept_or_told(page, act())


async def passphrase(request: Request) -> Response:
    """Another passphrase, or another choice about remembering on this computer."""
    page = await page_of(request)
    form = await page.form()
    return await _kept_or_told(page, _change(_site(page), form))


async def _change(site: HomeSite, form: Form) -> None:
    remember = form.one_of("way", WAYS) == "remember"
    old = form.text("old", 4 * PASSPHRASE_MAX_CHARS) if site.keeper.has_passphrase() else None
    await site.keeper.change_passphrase(old, None if remember else new_passphrase(form), remember)


async def start_itself(request: Request) -> Response:
    """Whether Edgewise starts with this computer."""
    page = await page_of(request)
    form = await page.form()
    _site(page).keeper.set_starts_itself(form.one_of("answer", ("yes", "no")) == "yes")
    return page.see("settings?kept=1")


async def doctor(request: Request) -> Response:
    """What is wrong here: a quick look by itself, the thorough one when it is asked for."""
    page = await page_of(request)
    deep = request.method == "POST"
    if deep:
        await page.form()
    site = _site(page)
    findings = await site.keeper.examine(deep)
    refused = await page.read(outbox.verdicts)
    trouble = site.keeper.trouble
    wrong_clocks = await page.read(lambda db: clocks.sentences(db, page.words, page.now_ms))
    return page.render(
        "web/doctor.html",
        place="settings",
        findings=findings,
        deep=deep,
        clocks=wrong_clocks,
        refused=[
            (explain(Verdict(row.code), page.words).sentence, row) for row in refused if row.code in ROWS
        ],
        trouble=page.said(trouble) if trouble is not None else "",
    )


async def groups(request: Request) -> Response:
    """The place where groups will stand: said as it is."""
    page = await page_of(request)
    return page.render("web/groups.html", place="groups")


ROUTES: Final = [
    Route("/settings", show),
    Route("/settings/name", rename, methods=["POST"]),
    Route("/settings/page", keep, methods=["POST"]),
    Route("/settings/passphrase", passphrase, methods=["POST"]),
    Route("/settings/start", start_itself, methods=["POST"]),
    Route("/doctor", doctor, methods=["GET", "POST"]),
    Route("/groups", groups),
]
