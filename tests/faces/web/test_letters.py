# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading and answering letters, and every other file that somebody brings."""

import re
from collections.abc import Callable

import pytest

from edgewise.core.effects import LetterMade
from edgewise.core.inputs import AddressesNow, MakeLetter
from edgewise.faces.kit.letterpage import LetterView, letter_html
from edgewise.identity.tickets import LETTER_PREFIX
from tests.faces.web.served import WORD, Browser, Served

HOSTILE = "<script>alert(1)</script> & <b>you</b>"


@pytest.fixture
def two(serve: Callable[[str], Served]) -> tuple[Served, Served]:
    """Alice and Bob, each with an open home."""
    alice, bob = serve("alice"), serve("bob")
    alice.begin("Alice")
    bob.begin("Bob")
    return alice, bob


def letter_of(alice: Served, words: str = "Shall we write here?") -> LetterMade:
    """A letter of Alice to Bob."""
    alice.keeper.node._core_thread.submit(AddressesNow(("127.0.0.1:9",))).result(10)
    made: LetterMade = alice.keeper.desk.do(MakeLetter("Bob", words))
    return made


def bring(browser: Browser, data: bytes, name: str = "file.edgewise") -> str:
    """Bring a file to the page; the path it leads to, or "" where it is shown at once."""
    files = {"file": (name, data)}
    answer = browser.client.post("letter", data={"token": browser.token("letter")}, files=files)
    assert answer.status_code in (200, 303), answer.text
    return answer.headers.get("location", "").removeprefix(f"/{WORD}/")


def paste(browser: Browser, text: str) -> str:
    """Paste the line of a letter; the path of the letter's page."""
    files = {"file": ("", b"")}
    data = {"token": browser.token("letter"), "text": text}
    answer = browser.client.post("letter", data=data, files=files)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix(f"/{WORD}/")


def test_a_pasted_letter_is_shown_before_anything_is_answered(two: tuple[Served, Served]) -> None:
    """The letter's words stand on the page, escaped, with three equal answers; nothing was sent."""
    alice, bob = two
    browser = bob.browser()
    page = browser.get(paste(browser, letter_of(alice, HOSTILE).letter)).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert [page.count(f'value="{answer}"') for answer in ("yes", "no", "later")] == [1, 1, 1]
    assert "Letters that wait for your answer" in browser.get("letter").text


def test_the_file_of_a_letter_is_opened_too(two: tuple[Served, Served]) -> None:
    """letter.html, as a browser shows it, and a file with the line are both understood."""
    alice, bob = two
    made, browser = letter_of(alice), bob.browser()
    body = made.body
    sealed = made.letter.removeprefix(LETTER_PREFIX)
    view = LetterView(1, body.from_name, "Bob", body.words, (), (), body.until_ms, sealed)
    first = bring(browser, letter_html(view, "en").encode(), "letter.html")
    assert first == bring(browser, made.letter.encode(), "line.txt")
    assert "Shall we write here?" in browser.get(first).text


def test_no_and_not_now_can_be_changed(two: tuple[Served, Served]) -> None:
    """The page says what was answered, and that nothing was sent; the answers stay."""
    alice, bob = two
    browser = bob.browser()
    path = paste(browser, letter_of(alice).letter)
    assert browser.post(path, {"answer": "later"}).status_code == 303
    assert "not now. Nothing was sent" in browser.get(path).text
    browser.post(path, {"answer": "no"})
    assert "You said no. Nothing was sent" in browser.get(path).text
    assert browser.post(path, {"answer": "maybe"}).status_code == 400


def test_two_meet_by_three_files(two: tuple[Served, Served]) -> None:
    """Letter, answer and confirmation as files make two acquaintances, without any connection."""
    alice, bob = two
    hers, his = alice.browser(), bob.browser()
    path = paste(his, letter_of(alice).letter)
    assert his.post(path, {"answer": "yes"}).status_code == 303
    assert "You said yes" in his.get(path).text
    answer = his.post(path + "/file", {}, path)
    assert answer.headers["content-disposition"].startswith("attachment")
    token = hers.token("letter")
    taken = hers.client.post("letter", data={"token": token}, files={"file": ("a", answer.content)})
    assert "said yes. You are acquainted." in taken.text
    form = re.search(r'action="[^"]*/(letter/for/[^"]+)"', taken.text)
    assert form is not None
    back = hers.client.post(form[1], data={"token": token})
    assert back.headers["content-disposition"].startswith("attachment")
    confirmed = his.client.post(
        "letter", data={"token": his.token("letter")}, files={"file": ("b", back.content)}
    )
    assert "are acquainted now" in confirmed.text
    assert "You and" in his.get(path).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There are no words in it yet"),
        ("hello", "letter"),
        ("edgewise:1:letter:AAAA", "letter"),
        ("edgewise:1:" + "A" * 100, "letter"),
    ],
)
def test_what_is_no_letter_is_told_and_kept(standing: Served, text: str, said: str) -> None:
    """Something else in the box: a sentence in the page, and the text still in its field."""
    browser = standing.browser()
    data = {"token": browser.token("letter"), "text": text}
    answer = browser.client.post("letter", data=data, files={"file": ("", b"")})
    assert 400 <= answer.status_code < 500
    assert said in answer.text
    assert text in answer.text


@pytest.mark.parametrize(
    "data", [b"\0" * 64, b"<html>no letter</html>", b"edgewise-bundle/1\nrubbish", b"PK"]
)
def test_a_file_that_is_not_ours_is_refused(standing: Served, data: bytes) -> None:
    """Bytes that Edgewise did not make change nothing and crash nothing."""
    browser = standing.browser()
    sent = {"token": browser.token("letter")}
    answer = browser.client.post("letter", data=sent, files={"file": ("x", data)})
    assert 400 <= answer.status_code < 500
    assert browser.get("settings").status_code == 200


def test_a_letter_that_is_not_here(standing: Served) -> None:
    """An address of no letter, or of no sense, is a plain page."""
    browser = standing.browser()
    assert browser.get("letter/" + "00" * 32).status_code == 409
    assert browser.get("letter/xyz").status_code == 400


def test_ones_own_letter_is_not_answered(standing: Served) -> None:
    """Who reads the own letter is told so."""
    browser = standing.browser()
    data = {"token": browser.token("letter"), "text": letter_of(standing).letter}
    answer = browser.client.post("letter", data=data, files={"file": ("", b"")})
    assert "your own letter" in answer.text
