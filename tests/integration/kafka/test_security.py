"""TLS and SASL on a real Kafka, from the settings as an operator writes them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from typer.testing import CliRunner

from adapters.kafka.connection import KafkaConnection, TlsFileError
from adapters.kafka.intake import IntakeOptions, KafkaIntake
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.reader import KafkaOutcomeReader
from contracts.codec import encode
from contracts.topics import TOPICS
from tests.architecture.tree import ROOT
from tests.fakes.commands import envelope, parsed
from tests.integration.kafka.test_intake import Sink
from tests.services.fixtures import note_service
from tests.services.kafka import fresh_name, native_kafka_is_possible
from tests.services.kafka_jars import kafka_version
from tests.services.kafka_secure import KEY_PASSWORD, PASSWORD, USERNAME, Listener, SecureKafka, secure_kafka
from tests.services.service import Service
from tests.services.waiting import eventually
from workers.bootstrap.clients import kafka_connection, topic_admin
from workers.config import Settings, load_settings
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode
from workers.ports.errors import UnavailableError
from workers.ports.messages import CommitPoint, OutgoingRecord, Partition
from workers.ports.outcomes import FromBeginning
from workers.ports.topics import topic_differences

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not native_kafka_is_possible(), reason="needs a Kafka whose listeners can be set"),
]

Environment = Mapping[str, str]

WRONG_PASSWORD: Final = "pl4nted-wrong"
SOON: Final = 10.0
"""Seconds in which a client has to give up; what is refused at once takes none of them."""


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[SecureKafka]:
    with secure_kafka(tmp_path_factory.mktemp("certificates")) as kafka:
        note_service(pytestconfig, Service("Apache Kafka", kafka_version(), "native, 1 broker, TLS and SASL"))
        yield kafka


def environment(kafka: SecureKafka, listener: Listener, **kafka_settings: str | Path) -> Environment:
    given: dict[str, str | Path] = {"bootstrap_servers": kafka.address(listener), **kafka_settings}
    return {f"POON_KAFKA__{name.upper()}": str(value) for name, value in given.items()}


def login(kafka: SecureKafka, mechanism: str = "SCRAM-SHA-512", **changed: str | Path) -> Environment:
    """User name and password over TLS."""
    right: dict[str, str | Path] = {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": mechanism,
        "sasl_username": USERNAME,
        "sasl_password": PASSWORD,
        "ssl_ca_file": kafka.ca,
    }
    return environment(kafka, Listener.PASSWORD_OVER_TLS, **right | changed)


def login_in_the_clear(kafka: SecureKafka) -> Environment:
    return environment(
        kafka,
        Listener.PASSWORD,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-256",
        sasl_username=USERNAME,
        sasl_password=PASSWORD,
    )


def mutual(kafka: SecureKafka, **changed: str | Path) -> Environment:
    """A client certificate whose key is protected by a password."""
    right: dict[str, str | Path] = {
        "security_protocol": "SSL",
        "ssl_ca_file": kafka.ca,
        "ssl_cert_file": kafka.client.certificate,
        "ssl_key_file": kafka.client.key,
        "ssl_key_password": KEY_PASSWORD,
    }
    return environment(kafka, Listener.CLIENT_CERTIFICATE, **right | changed)


def encrypted(kafka: SecureKafka, listener: Listener) -> Environment:
    """TLS without a client certificate and without a login."""
    return environment(kafka, listener, security_protocol="SSL", ssl_ca_file=kafka.ca)


def settings_of(given: Environment) -> Settings:
    return load_settings(given, Path("/nowhere"))


WAYS: Final[dict[str, Callable[[SecureKafka], Environment]]] = {
    "SASL_SSL and SCRAM-SHA-512": login,
    "SASL_SSL and SCRAM-SHA-256": lambda kafka: login(kafka, "SCRAM-SHA-256"),
    "SASL_SSL and PLAIN": lambda kafka: login(kafka, "PLAIN"),
    "SASL_PLAINTEXT": login_in_the_clear,
    "SSL and a client certificate": mutual,
}

REFUSALS: Final[dict[str, tuple[Callable[[SecureKafka], Environment], str]]] = {
    "wrong password, SCRAM": (
        lambda kafka: login(kafka, sasl_password=WRONG_PASSWORD),
        "login was refused .* check .*SASL_PASSWORD",
    ),
    "wrong password, PLAIN": (
        lambda kafka: login(kafka, "PLAIN", sasl_password=WRONG_PASSWORD),
        "login was refused .* check .*SASL_PASSWORD",
    ),
    "unknown user": (
        lambda kafka: login(kafka, sasl_username="nobody"),
        "login was refused .* check .*SASL_USERNAME",
    ),
    "authority that signed nothing here": (
        lambda kafka: login(kafka, ssl_ca_file=kafka.stranger_ca),
        "certificate cannot be trusted .* check .*SSL_CA_FILE",
    ),
    "certificate of another host": (
        lambda kafka: encrypted(kafka, Listener.MISNAMED),
        r"not valid for '127\.0\.0\.1'.* check .* host names in .*BOOTSTRAP_SERVERS",
    ),
    "no client certificate": (
        lambda kafka: encrypted(kafka, Listener.CLIENT_CERTIFICATE),
        "check .*(SSL_CERT_FILE|security settings)",
    ),
    "client certificate of a stranger": (
        lambda kafka: mutual(
            kafka, ssl_cert_file=kafka.stranger.certificate, ssl_key_file=kafka.stranger.key, ssl_key_password=""
        ),
        "check .*(SSL_CERT_FILE|security settings)",
    ),
    "no login where one is wanted": (
        lambda kafka: encrypted(kafka, Listener.PASSWORD_OVER_TLS),
        "closed the connection .* check .*SECURITY_PROTOCOL",
    ),
    "no TLS where it is wanted": (
        lambda kafka: environment(kafka, Listener.CLIENT_CERTIFICATE),
        "closed the connection .* check .*SECURITY_PROTOCOL",
    ),
    "TLS where none is spoken": (
        lambda kafka: encrypted(kafka, Listener.PLAIN),
        "check .*SECURITY_PROTOCOL",
    ),
}


def intake_of(connection: KafkaConnection, topic: str, group: str) -> KafkaIntake:
    return KafkaIntake(connection, IntakeOptions(group_id=group, topics=[topic], session_timeout=6.0))


async def start_admin(settings: Settings) -> None:
    await topic_admin(settings).check_broker()


async def start_publisher(settings: Settings) -> None:
    publisher = KafkaPublisher(kafka_connection(settings), "test")
    try:
        await publisher.start()
    finally:
        await publisher.stop()


async def start_intake(settings: Settings) -> None:
    intake = intake_of(kafka_connection(settings), "any", "any")
    try:
        await intake.start(Sink())
    finally:
        await intake.stop()


async def start_reader(settings: Settings) -> None:
    reader = KafkaOutcomeReader(kafka_connection(settings), ["any"], FromBeginning())
    try:
        await reader.start()
    finally:
        await reader.stop()


CLIENTS: Final[dict[str, Callable[[Settings], Awaitable[None]]]] = {
    "topic admin": start_admin,
    "publisher": start_publisher,
    "intake": start_intake,
    "outcome reader": start_reader,
}


async def create_topic(settings: Settings) -> str:
    """A topic of this test's own, made by the topic admin."""
    topic = replace(next(iter(TOPICS.values())), name=fresh_name("secured"), partitions=1)
    admin = topic_admin(settings)
    await admin.apply(topic_differences([topic], await admin.describe([topic.name])))
    assert (await admin.describe([topic.name]))[topic.name].partitions == 1
    return topic.name


async def publish_outcomes(connection: KafkaConnection, topic: str, *event_ids: str) -> None:
    about = [envelope(one, message_type="poon.text.parsed.v1")._replace(causation_id=f"c-{one}") for one in event_ids]
    publisher = KafkaPublisher(connection, "test")
    await publisher.start()
    await publisher.publish(
        [OutgoingRecord(topic, one.key.encode(), encode(parsed()), tuple(one.headers())) for one in about]
    )
    await publisher.stop()


@asynccontextmanager
async def consuming(connection: KafkaConnection, topic: str, group: str) -> AsyncIterator[tuple[KafkaIntake, Sink]]:
    intake, sink = intake_of(connection, topic, group), Sink()
    await intake.start(sink)
    try:
        yield intake, sink
    finally:
        await intake.stop()


async def offsets_read(connection: KafkaConnection, topic: str) -> list[int]:
    """The offsets of the first two outcomes as the reader delivers them."""
    reader = KafkaOutcomeReader(connection, [topic], FromBeginning())
    found: list[int] = []

    async def both() -> bool:
        found.extend(one.offset for one in await reader.read(0.2) if one.event is not None)
        return len(found) >= 2

    await reader.start()
    try:
        await eventually(both, "two outcomes")
    finally:
        await reader.stop()
    return found


@pytest.mark.parametrize("way", WAYS)
async def test_every_client_works_by_the_settings_alone(secured: SecureKafka, way: str) -> None:
    settings = settings_of(WAYS[way](secured))
    connection, group = kafka_connection(settings), fresh_name("group")
    topic = await create_topic(settings)
    await publish_outcomes(connection, topic, "e-1", "e-2")

    async with consuming(connection, topic, group) as (intake, sink):
        await eventually(lambda: len(sink.records) == 2, "two records")
        await intake.commit({Partition(topic, 0): CommitPoint(1)})
    async with consuming(connection, topic, group) as (_, after):
        await eventually(lambda: after.records, "the uncommitted record")

    assert [record.offset for record in after.records] == [1]
    assert await offsets_read(connection, topic) == [0, 1]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("refusal", REFUSALS)
async def test_what_is_refused_is_told_soon_with_address_and_cure(
    secured: SecureKafka, refusal: str, client: str
) -> None:
    given, reason = REFUSALS[refusal][0](secured), REFUSALS[refusal][1]

    with pytest.raises(UnavailableError, match=reason) as caught:
        async with asyncio.timeout(SOON):
            await CLIENTS[client](settings_of(given))

    assert f"Kafka at {given['POON_KAFKA__BOOTSTRAP_SERVERS']} (" in str(caught.value)
    assert not [secret for secret in (PASSWORD, WRONG_PASSWORD, KEY_PASSWORD) if secret in repr(caught.value)]


def test_the_admin_clients_own_library_refuses_the_certificate_of_another_host(secured: SecureKafka) -> None:
    # Ours looks before it: that must not be the only one who looks.
    connection = kafka_connection(settings_of(encrypted(secured, Listener.MISNAMED)))
    told: list[str] = []
    options: dict[str, Any] = {**connection.librdkafka_options(), "error_cb": lambda error: told.append(str(error))}
    client = AdminClient(options)

    with pytest.raises(KafkaException):
        client.list_topics(timeout=1)
    client.poll(0)

    assert [line for line in told if "certificate verify failed" in line]


async def test_of_several_addresses_one_that_answers_is_enough(secured: SecureKafka) -> None:
    given = login(secured, bootstrap_servers=f"127.0.0.1:1,{secured.address(Listener.PASSWORD_OVER_TLS)}")

    for start in (start_admin, start_publisher):
        await start(settings_of(given))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ["ssl_ca_file", "ssl_cert_file", "ssl_key_file"])
async def test_a_missing_file_is_named_with_its_setting(
    secured: SecureKafka, tmp_path: Path, name: str, client: str
) -> None:
    given = mutual(secured, **{name: tmp_path / "missing.pem"})

    with pytest.raises(TlsFileError, match=rf"missing\.pem.*POON_KAFKA__{name.upper()}"):
        await CLIENTS[client](settings_of(given))


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_wrong_password_of_the_key_is_told_without_it(secured: SecureKafka, client: str) -> None:
    with pytest.raises(TlsFileError, match=r"client\.key\.pem cannot be used") as caught:
        await CLIENTS[client](settings_of(mutual(secured, ssl_key_password=WRONG_PASSWORD)))

    assert WRONG_PASSWORD not in str(caught.value)


WRONG_SETTINGS: Final = [
    ({"ssl_ca_file": "missing.pem"}, "there is no TLS file missing.pem", ExitCode.CONFIGURATION),
    ({"sasl_password": ""}, "POON_KAFKA__SASL_PASSWORD", ExitCode.CONFIGURATION),
    ({"sasl_password": WRONG_PASSWORD}, "login was refused", ExitCode.UNAVAILABLE),
]


@pytest.mark.parametrize("command", ["topics diff", "send text coffee", "tail"])
@pytest.mark.parametrize(("changed", "told", "code"), WRONG_SETTINGS)
def test_the_command_line_says_what_is_wrong_and_ends_with_its_code(
    secured: SecureKafka, command: str, changed: dict[str, str], told: str, code: ExitCode
) -> None:
    ended = CliRunner().invoke(app, command.split(), env=login(secured, **changed))

    assert ended.exit_code == code
    assert told in ended.stderr
    assert WRONG_PASSWORD not in ended.output


@pytest.mark.parametrize(("changed", "told", "code"), WRONG_SETTINGS)
def test_the_fleet_says_what_is_wrong_and_ends_with_its_code(
    secured: SecureKafka, tmp_path: Path, changed: dict[str, str], told: str, code: ExitCode
) -> None:
    given = {**os.environ, "PYTHONPATH": str(ROOT), **login(secured, **changed)}
    command = [sys.executable, "-c", "from workers.entrypoints.cli import main; main()", "run", "--areas", "texts"]

    ended = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, check=False, timeout=60)

    assert ended.returncode == code
    assert told in ended.stderr
    assert WRONG_PASSWORD not in ended.stdout + ended.stderr
