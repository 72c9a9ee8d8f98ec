# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key table is complete: every sign, MAC, hash, derivation and HPKE call names a label of it."""

import ast
from pathlib import Path

import edgewise
from edgewise.keys.labels import Label

SRC = Path(edgewise.__file__).parent
# function of keys/ -> (position of its label, use that the label must have)
CALLS = {
    "sign": (1, "sign"),
    "verify": (1, "sign"),
    "verifies": (1, "sign"),
    "mac": (1, "mac"),
    "expand": (1, "kdf"),
    "digest": (0, "hash"),
    "hpke_seal": (2, "hpke"),
    "hpke_open": (2, "hpke"),
}
MODULES = {"signing", "hashing", "sealing"}
PRIMITIVES = {"nacl", "cryptography", "hmac", "argon2"}


def names_of(tree: ast.Module) -> tuple[dict[str, str], set[str]]:
    """What a module calls our functions (name there -> name here) and our modules."""
    functions: dict[str, str] = {}
    modules: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        for alias in node.names:
            if node.module in {f"edgewise.keys.{module}" for module in MODULES} and alias.name in CALLS:
                functions[alias.asname or alias.name] = alias.name
            if node.module == "edgewise.keys" and alias.name in MODULES:
                modules.add(alias.asname or alias.name)
    return functions, modules


def labels_in(node: ast.expr) -> list[Label] | None:
    """The labels that an argument can be: `Label.X`, or one of two by a condition; None for anything else."""
    if isinstance(node, ast.IfExp):
        left, right = labels_in(node.body), labels_in(node.orelse)
        return None if left is None or right is None else left + right
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Label":
        return [Label[node.attr]] if node.attr in Label.__members__ else None
    return None


LABELLED = "needs a Label of the table with the use"


def label_argument(call: ast.Call, place: int) -> ast.expr | None:
    """The argument of a call that should be its label."""
    named = [word.value for word in call.keywords if word.arg == "label"]
    return next(iter(named or call.args[place : place + 1]), None)


def target_of(
    call: ast.Call, targets: dict[str, tuple[int, str]], modules: set[str]
) -> tuple[int, str] | None:
    """Place and use of the label, where a call is one of those that need one."""
    if isinstance(call.func, ast.Name):
        return targets.get(call.func.id)
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        return CALLS.get(call.func.attr) if call.func.value.id in modules else None
    return None


def calls_in(tree: ast.AST) -> list[ast.Call]:
    """Every call below a node."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def wrappers_of(tree: ast.Module, targets: dict[str, tuple[int, str]], modules: set[str]) -> list[ast.Call]:
    """Calls that hand on the `label` of the private function around them, which becomes a target."""
    handed_on = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef) or not function.name.startswith("_"):
            continue
        given = [arg.arg for arg in function.args.args]
        for call in calls_in(function):
            target = target_of(call, targets, modules)
            label = label_argument(call, target[0]) if target else None
            if target and isinstance(label, ast.Name) and label.id == "label" and "label" in given:
                targets[function.name] = (given.index("label"), target[1])
                handed_on.append(call)
    return handed_on


def findings(source: str) -> list[str]:
    """Calls in a source whose label is missing, not in the table, or made for another use."""
    tree = ast.parse(source)
    functions, modules = names_of(tree)
    targets = {name: CALLS[ours] for name, ours in functions.items()}
    handed_on = wrappers_of(tree, targets, modules)
    found = []
    for call in calls_in(tree):
        target = target_of(call, targets, modules)
        if target is None or call in handed_on:
            continue
        label = label_argument(call, target[0])
        labels = labels_in(label) if label else None
        if labels is None or any(each.use != target[1] for each in labels):
            found.append(f"line {call.lineno}: {ast.unparse(call.func)} {LABELLED} {target[1]!r}")
    return found


def test_every_call_in_the_house_names_a_label_of_the_table() -> None:
    """A key gets a new job only by a new line of the table."""
    found = []
    for path in sorted(SRC.rglob("*.py")):
        if path.parent != SRC / "keys":
            found += [f"{path.relative_to(SRC)} {finding}" for finding in findings(path.read_text("utf-8"))]
    assert found == []


def test_only_the_room_of_keys_touches_cryptographic_libraries() -> None:
    """No call can pass the table by."""
    found = []
    free = {SRC / "bench" / "limits.py"}  # it measures what the bare libraries cost, and keeps nothing
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            imported: list[str] = []
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported = [node.module]
            if (
                path not in free
                and path.parent != SRC / "keys"
                and {name.split(".")[0] for name in imported} & PRIMITIVES
            ):
                found.append(f"{path.relative_to(SRC)}: {imported}")
    assert found == []


def test_the_search_finds_what_it_looks_for() -> None:
    """A bare text, a label of another use or outside the table, and a label from anywhere are found."""
    source = """
from edgewise.keys import hashing
from edgewise.keys.signing import sign as put_name_to
hashing.digest(b"edgewise/v1/op")
put_name_to(key, Label.OP, b"")
hashing.mac(key, Label.NO_SUCH, b"")
hashing.mac(key, message=b"", label=Label.SPACE_TAG)
def _signed(label, message):
    return put_name_to(key, label, message)
_signed(Label.OP_SIG, b"")
_signed(Label.OP, b"")
def signed(label, message):
    return put_name_to(key, label, message)
"""
    lines = [finding.split(":")[0] for finding in findings(source)]
    assert lines == ["line 4", "line 5", "line 6", "line 11", "line 13"]


def test_no_label_begins_another() -> None:
    """Prefixes end in a zero byte and are plain ASCII, so that none is the beginning of another."""
    prefixes = [label.prefix for label in Label]
    assert all(prefix.startswith(b"edgewise/v1/") and prefix.endswith(b"\0") for prefix in prefixes)
    assert not any(a != b and a.startswith(b) for a in prefixes for b in prefixes)
    assert all(prefix.count(b"\0") == 1 for prefix in prefixes)
