# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules of the house hold in the tree, and each rule bites where it is broken.

The rules themselves are code in tools/house; docs/decisions/0002-the-house.md gives their reasons.
"""

import importlib
import importlib.util
import re
import string
from collections.abc import Callable, Iterable

import pytest

from tools.house import floors, shape, source, texts
from tools.house.sets import check_sets
from tools.house.source import Finding, Module, module

SRC = source.read("src")
TOOLS = [*source.read("tools"), *source.read("bench")]
TESTS = source.read("tests")
FUZZ = source.read("fuzz")
PURE_ROOMS = ("ground", "keys", "log", "identity", "groups", "consent", "sync", "discovery", "store", "core")
# Words that people never read; interface.md of the design gives the list.
UNSAID = (
    "key keys peer peers node nodes hop relay log logs op ops epoch epochs hash dht nonce oops successfully"
)


def holds(findings: Iterable[Finding]) -> None:
    """Show every finding at once, a line each."""
    found = [str(finding) for finding in findings]
    assert not found, "\n" + "\n".join(found)


def test_every_module_stands_in_a_room_and_imports_only_downwards() -> None:
    """A module imports only from lower floors or its own room."""
    holds(floors.check_rooms(SRC))


def test_imports_never_go_in_a_ring() -> None:
    """There is no cycle of imports in the house."""
    holds(floors.check_cycles(SRC))


def test_the_outer_world_comes_in_above_floor_six_only() -> None:
    """Clock, chance, network, threads, logs and async stay on floors 7 to 9, databases on floor 5."""
    holds(floors.check_outer_world(SRC))


def test_the_simulated_world_reaches_no_carrier_and_no_face() -> None:
    """Not even through others does sim bring in carriers or faces."""
    far = ("edgewise.carriers", "edgewise.faces", "edgewise.node")
    assert [name for name in sorted(floors.reached(SRC, "edgewise.sim")) if name.startswith(far)] == []


@pytest.mark.parametrize(
    "check",
    [
        shape.check_excepts,
        shape.check_names,
        shape.check_finished,
        shape.check_documented,
        texts.check_sql_place,
    ],
    ids=lambda check: check.__name__,
)
def test_every_module_keeps_the_rule(check: Callable[[Module], Iterable[Finding]]) -> None:
    """Rules that look at one module alone hold in all of the package."""
    holds(finding for each in SRC for finding in check(each))


def test_the_tools_keep_the_rules_too() -> None:
    """What holds the house is held by it."""
    checks = (shape.check_excepts, shape.check_names, shape.check_documented, check_sets)
    holds(finding for each in TOOLS for check in checks for finding in check(each))
    # The driver of `fuzz` catches everything: that is what it is for.
    holds(finding for each in FUZZ for check in checks[1:] for finding in check(each))


def test_functions_and_files_keep_their_length() -> None:
    """Functions have at most 50 lines, files at most 400, but for listed debts that only shrink."""
    holds(shape.check_sizes([*SRC, *TOOLS, *TESTS, *FUZZ], shape.load_debts()))


def test_no_record_holds_a_float() -> None:
    """Two machines agree on every bit of a record."""
    holds(shape.check_no_floats(SRC))


def test_no_order_comes_out_of_a_set_on_pure_floors() -> None:
    """On floors 0 to 6 a set is sorted before anybody walks over it."""
    pure = [m for m in SRC if (here := floors.place(m.name)) and here.floor <= 6]
    holds(finding for each in pure for finding in check_sets(each))


def test_every_table_is_strict_and_every_insert_names_its_columns() -> None:
    """SQLite checks types only in STRICT tables; a column added later must not shift an INSERT."""
    said = [(m.path, line, text) for m in SRC for line, text in source.strings(m.tree)]
    said += [(p.as_posix(), 1, p.read_text("utf-8")) for p in (source.ROOT / "src").rglob("*.sql")]
    holds(finding for where in said for finding in texts.check_sql(*where))


def test_every_file_has_its_licence_and_none_names_a_machine() -> None:
    """Licence lines stand at the top; no machine path, registry or unfinished note is in any file."""
    files = source.kept_files()
    holds(f for path, text in texts.readable(files) for f in texts.check_text(path, text))


def test_every_test_states_a_claim_and_asserts_it() -> None:
    """Each test has a sentence and an assertion; tests of pure rooms never sleep."""
    for each in TESTS:
        quick = each.parts[:1] != () and each.parts[0] in PURE_ROOMS
        holds(shape.check_tests(each, quick=quick))


def test_every_module_of_the_lower_floors_has_a_test_of_its_name() -> None:
    """tests/ mirrors src/ on floors 0 to 5, in each room with tests: keys/words.py, keys/test_words.py."""
    alone = []
    for each in SRC:
        here = floors.place(each.name)
        if here is None or here.floor > 5 or len(each.parts) < 2 or each.path.endswith("__init__.py"):
            continue
        room = source.ROOT.joinpath("tests", *each.parts[:-1])
        twin = room / f"test_{each.parts[-1]}.py"
        if any(room.glob("test_*.py")) and any(source.functions(each.tree)) and not twin.exists():
            alone.append(each.finding(1, f"has no {twin.relative_to(source.ROOT)}"))
    holds(alone)


def test_every_error_says_what_to_do_in_plain_words() -> None:
    """Each row of the table has a sentence, a way out, a blame and an exit code, in people's words."""
    if importlib.util.find_spec("edgewise.ground.errors") is None:
        pytest.skip("the ground is not laid yet")
    errors = importlib.import_module("edgewise.ground.errors")
    for code, row in errors.ROWS.items():
        assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", code), code
        assert row.blame in ("you", "peer", "us"), code
        assert 2 <= row.exit_code <= 9, code
        for text in (row.sentence, row.remedy):
            assert len(text) > 10, f"{code} leaves people alone"
            plain = "".join(before for before, *_ in string.Formatter().parse(text))
            unsaid = set(re.findall(r"[a-z]+", plain.lower())) & set(UNSAID.split())
            assert not unsaid, f"{code} says {sorted(unsaid)} to people"


def test_every_error_raised_has_its_row() -> None:
    """No Refusal and no Verdict is made with a code that the table does not have."""
    if importlib.util.find_spec("edgewise.ground.errors") is None:
        pytest.skip("the ground is not laid yet")
    rows = importlib.import_module("edgewise.ground.errors").ROWS
    made = [(m, call) for m in SRC for call in shape.error_codes(m)]
    holds(m.finding(line, f"no row for {code}") for m, (line, code) in made if code not in rows)


# From here on: each rule bites. A rule that finds nothing anywhere would hold nothing.

ONE_MODULE = [
    (shape.check_excepts, "try:\n    f()\nexcept:\n    pass\n"),
    (shape.check_excepts, "try:\n    f()\nexcept (KeyError, Exception):\n    pass\n"),
    (shape.check_excepts, "with contextlib.suppress(BaseException):\n    f()\n"),
    (shape.check_names, "class SyncManager: ...\n"),
    (shape.check_names, "class DateUtils: ...\n"),
    (shape.check_finished, "def f():\n    raise NotImplementedError\n"),
    (shape.check_documented, "x = 1\n"),
    (shape.check_documented, '"""M."""\ndef f() -> None: ...\n'),
    (shape.check_documented, '"""M."""\ndef f(a):\n    """F."""\n'),
    (shape.check_documented, '"""M."""\nclass C:\n  """C."""\n  def m(self) -> None:\n    f()\n    f()\n'),
    (texts.check_sql_place, "q = f'SELECT {x} FROM t'\n"),
    (check_sets, "for x in {1, 2}: f(x)\n"),
    (check_sets, "y = [x for x in set(a)]\n"),
    (check_sets, "y = list(a.union(b))\n"),
    (check_sets, "def f(a: frozenset[bytes]) -> None:\n    for x in a: g(x)\n"),
    (check_sets, "def f() -> set[int]: ...\ny = tuple(f())\n"),
    (check_sets, "def f():\n    s = {1}\n    return b''.join(s | t)\n"),
    (check_sets, "class C:\n    s: set[int]\n    def m(self):\n        return [*self.s]\n"),
    (floors.check_rooms, "from edgewise.log import op\n"),
    (floors.check_rooms, "import edgewise.store.db\n"),
    (floors.check_rooms, "if TYPE_CHECKING:\n    from edgewise.core.door import Door\n"),
    (floors.check_outer_world, "def f():\n    import time\n"),
    (floors.check_outer_world, "from os import urandom\n"),
    (floors.check_outer_world, "import apsw\n"),
    (floors.check_outer_world, "if TYPE_CHECKING:\n    import sqlite3\n"),
    (floors.check_outer_world, "async def f(): ...\n"),
    (floors.check_outer_world, "x = datetime.datetime.now()\n"),
    (floors.check_outer_world, "from importlib import import_module\n"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "text"), ONE_MODULE)
def test_a_rule_bites(check: Callable[..., Iterable[Finding]], text: str) -> None:
    """A module in keys that breaks one rule gets exactly one finding."""
    broken = module("edgewise.keys.words", text)
    whole = check.__module__ == floors.__name__
    assert len(list(check([broken] if whole else broken))) == 1


@pytest.mark.parametrize(
    ("name", "text", "findings"),
    [
        ("edgewise.identity.person", "import edgewise.groups.epochs", 1),
        ("edgewise.consent.grants", "import edgewise.groups.epochs", 0),
        ("edgewise.features.posts.records", "import edgewise.consent.grants", 0),
        ("edgewise.features.posts.records", "import edgewise.features.posts.view", 0),
        ("edgewise.features.posts.records", "import edgewise.store.db", 1),
        ("edgewise.features.posts.view", "import edgewise.store.db", 0),
        ("edgewise.features.posts.view", "import edgewise.core.feature", 1),
        ("edgewise.features.posts", "import edgewise.core.feature", 0),
        ("edgewise.features.posts.web", "import edgewise.faces.kit.words", 0),
        ("edgewise.features.posts.web", "import edgewise.faces.web.app", 1),
        ("edgewise.faces.web.app", "import edgewise.features.posts.web", 0),
        ("edgewise.faces.kit.words", "import edgewise.features.posts.web", 1),
        ("edgewise.core.door", "import edgewise.features.posts.records", 1),
        ("edgewise.sync.session", "import edgewise.groups.epochs", 1),
        ("edgewise.sync.session", "import edgewise.discovery.tickets", 1),
        ("edgewise.carriers.iroh", "import edgewise.store.db", 1),
        ("edgewise.faces.web.app", "import edgewise.keys.signing", 1),
        ("edgewise.sim.world", "import asyncio", 1),
        ("edgewise.sim.world", "import edgewise.node", 1),
        ("edgewise.node", "import edgewise.faces.web.app", 0),
        ("edgewise.kitchen.sink", "x = 1", 1),
    ],
)
def test_the_floors_are_what_the_plan_says(name: str, text: str, findings: int) -> None:
    """Each line of the table of floors is in force."""
    assert len(list(floors.check_rooms([module(name, text)]))) == findings


def test_databases_are_allowed_on_floor_five() -> None:
    """The store and the views of features, and nobody else, may open a database."""
    for name in ("edgewise.store.db", "edgewise.features.posts.view"):
        assert not list(floors.check_outer_world([module(name, "import apsw")]))
        assert not list(texts.check_sql_place(module(name, "q = 'SELECT 1'")))
    assert list(floors.check_outer_world([module("edgewise.faces.web.app", "import apsw")]))


def test_a_ring_is_found_also_through_a_late_import() -> None:
    """Two modules that import one another are a ring, wherever in them the import stands."""
    one = module("edgewise.keys.a", "import edgewise.keys.b")
    two = module("edgewise.keys.b", "def f():\n    from edgewise.keys import a")
    assert len(list(floors.check_cycles([one, two]))) == 1
    assert floors.reached([one, two], "edgewise.keys.a") == {"edgewise.keys.a", "edgewise.keys.b"}


def test_a_set_that_is_sorted_or_only_counted_is_no_fault() -> None:
    """The rule about sets lets through what has no order to lose."""
    fine = "def f(s: set[int]):\n    return sorted(s), len(s), any(x for x in s), {x for x in s}, 1 in s\n"
    assert not list(check_sets(module("edgewise.keys.words", fine)))
    other = "def f(s: set[int]): ...\ndef g(s: list[int]):\n    return [x for x in s]\n"
    assert not list(check_sets(module("edgewise.keys.words", other)))


def test_a_long_function_is_found_and_its_debt_only_shrinks() -> None:
    """A debt may stay as long as it is; longer, shorter or gone, it is a finding."""
    long = module("edgewise.keys.a", 'def f():\n    """D.\n\n    """\n' + "    x = 1\n" * 60)
    name = "src/edgewise/keys/a.py::f"
    assert shape.sizes([long]) == {name: 61}
    assert not list(shape.check_sizes([long], {name: 61}))
    for debts in ({}, {name: 60}, {name: 62}, {name: 61, "gone.py": 500}):
        assert len(list(shape.check_sizes([long], debts))) == 1
    assert shape.sizes([module("edgewise.keys.b", "x = 1\n" * 401)]) == {"src/edgewise/keys/b.py": 401}


def test_a_float_is_found_in_a_record_of_records() -> None:
    """Records of records, in other modules too, hold no float, quoted or within a tuple."""
    base = module("edgewise.log.a", "class Head(Record): ...")
    text = "class Tip(Head, frozen=True):\n    at: tuple[float, ...]\n    to: 'float | None'\n    ok: int\n"
    assert len(list(shape.check_no_floats([base, module("edgewise.log.b", text)]))) == 2
    assert not list(shape.check_no_floats([module("edgewise.log.c", "class Look:\n    at: float\n")]))


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("CREATE TABLE t (a INTEGER CHECK (a > 0)) STRICT", 0),
        ("CREATE TABLE IF NOT EXISTS t (a INTEGER) STRICT, WITHOUT ROWID;", 0),
        ("CREATE TABLE t (a INTEGER); CREATE TABLE u (a INTEGER) STRICT", 1),
        ("CREATE VIRTUAL TABLE t USING fts5(a)", 0),
        ("INSERT INTO t (a) VALUES (?)", 0),
        ("INSERT OR IGNORE INTO {}(a) VALUES (?)", 0),
        ("INSERT INTO t VALUES (?)", 1),
        ("REPLACE INTO t SELECT 1", 1),
    ],
)
def test_the_rules_of_sql_bite(text: str, findings: int) -> None:
    """A lax table and a nameless INSERT are found, and the right ones are not."""
    assert len(list(texts.check_sql("a.py", 1, text))) == findings


def test_the_rules_of_texts_bite() -> None:
    """A missing licence line, a machine path, a registry and an unfinished note are found."""
    head = f"# {texts.SPDX}\n"
    assert not list(texts.check_text("src/a.py", head + "see https://example.org/work/home/\n"))
    for bad in ("/ro" + "ot/x", "/wo" + "rk/main", "--index-u" + "rl", "TO" + "DO later", "XX" + "X"):
        assert len(list(texts.check_text("docs/a.md", f"see {bad}"))) == 1, bad
    assert len(list(texts.check_text("src/a.py", "import ast\n"))) == 1
    assert len(list(texts.check_text("src/a.css", "a {}\n"))) == 1


def test_the_rules_of_tests_bite() -> None:
    """A test without claim, without assertion or with a nap is found; one that calls a check is not."""
    lazy = module("tests.keys.test_a", "def test_a():\n    time.sleep(1)\n")
    assert len(list(shape.check_tests(lazy, quick=True))) == 3
    good = 'def same(a):\n    assert a\ndef test_a():\n    """C."""\n    same(1)\n'
    assert not list(shape.check_tests(module("tests.keys.test_a", good), quick=True))


def test_error_codes_are_read_from_the_source() -> None:
    """Codes of Refusal and Verdict are found wherever the code is a plain text."""
    text = "raise Refusal('a.b', x=1)\ny = errors.Verdict('c.d')\nraise Verdict(code)\n"
    assert list(shape.error_codes(module("edgewise.keys.a", text))) == [(1, "a.b"), (2, "c.d")]
