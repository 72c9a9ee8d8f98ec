# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scripts and styles as they are sent: without what is there for who reads the source."""

import re
from typing import Final

_COMMENT: Final = re.compile(r"//.*|/\*(?:(?!\*/).)*\*/")


def stripped(text: str, glue: str = "\n") -> str:
    """The same program in fewer bytes: no line of comment alone, no empty line, no indentation.

    Nothing inside a line changes, so a text in it stays what it is; texts over several lines are not written
    here (tests/faces/kit/test_static.py). ``glue`` stands between lines: styles need none.
    """
    lines = (line.strip() for line in text.splitlines())
    return glue.join(line for line in lines if line and not _COMMENT.fullmatch(line)) + "\n"
