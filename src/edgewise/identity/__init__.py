# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person is devices that vouch for each other; how two people meet. Pure rules, no storage."""
