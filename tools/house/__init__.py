# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules of the house, read from the source with `ast`; tests/test_house.py runs them over the tree."""
