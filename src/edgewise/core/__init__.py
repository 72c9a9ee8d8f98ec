# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one door: inputs in, one transaction, effects out after COMMIT."""
