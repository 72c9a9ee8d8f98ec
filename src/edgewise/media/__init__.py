# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and voice notes: foreign formats, read by a process of their own.

The node itself never decodes one and never loads the library that does. `workshop` is the node's side,
`worker` the process; what a format may hold stands in a module of its name. Why so:
docs/decisions/0005-pictures-in-a-process-of-their-own.md.
"""
