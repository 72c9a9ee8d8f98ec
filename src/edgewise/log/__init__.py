# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations, chains and kinds. Nothing here knows what a body means."""
