"""Wires the client side: sending commands, following outcomes, looking after topics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.clock import SystemClock, Uuid7Factory
from adapters.http.client import HttpFleetReader
from adapters.kafka.admin import KafkaTopicAdmin
from adapters.kafka.asking import KafkaAskTransport
from adapters.kafka.connection import Credentials, KafkaConnection, TlsFiles
from adapters.kafka.embedded import find_embedded_broker
from adapters.kafka.lag import KafkaLagReader
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.reader import KafkaOutcomeReader
from adapters.storage.images import open_image_stores
from adapters.storage.opening import S3Options
from adapters.storage.owner_files import open_owner_files
from adapters.storage.statements import open_statement_stores
from contracts.asking import Asker, Caller
from contracts.base import Command
from contracts.codec import encode
from contracts.envelope import Envelope
from contracts.registry import AREAS
from contracts.topics import SHARED_REPLIES, TopicRole, topic_name
from contracts.topics import consumed_topics as topics_of
from workers.config import PROJECTIONS, KafkaSettings, SecurityProtocol, Settings
from workers.ports.clock import Clock, IdFactory
from workers.ports.errors import UnavailableError
from workers.ports.fleet import FleetReader
from workers.ports.images import ImageStores
from workers.ports.lag import LagReader
from workers.ports.messages import OutgoingRecord, Publisher
from workers.ports.outcomes import OutcomeReader, StartAt
from workers.ports.privacy import OwnerFiles
from workers.ports.sealing import UNSEALED, ContentSeals
from workers.ports.statement_files import StatementStores
from workers.ports.topics import TopicAdmin
from workers.projections.catalogue import TOPICS as FOLLOWED

SOURCE: Final = "urn:poon:cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """A command with what its envelope says; the id is made up where none is given."""

    command: Command
    tenant: str
    owner: str
    id: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    sequence: str | None = None
    expires: datetime | None = None


class CommandSender:
    """Publishes commands to the topics of their areas."""

    def __init__(self, publisher: Publisher, clock: Clock, ids: IdFactory, source: str = SOURCE) -> None:
        self._publisher = publisher
        self._clock = clock
        self._ids = ids
        self._source = source

    async def send(self, addressed: Addressed) -> Envelope:
        """Publish one command and wait for its acknowledgement.

        Raises:
            UnavailableError: the broker did not take it.
            UnpublishableError: it is too large.
        """
        return (await self.send_all([addressed]))[0]

    async def send_all(self, commands: Sequence[Addressed]) -> list[Envelope]:
        """Publish commands in order, all acknowledged when this returns; raises as `send` does."""
        envelopes = [self._envelope(addressed) for addressed in commands]
        await self._publisher.publish(
            [_record(envelope, addressed.command) for envelope, addressed in zip(envelopes, commands, strict=True)]
        )
        return envelopes

    def _envelope(self, addressed: Addressed) -> Envelope:
        identity = addressed.id or str(self._ids.new())
        return Envelope(
            id=identity,
            source=self._source,
            type=addressed.command.type,
            time=self._clock.now(),
            tenant=addressed.tenant,
            owner=addressed.owner,
            correlation_id=addressed.correlation_id or identity,
            causation_id=addressed.causation_id,
            sequence=addressed.sequence,
            expiry_time=addressed.expires,
        )


def _record(envelope: Envelope, command: Command) -> OutgoingRecord:
    return OutgoingRecord(
        topic=topic_name(command.area, TopicRole.COMMANDS),
        key=envelope.key.encode(),
        value=encode(command),
        headers=envelope.headers(),
    )


@asynccontextmanager
async def sender(settings: Settings, areas: Sequence[str] = AREAS) -> AsyncIterator[CommandSender]:
    """A sender of commands to the areas, connected.

    Raises:
        UnavailableError: the broker cannot be reached or a topic is missing.
    """
    # First: the admin client says why a broker cannot be used or what is missing, the producer only that it cannot.
    await _require_topics(settings, [topic_name(area, TopicRole.COMMANDS) for area in areas])
    clock = system_clock()
    publisher = KafkaPublisher(kafka_connection(settings), settings.kafka.client_id, compression(settings))
    await publisher.start()
    try:
        yield CommandSender(publisher, clock, Uuid7Factory(clock))
    finally:
        await publisher.stop()


@asynccontextmanager
async def asker(settings: Settings, source: str, reply_topic: str = SHARED_REPLIES.name) -> AsyncIterator[Asker]:
    """An asker that may ask commands of every area, in position: no answer is missed.

    Args:
        settings: name the broker.
        source: who asks, a URI reference.
        reply_topic: where answers are awaited; one of the caller's own keeps strangers' answers away.

    Raises:
        UnavailableError: the broker cannot be reached or a topic is missing.
    """
    await _require_topics(settings, [topic_name(area, TopicRole.COMMANDS) for area in AREAS])
    clock = system_clock()
    ids = Uuid7Factory(clock)
    transport = KafkaAskTransport(kafka_connection(settings), reply_topic, compression(settings))
    async with Asker(transport, Caller(source, reply_topic), clock, lambda: str(ids.new())) as asking:
        yield asking


@asynccontextmanager
async def outcomes(settings: Settings, areas: Sequence[str], start: StartAt) -> AsyncIterator[OutcomeReader]:
    """A reader of outcomes, in position: what is published from now on is not missed.

    Raises:
        UnavailableError: the broker cannot be reached or a topic is missing.
    """
    topics = [topic_name(area, TopicRole.EVENTS) for area in areas]
    reader = KafkaOutcomeReader(kafka_connection(settings), topics, start)
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


@asynccontextmanager
async def lag_reader(settings: Settings, peek_seconds: float = 3.0) -> AsyncIterator[LagReader]:
    """A reader of lag, connected.

    Args:
        settings: where the broker is.
        peek_seconds: how long a reading may look for the age of the oldest records; 0 where nobody asks for it.

    Raises:
        UnavailableError: the broker cannot be reached.
    """
    reader = KafkaLagReader(kafka_connection(settings), system_clock(), peek_seconds=peek_seconds)
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


def fleet_reader(url: str, timeout_seconds: float = 3.0) -> FleetReader:
    """Who asks the fleet at an address.

    Raises:
        FleetUrlError: it is no address of a fleet.
    """
    return HttpFleetReader(url, timeout_seconds)


def consumer_group(settings: Settings, area: str) -> str:
    """The consumer group of an area's workers."""
    return f"{settings.kafka.group_id}.{area}"


def topics_of_area(area: str) -> tuple[str, ...]:
    """The topics the workers of an area consume."""
    return tuple(FOLLOWED if area == PROJECTIONS else topics_of(area))


def consumed_topics(settings: Settings, areas: Sequence[str]) -> dict[str, list[str]]:
    """The topics each group of these areas consumes, by group."""
    return {consumer_group(settings, area): list(topics_of_area(area)) for area in areas}


async def _require_topics(settings: Settings, names: Sequence[str]) -> None:
    found = await topic_admin(settings).describe(names)
    missing = [name for name in names if name not in found]
    if missing:
        raise UnavailableError(
            f"topic {missing[0]} does not exist at {bootstrap_address(settings)};"
            " create the topics with `poon topics apply`"
        )


def system_clock() -> Clock:
    """The machine's time."""
    return SystemClock()


def topic_admin(settings: Settings) -> TopicAdmin:
    """The caretaker of the broker's topics."""
    return KafkaTopicAdmin(kafka_connection(settings), system_clock())


@asynccontextmanager
async def client_seals(settings: Settings) -> AsyncIterator[ContentSeals]:
    """What files are sealed with that are put into the store for a command.

    Raises:
        UnavailableError: a master key is set, and the database of the owners' keys cannot be used.
    """
    if not settings.privacy.seals:
        yield UNSEALED
        return
    # A light command does not load the database's libraries.
    from workers.bootstrap.keys import stored_content_seals  # noqa: PLC0415

    async with stored_content_seals(settings) as seals:
        yield seals


def image_stores(settings: Settings, seals: ContentSeals) -> ImageStores:
    """The store of images sent by reference."""
    return open_image_stores(settings.images.url.get_secret_value(), seals, s3=image_options(settings))


def statement_stores(settings: Settings, seals: ContentSeals) -> StatementStores:
    """The store of statements sent by reference, the same as that of images."""
    return open_statement_stores(settings.images.url.get_secret_value(), seals, s3=image_options(settings))


def owner_files(settings: Settings, seals: ContentSeals) -> OwnerFiles:
    """The same store, as far as it holds what is an owner's."""
    return open_owner_files(settings.images.url.get_secret_value(), seals, s3=image_options(settings))


def image_options(settings: Settings) -> S3Options:
    """How to reach the bucket of images, where they are in one."""
    images = settings.images
    secret = images.s3_secret_access_key
    return S3Options(
        endpoint=images.s3_endpoint,
        region=images.s3_region,
        access_key=images.s3_access_key_id,
        secret_key=secret.get_secret_value() if secret else None,
        allow_http=(images.s3_endpoint or "").startswith("http://"),
    )


def kafka_connection(settings: Settings) -> KafkaConnection:
    """The broker the settings name.

    Raises:
        UnavailableError: the embedded broker is meant and none runs.
    """
    kafka = settings.kafka
    return KafkaConnection(
        bootstrap_servers=bootstrap_address(settings),
        client_id=kafka.client_id,
        tls=_tls(kafka),
        credentials=_credentials(kafka),
        request_timeout_seconds=kafka.request_timeout_seconds,
    )


def compression(settings: Settings) -> str | None:
    """The codec of published records, None for none."""
    return None if settings.kafka.compression == "none" else settings.kafka.compression


def bootstrap_address(settings: Settings) -> str:
    """The broker's address; `embedded` is looked up in the data folder, where the one who started it left it.

    Raises:
        UnavailableError: no embedded broker runs.
    """
    if not settings.is_embedded:
        return settings.kafka.bootstrap_servers
    address = find_embedded_broker(settings.data_dir)
    if address is None:
        raise UnavailableError(
            f"no embedded broker runs for the data folder {settings.data_dir}: start one with `poon run` in another"
            " terminal, or name a real broker in POON_KAFKA__BOOTSTRAP_SERVERS"
        )
    return address


def _tls(kafka: KafkaSettings) -> TlsFiles | None:
    if not kafka.security_protocol.uses_tls:
        return None
    password = kafka.ssl_key_password
    return TlsFiles(
        ca=kafka.ssl_ca_file,
        certificate=kafka.ssl_cert_file,
        key=kafka.ssl_key_file,
        key_password=password.get_secret_value() if password else None,
    )


def _credentials(kafka: KafkaSettings) -> Credentials | None:
    if kafka.security_protocol in {SecurityProtocol.PLAINTEXT, SecurityProtocol.SSL}:
        return None
    password = kafka.sasl_password
    return Credentials(
        mechanism=kafka.sasl_mechanism,
        username=kafka.sasl_username or "",
        password=password.get_secret_value() if password else "",
    )
