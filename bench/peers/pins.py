# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which versions of the others are measured, and under which licence they come."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple


class Pin(NamedTuple):
    """One package at one version. from_: whose package it is."""

    package: str
    version: str
    from_: Literal["npm", "pip", "apt"]
    licence: str


PINS: Final[dict[str, tuple[Pin, ...]]] = {
    "ssb": (
        Pin("ssb-db2", "8.1.0", "npm", "LGPL-3.0-only"),
        Pin("ssb-ebt", "9.1.2", "npm", "MIT"),
        Pin("secret-stack", "6.4.2", "npm", "MIT"),
        Pin("ssb-keys", "8.5.0", "npm", "MIT"),
        Pin("ssb-caps", "1.1.0", "npm", "CC0-1.0"),
    ),
    "hypercore": (Pin("hypercore", "11.37.1", "npm", "MIT"),),
    "autobase": (
        Pin("autobase", "7.28.1", "npm", "Apache-2.0"),
        Pin("corestore", "7.12.5", "npm", "MIT"),
        Pin("hypercore", "11.37.1", "npm", "MIT"),
    ),
    "automerge": (
        Pin("@automerge/automerge", "3.5.0", "npm", "MIT"),
        Pin("@automerge/automerge-repo", "2.5.6", "npm", "MIT"),
        Pin("@automerge/automerge-repo-network-websocket", "2.5.6", "npm", "MIT"),
        Pin("@automerge/automerge-repo-storage-nodefs", "2.5.6", "npm", "MIT"),
        Pin("ws", "8.23.0", "npm", "MIT"),
    ),
    "pycrdt": (Pin("pycrdt", "0.14.13", "pip", "MIT"),),
    "synapse": (Pin("matrix-synapse", "1.163.2", "pip", "AGPL-3.0-or-later"),),
    "syncthing": (Pin("syncthing", "1.19.2", "apt", "MPL-2.0"),),
}
"""By peer; the first of each gives its name. hypercore 11.39.5 asks for a storage that is not published: the
one before it is taken. Of syncthing the system's own version is taken, whichever it is; here Debian 12's.
"""
