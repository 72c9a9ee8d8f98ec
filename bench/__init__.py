# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measurements that need more than the program itself: other people's programs beside ours."""
