# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and files at the other's: seen with their words, fetched, saved, gone when they are taken back."""

from __future__ import annotations

import re

from edgewise.consent.circles import PEOPLE
from edgewise.core import inputs
from edgewise.features.posts import view as posts
from edgewise.store import pieces
from tests.features.pages import Looker, let_read, text_of
from tests.features.test_attached import GARDEN, SHED, attach, drafted, one, say
from tests.media import samples


def test_two_pictures_are_attached_described_and_seen_by_others(friends: tuple[Looker, Looker]) -> None:
    """Chosen together, they stand in the composer with a field each; the other one sees both so."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    answer = attach(alice, "home", one("IMG_1.jpg", GARDEN), one("IMG_2.png", SHED), text="Look:")
    assert answer.status_code == 303
    page = alice.get("")
    assert page.count("What does it show?") == 2
    assert "Place and camera data removed." in page
    first, second = drafted(alice)
    words = {
        f"alt:{first.attachment.ref.blob.hex()}": "The garden",
        f"alt:{second.attachment.ref.blob.hex()}": "A shed",
    }
    say(alice, PEOPLE, "Look:", **words)
    seen = bob.get("")
    assert re.findall(r'<img [^>]*alt="([^"]*)"', seen) == ["The garden", "A shed"]
    assert "Look:" in text_of(seen)
    for each in (first, second):
        blob = each.attachment.ref.blob
        whole = bob.ask("GET", f"picture/{blob.hex()}")
        assert whole.headers["content-type"] in ("image/jpeg", "image/png")
        assert [secret for secret in samples.SECRETS if secret in whole.content] == []
        small = bob.ask("GET", f"small/{blob.hex()}/480")
        assert small.headers["content-type"] == "image/jpeg"
        assert small.headers["cache-control"] == "no-store"
        assert "IMG" not in each.attachment.name
    assert drafted(alice) == ()


def test_taking_back_erases_the_pictures_everywhere(friends: tuple[Looker, Looker]) -> None:
    """What was taken back is on neither computer any more, not even small."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    attach(alice, "home", one("a.jpg", GARDEN))
    blob = drafted(alice)[0].attachment.ref.blob
    say(alice, PEOPLE)
    assert bob.ask("GET", f"small/{blob.hex()}/480").status_code == 200
    (item,) = posts.own_ids(alice.one.db)
    alice.press(f"item/{item.hex()[:24]}/back", {"why": ""})
    alice.one.world.deliver()
    for each in (alice, bob):
        assert pieces.state(each.one.db, blob).state == "erased"
        for path in (f"small/{blob.hex()}/480", f"picture/{blob.hex()}"):
            assert each.ask("GET", path).status_code == 404


def test_a_picture_goes_with_an_answer(friends: tuple[Looker, Looker]) -> None:
    """An answer has a composer of its own, with a draft of its own."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    item = alice.one.post("What grows at yours?", PEOPLE)
    alice.one.world.deliver()
    path = f"item/{item.hex()[:24]}"
    attach(bob, f"item:{item.hex()}", one("a.jpg", GARDEN), text="Leeks")
    assert "Leeks</textarea>" in bob.get(path)
    bob.press(path, {"text": "Leeks"})
    bob.one.world.now_ms += 60_000
    bob.one.give(inputs.Tick())
    bob.one.world.deliver()
    assert "<img src=" in alice.get(path)


def test_a_file_is_asked_for_and_saved_never_shown(friends: tuple[Looker, Looker]) -> None:
    """A page of HTML as a file comes as bytes to save, in a cage; it comes when asked for, not before."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    page = b"<html><script>alert(1)</script></html>"
    attach(alice, "home", one("../evil\u202e plan.html", page))
    (held,) = drafted(alice)
    assert held.attachment.name == "evil plan.html"
    blob = held.attachment.ref.blob.hex()
    say(alice, PEOPLE, "A plan")
    seen = bob.read("")
    assert "evil plan.html 38 B, not on this computer" in seen
    assert "Get" in seen
    bob.press(f"fetch/{blob}", {"do": "get", "back": ""})
    alice.one.world.deliver()
    answer = bob.ask("GET", f"file/{blob}/evil%20plan.html")
    assert answer.content == page
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="evil plan.html"')
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"
    for other in ("picture", "voice"):
        forced = bob.ask("GET", f"{other}/{blob}")
        assert forced.headers["content-type"] == "application/octet-stream"
        assert forced.headers["content-disposition"].startswith("attachment")
