# SPDX-License-Identifier: AGPL-3.0-or-later
"""What two computers say to one another: frames, comparing, one conversation, and the same in a file.

Everything here is a pure machine: bytes and instants come in as arguments, frames and events go out
as values. What lies in the spaces is read through the small Protocol `session.Library`.
"""
