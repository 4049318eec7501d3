"""Naming a fleet to ask."""

import pytest

from adapters.http.client import FleetUrlError, HttpFleetReader


@pytest.mark.parametrize("url", ["", "fleet:8080", "ftp://fleet", "http://", "http://fleet:port", "http://[", "/livez"])
def test_what_is_no_address_of_a_fleet_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(FleetUrlError, match="write http://host:port"):
        HttpFleetReader(url)


@pytest.mark.parametrize("url", ["http://fleet:8080/", "https://fleet", "http://[::1]:8080", "http://gate/fleets/one/"])
def test_addresses_may_have_a_scheme_a_port_and_a_path(url: str) -> None:
    assert HttpFleetReader(url).url == url.rstrip("/")
