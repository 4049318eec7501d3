"""Looking after topics, on the best Kafka to be had."""

from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from typer.testing import CliRunner, Result

from adapters.clock import SystemClock
from adapters.kafka.admin import KafkaTopicAdmin
from adapters.kafka.connection import KafkaConnection
from contracts.topics import TOPICS, Topic
from tests.services.kafka import KafkaService, fresh_name
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode
from workers.ports.errors import UnavailableError
from workers.ports.topics import (
    DifferenceKind,
    TopicDifference,
    UnmanagedTopicsError,
    topic_differences,
)

pytestmark = pytest.mark.integration

NOBODY = "127.0.0.1:1"
REGISTERED = TOPICS["poon.texts.commands"]


@pytest.fixture
def admin(kafka_service: KafkaService) -> KafkaTopicAdmin:
    return KafkaTopicAdmin(KafkaConnection(kafka_service.bootstrap_servers), SystemClock())


@pytest.fixture
def managed(kafka_service: KafkaService) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker creates and configures no topics")


def own_topic(partitions: int = 2) -> Topic:
    return replace(REGISTERED, name=fresh_name("admin"), partitions=partitions)


async def differences(admin: KafkaTopicAdmin, topic: Topic) -> tuple[TopicDifference, ...]:
    return topic_differences([topic], await admin.describe([topic.name]))


async def test_the_broker_answers(admin: KafkaTopicAdmin) -> None:
    await admin.check_broker()


@pytest.mark.usefixtures("managed")
async def test_a_missing_topic_is_created_with_partitions_and_settings(admin: KafkaTopicAdmin) -> None:
    topic = own_topic()
    found = await differences(admin, topic)

    await admin.apply(found)

    assert [one.kind for one in found] == [DifferenceKind.MISSING]
    assert await differences(admin, topic) == ()


@pytest.mark.usefixtures("managed")
async def test_applying_again_is_safe(admin: KafkaTopicAdmin) -> None:
    topic = own_topic()
    found = await differences(admin, topic)

    await admin.apply(found)
    await admin.apply(found)

    assert await differences(admin, topic) == ()


@pytest.mark.usefixtures("managed")
async def test_partitions_are_added_and_other_settings_kept(
    admin: KafkaTopicAdmin, kafka_service: KafkaService
) -> None:
    topic = own_topic(partitions=3)
    kafka_service.create_topic(topic.name, 1, {"retention.ms": "1000", "segment.bytes": "2097152"})
    found = await differences(admin, topic)

    await admin.apply(found)

    state = (await admin.describe([topic.name]))[topic.name]
    assert {one.setting for one in found} == {"partitions", "retention.ms", "max.message.bytes"}
    assert state.partitions == 3
    assert state.config is not None
    assert state.config["retention.ms"] == topic.config["retention.ms"]
    assert state.config["segment.bytes"] == "2097152"


async def test_describing_creates_nothing(admin: KafkaTopicAdmin, kafka_service: KafkaService) -> None:
    name = fresh_name("never")

    assert await admin.describe([name]) == {}
    client = AdminClient({"bootstrap.servers": kafka_service.bootstrap_servers})
    assert name not in client.list_topics(timeout=10).topics


async def test_the_embedded_broker_says_that_it_manages_its_topics_itself(
    admin: KafkaTopicAdmin, kafka_service: KafkaService
) -> None:
    if kafka_service.embedded is None:
        pytest.skip("a real Kafka lets topics be managed")

    with pytest.raises(UnmanagedTopicsError, match="no controller"):
        await admin.apply(await differences(admin, own_topic()))


async def test_an_unreachable_broker_is_named_with_its_cause_in_bounded_time() -> None:
    admin = KafkaTopicAdmin(KafkaConnection(NOBODY), SystemClock(), timeout_seconds=1)

    with pytest.raises(UnavailableError, match=r"Kafka at 127\.0\.0\.1:1 .*Connection refused.*check that"):
        await admin.check_broker()


def poon(kafka: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"POON_KAFKA__BOOTSTRAP_SERVERS": kafka})


@pytest.mark.usefixtures("managed")
def test_topics_apply_leaves_nothing_for_topics_diff(
    kafka_service: KafkaService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    own = ("--replies", "mobile")
    applied = poon(kafka_service.bootstrap_servers, "topics", "apply", "--add-partitions", *own)
    compared = poon(kafka_service.bootstrap_servers, "topics", "diff", *own)
    shown = poon(kafka_service.bootstrap_servers, "topics", "show", *own)

    assert applied.exit_code == ExitCode.OK
    assert compared.exit_code == ExitCode.OK
    assert "the broker has every topic as it should be" in compared.stdout
    assert not [name for name in (*TOPICS, "poon.replies.shared", "poon.replies.mobile") if name not in shown.stdout]
    assert "missing" not in shown.stdout
