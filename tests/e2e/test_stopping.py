"""The end of a real `poon run`: what signals do while a command is in flight, and what becomes of it."""

import asyncio
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from adapters.database.schema import migrate
from adapters.http.server import listen
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from tests.e2e.fleet_process import FleetProcess
from tests.fakes.commands import text_record
from tests.ledger.observe import TopicTail, empty_topics, header, outcome_topics
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import wait_until
from workers.bootstrap.clients import fleet_reader
from workers.bootstrap.heartbeat import read_beat
from workers.entrypoints.exits import ExitCode
from workers.ports.errors import UnavailableError
from workers.ports.fleet import FleetView
from workers.ports.health import HealthReport
from workers.ports.messages import OutgoingRecord

pytestmark = pytest.mark.e2e

AREA = "texts"
FOREVER = "3600"


class Scene:
    """A fleet on empty topics and tables, and a lock that keeps a decision from being stored."""

    def __init__(self, kafka: KafkaService, database_url: str, folder: Path) -> None:
        self.kafka = kafka
        self.folder = folder
        self._database_url = database_url
        self._fleets: list[FleetProcess] = []
        self._environment = {
            "POON_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "POON_KAFKA__GROUP_ID": fresh_name("stopping"),
            "POON_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
            "POON_DATABASE__URL": database_url,
        }

    def fleet(self, **settings: str) -> FleetProcess:
        given = {f"POON_{name}": value for name, value in settings.items()}
        fleet = FleetProcess(self._environment | given, self.folder, areas=AREA)
        self._fleets.append(fleet)
        return fleet

    def close(self) -> None:
        for fleet in self._fleets:
            if fleet.alive:
                fleet.kill()

    @contextmanager
    def nothing_can_be_stored(self) -> Iterator[None]:
        with psycopg.connect(self._database_url) as connection:
            connection.execute("LOCK TABLE events IN EXCLUSIVE MODE")  # reading goes on
            yield

    def send(self, command_id: str) -> None:
        record = text_record(0, command_id)
        headers = tuple((name, value or b"") for name, value in record.headers)

        async def publish() -> None:
            publisher = KafkaPublisher(KafkaConnection(self.kafka.bootstrap_servers), "stopping")
            await publisher.start()
            await publisher.publish([OutgoingRecord(record.topic, record.key, record.value, headers)])
            await publisher.stop()

        asyncio.run(publish())

    def status(self) -> FleetView:
        return asyncio.run(fleet_reader(self._url).status())

    def live(self) -> HealthReport:
        return asyncio.run(fleet_reader(self._url).live())

    def is_in_flight(self) -> bool:
        return any(worker.in_flight for worker in self.status().workers)

    def is_draining(self) -> bool:
        return self.status().state == "draining"

    @property
    def _url(self) -> str:
        beat = read_beat(self.folder)
        if beat is None or beat.url is None:
            raise UnavailableError("no fleet tells its address")
        return beat.url

    def outcomes(self) -> list[str]:
        """The commands of all outcomes there are."""
        tail = TopicTail(self.kafka.bootstrap_servers, outcome_topics([AREA]))
        tail.to_the_end()
        tail.close()
        return [header(message, "ce_causationid") for message in tail.messages]


@pytest.fixture
def scene(kafka_service: KafkaService, fresh_database: str, tmp_path: Path) -> Iterator[Scene]:
    empty_topics(kafka_service)
    migrate(fresh_database)
    made = Scene(kafka_service, fresh_database, tmp_path)
    yield made
    made.close()


def in_flight(scene: Scene, fleet: FleetProcess, command_id: str) -> None:
    fleet.start_and_wait()
    scene.send(command_id)
    wait_until(scene.is_in_flight, "the command to be in flight")


def test_a_drain_ends_when_its_time_is_up_and_the_next_fleet_carries_the_command_out(scene: Scene) -> None:
    fleet = scene.fleet(RUNTIME__DRAIN_TIMEOUT_SECONDS="2")
    with scene.nothing_can_be_stored():
        in_flight(scene, fleet, "c-1")
        fleet.send(signal.SIGTERM)
        wait_until(scene.is_draining, "the drain")
        assert scene.live().passed, "a fleet that drains is alive"
        assert fleet.wait() == ExitCode.ABORTED
    log = fleet.log.read_text()
    assert "stopped with 1 commands in flight: they are redelivered" in log
    assert read_beat(scene.folder) is None
    assert scene.outcomes() == []

    fleet.start_and_wait()
    wait_until(lambda: scene.outcomes() == ["c-1"], "the outcome")
    assert fleet.terminate() == ExitCode.OK


def test_a_second_signal_ends_a_long_drain_at_once(scene: Scene) -> None:
    fleet = scene.fleet(RUNTIME__DRAIN_TIMEOUT_SECONDS=FOREVER)
    with scene.nothing_can_be_stored():
        in_flight(scene, fleet, "c-1")
        fleet.send(signal.SIGTERM)
        wait_until(scene.is_draining, "the drain")
        fleet.send(signal.SIGTERM)
        assert fleet.wait() == ExitCode.ABORTED
    assert '"abort: what is in flight is left to others"' in fleet.log.read_text()
    assert scene.outcomes() == []


def test_a_drain_lets_what_is_in_flight_be_finished(scene: Scene) -> None:
    fleet = scene.fleet(RUNTIME__DRAIN_TIMEOUT_SECONDS=FOREVER)
    with scene.nothing_can_be_stored():
        in_flight(scene, fleet, "c-1")
        fleet.send(signal.SIGINT)
        wait_until(scene.is_draining, "the drain")
    assert fleet.wait() == ExitCode.OK
    assert scene.outcomes() == ["c-1"]


def test_a_chosen_port_that_is_taken_ends_the_start_with_the_setting_and_the_cure(scene: Scene) -> None:
    with listen("127.0.0.1", 0) as taken:
        fleet = scene.fleet(HTTP__PORT=str(taken.getsockname()[1]))
        fleet.start()
        assert fleet.wait() == ExitCode.CONFIGURATION
    assert re.search(r"address already in use; set POON_HTTP__PORT", fleet.log.read_text())


def test_http_that_is_switched_off_leaves_the_heartbeat_for_health(scene: Scene) -> None:
    fleet = scene.fleet(HTTP__ENABLED="false")
    fleet.start_and_wait()
    beat = read_beat(scene.folder)
    assert beat is not None
    assert beat.url is None
    assert fleet.terminate() == ExitCode.OK
