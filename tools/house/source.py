# SPDX-License-Identifier: AGPL-3.0-or-later
"""Source files as the checks see them, and what a check says of them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Finding(NamedTuple):
    """One breach of one rule: where it stands, and what would mend it."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name, its path from the root of the house, its text and its tree."""

    name: str
    path: str
    text: str
    tree: ast.Module

    @property
    def parts(self) -> tuple[str, ...]:
        """The dotted name after `edgewise`: ("keys", "words"); empty for the package itself."""
        return tuple(self.name.split(".")[1:])

    def finding(self, node: ast.AST | int, what: str) -> Finding:
        """A finding at a node or a line of this file."""
        return Finding(self.path, node if isinstance(node, int) else getattr(node, "lineno", 1), what)


def module(name: str, text: str, path: str = "") -> Module:
    """A module from its text: what the self-tests of the checks are made of."""
    path = path or f"src/{name.replace('.', '/')}.py"
    return Module(name, path, text, ast.parse(text, path))


def read(folder: str) -> list[Module]:
    """Every Python file below a folder of the root, in order; an absent folder is an empty one."""
    found = []
    for file in sorted((ROOT / folder).rglob("*.py")):
        path = file.relative_to(ROOT)
        words = list(path.with_suffix("").parts)
        if words[0] == "src":
            words.pop(0)
        if words[-1] == "__init__":
            words.pop()
        found.append(module(".".join(words), file.read_text("utf-8"), path.as_posix()))
    return found


def kept_files() -> list[Path]:
    """Every file that is in version control or would be: the ignored ones are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        folders = ("src", "tests", "tools", "docs", "spec", "bench", "fuzz")
        return sorted(f for folder in folders for f in (ROOT / folder).rglob("*") if f.is_file())
    names = sorted(set(filter(None, listed.stdout.decode().split("\0"))))
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Every function with its qualified name, methods and inner functions too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield prefix + node.name, node
            yield from functions(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{prefix}{node.name}.")
        else:
            yield from functions(node, prefix)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or an attribute; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (front := dotted(node.value)):
        return f"{front}.{node.attr}"
    return ""


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text constant but docstrings, f-strings in one piece with `{}` where a value goes in."""
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        if isinstance(node, ast.JoinedStr):
            skipped.update(part for part in node.values if isinstance(part, ast.Constant))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            pieces = (str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)
            yield node.lineno, "".join(pieces)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.lineno, node.value
