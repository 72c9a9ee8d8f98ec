# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands in files as text: SQL, licence lines, words that have no place here, rules of the spec."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.house.floors import SQL_ROOMS, place
from tools.house.source import ROOT, Finding, Module, strings

SPDX = "SPDX-License-Identifier: AGPL-3.0-or-later"
LICENSED = {".py", ".pyi", ".sh", ".css", ".js", ".html", ".sql", ".toml"}
LICENSED_NAMES = {"Makefile", "run"}
# No rule is checked in these: another's words, or bytes.
FREE = {"LICENSE"}
BINARY = {".png", ".jpg", ".webp", ".ico", ".woff2", ".mo", ".bin", ".gz", ".pdf"}
# Spelled in two halves, so that this file may stand in the house itself.
FORBIDDEN = tuple(
    (re.compile(left + right), why)
    for left, right, why in (
        (r"(?<![\w.])/wo", r"rk/", "a path of one machine"),
        (r"(?<![\w.])/ro", r"ot/", "a path of one machine"),
        (r"(?<![\w.])/ho", r"me/\w", "a path of one machine"),
        (r"(?<![\w.])/tmp/br", r"ief", "a path of one machine"),
        (r"(?<![\w.])/op", r"t/pypi", "a path of one machine"),
        (r"pypi\.o", r"rg", "a registry; constraints.txt has versions only"),
        (r"pythonho", r"sted\.org", "a registry; constraints.txt has versions only"),
        (r"registry\.np", r"mjs", "a registry"),
        (r"index-u", r"rl", "a registry"),
        (r"--find-li", r"nks", "a registry"),
        (r"\bTO", r"DO\b", "write the thing, or leave it out"),
        (r"\bFIX", r"ME\b", "write the thing, or leave it out"),
        (r"\bXX", r"X\b", "write the thing, or leave it out"),
        (r"(?i)\bcla", r"ude\b", "the tools of the workplace do not belong in the house"),
        (r"(?i)\banth", r"ropic\b", "the tools of the workplace do not belong in the house"),
        (r"(?i)\bsub-?ag", r"ent", "the tools of the workplace do not belong in the house"),
        (r"\bLL", r"M\b", "the tools of the workplace do not belong in the house"),
    )
)

TABLE = re.compile(r"\bCREATE\s+(?:TEMP\w*\s+)?TABLE\b(?:\s+IF\s+NOT\s+EXISTS)?\s+([\w{}.\"]+)\s*", re.I)
INSERT = re.compile(r"\b(?:INSERT(?:\s+OR\s+\w+)?|REPLACE)\s+INTO\s+([\w{}.\"]+)\s*(.?)", re.I | re.S)
SQL = re.compile(
    r"\s*(?:SELECT\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|PRAGMA\s"
    r"|CREATE\s+(?:TEMP\w*\s+|UNIQUE\s+|VIRTUAL\s+)?(?:TABLE|INDEX|VIEW|TRIGGER)\s|ALTER\s+TABLE\s|DROP\s+TABLE\s)"
)
RULE = re.compile(r"^\*\*([A-Z]+-\d+)\*\*", re.M)


def check_sql_place(module: Module) -> Iterator[Finding]:
    """SQL stands on floor 5 and nowhere else."""
    here = place(module.name)
    if here is not None and here.floor != 5 and here.room not in SQL_ROOMS:
        for line, text in strings(module.tree):
            if SQL.match(text):
                yield module.finding(line, "SQL belongs on floor 5 (store, features/*/view.py)")


def check_sql(path: str, line: int, text: str) -> Iterator[Finding]:
    """Every table is STRICT, and every INSERT names its columns."""
    for found in TABLE.finditer(text):
        at = line + text.count("\n", 0, found.start())
        if "STRICT" not in _after_brackets(text, found.end()).upper():
            yield Finding(path, at, f"table {found[1]} is not STRICT")
    for found in INSERT.finditer(text):
        if found[2] != "(":
            at = line + text.count("\n", 0, found.start())
            yield Finding(path, at, f"the INSERT into {found[1]} does not name its columns")


def _after_brackets(text: str, start: int) -> str:
    """What follows the bracket that opens at `start`, up to the end of the statement."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return text[at + 1 :].split(";")[0] if text[at] == ")" else ""
    return ""


def check_text(path: str, text: str) -> Iterator[Finding]:
    """The licence line stands at the top, and no word stands there that belongs to no house."""
    name = Path(path)
    licensed = name.suffix in LICENSED or name.name in LICENSED_NAMES
    if licensed and text.strip() and SPDX not in "\n".join(text.splitlines()[:2]):
        yield Finding(path, 1, f"the first line lacks {SPDX}")
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, why in FORBIDDEN:
            if found := pattern.search(line):
                yield Finding(path, number, f"{found[0]}: {why}")


def readable(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Path and text of every file that has text of ours in it."""
    for file in files:
        if file.name not in FREE and file.suffix not in BINARY:
            yield file.relative_to(ROOT).as_posix(), file.read_text("utf-8")


def rules(pages: Iterable[tuple[str, str]]) -> Iterator[tuple[str, int, str]]:
    """Every numbered rule of the spec, where it is laid down: `**OP-3**` at the start of a line."""
    for path, text in pages:
        for found in RULE.finditer(text):
            yield path, text.count("\n", 0, found.start()) + 1, found[1]


def check_rules(pages: Iterable[tuple[str, str]], citing: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """Every rule has one number of its own and is cited by a test; no test cites a rule that is not there."""
    laid: dict[str, tuple[str, int]] = {}
    for path, line, rule in rules(pages):
        if rule in laid:
            yield Finding(path, line, f"{rule} is laid down twice; the other is in {laid[rule][0]}")
        laid[rule] = (path, line)
    families = {rule.split("-")[0] for rule in laid}
    cited: dict[str, tuple[str, int]] = {}
    for path, text in citing:
        for number, words in enumerate(text.splitlines(), 1):
            for rule in re.findall(r"\b[A-Z]+-\d+\b", words):
                cited.setdefault(rule, (path, number))
    for rule, (path, line) in laid.items():
        if rule not in cited:
            yield Finding(path, line, f"no test cites {rule}")
    for rule, (path, line) in cited.items():
        if rule.split("-")[0] in families and rule not in laid:
            yield Finding(path, line, f"{rule} is cited, and no page of the spec lays it down")
