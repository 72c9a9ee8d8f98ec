# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stream of changes, and drafts."""

import pytest

from edgewise.consent.circles import ONLY_ME
from edgewise.core.inputs import Place, Publish
from edgewise.features.posts.records import Post
from edgewise.store import outbox
from tests.faces.web.served import Served


def test_a_change_reaches_an_open_page(ana: Served) -> None:
    """What is written shows as an event on the stream, at once."""
    with ana.browser().client.stream("GET", "events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        ana.keeper.desk.do(Publish(Place("circle", ONLY_ME), Post("something")))
        told = next(line for line in lines if line.startswith("data:"))
    assert told != "data: "
    assert stream.headers["content-type"].startswith("text/event-stream")


def test_the_stream_ends_with_edgewise(ana: Served) -> None:
    """An open page does not hold up the end."""
    with ana.browser().client.stream("GET", "events") as stream:
        lines = stream.iter_lines()
        next(lines)
        ana.loop.call_soon_threadsafe(ana.keeper.end)
        assert [line for line in lines if line.startswith("data:")] == []
    ana.thread.join(20)
    assert not ana.thread.is_alive()


def test_a_draft_is_kept_with_its_audience_and_forgotten_when_empty(ana: Served) -> None:
    """The text of a composer survives; emptying it forgets it."""
    browser = ana.browser()
    form = {"text": "half a sent", "audience": "abcd", "warning": "w"}
    assert browser.post("draft/talk:00", form, "settings").status_code == 204
    kept = ana.keeper.desk.read(lambda db: outbox.draft(db, "talk:00"))
    assert kept is not None
    assert (kept.text, kept.extra) == ("half a sent", "audience=abcd&warning=w")
    assert browser.post("draft/talk:00", {"text": "  "}, "settings").status_code == 204
    assert ana.keeper.desk.read(lambda db: outbox.draft(db, "talk:00")) is None


@pytest.mark.parametrize(
    ("place", "form"), [("x" * 101, {"text": "a"}), ("home", {"text": "a", "x": "y" * 3000})]
)
def test_drafts_are_bounded(ana: Served, place: str, form: dict[str, str]) -> None:
    """A place or a form beyond the bounds is refused, and nothing is kept."""
    assert ana.browser().post(f"draft/{place}", form, "settings").status_code == 400
    assert ana.keeper.desk.read(outbox.drafts) == []


def test_a_draft_needs_the_token(ana: Served) -> None:
    """Keeping a draft is an act like any other."""
    assert ana.browser().client.post("draft/home", data={"text": "a"}).status_code == 403
