# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of posts: Home, an item and its thread, who has it."""

from typing import Final

from starlette.routing import Route

from edgewise.features.posts.web import asks, home, items, own

ROUTES: Final[list[Route]] = [*home.ROUTES, *asks.ROUTES, *items.ROUTES, *own.ROUTES]
