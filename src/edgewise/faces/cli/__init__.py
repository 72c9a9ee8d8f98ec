# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line: everything that the page does, from the same commands."""

from edgewise.faces.cli.main import main
from edgewise.faces.cli.parser import build_parser

__all__ = ["build_parser", "main"]
