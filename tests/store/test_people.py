# SPDX-License-Identifier: AGPL-3.0-or-later
"""People, their devices, and where they are reached."""

from collections.abc import Iterator

import pytest

from edgewise.store import people, settings
from edgewise.store.db import Connection, Store
from tests.store.shelves import ALICE, BOB, CAROL

LAPTOP, PHONE, KEM = b"l" * 32, b"p" * 32, b"k" * 1216


@pytest.fixture
def db() -> Iterator[Connection]:
    """An empty store inside a transaction."""
    with Store.in_memory(()).write() as connection:
        yield connection


def test_a_person_has_the_chain_that_was_kept_last(db: Connection) -> None:
    """A longer chain and another name take the place of the old ones."""
    people.put_person(db, ALICE, (b"inception",), "Alice")
    people.put_person(db, ALICE, (b"inception", b"profile"), "Alice B")
    assert people.person(db, ALICE) == people.PersonRow(ALICE, (b"inception", b"profile"), "Alice B")
    assert people.person(db, BOB) is None


def test_a_home_knows_whose_it_is(db: Connection) -> None:
    """`me` is nobody before somebody began."""
    assert people.me(db) is None
    people.put_person(db, ALICE, (b"inception",), "Alice")
    settings.put(db, "me", ALICE.hex())
    assert people.me(db) == people.person(db, ALICE)


def test_a_device_given_up_speaks_for_nobody(db: Connection) -> None:
    """Revoked once, a device stays so, whatever an older chain says; whose it was is still known."""
    people.put_device(db, LAPTOP, ALICE, KEM, b"t" * 32, False)
    assert people.identity_of_device(db, LAPTOP) == ALICE
    people.put_device(db, LAPTOP, ALICE, KEM, b"t" * 32, True)
    people.put_device(db, LAPTOP, ALICE, KEM, b"t" * 32, False)
    assert people.identity_of_device(db, LAPTOP) is None
    assert people.identity_of_device(db, LAPTOP, revoked=True) == ALICE
    assert people.devices_of(db, ALICE) == [people.DeviceRow(LAPTOP, ALICE, KEM, b"t" * 32, True)]


def test_a_device_never_changes_its_person(db: Connection) -> None:
    """Mallory can't take over Alice's device by listing it in a chain of her own."""
    people.put_device(db, LAPTOP, ALICE, KEM, b"t" * 32, False)
    people.put_device(db, LAPTOP, CAROL, KEM, b"x" * 32, True)
    assert people.identity_of_device(db, LAPTOP) == ALICE
    assert people.devices_of(db, CAROL) == []


def test_an_endpoint_leads_to_a_living_device_first(db: Connection) -> None:
    """Of two devices with one endpoint the one that was not given up is meant."""
    people.put_device(db, LAPTOP, ALICE, KEM, b"t" * 32, True)
    people.put_device(db, PHONE, ALICE, KEM, b"t" * 32, False)
    device = people.device_by_transport(db, b"t" * 32)
    assert device is not None
    assert device.sign == PHONE
    assert people.device_by_transport(db, b"x" * 32) is None


def test_the_latest_addresses_count(db: Connection) -> None:
    """What was learned earlier never overwrites what came later; the latest endpoint is tried first."""
    people.put_addresses(db, BOB, LAPTOP, ("192.0.2.1:7", "[2001:db8::1]:7"), 5)
    people.put_addresses(db, BOB, LAPTOP, ("192.0.2.9:7",), 4)
    people.put_addresses(db, BOB, PHONE, (), 6)
    assert people.addresses(db, BOB) == [(PHONE, ()), (LAPTOP, ("192.0.2.1:7", "[2001:db8::1]:7"))]
    assert people.addresses(db, ALICE) == []


def test_the_last_meeting_is_remembered(db: Connection) -> None:
    """It only moves forward; before the first there is none."""
    people.put_person(db, BOB, (b"inception",), "Bob")
    assert people.last_met(db, BOB) is None
    for at_ms in (7, 5):
        people.met(db, BOB, at_ms)
    people.put_person(db, BOB, (b"inception", b"profile"), "Bob")
    assert people.last_met(db, BOB) == 7
    assert people.last_met(db, CAROL) is None
