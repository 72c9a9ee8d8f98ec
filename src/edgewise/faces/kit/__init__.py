# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page shares: templates, words, dates, forms, and the letter that any browser shows."""
