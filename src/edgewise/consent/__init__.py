# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who agreed to what, until when; and who holds what. Pure rules over signed records."""
