"""A fleet at work, scraped by a real Prometheus: every query of every dashboard has something to show."""

import json
import math
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from adapters.clock import SystemClock
from adapters.kafka.publisher import KafkaPublisher
from contracts.base import Command
from infra.dashboards.every import DASHBOARDS
from infra.dashboards.model import Panel
from infra.tools.generate import GRAFANA
from tests.architecture.tree import ROOT
from tests.e2e.fleet_process import FleetProcess
from tests.e2e.observed_fleet import (
    NO_COMMAND,
    answers,
    failures,
    filled_in,
    observed_fleet,
    observer,
    records,
    successes,
)
from tests.services.model_server import ModelServer
from tests.services.prometheus import NativePrometheus
from tests.services.service import ServiceUnavailableError, in_ci
from tests.services.waiting import eventually
from workers.bootstrap.clients import kafka_connection
from workers.config import Settings
from workers.ports.messages import OutgoingRecord

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400), pytest.mark.asyncio(loop_scope="module")]

PATIENCE: Final = 120.0
TEXTS: Final = 12
WAVES: Final = ("first", "second")
"""What a series rises by is seen only from its second value on."""

SENT: Final = 'sum(poon_commands_settled_total{command_type!~"poon.month.freeze.+|poon.month.report.+|poon.timer.+"})'
"""What was sent and ended; the rest are steps of workflows."""

ENDED: Final = "sum(poon_workflow_duration_seconds_count)"
WORKFLOWS: Final = {
    "the objective of workflows": 'area:poon_workflows_bad:ratio_rate5m{area="workflows"}',
    "their durations": "histogram_quantile(0.95, sum by (le) (rate(poon_workflow_duration_seconds_bucket[10m])))",
}

EMPTY_HERE: Final = {"Outages that began": "nothing goes away in this run"}
"""Of the panels that may be empty, those that are."""


def commands(wave: str) -> dict[str, Command]:
    """Successes, one of them from memory; rejections; failures with attempts before them; a workflow."""
    return successes(wave, TEXTS) | failures(wave)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def models() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    server.behave = answers
    async with server.running():
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dashboards")


@pytest.fixture(scope="module")
def fleet(models: ModelServer, folder: Path) -> Iterator[FleetProcess]:
    process = observed_fleet(models, folder)
    process.start_and_wait()
    yield process
    if process.alive:
        process.kill()


@pytest.fixture(scope="module")
def prometheus(fleet: FleetProcess, folder: Path) -> Iterator[NativePrometheus]:
    try:
        server = observer(fleet, folder)
    except ServiceUnavailableError as error:
        if in_ci():
            raise
        pytest.skip(str(error))
    with server:
        yield server


async def send(settings: Settings, sent: Mapping[str, Command], *more: OutgoingRecord) -> int:
    """Publish commands, and more before them; how many all of it is."""
    publisher = KafkaPublisher(kafka_connection(settings), "dashboards-test", None)
    await publisher.start()
    await publisher.publish([*more, *records(sent, SystemClock().now())])
    await publisher.stop()
    return len(sent) + len(more)


def repeated(wave: str) -> list[OutgoingRecord]:
    """One of the wave before once more."""
    meal = f"{WAVES[0]}-meal"
    return [] if wave == WAVES[0] else list(records({meal: commands(WAVES[0])[meal]}, SystemClock().now()))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seen(prometheus: NativePrometheus, folder: Path) -> NativePrometheus:
    """A Prometheus that has seen the fleet do its work."""

    def value(expression: str) -> float:
        return sum(number for _, number in prometheus.query(expression))

    await eventually(lambda: value("sum(poon_worker_started)") == 4, "the first scrape", seconds=PATIENCE)
    expected = 0
    for number, wave in enumerate(WAVES, 1):
        sent = commands(wave)
        # A month that changes while it is closed ends in another way, and of two ways no series ever rises.
        close = {f"{wave}-close": sent.pop(f"{wave}-close")}
        again = repeated(wave)
        expected += await send(Settings(data_dir=folder), sent, NO_COMMAND, *again) - len(again)
        await eventually(lambda wanted=expected: value(SENT) >= wanted, f"the {wave} wave", seconds=PATIENCE)  # type: ignore[misc]
        expected += await send(Settings(data_dir=folder), close)
        await eventually(lambda wanted=expected: value(SENT) >= wanted, f"{wave} closing", seconds=PATIENCE)  # type: ignore[misc]
        await eventually(lambda: value("sum(poon_commands_waiting)") == 0, "the steps of workflows", seconds=PATIENCE)
        # Nothing may wait between two steps: of two workflows that ended before the same scrape, no rise is ever seen.
        await eventually(lambda wanted=number: value(ENDED) >= wanted, "its workflow", seconds=PATIENCE)  # type: ignore[misc]
    await eventually(lambda: value("sum(poon_dead_letters_total)") >= 4, "the dead letters", seconds=PATIENCE)
    twice = "sum(count_over_time(poon_outcomes_republished_total[1m]))"
    await eventually(lambda: value(twice) >= 2, "the repeated command, in two scrapes", seconds=PATIENCE)
    latency = 'area:poon_latency_bad:ratio_rate5m{area="texts"}'
    await eventually(lambda: prometheus.query(latency), "the objectives", seconds=PATIENCE)
    # Both workflows have their result, the second in a scrape after the first.
    for name, wanted in WORKFLOWS.items():
        await eventually(lambda wanted=wanted: finite(prometheus, wanted), name, seconds=PATIENCE)  # type: ignore[misc]
    return prometheus


def panels() -> Iterator[tuple[str, Panel]]:
    for dashboard in DASHBOARDS:
        for panel in dashboard.panels():
            yield f"{dashboard.name}: {panel.title}", panel


def finite(prometheus: NativePrometheus, expression: str) -> list[float]:
    return [number for _, number in prometheus.query(filled_in(expression)) if math.isfinite(number)]


async def test_every_query_has_something_to_show(seen: NativePrometheus) -> None:
    empty = [
        f"{name}: {query.expression}"
        for name, panel in panels()
        for query in panel.queries
        if panel.title not in EMPTY_HERE and not finite(seen, query.expression)
    ]
    assert empty == []


async def test_what_is_empty_here_says_so_in_its_definition(seen: NativePrometheus) -> None:
    told = {panel.title: panel for _, panel in panels() if panel.title in EMPTY_HERE}
    assert told.keys() == EMPTY_HERE.keys()
    for panel in told.values():
        assert panel.may_be_empty
        assert not any(finite(seen, query.expression) for query in panel.queries)


async def test_every_choice_has_values(seen: NativePrometheus) -> None:
    for dashboard in DASHBOARDS:
        for variable in dashboard.variables:
            values = seen.label_values(variable.label, filled_in(variable.of))
            # A Prometheus outside of a cluster knows no namespaces, and all of them is what is chosen then.
            assert bool(values) is (variable.label != "namespace"), (dashboard.name, variable)


async def test_what_grafana_is_given_is_what_was_asked(seen: NativePrometheus) -> None:
    asked = [query.expression for _, panel in panels() for query in panel.queries]
    shipped = [
        target["expr"]
        for dashboard in DASHBOARDS
        for panel in json.loads((ROOT / GRAFANA / f"{dashboard.name}.json").read_text())["panels"]
        for target in panel.get("targets", ())
    ]
    assert shipped == asked
    assert seen.query("vector(1)") == [({}, 1.0)]


async def test_figures_are_those_of_the_run(seen: NativePrometheus) -> None:
    told = seen.query('sum by (outcome) (poon_commands_settled_total{area="texts"})')
    settled = {labels["outcome"]: number for labels, number in told}
    assert settled == {"success": len(WAVES) * (TEXTS + 1), "failed": len(WAVES), "rejected": len(WAVES)}
    (_, cost), *others = seen.query("poon_model_cost_total")
    assert not others
    assert cost > 0


async def test_a_planted_query_for_what_there_is_not_shows_nothing(seen: NativePrometheus) -> None:
    assert not finite(seen, 'sum(poon_commands_done_total{job=~"$job"})')
    with pytest.raises(ValueError, match="parse error"):
        seen.query("sum by (area (poon_outage)")
