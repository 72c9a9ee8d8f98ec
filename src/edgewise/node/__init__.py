# SPDX-License-Identifier: AGPL-3.0-or-later
"""The composition root: a core in its thread, carriers, the local page and the command line, put together."""

from edgewise.node.running import CoreThread, Node, NodeDesk, SystemEntropy, now_ms

__all__ = ["CoreThread", "Node", "NodeDesk", "SystemEntropy", "now_ms"]
