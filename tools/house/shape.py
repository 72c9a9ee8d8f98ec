# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shape of code: sizes, names, documentation, excepts, records, sets; and what makes a test a test."""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping

from tools.house.source import ROOT, Finding, Function, Module, dotted, functions

FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 400
BROAD = {"Exception", "BaseException"}
BAD_NAMES = re.compile(r"(?:Manager|Helper|Util|Impl|Service)s?$|(?:^|_)(?:manager|helper|util|impl)s?$")
ASSERTING = re.compile(r"^_?(assert|check|expect|raises|warns|fail|refuse|verif|must)")


def body_lines(node: Function) -> int:
    """Lines of a function from `def` to its end, its docstring and decorators left out."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
    return lines


def sizes(modules: Iterable[Module]) -> dict[str, int]:
    """What is over its limit: "path" for files, "path::function" for functions, with lines."""
    over = {}
    for module in modules:
        lines = len(module.text.splitlines())
        if lines > FILE_LINES_MAX:
            over[module.path] = lines
        for name, node in functions(module.tree):
            if (lines := body_lines(node)) > FUNCTION_LINES_MAX:
                over[f"{module.path}::{name}"] = lines
    return over


def check_sizes(modules: Iterable[Module], debts: Mapping[str, int]) -> Iterator[Finding]:
    """Functions and files keep their limits, or stand in the list of debts with today's length exactly."""
    over = sizes(modules)
    for name in sorted(over.keys() | debts.keys()):
        lines, debt = over.get(name, 0), debts.get(name, 0)
        if lines > debt:
            limit = FUNCTION_LINES_MAX if "::" in name else FILE_LINES_MAX
            yield Finding(name, 0, f"{lines} lines, and the limit is {debt or limit}")
        elif lines < debt:
            yield Finding(name, 0, f"shrank from {debt} to {lines}: let tests/house_debts.json shrink too")


def load_debts() -> dict[str, int]:
    """The ratchet: what may be too long, by its length when the debt was made."""
    return dict(json.loads((ROOT / "tests/house_debts.json").read_text("utf-8")))


def check_excepts(module: Module) -> Iterator[Finding]:
    """No bare or broad except, and nothing like it by `suppress`, but in ground/foreign.py."""
    if module.path == "src/edgewise/ground/foreign.py":
        return
    for node in ast.walk(module.tree):
        caught: list[ast.expr] = []
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                yield module.finding(node, "a bare except: name what may be raised")
                continue
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        elif isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == "suppress":
            caught = node.args
        for kind in caught:
            if dotted(kind).split(".")[-1] in BROAD:
                yield module.finding(node, "a broad except: name what may be raised, or use ground.foreign")


def check_names(module: Module) -> Iterator[Finding]:
    """No class and no module is called after having no purpose of its own."""
    words = [(1, module.parts[-1])] if module.parts else []
    words += [(n.lineno, n.name) for n in ast.walk(module.tree) if isinstance(n, ast.ClassDef)]
    for line, word in words:
        if BAD_NAMES.search(word):
            yield module.finding(line, f"{word}: name what it does")


def _decorations(node: Function) -> set[str]:
    names = (dotted(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list)
    return {name.split(".")[-1] for name in names}


def _public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.ClassDef | Function]]:
    for node in body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{node.name}.")


def check_documented(module: Module) -> Iterator[Finding]:
    """Modules, public classes and functions say what they promise; public functions are annotated.

    A method of one statement may leave the saying to its name and its class.
    """
    if not ast.get_docstring(module.tree) and module.tree.body:
        yield module.finding(1, "the module does not say what is in it")
    for name, node in _public(module.tree.body):
        if isinstance(node, Function):
            marks = _decorations(node)
            if marks & {"overload", "setter", "override"}:
                continue
            yield from _annotated(module, name, node)
            if "." in name and len(node.body) == 1:
                continue
        if not ast.get_docstring(node):
            yield module.finding(node, f"{name} does not say what it promises")


def _annotated(module: Module, name: str, node: Function) -> Iterator[Finding]:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    every += [a for a in (node.args.vararg, node.args.kwarg) if a]
    if "." in name and "staticmethod" not in _decorations(node):
        every = every[1:]
    if node.returns is None or any(a.annotation is None for a in every):
        yield module.finding(node, f"{name} lacks annotations")


def check_no_floats(modules: Iterable[Module]) -> Iterator[Finding]:
    """No field of a record is a float: two machines must agree on every bit."""
    modules = list(modules)
    classes = [(m, n) for m in modules for n in ast.walk(m.tree) if isinstance(n, ast.ClassDef)]
    records, before = {"Record"}, 0
    while len(records) > before:
        before = len(records)
        records |= {n.name for _, n in classes for b in n.bases if dotted(b).split(".")[-1] in records}
    for module, node in classes:
        if not any(dotted(base).split(".")[-1] in records for base in node.bases):
            continue
        for field in node.body:
            if isinstance(field, ast.AnnAssign):
                words = {n.id for n in ast.walk(field.annotation) if isinstance(n, ast.Name)}
                words |= set(re.findall(r"\w+", " ".join(_texts(field.annotation))))
                if words & {"float", "complex"}:
                    yield module.finding(field, f"{node.name} has a float; use an integer and a unit")


def _texts(node: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def check_finished(module: Module) -> Iterator[Finding]:
    """Nothing stands there only to be written later."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":
            yield module.finding(node, "NotImplementedError: write the thing, or leave it out")


def check_tests(module: Module, *, quick: bool) -> Iterator[Finding]:
    """A test states a claim and asserts something; a unit test never sleeps."""
    found = dict(functions(module.tree))
    asserting = {name.split(".")[-1] for name, node in found.items() if _asserts(node, set())}
    for name, node in found.items():
        if not name.split(".")[-1].startswith("test_") or name.count(".") > 1:
            continue
        if not ast.get_docstring(node):
            yield module.finding(node, f"{name} states no claim")
        if not _asserts(node, asserting):
            yield module.finding(node, f"{name} asserts nothing")
    for call in (n for n in ast.walk(module.tree) if quick and isinstance(n, ast.Call)):
        if dotted(call.func).split(".")[-1] == "sleep":
            yield module.finding(call, "a unit test never sleeps: time is an argument")


def _asserts(node: Function, helpers: set[str]) -> bool:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            return True
        if isinstance(inner, ast.Call):
            name = dotted(inner.func).split(".")[-1]
            if ASSERTING.match(name) or name in helpers:
                return True
    return False


def error_codes(module: Module) -> Iterator[tuple[int, str]]:
    """Line and code of every Refusal and Verdict that is made with a plain code."""
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Call)
            and dotted(node.func).split(".")[-1] in ("Refusal", "Verdict")
            and node.args
        ):
            code = node.args[0]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield node.lineno, code.value
