"""`poon send` and `poon tail` against the best Kafka to be had."""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from typer.testing import CliRunner, Result

from contracts.envelope import Envelope, EnvelopeError, parse_envelope
from contracts.ids import owner_folder
from contracts.topics import TOPICS
from contracts.values import MAX_INLINE_IMAGE_BYTES
from tests.fakes.clock import NOON
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import wait_until
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode

pytestmark = pytest.mark.integration


@pytest.fixture
def kafka(kafka_service: KafkaService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    there = AdminClient({"bootstrap.servers": kafka_service.bootstrap_servers}).list_topics(timeout=10).topics
    for topic in TOPICS.values():
        if topic.name not in there:
            kafka_service.create_topic(topic.name, topic.partitions, topic.config)
    return kafka_service.bootstrap_servers


@pytest.fixture
def tenant() -> str:
    """A tenant of this test's own: the topics are everybody's."""
    return fresh_name("cli")


def poon(kafka: str, *arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=given, env={"POON_KAFKA__BOOTSTRAP_SERVERS": kafka})


class Inbox:
    """What has arrived on a topic for one tenant since this was made: what others left there may be a great deal."""

    def __init__(self, kafka: str, topic: str, tenant: str) -> None:
        self._consumer = Consumer(
            {"bootstrap.servers": kafka, "group.id": fresh_name(), "auto.offset.reset": "earliest"}
        )
        partitions = self._consumer.list_topics(topic, timeout=10).topics[topic].partitions
        places = [TopicPartition(topic, number) for number in partitions]
        for place in places:
            place.offset = self._consumer.get_watermark_offsets(place, timeout=10)[1]
        self._consumer.assign(places)
        self._tenant = tenant
        self.found: list[tuple[Envelope, bytes]] = []

    def holds(self, count: int) -> bool:
        record = self._consumer.poll(0.1)
        if record is not None and record.error() is None:
            headers = cast("list[tuple[str, bytes]]", record.headers())
            with suppress(EnvelopeError):  # others test on these topics too, also with what is no command
                about = parse_envelope(headers, NOON)
                if about.tenant == self._tenant:
                    self.found.append((about, record.value() or b""))
        return len(self.found) >= count

    def close(self) -> None:
        self._consumer.close()


@pytest.fixture
def texts(kafka: str, tenant: str) -> Iterator[Inbox]:
    inbox = Inbox(kafka, "poon.texts.commands", tenant)
    yield inbox
    inbox.close()


@pytest.fixture
def images(kafka: str, tenant: str) -> Iterator[Inbox]:
    inbox = Inbox(kafka, "poon.receipts.commands", tenant)
    yield inbox
    inbox.close()


def test_a_text_arrives_with_its_envelope(kafka: str, tenant: str, texts: Inbox) -> None:
    result = poon(kafka, "send", "text", "กาแฟ 65 บาท", "--tenant", tenant, "--owner", "anong", "--json")

    assert result.exit_code == ExitCode.OK
    wait_until(lambda: texts.holds(1), "the command")
    ((about, value),) = texts.found
    assert about.id == json.loads(result.stdout)["id"]
    assert (about.owner, about.source) == ("anong", "urn:poon:cli")
    assert json.loads(value)["text"] == "กาแฟ 65 บาท"


def test_lines_arrive_in_order(kafka: str, tenant: str, texts: Inbox) -> None:
    result = poon(kafka, "send", "lines", "-", "--tenant", tenant, given="taxi 1\ntaxi 2\ntaxi 3\n")

    assert result.exit_code == ExitCode.OK
    wait_until(lambda: texts.holds(3), "the commands")
    assert [json.loads(value)["text"] for _, value in texts.found] == ["taxi 1", "taxi 2", "taxi 3"]


def test_one_wrong_line_means_that_nothing_is_sent(kafka: str, tenant: str, texts: Inbox) -> None:
    refused = poon(kafka, "send", "lines", "-", "--tenant", tenant, given=f"taxi 1\n{'x' * 2001}\n")
    accepted = poon(kafka, "send", "text", "taxi 2", "--tenant", tenant)

    assert (refused.exit_code, accepted.exit_code) == (ExitCode.BAD_INPUT, ExitCode.OK)
    wait_until(lambda: texts.holds(1), "the command")
    assert [json.loads(value)["text"] for _, value in texts.found] == ["taxi 2"]


def test_a_small_image_travels_in_the_message(kafka: str, tenant: str, images: Inbox) -> None:
    picture = Path("receipt.png")
    picture.write_bytes(b"a small picture")

    result = poon(kafka, "send", "image", str(picture), "--tenant", tenant, "--reference-date", "2025-06-15")

    assert result.exit_code == ExitCode.OK
    wait_until(lambda: images.holds(1), "the command")
    sent = json.loads(images.found[0][1])
    assert sent["image"] == {"kind": "inline", "data": base64.b64encode(b"a small picture").decode()}
    assert sent["reference_date"] == "2025-06-15"


@pytest.mark.parametrize("options", [(), ("--reference", "receipts/large.png")])
def test_a_large_image_is_uploaded_first(kafka: str, tenant: str, images: Inbox, options: tuple[str, ...]) -> None:
    content = b"x" * (MAX_INLINE_IMAGE_BYTES + 1)
    Path("receipt.png").write_bytes(content)

    result = poon(kafka, "send", "image", "receipt.png", "--tenant", tenant, "--owner", "nok", *options)

    assert result.exit_code == ExitCode.OK
    wait_until(lambda: images.holds(1), "the command")
    reference = json.loads(images.found[0][1])["image"]
    assert reference["sha256"] == hashlib.sha256(content).hexdigest()
    assert reference["key"] == (options[1] if options else f"{owner_folder(tenant, 'nok')}/{reference['sha256']}")
    assert (Path(".poon/images") / reference["key"]).read_bytes() == content


def test_without_a_fleet_waiting_ends_with_75(kafka: str, tenant: str) -> None:
    result = poon(kafka, "send", "text", "taxi 1", "--tenant", tenant, "--wait", "--timeout", "0.5")

    assert result.exit_code == ExitCode.NO_ANSWER
    assert "does a fleet run" in result.stderr


def test_tail_ends_after_its_time(kafka: str) -> None:
    assert poon(kafka, "tail", "--timeout", "0.3", "--json").exit_code == ExitCode.OK


def test_an_unreachable_broker_is_named_with_code_69(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    result = poon("127.0.0.1:1", "tail", "--timeout", "1")

    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "Kafka at 127.0.0.1:1" in result.stderr
