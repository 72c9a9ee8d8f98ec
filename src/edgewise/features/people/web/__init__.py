# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of People: whom one knows, one's circles, and the letters that one writes."""

from typing import Final

from starlette.routing import Route

from edgewise.features.people.web import circles, everybody, letter, letters, person

ROUTES: Final[list[Route]] = [
    *everybody.ROUTES,
    *person.ROUTES,
    *circles.ROUTES,
    *letters.ROUTES,
    *letter.ROUTES,
]
