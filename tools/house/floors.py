# SPDX-License-Identifier: AGPL-3.0-or-later
"""Floors and rooms: who may import whom, and what of the outer world may come in where."""

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tools.house.source import Finding, Module, dotted

# Rooms by floor. The second number orders rooms of one floor that stand in a row: the later sees the earlier.
ROOMS: dict[str, tuple[int, int]] = {
    "ground": (0, 0), "keys": (1, 0), "log": (2, 0),
    "identity": (3, 0), "groups": (3, 1), "consent": (3, 2),
    "sync": (4, 0), "discovery": (4, 0), "store": (5, 0), "core": (6, 0),
    "carriers": (7, 0), "bridges": (7, 0), "media": (7, 0), "faces": (8, 0),
    "sim": (9, 0), "node": (9, 0), "demo": (9, 1), "bench": (9, 1), "__main__": (9, 2),
}  # fmt: skip
FEATURE_PARTS = {"records": (3, 3), "view": (5, 1), "web": (8, 1), "cli": (8, 1)}
FEATURE_WHOLE = (6, 1)
FACE_PARTS = {"web": (8, 2), "cli": (8, 2)}

# What a room may not know, although it lies on a lower floor: (room, what, why). A name ends at a dot.
STRANGERS = (
    ("sync", "edgewise.groups", "the wire knows no groups"),
    ("sync", "edgewise.consent", "the wire knows no consent"),
    ("discovery", "edgewise.groups", "finding people knows no groups"),
    ("discovery", "edgewise.consent", "finding people knows no consent"),
    ("core", "edgewise.features", "the core imports no feature by name"),
    ("carriers", "edgewise.features", "carriers bring bytes"),
    ("carriers", "edgewise.store", "carriers bring bytes"),
    *(
        ("media", f"edgewise.{room}", "media knows formats and nobody's things")
        for room in ("keys", "log", "identity", "groups", "consent", "sync", "store", "core", "features")
    ),
    ("bridges", "edgewise.store", "a bridge translates to commands and from exports"),
    ("faces", "edgewise.keys.signing", "a face does not sign"),
    ("sim", "edgewise.carriers", "the simulated world has its own network"),
    ("sim", "edgewise.faces", "the simulated world has no faces"),
    ("sim", "asyncio", "the simulated world is one thread without a loop"),
)

OUTER = {
    "asyncio", "concurrent", "http", "logging", "multiprocessing", "os.getrandom", "os.urandom", "queue",
    "random", "sched", "secrets", "select", "selectors", "signal", "socket", "socketserver", "ssl",
    "subprocess", "threading", "time", "urllib.request", "uuid", "_thread", "anyio", "trio", "iroh",
    "starlette", "uvicorn",
}  # fmt: skip
OUTER_CALLS = {"os.urandom", "os.getrandom", "os.times"}
CLOCK_CALLS = {"now", "utcnow", "today"}
READS_FILES = ("importlib.resources", "importlib.metadata")
# The one module below floor 7 that imports by text: it turns the words of NAMES into features.
LOADER = "edgewise.features"
DATABASES = {"apsw", "sqlite3"}
# Rooms above floor 5 that may hold SQL: bench lays bare rows beside the house's own, to know what they cost.
SQL_ROOMS = {"bench"}


class Place(NamedTuple):
    """Where a module stands: floor, order on the floor, and the room's name."""

    floor: int
    order: int
    room: str


def place(name: str) -> Place | None:
    """Where a module of this dotted name stands; None where the house has no such room."""
    parts = name.split(".")[1:]
    if not parts:
        return Place(0, -1, "")
    room, rest = parts[0], parts[1:]
    if room == "features":
        if not rest:
            return Place(*FEATURE_WHOLE, "features")
        part = rest[1] if len(rest) > 1 else ""
        return Place(*FEATURE_PARTS.get(part, FEATURE_WHOLE), f"features.{rest[0]}")
    if room == "faces" and rest and rest[0] in FACE_PARTS:
        return Place(*FACE_PARTS[rest[0]], f"faces.{rest[0]}")
    return Place(*ROOMS[room], room) if room in ROOMS else None


def imports(module: Module, known: frozenset[str]) -> Iterator[tuple[ast.stmt, str]]:
    """What a module imports, wherever in the file it does so: each name as far as it is a module."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                deep = f"{node.module}.{alias.name}"
                yield node, deep if deep in known or not node.module.startswith("edgewise") else node.module


def _within(name: str, outer: str) -> bool:
    return name == outer or name.startswith(outer + ".")


def check_rooms(modules: Iterable[Module]) -> Iterator[Finding]:
    """Every module stands in a room, and imports only from lower floors or its own room."""
    modules = list(modules)
    known = frozenset(m.name for m in modules)
    for module in modules:
        here = place(module.name)
        if here is None:
            yield module.finding(1, f"the house has no room {module.parts[0]}; see tools/house/floors.py")
            continue
        for node, name in imports(module, known):
            for room, stranger, why in STRANGERS:
                if here.room.split(".")[0] == room and _within(name, stranger):
                    yield module.finding(node, f"{room} may not import {name}: {why}")
            there = place(name) if _within(name, "edgewise") else None
            if there is None or there.room == here.room:
                continue
            if there[:2] >= here[:2]:
                yield module.finding(node, f"floor {here.floor} {here.room} may not import {name}")


def check_cycles(modules: Iterable[Module]) -> Iterator[Finding]:
    """No module reaches itself through imports, not even late ones or those for types only."""
    named = {m.name: m for m in modules}
    known = frozenset(named)
    graph = {name: {to for _, to in imports(m, known) if to in known} - {name} for name, m in named.items()}
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> Iterator[list[str]]:
        if name in trail:
            yield [*trail[trail.index(name) :], name]
        elif name not in done:
            for to in sorted(graph[name]):
                yield from walk(to, [*trail, name])
            done.add(name)

    for name in sorted(graph):
        for cycle in walk(name, []):
            yield named[cycle[0]].finding(1, "imports go in a ring: " + " -> ".join(cycle))


def check_outer_world(modules: Iterable[Module]) -> Iterator[Finding]:
    """Clock, chance, network, threads, logs and async stay above floor 6; databases stay on floor 5."""
    modules = list(modules)
    known = frozenset(m.name for m in modules)
    for module in modules:
        here = place(module.name)
        if here is None:
            continue
        for node, name in imports(module, known):
            if name.split(".")[0] in DATABASES and here.floor != 5:
                yield module.finding(node, f"{name} is for floor 5; this is floor {here.floor}")
            if here.floor > 6:
                continue
            if any(_within(name, outer) for outer in OUTER):
                yield module.finding(
                    node, f"{name} may not come in below floor 7: pass its result as an argument"
                )
            if _within(name, "importlib") and not name.startswith(
                ("importlib.resources", "importlib.metadata")
            ):
                yield module.finding(node, f"{name}: imports by text hide the direction")
        if here.floor <= 6:
            yield from _outer_calls(module)


def _outer_calls(module: Module) -> Iterator[Finding]:
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    for node in ast.walk(module.tree):
        if isinstance(node, waits):
            yield module.finding(node, "async belongs on floors 7 to 9")
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        owner, _, verb = name.rpartition(".")
        if name in OUTER_CALLS or (owner.endswith(("date", "datetime")) and verb in CLOCK_CALLS):
            yield module.finding(node, f"{name}() reads the outer world: take the value as an argument")
        if name == "__import__":
            yield module.finding(node, "imports by text hide the direction")


def reached(modules: Iterable[Module], start: str) -> set[str]:
    """All modules of ours that a room brings in, directly or through others."""
    named = {m.name: m for m in modules}
    known = frozenset(named)
    todo = [name for name in named if _within(name, start)]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += [to for _, to in imports(named[name], known) if to in known]
    return seen
