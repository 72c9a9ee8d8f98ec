# SPDX-License-Identifier: AGPL-3.0-or-later
"""Talk: conversations of two."""
