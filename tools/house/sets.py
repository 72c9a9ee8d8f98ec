# SPDX-License-Identifier: AGPL-3.0-or-later
"""No order out of a set: on pure floors a set is sorted before anybody walks over it.

Sets of bytes and text come in another order in each process, so the same seed would give another trace.
The check knows a set by its form, its annotation, or the assignment of its name in the same file; it can
be deceived, and is there for the honest mistake.
"""

import ast
from collections.abc import Iterator

from tools.house.source import Finding, Module, dotted

SET_TYPES = {"set", "frozenset", "Set", "AbstractSet", "MutableSet", "FrozenSet"}
SET_VERBS = {"union", "intersection", "difference", "symmetric_difference"}
# Who takes all of a set without caring for the order, and gives back something without an order.
UNORDERED = SET_TYPES | SET_VERBS | {
    "sorted", "any", "all", "sum", "min", "max", "len", "bool", "update", "issubset", "issuperset",
    "isdisjoint", "difference_update", "intersection_update",
}  # fmt: skip
WALKERS = {
    "list",
    "tuple",
    "enumerate",
    "iter",
    "map",
    "filter",
    "zip",
    "fromkeys",
    "extend",
    "join",
    "chain",
}


class _Names(ast.NodeVisitor):
    """Names, attributes of self and functions that hold or return a set, by scope."""

    def __init__(self) -> None:
        self.scope: list[ast.AST] = []
        self.names: dict[ast.AST | None, set[str]] = {}
        self.calls: set[str] = set()

    def note(self, target: ast.expr) -> None:
        owner = self.scope[-1] if self.scope else None
        name = dotted(target)
        if name.startswith("self."):
            owner = None
        if name:
            self.names.setdefault(owner, set()).add(name)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.returns is not None and is_set_type(node.returns):
            self.calls.add(node.name)
        self.scope.append(node)
        for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            if arg.annotation is not None and is_set_type(arg.annotation):
                self.note(ast.Name(arg.arg))
        self.generic_visit(node)
        self.scope.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for field in node.body:
            if isinstance(field, ast.AnnAssign) and is_set_type(field.annotation):
                self.names.setdefault(None, set()).add(f"self.{dotted(field.target)}")
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if is_set_type(node.annotation):
            self.note(node.target)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if _is_plain_set(node.value):
            for target in node.targets:
                self.note(target)
        self.generic_visit(node)


def is_set_type(annotation: ast.expr) -> bool:
    """Whether an annotation names a set, in whatever spelling, quoted too."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value.split("[")[0].split(".")[-1] in SET_TYPES
    if isinstance(annotation, ast.Subscript):
        if dotted(annotation.value).split(".")[-1] in {"Final", "ClassVar"}:
            return is_set_type(annotation.slice)
        annotation = annotation.value
    return dotted(annotation).split(".")[-1] in SET_TYPES


def _is_plain_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    return isinstance(node, ast.Call) and dotted(node.func) in {"set", "frozenset"}


def check_sets(module: Module) -> Iterator[Finding]:
    """No walk over a set that is not inside `sorted` or something as careless of order."""
    names = _Names()
    names.visit(module.tree)
    yield from _walk(module, module.tree, names, [None])


def _walk(module: Module, node: ast.AST, names: _Names, scope: list[ast.AST | None]) -> Iterator[Finding]:
    for walked in _walked(node):
        if _is_set(walked, names, scope):
            yield module.finding(walked, "walks over a set: sort it first")
    free = isinstance(node, ast.Call) and _verb(node) in UNORDERED
    inner = [*scope, node] if isinstance(node, ast.FunctionDef) else scope
    for child in ast.iter_child_nodes(node):
        if free and _walked(child):
            for part in ast.iter_child_nodes(child):
                yield from _walk(module, part, names, inner)
        else:
            yield from _walk(module, child, names, inner)


def _walked(node: ast.AST) -> list[ast.expr]:
    """The expressions that a node walks over in order."""
    if isinstance(node, ast.For):
        return [node.iter]
    if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
        return [g.iter for g in node.generators]
    if isinstance(node, ast.Starred) and isinstance(node.ctx, ast.Load):
        return [node.value]
    if isinstance(node, ast.Call) and _verb(node) in WALKERS:
        return list(node.args)
    return []


def _verb(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)


def _is_set(node: ast.expr, names: _Names, scope: list[ast.AST | None]) -> bool:
    if _is_plain_set(node):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor):
        return _is_set(node.left, names, scope) or _is_set(node.right, names, scope)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in SET_VERBS:
            return True
        return dotted(node.func).removeprefix("self.") in names.calls
    name = dotted(node)
    return bool(name) and any(name in names.names.get(owner, ()) for owner in scope)
