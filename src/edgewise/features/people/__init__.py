# SPDX-License-Identifier: AGPL-3.0-or-later
"""People as one person sees them: own names for them, who is muted or blocked, whose words were compared."""
