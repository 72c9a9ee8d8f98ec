# SPDX-License-Identifier: AGPL-3.0-or-later
"""A run goes on whatever a peer does, and ends in its time."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from bench.peers import __main__ as command
from bench.peers import install, run
from bench.peers.figures import KINDS, OURS, DidNotRun
from bench.peers.pins import PINS
from bench.peers.stage import TEXT_BYTES, Job, Peer, Stage, digest, must_hold, texts
from bench.peers.who import FIGURES, JOBS, PEERS


def doing(value: float) -> Job:
    """A job that is done at once, in a folder that is there."""

    def job(stage: Stage) -> dict[str, float]:
        assert stage.folder.is_dir()
        return {"file": value}

    return job


def failing(error: Exception) -> Job:
    """A job that breaks."""

    def job(_stage: Stage) -> dict[str, float]:
        raise error

    return job


def test_a_peer_that_fails_has_a_row_and_hinders_nobody(tmp_path: Path) -> None:
    """Whatever a program does, its figure says why, and the others are measured."""
    peers = [
        Peer(OURS, "", {"file": doing(1.0)}, ""),
        Peer("a", "", {"file": failing(DidNotRun("no answer"))}, ""),
        Peer("b", "", {"file": failing(ConnectionResetError("gone"))}, ""),
        Peer("c", "", {"file": doing(2.0)}, ""),
    ]
    found = run.run(peers, ["file"], tmp_path, 2, 60.0)["file"]
    assert found[OURS].values == [1.0, 1.0]
    assert found["a"].why_not == "no answer"
    assert found["b"].why_not == "ConnectionResetError: gone"
    assert found["c"].values == [2.0, 2.0]


def test_who_can_not_be_installed_has_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a package client each figure of the peer's jobs says so."""
    monkeypatch.setenv("PATH", str(tmp_path))
    peers = [Peer("hypercore", "hypercore", {"replicate": failing(AssertionError())}, "")]
    found = run.run(peers, ["replicate", "file"], tmp_path, 1, 60.0)
    assert sorted(found) == sorted(FIGURES["replicate"])
    assert {found[name]["hypercore"].why_not for name in found} == {"npm is not on this computer"}


def test_the_first_round_is_whole_and_later_ones_keep_the_time(tmp_path: Path) -> None:
    """When the time is over no further job begins; what was measured is kept."""
    clock: Iterator[int] = count()
    peers = [Peer(name, "", {"file": doing(1.0)}, "") for name in (OURS, "a", "b")]
    found = run.run(peers, ["file"], tmp_path, 5, 2.0, lambda: float(next(clock)))["file"]
    assert [len(found[name].values) for name in (OURS, "a", "b")] == [2, 2, 1]


def test_everybody_is_pinned_and_every_job_gives_known_figures() -> None:
    """No peer without its versions and its word on what differs, no job and no figure out of nowhere."""
    for peer in PEERS:
        assert peer.package in PINS or peer.name == OURS
        assert peer.differs.endswith(".")
        assert set(peer.jobs) <= set(JOBS), peer.name
    assert {name for names in FIGURES.values() for name in names} == set(KINDS)
    assert all(pin.version and pin.licence for pins in PINS.values() for pin in pins)
    for package, pins in PINS.items():
        assert pins[0].from_ != "npm" or (install.HERE / f"{package}.js").exists()


def test_the_texts_are_the_same_for_all() -> None:
    """Of one size, each another, in their own order, equal in every run."""
    made = texts(1000)
    assert {len(text.encode()) for text in made} == {TEXT_BYTES}
    assert list(made) == sorted(set(made))
    assert made == texts(1000)


def test_what_did_not_arrive_whole_is_no_figure() -> None:
    """A program that lacks a text, or has another one, did not run."""
    must_hold({"digest": digest(["a", "b"])}, ["a", "b"])
    with pytest.raises(DidNotRun):
        must_hold({"digest": digest(["a"])}, ["a", "b"])


def test_options_choose_who_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    """Ours is always there; a name that nobody has is said at once."""
    assert [peer.name for peer in command.chosen(["hyper"])] == [OURS, "hypercore"]
    assert [peer.name for peer in command.chosen(["automerge"])] == [OURS, "automerge-repo"]
    assert command.chosen(None) == list(PEERS)
    assert command.main(["--only", "nobody"]) == 2
    assert command.main(["--jobs", "sing"]) == 2
    assert "nobody is called nobody" in capsys.readouterr().err


def test_what_is_installed_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the stamp of these very versions nothing is run; our programs are put beside what they need."""
    folder = tmp_path / "hypercore"
    folder.mkdir()
    (folder / install.STAMP).write_text(install.stamp_of(PINS["hypercore"]), "utf-8")
    monkeypatch.setenv("PATH", "")
    assert install.install("hypercore", tmp_path) == folder
    assert (folder / "hypercore.js").exists()
    assert (folder / "lines.js").exists()
    (folder / install.STAMP).write_text("npm hypercore 1.0.0\n", "utf-8")
    with pytest.raises(DidNotRun):
        install.install("hypercore", tmp_path)


def test_the_others_are_installed_outside_the_tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By default in this computer's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert install.default_folder() == tmp_path / "edgewise-bench-peers"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert install.default_folder() == tmp_path / ".cache/edgewise-bench-peers"
