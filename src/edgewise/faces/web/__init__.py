# SPDX-License-Identifier: AGPL-3.0-or-later
"""The local page: one home's pages on this computer's own loopback address, for its person alone."""

from edgewise.faces.web.app import build_app
from edgewise.faces.web.keeper import Keeper
from edgewise.faces.web.site import HomeSite

__all__ = ["HomeSite", "Keeper", "build_app"]
