"""The services start, say what they are, can be killed and brought back, and leave nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from tests.services import kafka as kafka_module
from tests.services.kafka import KafkaService, embedded_kafka, native_kafka, native_kafka_is_possible
from tests.services.kafka_admin import create_topic, has_topic, live_brokers
from tests.services.kafka_jars import cached_jars, kafka_version
from tests.services.postgres import NativePostgres, PostgresService, native_postgres_is_possible
from tests.services.processes import ServiceProcess
from tests.services.redis_server import NativeRedis, RedisService, native_redis_is_possible
from tests.services.s3 import S3Service
from tests.services.service import ServiceUnavailableError
from tests.services.waiting import StillWaitingError, eventually, wait_until

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]

needs_kafka = pytest.mark.skipif(not native_kafka_is_possible(), reason="no JDK with Kafka's jars or Maven")
needs_postgres = pytest.mark.skipif(not native_postgres_is_possible(), reason="no initdb and postgres")
needs_redis = pytest.mark.skipif(not native_redis_is_possible(), reason="no redis-server")


def is_alive(pid: int) -> bool:
    """Whether a process exists and is more than a zombie nobody has reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_every_service_says_what_it_is(
    kafka_service: KafkaService,
    redis_service: RedisService,
    s3_service: S3Service,
    postgres_service: PostgresService,
) -> None:
    for running in (kafka_service, redis_service, s3_service, postgres_service):
        assert running.service.version
        assert running.service.found


@needs_kafka
@pytest.mark.slow
def test_native_kafka_keeps_its_topics_through_a_kill() -> None:
    with native_kafka() as kafka:
        assert kafka.cluster is not None
        topic = kafka.fresh_topic(partitions=3, config={"retention.ms": "60000"})
        kafka.cluster.kill()
        assert live_brokers(kafka.bootstrap_servers) == set()
        kafka.cluster.restart()
        wait_until(lambda: has_topic(kafka.bootstrap_servers, topic, 3), "the topic to be back")
    assert live_brokers(kafka.bootstrap_servers) == set()


@needs_kafka
@pytest.mark.slow
def test_three_native_brokers_outlive_the_loss_of_one() -> None:
    with native_kafka(brokers=3) as kafka:
        assert kafka.cluster is not None
        assert live_brokers(kafka.bootstrap_servers) == {1, 2, 3}
        kafka.cluster.kill(2)
        wait_until(lambda: live_brokers(kafka.bootstrap_servers) == {1, 3}, "the cluster to notice the loss")
        create_topic(kafka.bootstrap_servers, "two-are-enough", 2, {})
        kafka.cluster.restart(2)
        assert live_brokers(kafka.bootstrap_servers) == {1, 2, 3}


@needs_kafka
def test_cached_jars_need_no_maven(monkeypatch: pytest.MonkeyPatch, kafka_service: KafkaService) -> None:
    if kafka_service.cluster is None:
        pytest.skip("this run's Kafka is not native")
    monkeypatch.setenv("PATH", "/nowhere")
    jars = cached_jars()
    assert jars is not None
    assert (jars / f"kafka_2.13-{kafka_version()}.jar").exists()


@needs_kafka
def test_ci_refuses_the_embedded_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(ServiceUnavailableError, match="Apache Kafka"), embedded_kafka():
        pass


def test_an_explicit_kafka_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded_kafka(allowed_in_ci=True) as somebodys:
        monkeypatch.setenv("POON_TEST_KAFKA", f"kafka://{somebodys.bootstrap_servers}")
        with kafka_module.best_kafka() as kafka:
            assert kafka.bootstrap_servers == somebodys.bootstrap_servers
            assert kafka.service.found == "POON_TEST_KAFKA"


@needs_postgres
def test_native_postgres_keeps_what_was_committed_through_a_kill() -> None:
    with NativePostgres() as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept (id integer)")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url, connect_timeout=2)
        server.start()
        with psycopg.connect(server.url) as connection:
            connection.execute("SELECT id FROM kept")


@needs_postgres
def test_native_postgres_is_given_the_options_asked_for() -> None:
    with NativePostgres(options=["-cshared_buffers=64MB"]) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW shared_buffers").fetchone() == ("64MB",)
        assert connection.execute("SHOW fsync").fetchone() == ("off",)


def test_a_fresh_database_is_empty_and_dropped(postgres_service: PostgresService) -> None:
    with postgres_service.fresh_database() as first, postgres_service.fresh_database() as second:
        assert first != second
        with psycopg.connect(first) as connection:
            connection.execute("CREATE TABLE mine (id integer)")
        with psycopg.connect(second) as connection, pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT id FROM mine")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(first)


def test_a_flushed_redis_is_empty(redis_service: RedisService) -> None:
    with redis.Redis.from_url(redis_service.url) as client:
        client.set("key", "value")
        redis_service.flush()
        assert client.dbsize() == 0


@needs_redis
def test_native_redis_comes_back_after_a_kill() -> None:
    with NativeRedis() as server:
        server.kill()
        with redis.Redis.from_url(server.url) as client:
            with pytest.raises(redis.ConnectionError):
                client.ping()
            server.start()
            assert client.ping()


def test_a_bucket_holds_what_was_put(s3_service: S3Service, fresh_bucket: str) -> None:
    client = s3_service.client()
    try:
        client.put_object(Bucket=fresh_bucket, Key="image", Body=b"bytes")
        answer = client.get_object(Bucket=fresh_bucket, Key="image")
        with answer["Body"] as body:
            assert body.read() == b"bytes"
    finally:
        client.close()


END_OF_A_RUN = """
import os, signal, sys
from pathlib import Path
from tests.services.processes import ServiceProcess
process = ServiceProcess(["sleep", "600"], Path(sys.argv[1]))
print(process.pid, flush=True)
{ending}
"""


@pytest.mark.parametrize("ending", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)", "sys.exit(0)"])
def test_nothing_outlives_a_run_however_it_ends(tmp_path: Path, ending: str) -> None:
    command = [sys.executable, "-c", END_OF_A_RUN.format(ending=ending), str(tmp_path / "log")]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    pid = int(run.stdout)
    wait_until(lambda: not is_alive(pid), f"process {pid} to be killed")


def test_a_frozen_process_can_be_killed(tmp_path: Path) -> None:
    process = ServiceProcess(["sleep", "600"], tmp_path / "log")
    process.suspend()
    assert process.running
    process.kill()
    assert not process.running


def test_a_process_that_ended_shows_its_last_words(tmp_path: Path) -> None:
    process = ServiceProcess(["sh", "-c", "echo no such option; exit 3"], tmp_path / "log")
    wait_until(lambda: not process.running, "the end")
    with pytest.raises(RuntimeError, match="ended with 3: no such option"):
        process.ensure_running()


def test_stopping_is_orderly_before_it_is_forced(tmp_path: Path) -> None:
    script = "trap 'echo in order; exit 0' TERM; echo ready; while :; do sleep 0.01; done"
    process = ServiceProcess(["sh", "-c", script], tmp_path / "log")
    wait_until(lambda: "ready" in process.tail(), "the trap")
    process.stop(signal.SIGTERM)
    assert process.tail().endswith("in order\n")
    assert not is_alive(process.pid)
    assert process.pid != os.getpid()


async def test_waiting_is_bounded_and_says_for_what() -> None:
    with pytest.raises(StillWaitingError, match="the end of time"):
        wait_until(lambda: False, "the end of time", timeout=0.05)
    with pytest.raises(StillWaitingError, match="the end of time"):
        await eventually(never, "the end of time", seconds=0.05)


async def test_waiting_ends_when_the_condition_holds() -> None:
    answers: list[object] = [False, True]
    condition: Callable[[], object] = lambda: answers.pop(0)  # noqa: E731  a typed lambda is what a caller passes
    await eventually(condition, "the second answer")
    assert answers == []


async def never() -> bool:
    return False
