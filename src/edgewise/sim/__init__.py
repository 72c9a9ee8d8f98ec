# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulated world: many cores, one thread, one seed; faults, a lively week, and checkers."""
