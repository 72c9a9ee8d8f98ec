# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nobody who is measured speaks with anybody outside this computer."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

from bench.peers import install, synapse, syncthing


def test_a_homeserver_listens_here_and_trusts_nobody_outside(tmp_path: Path) -> None:
    """One server has no door for others; two know each other alone, by this run's own certificate."""
    (tmp_path / "one").mkdir()
    one, other = (
        synapse.Server(tmp_path / name, port, port + 1) for name, port in (("one", 1), ("other", 3))
    )
    alone = synapse.configuration(one, [one])
    both = synapse.configuration(one, [one, other])
    for each in (alone, both):
        assert all(listener["bind_addresses"] == ["127.0.0.1"] for listener in each["listeners"])
        assert each["trusted_key_servers"] == []
        assert each["report_stats"] is False
    assert [listener["resources"][0]["names"] for listener in alone["listeners"]] == [["client"]]
    assert both["federation_domain_whitelist"] == ["localhost:2", "localhost:4"]
    assert both["federation_custom_ca_list"] == [str(tmp_path / "tls.crt")]
    assert json.loads(json.dumps(both)) == both


def test_syncthing_is_told_of_the_other_and_of_nothing_else(tmp_path: Path) -> None:
    """No discovery, relay, router, report or upgrade; one address here, one of the other's, both loopback."""
    ends = [syncthing.Computer(tmp_path / name, port, port + 1, name) for name, port in (("a", 1), ("b", 3))]
    ends[0].folder.mkdir()
    (ends[0].folder / "config.xml").write_text(
        "<configuration><device id='a'/><gui/><options>"
        "<listenAddress>default</listenAddress><globalAnnounceEnabled>true</globalAnnounceEnabled>"
        "</options></configuration>"
    )
    syncthing.configure(*ends)
    root = ET.parse(ends[0].folder / "config.xml").getroot()  # noqa: S314 (our own file)
    options = {each.tag: each.text or "" for each in root.find("options") or []}
    assert options == {**syncthing.SILENT, "listenAddress": "tcp://127.0.0.1:1"}
    off = ("globalAnnounceEnabled", "localAnnounceEnabled", "relaysEnabled", "natEnabled")
    assert {options[name] for name in (*off, "crashReportingEnabled")} == {"false"}
    assert (options["urAccepted"], options["autoUpgradeIntervalH"], options["stunServer"]) == ("-1", "0", "")
    assert root.findtext("device[@id='b']/address") == "tcp://127.0.0.1:3"
    assert root.findtext("gui/address") == "127.0.0.1:2"


def test_the_programs_in_javascript_listen_and_call_here_only() -> None:
    """Whoever takes a port or calls one names 127.0.0.1."""
    for program in install.HERE.glob("*.js"):
        text = program.read_text("utf-8")
        for line in re.findall(r".*\b(?:listen|net\.connect|ssb\.connect|WebSocketServer|host:)\(?.*", text):
            if "require" not in line and "import" not in line and "Adapter" not in line:
                assert "127.0.0.1" in line, (program.name, line)
