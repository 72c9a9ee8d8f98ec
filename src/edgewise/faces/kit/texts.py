# SPDX-License-Identifier: AGPL-3.0-or-later
"""The longer texts of the interface, T1 to T17 of its design, each said where the act is.

At most 60 words each, plain, and true: what is not known for certain is left out. They name
people, never "he" or "she". Days come as text (``dates``), already in the language of ``words``.
"""

from collections.abc import Sequence

from edgewise.faces.kit.words import Translator


def letter_to_one(words: Translator, to: str, until: str) -> str:
    """T1: above the form of a letter."""
    return words.gettext(
        "You are writing a letter to %(to)s. Your words and the choices below go into it. "
        "Whoever holds this letter can open it, so give it only to %(to)s. It works once, until "
        "%(until)s. You can take it back before it is answered. Nothing of yours moves until you "
        "both said yes.",
        to=to,
        until=until,
    )


def joining(words: Translator, by: str, group: str, members: int) -> str:
    """T2: under a letter that invites into a group."""
    return words.ngettext(
        "%(by)s asks you to join %(group)s. If you say yes, its %(num)s member may read what you "
        "write there. What was read stays read, even if you leave. You can leave at any time, "
        "without a reason. No and Not now look the same to %(by)s: no answer yet.",
        "%(by)s asks you to join %(group)s. If you say yes, its members, now %(num)s, may read what "
        "you write there. What they have read stays with them, even if you leave. You can leave at "
        "any time, without a reason. No and Not now look the same to %(by)s: no answer yet.",
        members,
        by=by,
        group=group,
    )


def circle(words: Translator, names: Sequence[str]) -> str:
    """T3: once for each circle, before the first post to it."""
    return words.ngettext(
        "%(num)s person may read it: %(names)s. It is sealed for nobody else. You can take it back, "
        "but who has read it may remember it or have copied it.",
        "These %(num)s people may read it: %(names)s. It is sealed for them and for nobody else. You "
        "can take it back, but a person who has read it may remember it or have copied it.",
        len(names),
        names=words.names(names),
    )


def everybody(words: Translator, wait_hours: int) -> str:
    """T4: before something goes to the whole world."""
    return words.ngettext(
        "Everybody in the world may read this, without your knowing who. It is not sealed, and others "
        "may copy it for ever. Edgewise waits %(num)s hour before it leaves. You can stop it until then.",
        "Everybody in the world may read this, without your knowing who. It is not sealed, and others "
        "may copy it for ever. Edgewise waits %(num)s hours before it leaves. You can stop it until then.",
        wait_hours,
    )


def stopping(words: Translator, who: str, place: str, posts: int) -> str:
    """T5: beside the Undo of an agreement that was stopped."""
    return words.ngettext(
        "From now on %(who)s gets nothing new from %(place)s. What is there already stays there: "
        "%(num)s post. You can ask %(who)s to let it go. %(who)s will see that this agreement ended, "
        "but no reason.",
        "From now on %(who)s gets nothing new from %(place)s. What is there already stays there: "
        "%(num)s posts. You can ask %(who)s to let them go. %(who)s will see that this agreement "
        "ended, but no reason.",
        posts,
        who=who,
        place=place,
    )


def who_has_it(words: Translator) -> str:
    """T6: on the page "Who has this"."""
    return words.gettext(
        "This is all that Edgewise knows. Sealed means: carries it, but cannot open it. Anyone who "
        "could read something may also have copied it by hand or with a camera. Nobody can know that."
    )


def introduction(words: Translator, by: str, said: str) -> str:
    """T7: an introduction, blind until both said yes."""
    return words.gettext(
        "%(by)s would like you to meet somebody. %(by)s wrote: %(said)s If you both say yes, you "
        "learn each other's names and can write. If not, neither of you learns who it was. %(by)s "
        "learns only whether you met.",
        by=by,
        said=said,
    )


def stranger(words: Translator, through: str, letters: int) -> str:
    """T8: a letter of a person one does not know, still closed."""
    return words.ngettext(
        "A person you do not know has a letter for you. %(through)s let it through. It has %(num)s sign "
        "and no pictures. Nobody learns whether you open it. Answering tells the sender that you are here.",
        "A person you do not know has a letter for you. %(through)s let it through. It has %(num)s signs "
        "and no pictures. Nobody learns whether you open it. Answering tells the sender that you are here.",
        letters,
        through=through,
    )


def taking_back(words: Translator, holders: int, me: str) -> str:
    """T9: before one takes something back."""
    return words.ngettext(
        "%(num)s person has this. Edgewise asks that computer to delete it, and tells you what it "
        "answers. It may be off for weeks. It may never answer. Other people see: %(me)s took this back.",
        "%(num)s people have this. Edgewise asks each of their computers to delete it, and tells you "
        "what each one answers. Some may be off for weeks. Some may never answer. Other people see: "
        "%(me)s took this back.",
        holders,
        me=me,
    )


def taken_back(
    words: Translator,
    done: Sequence[str],
    held: Sequence[str],
    unknown: Sequence[str],
    since: str,
    days: int,
) -> str:
    """T10: how far a taking back has come, by whom; ``since`` is the day it was asked."""
    parts = []
    if done:
        parts.append(words.gettext("Deleted by their own word: %(names)s.", names=words.names(done)))
    if held:
        parts.append(words.gettext("Arrived, and deleted after a day: %(names)s.", names=words.names(held)))
    if unknown:
        parts.append(
            words.gettext(
                "Asked on %(since)s, no answer yet: %(names)s. No answer is not a refusal.",
                since=since,
                names=words.names(unknown),
            )
        )
        parts.append(
            words.ngettext(
                "Edgewise keeps asking for %(num)s day, quietly.",
                "Edgewise keeps asking for %(num)s days, quietly.",
                days,
            )
        )
    return " ".join(parts)


def carrying(words: Translator, who: str, size: str) -> str:
    """T11: the offer to carry sealed things for a friend."""
    return words.gettext(
        "May this computer carry sealed things for %(who)s, up to %(size)s, when it is on mains power? "
        "You cannot open them. They reach friends of %(who)s while the computer of %(who)s sleeps. What "
        "%(who)s offers you is separate. You can stop at any time.",
        who=who,
        size=size,
    )


def starting(words: Translator) -> str:
    """T12: whether Edgewise starts with the computer; asked once."""
    return words.gettext(
        "Shall Edgewise start with this computer? Then letters reach you, and you can carry for "
        "friends, while this page is closed. Settings shows what it uses. If not, nothing arrives "
        "until you open Edgewise yourself."
    )


def no_answer(words: Translator) -> str:
    """T13: beside a letter without an answer."""
    return words.gettext(
        "No answer yet. A no looks just like this, on purpose. If you are not sure that the letter "
        "arrived, ask when you meet."
    )


def not_connected(words: Translator, who: str = "", day: str = "") -> str:
    """T14: nobody is in reach; with whom one last met, where that is known."""
    text = words.gettext(
        "You are not connected now. Keep writing: it is kept here, and leaves by itself when a way opens."
    )
    if who and day:
        text += " " + words.gettext("Last met: %(who)s, %(day)s.", who=who, day=day)
    return text


def ending(words: Translator, who: str, until: str, keep_days: int, group: str = "") -> str:
    """T15: an agreement that ends soon."""
    if group:
        return words.ngettext(
            "Your agreement with %(who)s ends on %(until)s, as you both chose. Keep it for another "
            "%(num)s day, keep it while you are both in %(group)s, or let it end. If you do nothing, it "
            "ends. %(who)s is asked too.",
            "Your agreement with %(who)s ends on %(until)s, as you both chose. Keep it for another "
            "%(num)s days, keep it while you are both in %(group)s, or let it end. If you do nothing, it "
            "ends. %(who)s is asked too.",
            keep_days,
            who=who,
            until=until,
            group=group,
        )
    return words.ngettext(
        "Your agreement with %(who)s ends on %(until)s, as you both chose. Keep it for another %(num)s "
        "day, or let it end. If you do nothing, it ends. %(who)s is asked too.",
        "Your agreement with %(who)s ends on %(until)s, as you both chose. Keep it for another %(num)s "
        "days, or let it end. If you do nothing, it ends. %(who)s is asked too.",
        keep_days,
        who=who,
        until=until,
    )


def safe_copy(words: Translator, me: str) -> str:
    """T16: the reason for a safe copy."""
    return words.gettext(
        "If this computer breaks tonight, %(me)s and all that was written here are gone. Put a stick in "
        "and make a safe copy. The copy is sealed. You get a page to print with the words that open it.",
        me=me,
    )


def what_it_is(words: Translator) -> str:
    """T17: what Edgewise is."""
    return words.gettext(
        "Edgewise lives on your own computer and on your friends'. There is no company, no account and "
        "no centre. What you write goes only to people you name, and only after they agreed."
    )
