"""What a drill takes place on: a broker, a database, a model server, workers, a Prometheus with the product's rules."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from adapters.database.schema import migrate
from contracts.topics import FLEET_TOPICS
from infra.objectives.rules import rules_text
from tests.chaos.traffic import Load, Watch
from tests.drills import compression
from tests.drills.definition import Drill
from tests.drills.memory import MemoryLimit
from tests.drills.workers import AREAS, Worker
from tests.ledger.commands import Kind
from tests.ledger.observe import outcome_topics, reset_topics
from tests.ledger.plan import CommandStream, Mix
from tests.services.kafka import KafkaService, fresh_name, native_kafka_is_possible
from tests.services.kafka_admin import has_topic
from tests.services.kafka_native import NativeKafka
from tests.services.model_server import ModelServer, Response, completion
from tests.services.postgres import NativePostgres, native_postgres_is_possible
from tests.services.processes import find_program
from tests.services.prometheus import NativePrometheus
from workers.ports.clock import Clock

TENANT: Final = "drills"
SEED: Final = 20261126
MIX: Final = Mix(weights=((Kind.TEXT, 70.0), (Kind.RECORD, 15.0), (Kind.CORRECTION, 15.0)), keys=200, duplicates=0.01)
MODEL: Final = "here"
"""The name of the model server in the workers' settings."""
_AMOUNT: Final = re.compile(r"[\d,]+\.\d\d|\d[\d,]*")


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a drill has to do with.

    Attributes:
        group: prefix of the workers' consumer groups, of this drill alone.
        cluster: the broker; None where it is not ours to kill.
    """

    bootstrap_servers: str
    group: str
    cluster: NativeKafka | None
    database: NativePostgres
    models: ModelServer
    workers: tuple[Worker, ...]
    prometheus: NativePrometheus
    load: Load
    watch: Watch
    clock: Clock

    @property
    def broker(self) -> NativeKafka:
        assert self.cluster is not None
        return self.cluster

    def worker_at(self, address: str) -> Worker:
        """The worker that an alert calls its instance."""
        return next(worker for worker in self.workers if worker.address == address)


def missing() -> str | None:
    """What a drill needs and is not here; None when it can take place."""
    needs = {
        "prometheus": find_program("prometheus") is not None,
        "a JDK, and Kafka's jars or Maven": native_kafka_is_possible(),
        "initdb and postgres": native_postgres_is_possible(),
    }
    return next((name for name, there in needs.items() if not there), None)


@asynccontextmanager
async def open_stage(
    drill: Drill, kafka: KafkaService, folder: Path, clock: Clock, rate: float
) -> AsyncIterator[Stage]:
    """Empty topics, a new database, workers that run and a Prometheus that watches them; nothing is sent yet."""
    async with AsyncExitStack() as stack:
        database = await asyncio.to_thread(stack.enter_context, NativePostgres())
        await asyncio.to_thread(_all_topics, kafka)
        await asyncio.to_thread(migrate, database.url)
        models = ModelServer()
        models.behave = reads_amounts
        await stack.enter_async_context(models.running())
        group = fresh_name("drills")
        environment = {
            "POON_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "POON_KAFKA__GROUP_ID": group,
            "POON_DATABASE__URL": database.url,
            **_settings(models.base_url, drill),
        }
        workers = tuple(Worker(f"worker-{number}", environment, folder) for number in range(1, drill.workers + 1))
        if drill.limited:
            workers[0].limit = stack.enter_context(closing(MemoryLimit("poon-drill")))
        await asyncio.to_thread(workers[0].poon, ["config", "--check"])  # loads the program, which is not measured
        for worker in workers:
            stack.callback(worker.kill)
            await asyncio.to_thread(worker.start_and_wait)
        rules = folder / "rules.yaml"
        rules.write_text(compressed_rules(drill))
        prometheus = NativePrometheus(
            [worker.address for worker in workers],
            rules,
            interval=f"{compression.SCRAPE_SECONDS / drill.factor * 1_000:.0f}ms",
            lookback=f"{compression.LOOKBACK_SECONDS / drill.factor:.0f}s",
        )
        await asyncio.to_thread(stack.enter_context, prometheus)
        stream = CommandStream(SEED, MIX, TENANT, clock.now)
        load = Load(kafka.bootstrap_servers, stream, clock, rate)
        watch = Watch(kafka.bootstrap_servers, outcome_topics(AREAS), clock)
        servers = kafka.bootstrap_servers
        yield Stage(servers, group, kafka.cluster, database, models, workers, prometheus, load, watch, clock)


def _all_topics(kafka: KafkaService) -> None:
    """Empty topics that the fleet consumes, and the others that it has to find."""
    reset_topics(kafka.bootstrap_servers)
    for topic in FLEET_TOPICS:
        if not has_topic(kafka.bootstrap_servers, topic.name, topic.partitions):
            kafka.create_topic(topic.name, topic.partitions, topic.config)


def compressed_rules(drill: Drill) -> str:
    """The product's rules in the time of a drill."""
    rules = compression.compressed(yaml.safe_load(rules_text()), drill.factor, drill.ages)
    return yaml.safe_dump(rules, sort_keys=False, width=1_000)


def reads_amounts(request: dict[str, Any]) -> Response:
    """As a model would answer the load's texts: with the amount that stands in them, and nothing it does not know."""
    # The text stands between two lines with a mark.
    found = _AMOUNT.findall(request["messages"][-1]["content"].splitlines()[1])
    answer = {
        "amount": found[-1].replace(",", "") if found else None,
        "currency": None, "merchant": None, "date": None, "payment": None, "payment_method": None,
        "category": "Miscellaneous",
    }  # fmt: skip
    return completion(json.dumps(answer))


def _settings(model_url: str, drill: Drill) -> dict[str, str]:
    """The fleet's own defaults, but that what the model is asked is never remembered, and what the drill is about."""
    server = {"base_url": model_url, "model": "test-model", **drill.model}
    return {
        "POON_RUNTIME__AREAS": ",".join(AREAS),
        "POON_MODELS__SERVERS": json.dumps({MODEL: server}),
        "POON_MODELS__CACHE_SECONDS": "0",
        "POON_DEFAULTS__TENANT": TENANT,
        **drill.settings,
    }
