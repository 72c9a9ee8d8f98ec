# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables: all STRICT, made in numbered steps; a view that changed is laid anew."""

import re
from pathlib import Path

from edgewise.store import migrations
from edgewise.store.agreements import AgreementsView
from edgewise.store.db import Store


class OldView(AgreementsView):
    """The view of agreements as an earlier version might have laid it."""

    tables = "CREATE TABLE IF NOT EXISTS agreements_old (a TEXT NOT NULL) STRICT;"


def test_every_table_is_strict() -> None:
    """SQLite checks types only there."""
    store = Store.in_memory((AgreementsView(),))
    with store.write() as db:
        rows = list(db.execute("SELECT name, strict FROM pragma_table_list WHERE name NOT LIKE 'sqlite_%'"))
    assert len(rows) > 25
    # The index of words and its shadows are FTS5's own.
    assert [name for name, strict in rows if not strict and not name.startswith("search_words")] == []


def test_rows_that_are_named_by_their_key_are_never_deleted() -> None:
    """No statement of the store deletes operations, logs or spaces: a row key is never given twice."""
    for each in Path(migrations.__file__).parent.glob("*.py"):
        assert not re.search(r"DELETE FROM (ops|logs|spaces)\b", each.read_text("utf-8"))


def test_a_changed_view_is_laid_anew_and_named(tmp_path: Path) -> None:
    """Old tables go, new ones are empty, and the store says which view needs a rebuild; once."""
    path = tmp_path / "edgewise.db"
    Store.open(path, None, views=(OldView(),)).close()
    store = Store.open(path, None, views=(AgreementsView(),))
    names = {name for (name,) in store.reader().execute("SELECT name FROM sqlite_schema")}
    assert store.stale_views == ("agreements",)
    assert "agreements_old" not in names
    assert "agreements_grants" in names
    store.close()
    again = Store.open(path, None, views=(AgreementsView(),))
    assert again.stale_views == ()
    again.close()
