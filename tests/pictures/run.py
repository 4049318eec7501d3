"""A fleet at work on real services, and every query of every dashboard asked over that time."""

from __future__ import annotations

import asyncio
import math
import os
import platform
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from adapters.clock import SystemClock
from adapters.database.schema import migrate
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from infra.dashboards.every import DASHBOARDS
from tests.bench.machine import machine_facts
from tests.e2e.observed_fleet import AREAS, NO_COMMAND, filled_in, observed_fleet, observer, records
from tests.ledger.observe import empty_topics
from tests.pictures.seen import Answer, Seen, rate_interval, sampled
from tests.pictures.traffic import behaviour, plan, waves
from tests.services.kafka import KafkaService, best_kafka, fresh_name
from tests.services.model_server import ModelServer, Response
from tests.services.postgres import best_postgres
from tests.services.prometheus import NativePrometheus
from tests.services.waiting import eventually
from workers.ports.clock import Clock

STEP_SECONDS: Final = 3
_PATIENCE: Final = 240.0
_RESTING: Final = {"breaker_window_seconds": 6, "breaker_rest_seconds": 2, "breaker_longest_rest_seconds": 4}
_FEW_ATTEMPTS: Final = {
    "POON_RUNTIME__RETRY__ATTEMPTS": "4",
    "POON_RUNTIME__RETRY__BASE_DELAY_SECONDS": "0.5",
    "POON_RUNTIME__RETRY__MAX_DELAY_SECONDS": "3",
}

Say = Callable[[str], object]


async def observed(seconds: float, say: Say) -> Seen:
    """Have a fleet work for a while and ask what its dashboards ask.

    Raises:
        ServiceUnavailableError: there is no PostgreSQL or no Prometheus here.
        StillWaitingError: nothing was scraped, or the work did not end.
    """
    clock = SystemClock()
    models = ModelServer()
    async with AsyncExitStack() as stack:
        kafka = stack.enter_context(best_kafka())
        postgres = stack.enter_context(best_postgres())
        database = stack.enter_context(postgres.fresh_database())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="poon-pictures-")))
        await asyncio.to_thread(empty_topics, kafka)
        await asyncio.to_thread(migrate, database)
        await stack.enter_async_context(models.running())
        prometheus = await stack.enter_async_context(_scraped_fleet(models, kafka, database, folder))
        conditions = {
            "fleet": f"one process, the areas {', '.join(AREAS)}",
            "services": f"{kafka.service}; {postgres.service}; Prometheus {prometheus.version}",
            "cores": machine_facts()["cores"],
            "Python": platform.python_version(),
        }
        say("; ".join(conditions.values()))
        start = clock.now().timestamp()
        await _send_all(kafka, models, seconds, clock)
        await eventually(
            lambda: _total(prometheus, "poon_commands_waiting") == 0, "the last commands", seconds=_PATIENCE
        )
        await clock.sleep(2 * STEP_SECONDS)
        end = clock.now().timestamp()
        say(f"sent for {seconds:.0f} s, done after {end - start:.0f} s")
        steps = math.floor((end - start) / STEP_SECONDS)
        return Seen(
            taken=clock.now().date(),
            conditions={**conditions, "made to happen": plan(seconds), "load": _load()},
            seconds=steps * STEP_SECONDS,
            step=STEP_SECONDS,
            answers=await asyncio.to_thread(_asked, prometheus, end, steps),
        )


@asynccontextmanager
async def _scraped_fleet(
    models: ModelServer, kafka: KafkaService, database: str, folder: Path
) -> AsyncIterator[NativePrometheus]:
    environment = {
        **_FEW_ATTEMPTS,
        "POON_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "POON_KAFKA__GROUP_ID": fresh_name("pictures"),
        "POON_DATABASE__URL": database,
    }
    fleet = observed_fleet(models, folder, environment, _RESTING)
    try:
        await asyncio.to_thread(fleet.start_and_wait)
        with observer(fleet, folder, STEP_SECONDS) as prometheus:
            started = lambda: _total(prometheus, "poon_worker_started") == len(AREAS)  # noqa: E731
            await eventually(started, "the first scrape", seconds=_PATIENCE)
            yield prometheus
    finally:
        if fleet.alive:
            fleet.kill()


async def _send_all(kafka: KafkaService, models: ModelServer, seconds: float, clock: Clock) -> None:
    began = clock.monotonic()

    def behave(request: dict[str, Any]) -> Response:
        return behaviour(request, (clock.monotonic() - began) / seconds)

    models.behave = behave
    publisher = KafkaPublisher(KafkaConnection(kafka.bootstrap_servers), "pictures", None)
    await publisher.start()
    for wave in waves(seconds):
        await clock.sleep(max(0.0, began + wave.at - clock.monotonic()))
        extra = [NO_COMMAND] if wave.with_no_command else []
        await publisher.publish([*extra, *records(wave.commands, clock.now(), wave.owner)])
    await publisher.stop()


def _asked(prometheus: NativePrometheus, end: float, steps: int) -> dict[str, tuple[Answer, ...]]:
    """Every query of every dashboard. The last values are of the end: panels that show one value show that."""
    expressions = {
        query.expression for dashboard in DASHBOARDS for panel in dashboard.panels() for query in panel.queries
    }
    shown = steps * STEP_SECONDS
    asked = {name: filled_in(name, f"{rate_interval(STEP_SECONDS)}s", f"{shown}s") for name in sorted(expressions)}
    start = end - shown
    return {
        name: sampled(prometheus.query_range(query, start, end, STEP_SECONDS), start, STEP_SECONDS, steps + 1)
        for name, query in asked.items()
    }


def _load() -> str:
    minute, five, _ = os.getloadavg()
    return f"{minute:.1f} processes on average in the last minute, {five:.1f} in the last five, ours among them"


def _total(prometheus: NativePrometheus, metric: str) -> float:
    return sum(number for _, number in prometheus.query(f"sum({metric})"))
