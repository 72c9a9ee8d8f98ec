# SPDX-License-Identifier: AGPL-3.0-or-later
"""Three people on one computer: acquainted, with a week of writing, each with a page of their own.

First the week is lived here, with the real cores at times of the past days, meeting by letter and answer and
carrying bundles to each other. Then three nodes run as three programs, and go on over the network.
"""

from edgewise.demo.past import lay_out
from edgewise.demo.running import run_demo

__all__ = ["lay_out", "run_demo"]
