"""`poon run --processes auto`: as many worker processes as the lag asks for, and nothing lost on the way."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.ledger_run import TENANT, LedgerRun, ledger_run
from tests.ledger.checker import republished, violations
from tests.ledger.plan import Size, make_plan
from tests.services.fixtures import note_finding
from tests.services.kafka import KafkaService
from tests.services.waiting import wait_until
from workers.bootstrap.heartbeat import UnreadableBeatError, read_beat

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

VALUES = """
minReplicaCount: 1
maxReplicaCount: 3
pollingInterval: 1
syncPeriodSeconds: 1
triggers: [{metadata: {lagThreshold: "50", allowIdleConsumers: "true", offsetResetPolicy: earliest}}]
advanced: {horizontalPodAutoscalerConfig: {behavior: {scaleDown: {stabilizationWindowSeconds: 3}}}}
"""


@contextmanager
def supervised(kafka: KafkaService, database_url: str, folder: Path, texts: int) -> Iterator[LedgerRun]:
    if kafka.embedded is not None:
        pytest.skip("the embedded broker gives a group's partitions to one process only")
    values = folder / "values.yaml"
    values.write_text(VALUES)
    plan = make_plan(20261126, Size(texts=texts, records=texts // 10, keys=300, duplicates=0.01, poison=0.005), TENANT)
    arguments = ("--processes", "auto", "--scaled-object", str(values))
    with ledger_run(kafka.bootstrap_servers, database_url, folder, plan, arguments) as run:
        yield run


def worker_pids(folder: Path) -> set[int]:
    """The worker processes that live, by their own signs of life."""
    found = set()
    for place in range(3):
        with suppress(UnreadableBeatError):
            beat = read_beat(folder / "processes" / str(place))
            if beat is not None and is_alive(beat.pid):
                found.add(beat.pid)
    return found


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_processes_rise_with_the_lag_fall_after_it_and_every_account_agrees(
    kafka_service: KafkaService, fresh_database: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    with supervised(kafka_service, fresh_database, tmp_path, texts=6_000) as run:
        run.fleet.start_and_wait()
        assert len(worker_pids(tmp_path)) == 1
        run.send()
        wait_until(lambda: len(worker_pids(tmp_path)) == 3, "three worker processes", timeout=60)
        run.wait_for_share(1.0)
        wait_until(lambda: len(worker_pids(tmp_path)) == 1, "one worker process", timeout=60)
        evidence = run.finish()
        note = f"{len(run.plan)} records sent, {republished(run.plan, evidence)} outcomes published again"
        assert violations(run.plan, evidence) == [], note
    assert worker_pids(tmp_path) == set()
    note_finding(pytestconfig, f"Worker processes from 1 to 3 to 1: {note}")


def test_a_killed_worker_is_replaced_and_a_killed_supervisor_takes_its_workers_along(
    kafka_service: KafkaService, fresh_database: str, tmp_path: Path
) -> None:
    with supervised(kafka_service, fresh_database, tmp_path, texts=10) as run:
        run.fleet.start_and_wait()
        (first,) = worker_pids(tmp_path)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: worker_pids(tmp_path) - {first} != set(), "another worker process", timeout=60)
        run.fleet.kill()
        wait_until(lambda: worker_pids(tmp_path) == set(), "the worker process to end by itself", timeout=60)
