# SPDX-License-Identifier: AGPL-3.0-or-later
"""Floor 0: canonical bytes, ids, instants, errors and bounds. Imports nothing of ours."""
