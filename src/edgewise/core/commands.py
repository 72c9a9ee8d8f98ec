# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each command does. The web and the command line build the same commands.

Nothing here knows which of them asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edgewise.consent.circles import ONLY_ME, PEOPLE, Circle
from edgewise.consent.grants import IdentityUpdate
from edgewise.core import (
    accepting,
    audience,
    blobs,
    erasing,
    files,
    inputs,
    meeting,
    peers,
    persons,
    publish,
    returning,
)
from edgewise.core.effects import Notify
from edgewise.core.turn import Me, Turn
from edgewise.ground.canon import Record, decode, encode
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import HOLD_MS_MAX
from edgewise.groups.epochs import Writer
from edgewise.identity.person import new_person, renamed
from edgewise.keys.signing import signing_from_seed
from edgewise.store import agreements, chest, invitations, outbox, settings, shelf
from edgewise.store.db import savepoint


def run(turn: Turn, command: inputs.Command) -> object:
    """Carry out one command and return its answer. Raises Refusal; then the transaction is rolled back."""
    return _RUN[type(command)](turn, command)


def _begin(turn: Turn, command: inputs.Begin) -> bytes:
    if turn.my is not None:
        raise Refusal("home.exists")
    name = " ".join(command.name.split())
    if not name:
        raise Refusal("name.empty")
    person, chain, secrets = new_person(turn.entropy, name, turn.now_ms)
    for label, value in (
        ("root", secrets.root.seed),
        ("recovery", secrets.recovery.seed),
        ("device", secrets.sign.seed),
        ("transport", secrets.transport.seed),
        ("kem", secrets.kem.seeds),
    ):
        chest.put_secret(turn.db, label, value)
    persons.remember(turn, chain)
    settings.put(turn.db, "me", person.id.hex())
    turn.my = Me.load(turn.db)
    publish.make_space(turn, "self")
    own = audience.self_space(turn)
    publish.write(turn, own, Circle(ONLY_ME, "Only me", False))
    publish.write(turn, own, Circle(PEOPLE, "People I know", False))
    return person.id


def _publish(turn: Turn, command: inputs.Publish) -> bytes:
    if command.hold_ms < 0 or command.hold_ms > HOLD_MS_MAX:
        raise Refusal("hold.too_long", limit_seconds=HOLD_MS_MAX // 1000)
    _check(turn, command.record)
    if command.hold_ms == 0:
        return _write(turn, command.place, command.record)
    _place_exists(turn, command.place)
    held = outbox.HeldRow(
        id=turn.entropy.take(16),
        place=encode([command.place.kind, command.place.id]),
        record=turn.registry.encode(command.record, turn.now_ms),
        due_ms=turn.now_ms + command.hold_ms,
        made_ms=turn.now_ms,
    )
    outbox.put_held(turn.db, held)
    turn.effects.append(Notify("held", held.id))
    return held.id


def _check(turn: Turn, record: Record) -> None:
    """What a person wrote is refused by the same rules that judge what comes from others, in words for its
    writer.
    """
    try:
        turn.registry.encode(record, turn.now_ms)
    except Verdict as bad:
        raise Refusal("text.unreadable") from bad


def _place_exists(turn: Turn, place: inputs.Place) -> None:
    if place.kind == "circle" and agreements.circle(turn.db, place.id) is None:
        raise Refusal("not_found.circle")
    if place.kind == "talk":
        _talk_space(turn, place.id)
    if place.kind == "space" and shelf.space(turn.db, place.id) is None:
        raise Refusal("not_found.item")


def _write(turn: Turn, place: inputs.Place, record: Record) -> bytes:
    if place.kind == "circle":
        space = audience.feed_for(turn, place.id)
    elif place.kind == "talk":
        space = _talk_space(turn, place.id)
    elif place.kind == "self":
        space = audience.self_space(turn)
    else:
        space = _answer_space(turn, place.id)
    return publish.write(turn, space, record).id


def _talk_space(turn: Turn, identity: bytes) -> bytes:
    pair = agreements.pair(turn.db, identity)
    if pair is None or pair.dm is None or shelf.space(turn.db, pair.dm) is None:
        raise Refusal("not_found.person")
    if pair.state != "live":
        raise Refusal("grant.ended")
    return pair.dm


def _answer_space(turn: Turn, space: bytes) -> bytes:
    row = shelf.space(turn.db, space)
    if row is None or row.kind != "feed":
        raise Refusal("not_found.item")
    if row.owner == turn.me.identity:
        assert row.circle is not None
        return audience.feed_for(turn, row.circle)
    grant = agreements.grant_to_me(turn.db, space, row.owner)
    if grant is None or grant.ended_ms is not None or "answer" not in grant.verbs:
        raise Refusal("grant.ended")
    return space


def publish_due(turn: Turn) -> None:
    """Let go what was held and is due. What can't be written any more goes back to the drafts."""
    for held in outbox.held_due(turn.db, turn.now_ms):
        outbox.drop_held(turn.db, held.id)
        kind, identity = decode(tuple[str, bytes], held.place)
        record = turn.registry.decode(held.record).record
        assert record is not None, "a held record that this version wrote"
        try:
            with savepoint(turn.db):
                _write(turn, inputs.Place(kind, identity), record)
        except Refusal as no:
            settings.put(turn.db, f"held_back:{held.id.hex()}", no.code)
            outbox.put_draft(turn.db, "home", getattr(record, "text", ""), "", turn.now_ms)
            blobs.give_back(turn, "home", getattr(record, "attachments", ()))
        turn.effects.append(Notify("held", held.id))


def _undo(turn: Turn, command: inputs.Undo) -> Record:
    held = outbox.held(turn.db, command.held)
    if held is None:
        raise Refusal("hold.over")
    outbox.drop_held(turn.db, held.id)
    record = turn.registry.decode(held.record).record
    assert record is not None
    turn.effects.append(Notify("held", held.id))
    return record


def _answer_letter(turn: Turn, command: inputs.AnswerLetter) -> object:
    for link in list(turn.peers.links.values()):
        row = invitations.letter(turn.db, command.invitation)
        if row is not None and link.endpoint == row.endpoint and not link.identity:
            peers.hang_up(turn, link, "again")  # it was opened to read only; the answer comes over a new one
    return accepting.answer_letter(turn, command.invitation, command.answer)


def _rename_me(turn: Turn, command: inputs.RenameMe) -> None:
    name = " ".join(command.name.split())
    if not name:
        raise Refusal("name.empty")
    root = chest.secret(turn.db, "root")
    if root is None:
        raise Refusal("grant.not_yours")
    chain = renamed(turn.chain(), signing_from_seed(root), name, turn.now_ms)
    persons.remember(turn, chain)
    for pair in agreements.pairs(turn.db, live=True):
        space = agreements.pair_space(turn.db, pair.identity)
        if space is not None:
            publish.write(turn, space, IdentityUpdate(chain))
    turn.effects.append(Notify("people", turn.me.identity))


def _compare_words(turn: Turn, command: inputs.CompareWords) -> None:
    if agreements.pair(turn.db, command.identity) is None:
        raise Refusal("not_found.person")
    settings.put(turn.db, f"compared:{command.identity.hex()}", "yes" if command.match else "no")
    turn.effects.append(Notify("people", command.identity))


def _end(turn: Turn, command: inputs.EndAcquaintance) -> None:
    audience.end(turn, command.identity)
    turn.effects.append(Notify("people", command.identity))


def _hide_answers(turn: Turn, command: inputs.HideAnswers) -> None:
    space = shelf.space(turn.db, command.space)
    if space is None or space.kind != "feed" or space.owner != turn.me.identity:
        raise Refusal("not_found.item")
    logs = [row for row in shelf.logs_of(turn.db, command.space) if row.identity == command.identity]
    for row in logs:
        publish.write(turn, command.space, Writer(row.public, not command.hidden))
        shelf.set_listed(turn.db, row.public, not command.hidden)
    turn.effects.append(Notify("item", command.space))


def _set_member(turn: Turn, command: inputs.SetMember) -> None:
    audience.set_member(turn, command.circle, command.identity, command.present)
    turn.effects.append(Notify("agreements", command.identity))


def _stop_grant(turn: Turn, command: inputs.StopGrant) -> None:
    audience.stop_grant(turn, command.grant)
    turn.effects.append(Notify("agreements", command.grant))


def _make_letter(turn: Turn, command: inputs.MakeLetter) -> object:
    return meeting.make_letter(
        turn, command.to_name, command.words, command.offers, command.items, command.until_ms
    )


_RUN: dict[type, Callable[[Turn, Any], object]] = {
    inputs.Begin: _begin,
    inputs.ComeBack: returning.come_back,
    inputs.NoteCopy: returning.note_copy,
    inputs.NoteExport: returning.note_export,
    inputs.KeepCopyKey: returning.keep_key,
    inputs.Publish: _publish,
    inputs.Undo: _undo,
    inputs.TakeBack: lambda turn, c: erasing.take_back(turn, c.item, c.why),
    inputs.MakeLetter: _make_letter,
    inputs.ShowLetter: lambda turn, c: meeting.show_letter(turn, c.invitation),
    inputs.WithdrawLetter: lambda turn, c: meeting.withdraw_letter(turn, c.invitation),
    inputs.ReadLetter: lambda turn, c: accepting.read_letter(turn, c.text),
    inputs.AnswerLetter: _answer_letter,
    inputs.TakeFile: lambda turn, c: files.take_file(turn, c.data),
    inputs.MakeBundle: lambda turn, c: files.make_bundle(turn, c.identity),
    inputs.MakeCircle: lambda turn, c: audience.make_circle(turn, c.name),
    inputs.RenameCircle: lambda turn, c: audience.rename_circle(turn, c.circle, c.name),
    inputs.RetireCircle: lambda turn, c: audience.retire_circle(turn, c.circle),
    inputs.SetMember: _set_member,
    inputs.StopGrant: _stop_grant,
    inputs.RenewAll: lambda turn, c: audience.renew(turn, c.identity, c.until_ms),
    inputs.EndAcquaintance: _end,
    inputs.CompareWords: _compare_words,
    inputs.RenameMe: _rename_me,
    inputs.SaveDraft: lambda turn, c: outbox.put_draft(turn.db, c.place, c.text, c.extra, turn.now_ms),
    inputs.DropDraft: lambda turn, c: blobs.drop_draft(turn, c.place),
    inputs.Attach: lambda turn, c: blobs.attach(turn, c.place, c.attachment, c.removed),
    inputs.Detach: lambda turn, c: blobs.detach(turn, c.place, c.blob),
    inputs.Describe: lambda turn, c: outbox.describe(turn.db, c.place, c.blob, c.alt),
    inputs.MarkRead: lambda turn, c: outbox.mark(turn.db, c.place, c.order_ms),
    inputs.SetSetting: lambda turn, c: settings.put(turn.db, c.name, c.value),
    inputs.HideAnswers: _hide_answers,
    inputs.KeepBlob: lambda turn, c: blobs.keep(turn, c.ref),
    inputs.FetchBlob: lambda turn, c: blobs.fetch(turn, c.blob),
    inputs.PauseBlob: lambda turn, c: blobs.pause(turn, c.blob),
    inputs.CancelBlob: lambda turn, c: blobs.cancel(turn, c.blob),
}
