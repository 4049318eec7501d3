"""Two fleets at work, one of them drained in the middle: their counters together are what was sent and seen."""

import asyncio
import json
import threading
import urllib.request
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from adapters.clock import SystemClock
from adapters.database.schema import migrate
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from contracts.codec import encode
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from tests.e2e.fleet_process import FleetProcess
from tests.fakes.commands import TEXT_COMMANDS
from tests.fakes.models import FILLED
from tests.ledger.observe import TopicTail, dead_letter_topics, empty_topics, header, lag, outcome_topics
from tests.services.kafka import KafkaService, fresh_name
from tests.services.model_server import ModelServer, Response, completion
from tests.services.waiting import eventually, wait_until
from workers.entrypoints.exits import ExitCode
from workers.ports.messages import OutgoingRecord

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(580), pytest.mark.asyncio(loop_scope="module")]

PATIENCE: Final = 200.0
GROUP: Final = fresh_name("counters")
GOOD: Final = 60
TOLD_TWICE: Final = 20
"""Of the good ones, so many say what another one says: answered from memory, or by the call of the other."""

UNREADABLE: Final = 4
POISON: Final = 3
REPEATED: Final = 5
ATTEMPTS: Final = 2
PRICE: Final = (Decimal(100) * 10 + Decimal(20) * 40) / 1_000_000
Samples = defaultdict[tuple[str, str], float]


def answers(request: dict[str, Any]) -> Response:
    """As a model server would, but for some texts."""
    return completion("I would rather not." if "nonsense" in json.dumps(request) else json.dumps(FILLED))


def records() -> list[OutgoingRecord]:
    """What is sent: good and unreadable texts, no commands at all, and some of the good ones again."""
    good = [command(f"good-{number}", f"blorgo 100 {number % (GOOD - TOLD_TWICE)}") for number in range(GOOD)]
    unreadable = [command(f"bad-{number}", f"blorgo nonsense {number}") for number in range(1, UNREADABLE + 1)]
    poison = [OutgoingRecord(TEXT_COMMANDS, None, b"{", ()) for _ in range(POISON)]
    return [*good, *unreadable, *poison, *good[:REPEATED]]


def command(command_id: str, text: str) -> OutgoingRecord:
    about = Envelope(
        id=command_id,
        source="/test",
        type=ParseText.type,
        time=SystemClock().now(),
        tenant="acme",
        owner=command_id,
    )
    return OutgoingRecord(TEXT_COMMANDS, about.key.encode(), encode(ParseText(text=text)), about.headers())


class Scraped:
    """A fleet's metrics, read again and again as a Prometheus does, until it is gone."""

    def __init__(self, fleet: FleetProcess) -> None:
        lines = (json.loads(line) for line in fleet.log.read_text().splitlines() if line.startswith("{"))
        self._url = next(line["url"] for line in lines if line["event"] == "answers over HTTP")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._scrape_on, daemon=True)
        self.last = Samples(float)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def scrape(self) -> None:
        with urllib.request.urlopen(f"{self._url}/metrics", timeout=20) as answer:  # noqa: S310  the fleet's own
            page = answer.read().decode()
        self.last = Samples(float)
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                told = ("outcome", "code", "result", "retried")
                rest = ",".join(f"{name}={sample.labels[name]}" for name in told if sample.labels.get(name))
                self.last[sample.name, rest] += sample.value

    def _scrape_on(self) -> None:
        while not self._over.wait(0.5):
            try:
                self.scrape()
            except OSError:
                return


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def models() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    server.behave = answers
    async with server.running():
        yield server


@contextmanager
def fleets(kafka: KafkaService, folder: Path, models: ModelServer) -> Iterator[list[FleetProcess]]:
    """Two of one group on one database."""
    empty_topics(kafka)
    database = f"sqlite:///{folder}/poon.db"
    migrate(database)
    server = {
        "base_url": models.base_url,
        "model": "test-model",
        "attempts": 1,
        "input_price": "10",
        "output_price": "40",
    }
    settings = {
        "KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "KAFKA__GROUP_ID": GROUP,
        "DATABASE__URL": database,
        "HTTP__PORT": "0",
        "TELEMETRY__LAST_SCRAPE_SECONDS": "60",
        "MODELS__SERVERS": json.dumps({"test": server}),
        "CHAINS__TEXT_EXTRACTION": "test",
        "RUNTIME__RETRY__ATTEMPTS": str(ATTEMPTS),
        "RUNTIME__RETRY__BASE_DELAY_SECONDS": "0.05",
    }
    environment = {f"POON_{name}": value for name, value in settings.items()}
    started: list[FleetProcess] = []
    try:
        for name in ("first", "second"):
            place = folder / name
            place.mkdir()
            started.append(FleetProcess(environment, place, areas="texts"))
            started[-1].start()
        for process in started:
            wait_until(lambda one=process: runs(one), "a fleet to run", timeout=PATIENCE)  # type: ignore[misc]
        yield started
    finally:
        for process in started:
            if process.alive:
                process.kill()


def runs(fleet: FleetProcess) -> bool:
    assert fleet.alive, fleet.log.read_text()[-3000:]
    return '"fleet runs"' in fleet.log.read_text()


async def publish(kafka: KafkaService, sent: list[OutgoingRecord]) -> None:
    publisher = KafkaPublisher(KafkaConnection(kafka.bootstrap_servers), "counters-test")
    await publisher.start()
    await publisher.publish(sent)
    await publisher.stop()


async def test_counters_are_the_ledger(kafka_service: KafkaService, tmp_path: Path, models: ModelServer) -> None:
    sent = records()
    half = len(sent) // 2
    with ExitStack() as stack:
        first, second = stack.enter_context(fleets(kafka_service, tmp_path, models))
        drained, staying = (stack.enter_context(Scraped(one)) for one in (first, second))
        outcomes = TopicTail(kafka_service.bootstrap_servers, outcome_topics(["texts"]))
        stack.callback(outcomes.close)

        async def seen(wanted: int) -> bool:
            await asyncio.to_thread(outcomes.more)  # the model server answers on this loop meanwhile
            return len(outcomes.messages) >= wanted

        await publish(kafka_service, sent[:half])
        await eventually(lambda: seen(half), "the first half", seconds=PATIENCE)
        assert await asyncio.to_thread(first.terminate) == ExitCode.OK
        await publish(kafka_service, sent[half:])
        await eventually(lambda: seen(len(sent)), "the second half", seconds=PATIENCE)

        await eventually(lambda: asyncio.to_thread(is_all_done, kafka_service), "committed offsets", seconds=PATIENCE)

        async def all_counted() -> bool:
            await asyncio.to_thread(outcomes.more)
            return total(drained, staying) == len(outcomes.messages)

        await eventually(all_counted, "the last scrape", seconds=PATIENCE)
        letters = TopicTail(kafka_service.bootstrap_servers, dead_letter_topics(["texts"]))
        letters.to_the_end()
        stack.callback(letters.close)
        counted = added(drained.last, staying.last)
        check(counted, outcomes, letters, models)
        assert drained.last["messaging_client_consumed_messages_total", ""] > 0, "both had a part"


def added(*parts: Samples) -> Samples:
    """The samples of several fleets together."""
    whole = Samples(float)
    for part in parts:
        for name, value in part.items():
            whole[name] += value
    return whole


def is_all_done(kafka: KafkaService) -> bool:
    """Whether nothing is left to do; what a rebalance hands over again counts as an outcome, so those do not tell."""
    return not any(lag(kafka.bootstrap_servers, [f"{GROUP}.texts"]).values())


def total(*scraped: Scraped) -> int:
    """Commands that were settled or published again, by all of them."""
    names = ("poon_commands_settled_total", "poon_outcomes_republished_total")
    return int(sum(value for one in scraped for (name, _), value in one.last.items() if name in names))


def check(counted: Samples, outcomes: TopicTail, letters: TopicTail, models: ModelServer) -> None:
    """Compare what is counted with the records on the topics and the requests at the model server."""

    def count(name: str, labels: str = "") -> float:
        return counted[name, labels]

    kinds = Counter(header(message, "ce_type") for message in outcomes.messages)
    ids = Counter(header(message, "ce_id") for message in outcomes.messages)
    again = sum(ids.values()) - len(ids)
    assert again >= REPEATED
    assert (
        count("poon_commands_settled_total", "outcome=success")
        + count("poon_outcomes_republished_total", "outcome=success")
        == kinds["poon.text.parsed.v1"]
    )
    assert count("poon_commands_settled_total", "outcome=success") == GOOD
    assert count("poon_commands_settled_total", "outcome=failed,code=backend_unavailable") == UNREADABLE
    assert count("poon_commands_settled_total", "outcome=rejected,code=invalid_envelope") == POISON
    republished = sum(value for (name, _), value in counted.items() if name == "poon_outcomes_republished_total")
    assert republished == again
    dead = sum(value for (name, _), value in counted.items() if name == "poon_dead_letters_total")
    assert dead == len({header(message, "poon_outcome-id") for message in letters.messages}) == UNREADABLE + POISON
    assert count("messaging_client_sent_messages_total") == len(outcomes.messages) + len(letters.messages)
    assert count("poon_attempts_failed_total", "code=backend_unavailable,retried=yes") == UNREADABLE * (ATTEMPTS - 1)
    assert count("poon_attempts_failed_total", "code=backend_unavailable,retried=no") == UNREADABLE
    check_models(counted, models)


def check_models(counted: Samples, models: ModelServer) -> None:
    """Every question has one result, every request its price."""
    results = {labels: value for (name, labels), value in counted.items() if name == "poon_model_answers_total"}
    asked = Counter("nonsense" in json.dumps(request) for request in models.asked)
    assert results["result=answered"] == asked[False]
    assert results["result=answered"] + results.get("result=cached", 0) + results.get("result=shared", 0) == GOOD
    assert results.get("result=cached", 0) + results.get("result=shared", 0) > 0
    assert counted["poon_model_tokens_total", ""] == len(models.asked) * 120
    assert Decimal(repr(round(counted["poon_model_cost_total", ""], 9))) == len(models.asked) * PRICE
