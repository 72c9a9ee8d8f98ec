# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ways to bring bytes to somebody: over the network, or as a file in the hand."""
