# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who can read since when (epochs), and who may write what in which kind of space (members)."""
