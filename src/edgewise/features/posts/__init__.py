# SPDX-License-Identifier: AGPL-3.0-or-later
"""Posts, answers, one-word answers: what a person writes for one of their circles."""
