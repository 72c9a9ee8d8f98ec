# SPDX-License-Identifier: AGPL-3.0-or-later
"""Floor 1: sign, verify, seal, derive. Entropy and keys come in as arguments; nothing is stored here."""
