"""Sending commands, and finding the broker."""

import json
from pathlib import Path

import pytest

from contracts.commands.texts import ParseText
from contracts.envelope import parse_envelope
from tests.fakes.broker import FakePublisher
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.ids import SequentialIds
from workers.bootstrap.clients import Addressed, CommandSender, bootstrap_address, kafka_connection
from workers.config import Settings
from workers.ports.errors import UnavailableError

COMMAND = Addressed(command=ParseText(text="กาแฟ 65 บาท"), tenant="acme", owner="anong")


def sender(publisher: FakePublisher) -> CommandSender:
    return CommandSender(publisher, FakeClock(), SequentialIds())


async def test_a_command_travels_on_the_topic_of_its_area_with_its_owners_key() -> None:
    publisher = FakePublisher()

    envelope = await sender(publisher).send(COMMAND)

    (record,) = publisher.records
    assert record.topic == "poon.texts.commands"
    assert record.key == b"acme/anong"
    assert json.loads(record.value or b"")["text"] == "กาแฟ 65 บาท"
    assert parse_envelope(record.headers, NOON) == envelope


async def test_a_first_command_gets_an_id_that_is_its_conversations_too() -> None:
    envelope = await sender(FakePublisher()).send(COMMAND)

    assert envelope.id == "00000000-0000-7000-8000-000000000001"
    assert envelope.correlation_id == envelope.id
    assert envelope.causation_id is None
    assert envelope.time == NOON


async def test_given_envelope_fields_are_kept() -> None:
    given = Addressed(
        command=COMMAND.command,
        tenant="acme",
        owner="anong",
        id="c-2",
        correlation_id="c-1",
        causation_id="e-1",
        sequence="7",
        expires=NOON,
    )

    envelope = await sender(FakePublisher()).send(given)

    assert (envelope.id, envelope.correlation_id, envelope.causation_id) == ("c-2", "c-1", "e-1")
    assert (envelope.sequence, envelope.expiry_time) == ("7", NOON)


async def test_commands_are_published_in_the_order_given() -> None:
    publisher = FakePublisher()

    envelopes = await sender(publisher).send_all([COMMAND, COMMAND])

    assert [parse_envelope(record.headers, NOON).id for record in publisher.records] == [one.id for one in envelopes]
    assert publisher.calls == 1


def test_a_named_broker_is_used_as_it_is() -> None:
    settings = Settings.model_validate({"kafka": {"bootstrap_servers": "kafka:9092"}})

    assert bootstrap_address(settings) == "kafka:9092"


def test_a_missing_embedded_broker_is_said_with_the_cure(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path})

    with pytest.raises(UnavailableError, match=r"no embedded broker runs .* `poon run`"):
        bootstrap_address(settings)


def test_security_settings_reach_the_connection() -> None:
    kafka = {
        "bootstrap_servers": "kafka:9092",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_username": "fleet",
        "sasl_password": "secret",
        "ssl_ca_file": "ca.pem",
    }

    connection = kafka_connection(Settings.model_validate({"kafka": kafka}))

    assert connection.security_protocol == "SASL_SSL"
    assert connection.credentials is not None
    assert connection.credentials.password == "secret"
    assert connection.tls is not None
    assert connection.tls.ca == Path("ca.pem")
