# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same jobs, side by side in one run: Edgewise, and others that install from npm, PyPI or Debian.

`python -m bench.peers` installs them outside this tree, lets each do its jobs on this computer alone, and
prints one table. They are no dependencies: nothing of them is imported by the program or shipped with it.
"""
