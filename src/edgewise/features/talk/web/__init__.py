# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of talk: the conversations, one conversation of two, and one's own lines in it."""

from typing import Final

from starlette.routing import Route

from edgewise.features.talk.web import lines, own

ROUTES: Final[list[Route]] = [*lines.ROUTES, *own.ROUTES]
