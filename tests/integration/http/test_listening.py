"""Taking the HTTP address the settings name."""

import logging

import pytest

from adapters.http.server import listen
from tests.services.processes import free_ports
from workers.bootstrap.errors import HttpAddressError
from workers.bootstrap.listening import listening_socket
from workers.config import HttpSettings, Settings

pytestmark = pytest.mark.integration


def http(**given: object) -> HttpSettings:
    return Settings.model_validate({"http": given}).http


def port_of(settings: HttpSettings) -> int:
    taken = listening_socket(settings)
    assert taken is not None
    with taken:
        return int(taken.getsockname()[1])


def test_the_port_that_was_chosen_is_taken() -> None:
    (port,) = free_ports(1)
    assert port_of(http(port=port)) == port


def test_a_default_port_that_is_taken_gives_way_to_a_free_one(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        default = HttpSettings.model_construct(enabled=True, host="127.0.0.1", port=port, _fields_set=set())
        assert port_of(default) not in {port, 0}
    assert [record.message for record in caplog.records] == ["default HTTP port is taken, another one is used"]


def test_a_chosen_port_that_is_taken_is_refused_with_setting_and_cure() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HttpAddressError, match=rf"port {port}: address already in use; set POON_HTTP__PORT"):
            listening_socket(http(port=port))


def test_an_address_of_another_machine_is_refused_with_setting_and_cure() -> None:
    with pytest.raises(HttpAddressError, match="set POON_HTTP__HOST or POON_HTTP__PORT"):
        listening_socket(http(host="192.0.2.1"))


def test_http_that_is_switched_off_takes_no_port() -> None:
    assert listening_socket(http(enabled=False)) is None


def test_any_free_port_may_be_asked_for() -> None:
    settings = http(port=0)
    assert not settings.is_port_chosen
    assert port_of(settings) > 0
