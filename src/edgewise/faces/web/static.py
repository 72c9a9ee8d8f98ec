# SPDX-License-Identifier: AGPL-3.0-or-later
"""Styles, scripts and the icon of every page; they hold nothing of anybody's."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from edgewise.faces.kit.render import HERE
from edgewise.faces.kit.stripped import stripped

FOLDER: Final = HERE / "static"
STRIPPED: Final = {".js": "text/javascript", ".css": "text/css"}


@cache
def _read(name: str) -> str:
    glue = "" if name.endswith(".css") else "\n"
    return stripped((FOLDER / name).read_text(encoding="utf-8"), glue)


class Static(StaticFiles):
    """The files of the kit; scripts and styles without what is there for who reads the source."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)
        self._names = {each.name: each.suffix for each in FOLDER.iterdir() if each.suffix in STRIPPED}

    async def get_response(self, path: str, scope: Any) -> Response:
        """See StaticFiles."""
        if path in self._names and scope["method"] in ("GET", "HEAD"):
            return Response(_read(path), media_type=STRIPPED[self._names[path]])
        return await super().get_response(path, scope)
