# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may find whom: addresses as pure values. Looking for people is a carrier's business."""
