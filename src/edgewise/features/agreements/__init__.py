# SPDX-License-Identifier: AGPL-3.0-or-later
"""Agreements: what was said yes to, who holds one's things, and stopping. Its records are the core's own."""
