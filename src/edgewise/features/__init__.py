# SPDX-License-Identifier: AGPL-3.0-or-later
"""The features of the house, one word each. The node and the simulator hand them to the core."""

from edgewise.core.feature import Feature
from edgewise.features.archive import records as archive_records
from edgewise.features.archive import view as archive_view
from edgewise.features.people import records as people_records
from edgewise.features.people import view as people_view
from edgewise.features.posts import records as posts_records
from edgewise.features.posts import view as posts_view
from edgewise.features.talk import records as talk_records
from edgewise.features.talk import view as talk_view

NAMES = ("posts", "talk", "people", "archive")


def load() -> tuple[Feature, ...]:
    """The features in the order of `NAMES`, as the core takes them."""
    return (
        Feature("posts", posts_records.KINDS, posts_view.VIEW),
        Feature("talk", talk_records.KINDS, talk_view.VIEW),
        Feature("people", people_records.KINDS, people_view.VIEW),
        Feature("archive", archive_records.KINDS, archive_view.VIEW),
    )
