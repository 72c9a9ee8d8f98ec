# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bytes from outside, bent in every way: whatever reads them says no in our own words, soon, in little room.

`python -m fuzz` tries every target; `targets.py` is their table, `corpus/` what is bent, with each crasher.
"""
