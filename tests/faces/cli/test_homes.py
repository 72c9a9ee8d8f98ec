# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs about a home: init, open, passphrase, erase-everything, doctor, sim, demo."""

from pathlib import Path

from edgewise.faces.cli.house import Mended
from edgewise.store import outbox
from edgewise.store.checkup import Finding
from tests.faces.cli.household import NOON_MS, Household, acquainted

WORDS = "four good old words"


def test_a_home_begins_with_a_name_and_a_passphrase() -> None:
    """Both may be typed; a passphrase is never an argument, and a missing one is refused off a terminal."""
    house = Household()
    assert house.run("alice", "init", "Alice").code == 3
    said = house.run("alice", "init", "Alice", "Liddell", EDGEWISE_PASSPHRASE=WORDS)
    assert "Nobody can bring a forgotten passphrase back" in said.out
    assert house.passphrases[Path("alice")] == WORDS
    assert house.run("alice", "init", "Alice", EDGEWISE_PASSPHRASE=WORDS).code == 2
    assert "whoever can use your account" in house.run("bob", "init", "Bob", "--remember").out
    assert house.run("carol", "init", "--remember").code == 2
    assert house.run("carol", "init", "--remember", typed="Carol\n", terminal=True).code == 0


def test_a_passphrase_is_changed() -> None:
    """The old one opens, the new one holds; the computer's own memory can take its place."""
    house = Household()
    house.run("alice", "init", "Alice", EDGEWISE_PASSPHRASE=WORDS)
    new = {"EDGEWISE_NEW_PASSPHRASE": "five even better old words"}
    assert house.run("alice", "passphrase", EDGEWISE_PASSPHRASE="wrong", **new).code == 3
    assert house.run("alice", "passphrase", EDGEWISE_PASSPHRASE=WORDS).code == 3
    assert house.run("alice", "passphrase", EDGEWISE_PASSPHRASE=WORDS, **new).code == 0
    assert house.passphrases[Path("alice")] == "five even better old words"
    assert (
        house.run("alice", "passphrase", "--remember", EDGEWISE_PASSPHRASE="five even better old words").code
        == 0
    )
    assert house.run("alice", "people").code == 0


def test_everything_is_erased_only_after_a_second_word() -> None:
    """A no keeps all; off a terminal --yes is needed."""
    house = Household()
    house.ok("alice", "init", "Alice", "--remember")
    assert house.run("alice", "erase-everything").code == 2
    house.run("alice", "erase-everything", typed="no\n", terminal=True)
    assert Path("alice") in house.desks
    assert house.ok("alice", "erase-everything", "--yes") == {"erased": True}
    assert house.run("alice", "people").code == 5


def test_the_doctor_says_what_was_mended() -> None:
    """Nothing; or what was set right, asked for and left, and where the old files lie; 9 for what is left."""
    house = Household()
    house.ok("alice", "init", "Alice", "--remember")
    said = house.run("alice", "doctor", "--mend")
    assert (said.code, said.out.strip()) == (0, "Nothing needed mending.")
    left = [Finding("page", b"", "Page 31 of the file is damaged.")]
    house.mended = Mended(2, 1, left, Path("alice") / "damaged-1")
    said = house.run("alice", "doctor", "--mend")
    assert said.code == 9
    assert "Page 31 of the file is damaged." in said.out
    assert "2 damaged places were set right." in said.out
    assert "1 text is lost here; whoever has it is asked for it" in said.out
    assert "If you have a safe copy" in said.out
    assert "damaged-1" in said.out


def test_the_doctor_tells_health_and_what_was_refused(tmp_path: Path) -> None:
    """A healthy home is told so, with what came bad from outside; damage ends with 9."""
    house = acquainted(tmp_path)
    desk = house.desks[Path("alice")]
    with desk.store.write() as db:
        outbox.count_verdict(db, "signature.bad", b"", NOON_MS)
    for deep in ((), ("--deep",)):
        said = house.run("alice", "doctor", *deep)
        assert said.code == 0, said
        assert said.out.splitlines()[0] == "All is well here."
        assert "signature.bad" in said.out
    house.ok("alice", "post", "--to", "only me", "Hello")
    with desk.store.write() as db:
        db.execute("UPDATE posts_items SET text = 'Hallo'")
    said = house.run("alice", "doctor", "--deep", "--json")
    assert said.code == 9
    assert not said.json["healthy"]
    assert {each["code"] for each in said.json["findings"]} == {"view"}


def test_open_sim_and_demo_are_handed_on() -> None:
    """What needs the whole house is asked of it with bounded numbers."""
    house = Household()
    house.run("alice", "open", "--no-browser", "--port", "7777")
    house.run("alice", "sim", "--people", "1", "--days", "0", "--seed", "42", "--seeds", "3")
    house.run("alice", "demo", "--folder", "somewhere")
    assert house.asked == [
        ("open", (Path("alice"), 7777, False)),
        ("sim", (2, 1, 42, 3)),
        ("demo", (Path("somewhere"), True)),
    ]
