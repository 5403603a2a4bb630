"""The site starts only where it is safe."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mdli_workbook.errors import SiteRefused
from mdli_workbook.site import Door, serve

if TYPE_CHECKING:
    from tests.site.conftest import House


HERE = Door("127.0.0.1", 0)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7", "10.0.0.1", "fe80::1"])
def test_an_address_that_others_reach_is_refused(house: House, address: str) -> None:
    with pytest.raises(SiteRefused, match="could be reached from outside"):
        serve(house.folder, Door(address, 0), now=now)


def test_a_port_that_is_taken_is_told(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SiteRefused, match=f"port {port} on 127.0.0.1 cannot be used"):
            serve(house.folder, Door("127.0.0.1", port), now=now)


@pytest.mark.parametrize("name", ["coaches.json", "site-secret", "access.log"])
def test_secrets_that_others_can_read_are_refused(house: House, name: str) -> None:
    kept = house.folder / ".mdli" / name
    kept.touch()
    kept.chmod(0o640)
    try:
        with pytest.raises(SiteRefused, match=f"chmod 600 .mdli/{name}"):
            serve(house.folder, HERE, now=now)
    finally:
        kept.chmod(0o600)


def test_broken_passwords_are_refused_and_not_overwritten(house: House) -> None:
    kept = house.folder / ".mdli" / "coaches.json"
    kept.write_text("[]")
    with pytest.raises(SiteRefused, match=r"coaches\.json cannot be read"):
        serve(house.folder, HERE, now=now)
    assert kept.read_text() == "[]"
