"""The embedded broker: how others find it, what ends with it, and the limits its module warns of."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from adapters.kafka.embedded import ANNOUNCEMENT, EmbeddedBroker, find_embedded_broker
from tests.services.kafka_admin import live_brokers
from tests.services.processes import free_ports
from workers.ports.errors import UnavailableError

pytestmark = pytest.mark.integration

STARTED = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as process:
        process.wait()
    return process.pid


def write_announcement(data_dir: Path, address: str, pid: int) -> None:
    (data_dir / ANNOUNCEMENT).write_text(json.dumps({"address": address, "pid": pid, "started": "-"}))


def test_an_announced_broker_is_found_until_it_closes(tmp_path: Path) -> None:
    data_dir = tmp_path / "not" / "there" / "yet"
    with EmbeddedBroker() as broker:
        assert find_embedded_broker(data_dir) is None
        broker.announce(data_dir, STARTED)
        assert find_embedded_broker(data_dir) == broker.bootstrap_servers
        announced = json.loads((data_dir / ANNOUNCEMENT).read_text())
    assert announced["pid"] == os.getpid()
    assert announced["started"] == "2026-11-23T18:00:00+00:00"
    assert find_embedded_broker(data_dir) is None
    assert list(data_dir.iterdir()) == []


def test_a_broker_found_by_its_announcement_answers(tmp_path: Path) -> None:
    with EmbeddedBroker() as broker:
        broker.announce(tmp_path, STARTED)
        found = find_embedded_broker(tmp_path)
        assert found is not None
        assert live_brokers(found) == {1}


def test_the_announcement_of_a_dead_process_is_ignored(tmp_path: Path) -> None:
    with EmbeddedBroker() as broker:
        write_announcement(tmp_path, broker.bootstrap_servers, dead_pid())
        assert find_embedded_broker(tmp_path) is None


def test_the_announcement_of_a_closed_port_is_ignored(tmp_path: Path) -> None:
    write_announcement(tmp_path, f"127.0.0.1:{free_ports(1)[0]}", os.getpid())
    assert find_embedded_broker(tmp_path) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"address": "nowhere", "pid": 1}', '{"address": 1, "pid": "x"}']
)
def test_a_damaged_announcement_is_ignored(tmp_path: Path, text: str) -> None:
    (tmp_path / ANNOUNCEMENT).write_text(text)
    assert find_embedded_broker(tmp_path) is None


def test_a_closing_broker_leaves_the_announcement_of_its_successor(tmp_path: Path) -> None:
    with EmbeddedBroker() as successor:
        with EmbeddedBroker() as broker:
            broker.announce(tmp_path, STARTED)
            successor.announce(tmp_path, STARTED)
        assert find_embedded_broker(tmp_path) == successor.bootstrap_servers


def test_a_broker_that_is_not_running_says_so() -> None:
    broker = EmbeddedBroker()
    with pytest.raises(UnavailableError, match="not running"):
        broker.create_topics({"any": 1})


def test_starting_and_closing_twice_is_harmless() -> None:
    broker = EmbeddedBroker()
    broker.start()
    address = broker.bootstrap_servers
    broker.start()
    assert broker.bootstrap_servers == address
    broker.close()
    broker.close()
    assert broker.bootstrap_servers == ""
    assert live_brokers(address) == set()


def test_a_cluster_of_three_names_all_its_brokers() -> None:
    with EmbeddedBroker({"wide": 6}, brokers=3) as broker:
        assert live_brokers(broker.bootstrap_servers) == {1, 2, 3}


def test_a_broker_keeps_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    with EmbeddedBroker({"a": 1}) as broker:
        broker.take_down()
        broker.bring_up()
    assert capfd.readouterr() == ("", "")


async def test_records_outlive_an_outage_but_a_producer_waits_for_its_end() -> None:
    with EmbeddedBroker({"outage": 1}) as broker:
        async with AIOKafkaProducer(
            bootstrap_servers=broker.bootstrap_servers, enable_idempotence=True, acks="all", retry_backoff_ms=50
        ) as producer:
            await producer.send_and_wait("outage", b"before")
            broker.take_down()
            assert live_brokers(broker.bootstrap_servers) == set()
            pending = await producer.send("outage", b"during")
            broker.bring_up()
            assert (await pending).offset == 1


async def test_a_partition_forgets_what_exceeds_five_mebibytes() -> None:
    """A limit of librdkafka that the module's docstring warns of: this tells when it is gone."""
    partition = TopicPartition("small", 0)
    with EmbeddedBroker({"small": 1}) as broker:
        async with (
            AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers, max_request_size=2_000_000) as producer,
            AIOKafkaConsumer(bootstrap_servers=broker.bootstrap_servers) as consumer,
        ):
            for _ in range(10):
                await producer.send_and_wait("small", bytes(1_000_000))
            assert await consumer.beginning_offsets([partition]) == {partition: 5}
