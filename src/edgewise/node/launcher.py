# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a person finds Edgewise again: an icon, the start with the computer, the browser.

Linux by the Desktop Entry and Autostart specifications of freedesktop.org; a .command file on macOS and a
.cmd file in the start menu on Windows. Nothing here is worth failing for: what can't be written is left out.
"""

from __future__ import annotations

import logging
import os
import sys
import webbrowser
from pathlib import Path
from typing import Final

from edgewise.faces.kit.render import HERE

log = logging.getLogger("edgewise")

NAME: Final = "edgewise.desktop"
_QUOTED: Final = '"`$\\'
"""What a quoted argument of an Exec line escapes (Desktop Entry Specification, "The Exec key")."""


def _home_option(home: Path) -> list[str]:
    return ["--home", str(home.absolute())]


def _exec_line(words: list[str]) -> str:
    """An Exec value: arguments quoted, percent signs doubled, then the backslashes of the value doubled."""
    quoted = []
    for word in words:
        escaped = "".join("\\" + char if char in _QUOTED else char for char in word)
        quoted.append('"' + escaped.replace("%", "%%") + '"')
    return " ".join(quoted).replace("\\", "\\\\")


def desktop_entry(words: list[str]) -> str:
    """The text of a .desktop file that runs these words."""
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        "Name=Edgewise",
        "Comment=Get a word in",
        "Comment[de]=Alle kommen zu Wort",
        "Comment[es]=Que todo el mundo meta baza",
        f"Exec={_exec_line(words)}",
        f"Icon={HERE / 'static' / 'edgewise.svg'}",
        "Terminal=false",
        "Categories=Network;Chat;",
        "",
    ]
    return "\n".join(lines)


def _words(*rest: str) -> list[str]:
    return [sys.executable, "-m", "edgewise", "open", *rest]


def leave_icon() -> Path | None:
    """An icon that opens the home of this account; the path of its file, or None where there is none."""
    if sys.platform == "win32":
        menu = Path(os.environ.get("APPDATA", "")) / "Microsoft/Windows/Start Menu/Programs"
        return _written(
            menu / "Edgewise.cmd", f'@start "" /min "{sys.executable}" -m edgewise open\r\n', menu
        )
    if sys.platform == "darwin":
        folder = Path.home() / "Applications"
        return _written(folder / "Edgewise.command", f'#!/bin/sh\nexec "{sys.executable}" -m edgewise open\n')
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    return _written(data / "applications" / NAME, desktop_entry(_words()))


def _autostart_file() -> Path:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return config / "autostart" / NAME


def autostart(home: Path) -> bool | None:
    """Whether this home starts with the computer; None where that can't be set from here."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return _exec_line(_home_option(home)) in _autostart_file().read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def set_autostart(home: Path, wanted: bool) -> None:
    """Start this home with the computer, quietly; or no more."""
    if wanted and sys.platform.startswith("linux"):
        _written(_autostart_file(), desktop_entry(_words("--no-browser", *_home_option(home))))
    elif autostart(home):
        _autostart_file().unlink(missing_ok=True)


def _written(path: Path, text: str, must_be: Path | None = None) -> Path | None:
    try:
        if must_be is not None and not must_be.is_dir():
            return None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        path.chmod(0o755)
    except OSError as error:
        log.info("no %s: %s", path.name, error)
        return None
    return path


def show(link: str) -> bool:
    """Open the link in a browser with windows, if this computer has one; False where it has none."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False  # a browser of the terminal would take the terminal over
    try:
        return webbrowser.get().open(link)
    except webbrowser.Error:
        return False
