# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented pages of alice, bob and carol, for the goldens and for looking at."""

from edgewise.faces.kit.letterpage import LetterView
from edgewise.faces.kit.qr import qr_svg
from edgewise.faces.kit.shown import (
    Act,
    AgreementView,
    AskView,
    Audience,
    Choice,
    Hold,
    OneWord,
    PersonView,
    PostView,
    State,
    Who,
)
from edgewise.faces.kit.states import arrived, here, on_its_way, taken_back, yes_no_later
from edgewise.faces.kit.words import Translator, translator

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
NOW_MS = 1_795_426_200_000
"""Monday 23 November 2026, 9:30 in UTC."""

ALICE = Who("Alice", b"alice", you=True, dye="woad", weave="stripe")
BOB = Who("Bob", b"bob", dye="lichen", weave="twill")
CAROL = Who("Carol", b"carol", own_name="Carola Weiß", dye="elder", weave="dot")
EVA = Who("Eva Lindqvist", b"eva", dye="weld", weave="plain")

PEOPLE = Audience("people", "People I know", ("Bob", "Carol", "Eva Lindqvist", "Tomás"))
GARDEN = Audience("garden", "Garden", ("Bob", "Carol"))
ONLY_ME = Audience("me", "Only me", only_me=True)
EVERYBODY = Audience("all", "Everybody", everybody=True)
AUDIENCES = (ONLY_ME, PEOPLE, GARDEN, EVERYBODY)


def way(words: Translator) -> State:
    return on_its_way(words, ["Bob"], 2, 3)


def bobs_post(words: Translator) -> PostView:
    reply = PostView(
        "p-2",
        CAROL,
        "Soup on Wednesday, then. I can cook if somebody brings bread.",
        NOW_MS - 50 * MINUTE_MS,
        acts=(Act("Answer", "thread/1#p-2"),),
    )
    second = PostView(
        "p-3",
        ALICE,
        "I bring two loaves.",
        NOW_MS - 20 * MINUTE_MS,
        to_name="Carol",
        state=arrived(words),
        state_url="who/3",
    )
    return PostView(
        "p-1",
        BOB,
        "The leeks are in, and there are a great many of them. I put two crates by the door. Please take "
        "more than you think you need.\n\nHow to clean them: https://example.org/leeks?how=well.",
        NOW_MS - 78 * MINUTE_MS,
        url="thread/1",
        readers="Bob and those he shares this with",
        readers_url="who/1",
        answers=(OneWord("thanks", ("Carol", "Eva Lindqvist")),),
        acts=(Act("Answer", "thread/1#say"),),
        more=(Act("Thanks", "word/thanks", post=True), Act("Me too", "word/me-too", post=True)),
        replies=(reply, second),
        earlier_replies=0,
        new=True,
    )


def own_posts(words: Translator) -> tuple[PostView, ...]:
    back = (Act("Take back", "take-back"),)
    return (
        PostView(
            "p-4",
            ALICE,
            "Does anybody still have the big ladder? I’d like it for two days, and I’ll bring it back clean.",
            NOW_MS - 13 * HOUR_MS,
            url="thread/4",
            place="People I know",
            place_url="circles/people",
            state=way(words),
            state_url="who/4",
            acts=back,
            more=(Act("Change", "edit/4"),),
        ),
        PostView(
            "p-5",
            ALICE,
            "Ask Bob about the gate of the shed.",
            NOW_MS - 14 * HOUR_MS,
            url="thread/5",
            only_you=True,
            state=here(words),
            acts=back,
        ),
        PostView(
            "p-6",
            ALICE,
            "The seed list is ready.",
            NOW_MS - 3 * DAY_MS,
            url="thread/6",
            place="Garden",
            state=arrived(words),
            state_url="who/6",
            acts=back,
        ),
        PostView(
            "p-7", ALICE, "", NOW_MS - 4 * DAY_MS, place="Garden", state=taken_back(words), state_url="who/7"
        ),
        PostView(
            "p-8",
            CAROL,
            "She had an operation on Tuesday. All is well, and she would like visits.",
            NOW_MS - 9 * DAY_MS,
            warning="hospital",
            readers="Garden, 2 people",
            readers_url="who/8",
        ),
    )


def asks(words: Translator) -> tuple[AskView, ...]:
    return (
        AskView(
            "ask-1",
            words.markup(
                "<b>%(who)s</b> asks to read what you write to <b>%(to)s</b>.", who="Bob", to="Garden"
            ),
            "asks/1",
            yes_no_later(words),
            quote="Then I see when the water is on.",
            purpose="for the garden",
            until_ms=NOW_MS + 60 * DAY_MS,
        ),
        AskView(
            "ask-2",
            words.markup("<b>%(who)s</b> has answered your letter.", who="Eva Lindqvist"),
            "asks/2",
            (Choice("same", "They match"), Choice("differ", "They differ"), Choice("later", "Not now")),
            purpose="Read the four words to each other: acorn · bridge · linen · wolf",
            until_ms=NOW_MS + 3 * DAY_MS,
        ),
        AskView(
            "ask-3",
            "",
            "asks/3",
            (),
            answered="You said not now to Carol.",
            hold=Hold(NOW_MS + 8000, "asks/3/undo"),
        ),
    )


def agreements() -> dict[str, tuple[AgreementView, ...]]:
    words = translator("en")
    reads = words.markup("You read what Bob writes to <b>%(name)s</b>", name="People he knows")
    gives = words.markup("Bob reads what you write to <b>%(name)s</b>", name="People I know")
    since, until = NOW_MS - 21 * DAY_MS, NOW_MS + 69 * DAY_MS
    return {
        "Bob": (
            AgreementView("a-1", reads, since, "lock", "stop/1", until),
            AgreementView("a-2", gives, since, "lock", "stop/2", until),
            AgreementView("a-3", "Bob erases what you take back", since, "promise", "stop/3", until),
        ),
        "Carol": (
            AgreementView(
                "a-4",
                "Carol may find this computer",
                since,
                "lock",
                until="while you know each other",
                hold=Hold(NOW_MS + 5000, "stop/4/undo"),
                stopped="Stops in a moment.",
            ),
        ),
    }


def people() -> tuple[PersonView, ...]:
    return (
        PersonView(
            BOB,
            "people/bob",
            "You met on 2 November, by a letter",
            ("Reads People I know. You read People he knows.",),
            NOW_MS - DAY_MS,
            acts=(Act("Write", "talk/bob"),),
        ),
        PersonView(
            CAROL,
            "people/carol",
            "You met on 9 November, face to face",
            ("Reads Garden. You read nothing of hers.",),
            NOW_MS - 10 * DAY_MS,
            waiting="Two posts wait for her computer.",
            acts=(Act("Write", "talk/carol"),),
        ),
        PersonView(EVA, "people/eva", "You wrote her a letter on Sunday; no answer yet"),
    )


def letter() -> LetterView:
    return LetterView(
        number=3,
        from_name="Alice",
        to_name="Bob",
        words="Dear Bob, you asked how we share the garden. Here is where we talk about it. Have a look "
        "round, and say no if it isn’t for you.\n\nAlice",
        offers=("to read what I write to People I know", "to write to each other, just we two"),
        items=(("Saturday", "We meet at nine, by the shed. Bring gloves."),),
        until_ms=NOW_MS + 14 * DAY_MS,
        sealed_text="RWRnZXdpc2UgbGV0dGVy" * 60,
        qr_svg=qr_svg("edgewise:1:" + "Ab3_" * 40, "The way to this letter"),
    )
