# SPDX-License-Identifier: AGPL-3.0-or-later
"""The door for the command line."""

import httpx
import msgspec
import pytest

from edgewise.faces.web.keeper import Errand, Ran
from tests.faces.web.served import Served

# Deeper than any program writes, under a name that nobody asked for.
DEEP = b'{"more":' + b"[" * 200_000


def ask(served: Served, what: str, token: str, body: bytes = b"", **headers: str) -> httpx.Response:
    """A program asks, with a token."""
    return served.stranger().post(
        what, content=body, headers={"Authorization": f"Bearer {token}".encode(), **headers}
    )


def test_a_program_with_the_token_runs_a_command(standing: Served) -> None:
    """The words go in, and what was said comes back."""
    body = msgspec.json.encode(Errand(("read", "--json"), {}, False, None))
    answer = ask(standing, "command", standing.site.home_token, body)
    assert msgspec.json.decode(answer.content, type=Ran) == Ran(0, "read --json", "")


def test_a_program_gets_a_link(standing: Served) -> None:
    """The link that comes back lets a browser in."""
    link = ask(standing, "link", standing.site.home_token).json()["link"]
    assert standing.stranger().get(link).status_code == 200


@pytest.mark.parametrize("token", ["x", "ü", "0" * 43])
def test_without_the_token_nothing_runs(standing: Served, token: str) -> None:
    """Neither a false token nor a browser's cookie opens this door."""
    for what in ("command", "link"):
        assert ask(standing, what, token).status_code == 403
        assert standing.browser().client.post(what).status_code == 403


def test_a_page_can_not_use_the_door(standing: Served) -> None:
    """Even with the token, a request that a foreign page makes is refused."""
    assert ask(standing, "link", standing.site.home_token, Origin="http://evil.example").status_code == 403
    assert ask(standing, "link", standing.site.home_token, Host="evil.example").status_code == 403


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"argv": "x"}', b"\xff", b'{"argv":["\xff"]}', DEEP])
def test_rubbish_is_refused(standing: Served, body: bytes) -> None:
    """A body that is no errand does nothing."""
    assert ask(standing, "command", standing.site.home_token, body).status_code == 400
