# SPDX-License-Identifier: AGPL-3.0-or-later
"""The spec and the tests say the same: every numbered rule is cited, every vector says what it is for.

A rule is laid down in spec/*.md as `**OP-3**` at the start of a line, and cited by that number in tests/.
"""

import ast
import json
import re

from tools.house import source, texts
from tools.house.source import ROOT

SPEC = sorted((ROOT / "spec").rglob("*.md"))
PAGES = [(page.relative_to(ROOT).as_posix(), page.read_text("utf-8")) for page in SPEC]
# These two show rules that no page lays down.
SHOWING = ("tests/test_spec.py", "tests/test_house.py")
CITING = [(m.path, m.text) for m in source.read("tests") if m.path not in SHOWING]
VECTORS = sorted({*(ROOT / "spec").rglob("*.json"), *(ROOT / "tests" / "vectors").rglob("*.json")})


def test_every_rule_of_the_spec_is_cited_by_a_test() -> None:
    """A rule that no test names is a wish; a number that no page has is a slip."""
    assert [str(finding) for finding in texts.check_rules(PAGES, CITING)] == []


def test_every_rule_says_must_or_never_in_its_own_sentence() -> None:
    """A rule has words after its number, on the same line."""
    for path, text in PAGES:
        for found in re.finditer(r"^\*\*[A-Z]+-\d+\*\*(.*)$", text, re.M):
            assert len(found[1].split()) >= 3, f"{path}: {found[0]}"


def test_every_vector_that_must_fail_says_why() -> None:
    """Vectors come as yay and nay, and each nay names the fault, so that others can learn from it."""
    for path in VECTORS:
        vectors = json.loads(path.read_text("utf-8"))
        assert isinstance(vectors, dict), path
        assert vectors.get("yay") or vectors.get("nay"), f"{path} has neither yay nor nay"
        for nay in vectors.get("nay", []):
            assert nay.get("why"), f"{path}: {nay}"


def test_every_feature_has_its_page() -> None:
    """Each word in features.NAMES has a page in spec/kinds, from which another program can be written."""
    trees = [m.tree for m in source.read("src/edgewise/features") if m.name == "edgewise.features"]
    named = [n for tree in trees for n in tree.body if isinstance(n, ast.Assign | ast.AnnAssign)]
    words = [word for n in named if "NAMES" in ast.dump(n) and n.value for word in ast.literal_eval(n.value)]
    assert bool(words) == bool(trees), "the words of features.NAMES stand there as plain texts"
    assert [word for word in words if not (ROOT / "spec" / "kinds" / f"{word}.md").exists()] == []


def test_the_check_of_rules_bites() -> None:
    """An uncited rule, a doubled one and a made-up citation are found; XY-1 is not XY-11."""
    page = ("spec/xy.md", "**XY-1** Bytes are bytes.\n**XY-11** More so.\nAs **XY-2** says.\n")
    assert list(texts.rules([page])) == [("spec/xy.md", 1, "XY-1"), ("spec/xy.md", 2, "XY-11")]
    assert not list(texts.check_rules([page], [("tests/a.py", '"""XY-1, XY-11"""')]))
    assert len(list(texts.check_rules([page], [("tests/a.py", '"""XY-11"""')]))) == 1
    assert len(list(texts.check_rules([page, page], [("tests/a.py", "XY-1 XY-11")]))) == 2
    assert len(list(texts.check_rules([page], [("tests/a.py", "XY-1 XY-11 XY-2")]))) == 1
