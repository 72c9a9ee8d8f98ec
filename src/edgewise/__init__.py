# SPDX-License-Identifier: AGPL-3.0-or-later
"""Edgewise: people write to each other from their own computers, with nothing in between."""

__version__ = "0.1.0"
