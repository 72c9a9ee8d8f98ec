# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures, voice notes and files on the pages: attached, described, sent, shown, undone, taken back."""

from __future__ import annotations

import httpx
import pytest

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core import inputs
from edgewise.features.posts import view as posts
from edgewise.features.talk import view as talk
from edgewise.ground.ids import to_hex
from edgewise.log import blobs
from edgewise.store import outbox, pieces
from tests.core.party import World
from tests.features.pages import Looker, let_read, meet, text_of
from tests.media import samples

GARDEN, SHED = samples.jpeg(), samples.png()
File = tuple[str, tuple[str, bytes]]


def one(name: str, data: bytes) -> File:
    """A file for the composer's field."""
    return ("file", (name, data))


def attach(at: Looker, place: str, *files: File, **fields: str) -> httpx.Response:
    """Press "Attach" in a composer."""
    return at.post(f"attach/{place}", fields, files=list(files))


def drafted(at: Looker, place: str = "home") -> tuple[outbox.Enclosed, ...]:
    """What stands in the draft."""
    row = outbox.draft(at.one.db, place)
    return row.enclosed if row is not None else ()


def bytes_of(at: Looker, blob: bytes) -> bytes:
    """The bytes of a picture or file on somebody's computer."""
    return b"".join(at.app._site.desk.file_bytes(blob))


def say(at: Looker, circle: bytes, text: str = "", **more: str) -> str:
    """Press "Say it", and let the seconds of thinking twice go by."""
    page = at.say(text, circle, **more)
    at.one.world.now_ms += 60_000
    at.one.give(inputs.Tick())
    at.one.world.deliver()
    return page


def test_pressing_say_it_with_files_chosen_attaches_them_first(alice: Looker) -> None:
    """Without scripts nothing leaves that was not seen in the composer; text, circle and warning are kept."""
    answer = alice.post(
        "say",
        {"text": "With a picture", "audience": to_hex(ONLY_ME), "seen": alice.seen(), "warning": "soil"},
        files=[one("a.jpg", GARDEN)],
    )
    assert answer.status_code == 303
    assert outbox.all_held(alice.one.db) == []
    page = alice.get("")
    assert "With a picture</textarea>" in page
    assert 'value="soil"' in page
    assert len(drafted(alice)) == 1
    assert f'value="{to_hex(ONLY_ME)}" data-label="Only me" checked' in page


def test_attachments_outlive_a_restart_and_an_emptied_text(alice: Looker) -> None:
    """The draft stays on disk; deleting the words deletes no picture."""
    attach(alice, "home", one("a.jpg", GARDEN), text="words")
    alice.one.restart()
    alice.post("draft/home", {"text": ""})
    assert len(drafted(alice)) == 1
    assert "What does it show?" in alice.get("")


def test_descriptions_are_kept_while_one_types(alice: Looker) -> None:
    """What the script sends every two seconds holds the words beside the pictures too."""
    attach(alice, "home", one("a.jpg", GARDEN))
    (before,) = drafted(alice)
    field = f"alt:{before.attachment.ref.blob.hex()}"
    alice.post("draft/home", {"text": "", field: "A long look at the garden " * 70, "file": "[object File]"})
    assert drafted(alice)[0].attachment.alt.startswith("A long look")


def test_one_is_taken_out_and_its_bytes_go(alice: Looker) -> None:
    """ "Take out" keeps the words and the other picture; nothing of it is left on the disk."""
    attach(alice, "home", one("a.jpg", GARDEN), one("b.png", SHED), text="words")
    first, second = drafted(alice)
    gone = first.attachment.ref.blob
    alice.press("attached/home/drop", {"text": "other words", "drop": gone.hex()})
    assert drafted(alice) == (second,)
    assert pieces.state(alice.one.db, gone).state == "elsewhere"
    assert "other words</textarea>" in alice.get("")


def test_undo_brings_words_and_pictures_back(alice: Looker) -> None:
    """Within the eight seconds Undo puts everything into the composer again."""
    attach(alice, "home", one("a.jpg", GARDEN))
    (before,) = drafted(alice)
    page = alice.say("For me", ONLY_ME)
    assert "Leaves in" in page
    assert drafted(alice) == ()
    (held,) = outbox.all_held(alice.one.db)
    alice.press(f"undo/{held.id.hex()}")
    assert [each.attachment for each in drafted(alice)] == [before.attachment]
    assert pieces.state(alice.one.db, before.attachment.ref.blob).state == "here"


def test_a_picture_goes_with_a_line_of_talk(friends: tuple[Looker, Looker]) -> None:
    """A line may be a picture alone; the list of talks says so in a word."""
    alice, bob = friends
    who = bob.one.identity.hex()
    attach(alice, f"talk:{who}", one("a.jpg", GARDEN))
    alice.press(f"talk/{who}", {"text": "", "reply": ""})
    alice.one.world.deliver()
    assert 'class="post' in bob.get(f"talk/{alice.one.identity.hex()}")
    assert "Picture" in bob.read("talk")
    (conversation,) = talk.conversations(bob.one.db)
    assert conversation.last is not None
    assert len(conversation.last.attachments) == 1


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("", 200, ""),
        ("bytes=0-9", 206, "bytes 0-9/{}"),
        ("bytes=10-", 206, "bytes 10-{last}/{}"),
        ("bytes=-5", 206, "bytes {tail}-{last}/{}"),
        ("bytes=5-99999999", 206, "bytes 5-{last}/{}"),
        ("bytes=99999999-", 416, "bytes */{}"),
        ("bytes=9-2", 416, "bytes */{}"),
        ("bytes=0-1,4-5", 200, ""),
        ("lines=1-2", 200, ""),
    ],
)
def test_a_part_of_a_voice_note_is_given(alice: Looker, asked: str, status: int, said: str) -> None:
    """One range of bytes, as players ask for it (RFC 9110 14.2)."""
    attach(alice, "home", one("note.ogg", samples.ogg_opus(4000)))
    (held,) = drafted(alice)
    assert (held.attachment.kind, held.attachment.duration_ms) == ("voice", 4000)
    blob = held.attachment.ref.blob
    whole = bytes_of(alice, blob)
    answer = alice.ask("GET", f"voice/{blob.hex()}", headers={"range": asked} if asked else {})
    assert answer.status_code == status
    values = {"last": len(whole) - 1, "tail": len(whole) - 5}
    assert answer.headers.get("content-range", "") == said.format(len(whole), **values)
    if status == 200:
        assert (answer.content, answer.headers["content-type"]) == (whole, "audio/ogg")
        assert answer.headers["content-disposition"] == 'inline; filename="edgewise.ogg"'
    if status == 206:
        first, last = (int(n) for n in said.format(len(whole), **values)[6:].partition("/")[0].split("-"))
        assert answer.content == whole[first : last + 1]


def test_a_recorded_note_has_its_words_and_only_it_may_record(alice: Looker) -> None:
    """The page of a voice note may use the microphone, and no other; a note comes with its words."""
    page = alice.ask("GET", "voices/home")
    assert page.headers["permissions-policy"].endswith("microphone=(self)")
    assert page.text.count("<script") == 1
    assert "voice.js" in page.text
    assert alice.ask("GET", "").headers["permissions-policy"].endswith("microphone=()")
    answer = attach(
        alice, "home", one("voice", samples.webm_opus(2000)), voice="yes", alt="The leeks are in."
    )
    assert answer.status_code == 303
    (held,) = drafted(alice)
    assert (held.attachment.kind, held.attachment.alt) == ("voice", "The leeks are in.")
    refused = attach(alice, "home", one("voice", b"not a sound"), voice="yes")
    assert refused.status_code == 400
    assert "not a voice note" in text_of(refused.text)


def test_what_can_not_be_taken_is_said_and_the_rest_is_kept(alice: Looker) -> None:
    """Of three files the damaged picture is refused in plain words; the others and the text are kept."""
    answer = attach(
        alice,
        "home",
        one("a.jpg", GARDEN),
        one("b.jpg", GARDEN[:900]),
        one("c.txt", b"list"),
        text="kept words",
    )
    assert answer.status_code == 422
    assert "damaged" in text_of(answer.text)
    assert [each.attachment.kind for each in drafted(alice)] == ["picture", "file"]
    assert "kept words</textarea>" in alice.get("")


def test_twenty_go_with_one_text(alice: Looker) -> None:
    """One more is refused before its bytes are taken; no page grows beyond its bound with them."""
    many = [one(f"{at}.txt", f"list {at}".encode()) for at in range(20)]
    assert attach(alice, "home", *many).status_code == 303
    refused = attach(alice, "home", one("one more.txt", b"list"))
    assert refused.status_code == 400
    assert "At most 20" in text_of(refused.text)
    assert len(drafted(alice)) == 20
    say(alice, ONLY_ME, "Many")
    assert alice.get("").count("list") >= 0


def test_nothing_is_taken_of_a_form_from_elsewhere(alice: Looker) -> None:
    """Without this browser's token, or with the token behind the file, nothing is kept."""
    for data in ({}, {"token": "wrong"}):
        answer = alice.ask("POST", "attach/home", data=data, files=[one("a.jpg", GARDEN)])
        assert answer.status_code == 403
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nlist\r\n'
        b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n'
        + alice.token().encode()
        + b"\r\n--x--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert alice.ask("POST", "attach/home", content=body, headers=headers).status_code == 403
    assert drafted(alice) == ()


@pytest.mark.parametrize("place", ["elsewhere", "item:12", "talk:../x", "home:1"])
def test_a_place_without_a_composer_takes_nothing(alice: Looker, place: str) -> None:
    """Only the three places that have a composer have a draft with attachments."""
    assert attach(alice, place, one("a.txt", b"x")).status_code in (404, 405)
    assert alice.ask("GET", f"voices/{place}").status_code in (404, 405)


def test_sharing_again_seals_anew(friends: tuple[Looker, Looker]) -> None:
    """For other readers the same picture gets another id and another key; the first stays where it is."""
    alice, _ = friends
    attach(alice, "home", one("a.jpg", GARDEN))
    (first,) = drafted(alice)
    say(alice, ONLY_ME, "The garden")
    (item,) = posts.own_ids(alice.one.db)
    path = f"item/{item.hex()[:24]}"
    assert "Share again" in alice.read("")
    alice.press(f"{path}/again")
    (again,) = drafted(alice)
    assert again.attachment.ref.blob != first.attachment.ref.blob
    assert again.attachment.ref.key != first.attachment.ref.key
    assert bytes_of(alice, again.attachment.ref.blob) == bytes_of(alice, first.attachment.ref.blob)
    assert "The garden</textarea>" in alice.get("")
    say(alice, PEOPLE, "The garden")
    assert len(posts.own_ids(alice.one.db)) == 2


def test_an_item_of_another_can_not_be_shared_again(friends: tuple[Looker, Looker]) -> None:
    """No agreement of today lets anybody pass things on, so nothing offers it."""
    alice, bob = friends
    let_read(alice.one, bob.one, circle=PEOPLE)
    attach(alice, "home", one("a.jpg", GARDEN))
    say(alice, PEOPLE)
    (item,) = posts.own_ids(alice.one.db)
    assert "Share again" not in bob.read("")
    assert bob.post(f"item/{item.hex()[:24]}/again").status_code in (403, 400, 404)


def test_the_state_of_a_file_is_said_truthfully(world: World) -> None:
    """Asked for, paused, stopped: each says what is here of it, and offers what can be done."""
    alice, bob = Looker(world.person("alice")), Looker(world.person("bob"))
    meet(alice.one, bob.one)
    let_read(alice.one, bob.one, circle=PEOPLE)
    attach(alice, "home", one("film.bin", bytes(300_000)))
    blob = drafted(alice)[0].attachment.ref.blob.hex()
    say(alice, PEOPLE)
    world.online = False
    for conn in list(world.lines):
        world.cut(conn)
    world.deliver()
    assert "film.bin 300 KB, not on this computer" in bob.read("")
    for act, label, words in (
        ("get", "Pause", "300 KB, not on this computer yet"),
        ("pause", "Go on", "Paused: 0 B of 300 KB are here"),
        ("get", "Pause", "300 KB, not on this computer yet"),
        ("stop", "Get", "300 KB, not on this computer"),
    ):
        page = bob.press(f"fetch/{blob}", {"do": act, "back": ""})
        assert words in page
        assert label in page


def test_going_for_a_voice_note_or_to_the_phone_loses_no_words(alice: Looker) -> None:
    """Without scripts too, what stands in the composer is kept before one goes there."""
    for to in ("voices", "phone"):
        fields = {"text": f"before {to}", "to": to}
        answer = alice.post("attached/home/to", fields, files=[one("a.txt", b"chosen and not attached yet")])
        assert answer.headers["location"].endswith(f"{to}/home")
        assert f"before {to}</textarea>" in alice.get("")
    assert len(drafted(alice)) == 2


def test_a_picture_that_does_not_come_by_itself_says_so(
    alice: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above its bound a picture is fetched when asked for; its author reads that before it is sent."""
    monkeypatch.setitem(blobs._COMES_BYTES, "picture", 100)
    attach(alice, "home", one("a.jpg", GARDEN))
    assert "others fetch it when they like" in alice.read("")
