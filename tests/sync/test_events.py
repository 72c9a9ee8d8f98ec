# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is told to the core as it came."""

import dataclasses
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edgewise.sync import events, frames
from tests.sync.some_frames import BY_KIND


@given(st.data())
def test_what_is_told_holds_all_fields_of_its_frame(data: Any) -> None:
    """FRAME-1: nothing that a frame says is lost on the way to the core."""
    kind = data.draw(st.sampled_from(sorted(events.TOLD, key=lambda kind: kind.NUMBER)))
    frame = data.draw(BY_KIND[kind])
    event = events.TOLD[kind](frame)

    assert [getattr(event, field.name) for field in dataclasses.fields(event)] == [
        getattr(frame, name) for name in frame.__struct_fields__
    ]


def test_what_is_told_needs_no_shared_space() -> None:
    """FRAME-7: meeting and ending are told; comparing isn't."""
    assert frames.Accept in events.TOLD
    assert frames.Erase in events.TOLD
    assert frames.Run not in events.TOLD
