# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of Agreements: what holds, what ends soon, who holds one's things, what is over."""

from typing import Final

from starlette.routing import Route

from edgewise.features.agreements.web import agreed, ending, holders, past

ROUTES: Final[list[Route]] = [*agreed.ROUTES, *ending.ROUTES, *holders.ROUTES, *past.ROUTES]
