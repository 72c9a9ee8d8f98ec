# SPDX-License-Identifier: AGPL-3.0-or-later
"""Voice notes in the worker: measured and cleaned by our own walk, since no small library does it."""

from __future__ import annotations

from edgewise.ground.errors import Verdict
from edgewise.media import ogg, webm
from edgewise.media.jobs import MIME, VOICE_MAX_BYTES, VOICE_MAX_MS, VOICES, Prepared
from edgewise.media.sorts import HEAD_BYTES, sort_of


def prepare(data: bytes) -> Prepared:
    """A voice note that may be shared: Opus in Ogg or WebM, at most five minutes and 2 MB.

    Verdicts "media.no_voice", "media.voice_long", "media.broken".
    """
    sort = sort_of(data[:HEAD_BYTES])
    if sort not in VOICES:
        raise Verdict("media.no_voice")
    if len(data) > VOICE_MAX_BYTES:
        raise Verdict("media.voice_long")
    cleaned, length_ms = ogg.clean(data) if sort == "ogg" else webm.clean(data)
    if length_ms > VOICE_MAX_MS or len(cleaned) > VOICE_MAX_BYTES:
        raise Verdict("media.voice_long")
    return Prepared(cleaned, MIME[sort], duration_ms=length_ms)
