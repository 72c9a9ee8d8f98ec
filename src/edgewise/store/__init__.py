# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept: one encrypted file with one writer. With the features' views, the only SQL of the house.

Ids are raw bytes outside and integer row keys inside. Functions take the connection first; those that write
are called inside `Store.write()`.
"""
