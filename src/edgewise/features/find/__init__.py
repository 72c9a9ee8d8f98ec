# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding what is on this computer: people, posts and talk. It has no records; the store keeps its index."""
