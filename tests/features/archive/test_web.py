# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking words along and bringing them in, on the page."""

import io
import zipfile
from pathlib import Path

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.features.archive import writings
from edgewise.store import register
from tests.core.party import World
from tests.features.pages import Looker, text_of


def test_words_leave_as_a_folder_or_in_one_file(alice: Looker, tmp_path: Path) -> None:
    """ARCHIVE-6: the same files both ways, noted in the register; a full folder is refused with its path."""
    alice.say("Leeks and snow.", ONLY_ME)
    page = text_of(alice.post("archive/folder", {"path": str(tmp_path / "out")}).text)
    assert "Your words are in" in page
    packed = alice.post("archive/packed")
    assert packed.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        for name in archive.namelist():
            assert archive.read(name) == (tmp_path / "out" / name).read_bytes()
        assert "edgewise.json" in archive.namelist()
    assert alice.post("archive/packed").content == packed.content
    full = alice.post("archive/folder", {"path": str(tmp_path / "out")})
    assert (full.status_code, "is not empty" in full.text) == (400, True)
    assert alice.post("archive/folder", {"path": "relative"}).status_code == 400
    assert [row.what for row in register.exports(alice.one.db)] == ["export", "export", "export"]
    assert "Your own words as plain files, not sealed" in alice.read("agreements/files")


def test_words_come_in_for_oneself_unless_a_circle_is_chosen(alice: Looker, world: World) -> None:
    """ARCHIVE-7: the choice stands on "Only me"; the day on which it was written is shown."""
    alice.one.post("Leeks and snow.", PEOPLE)
    data = writings.as_json(writings.gather(alice.one.db))
    carol = Looker(world.person("carol"))
    page = carol.get("archive")
    assert f'<option value="{ONLY_ME.hex()}" selected>' in page
    files = {"file": ("edgewise.json", data)}
    fields = {"token": carol.token(), "to": ONLY_ME.hex(), "path": ""}
    said = text_of(carol.ask("POST", "archive/bring", data=fields, files=files).text)
    assert "1 thing was new. 0 were here already." in said
    assert "written 15 January 2027" in carol.read()
    said = text_of(carol.ask("POST", "archive/bring", data=fields, files=files).text)
    assert "0 things were new. 1 was here already." in said
    bad = {"file": ("edgewise.json", b"{}")}
    answer = carol.ask("POST", "archive/bring", data=fields, files=bad)
    assert (answer.status_code, "no export of Edgewise" in answer.text) == (422, True)
