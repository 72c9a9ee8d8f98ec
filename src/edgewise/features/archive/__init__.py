# SPDX-License-Identifier: AGPL-3.0-or-later
"""Archive: one's own writing as plain files, and back from them."""
