# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own logs: written on this computer, or on another one."""

from edgewise.store import own, shelf
from edgewise.store.db import Store
from tests.store.shelves import SPACE, Writer, log_row, space_row


def test_own_logs_of_other_computers_are_one_s_own_and_closed() -> None:
    """COPY-8: what came home is never written to; closing all leaves none to write to."""
    store = Store.in_memory(())
    here, there = Writer("here"), Writer("there")
    with store.write() as db:
        shelf.add_space(db, space_row(SPACE, "self"))
        shelf.add_log(db, log_row(here, mine=True))
        shelf.add_log(db, log_row(there))
        assert [row.public for row in own.logs(db, SPACE)] == [here.key.public]
        own.take_home(db, there.key.public)
        assert [(row.mine, row.closed) for row in own.logs(db, SPACE)] == [(True, False), (True, True)]
        assert shelf.my_log(db, SPACE) is not None
        own.close_all(db)
        assert shelf.my_log(db, SPACE) is None
    store.close()
