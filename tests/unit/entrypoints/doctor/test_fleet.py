"""Judging running workers: each finding is provoked, and a healthy one has none."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clock import NOON
from workers.bootstrap.heartbeat import FILE_NAME, Beat, Killed, UnreadableBeatError
from workers.entrypoints.doctor.findings import Finding, Severity
from workers.entrypoints.doctor.fleet import beat_of, judge_beat, look_at_worker
from workers.ports.errors import UnavailableError
from workers.ports.fleet import BackendView, Counts, FleetView, WorkerView
from workers.ports.health import Check, HealthReport, Result, StuckLane

URL, RELEASE = "http://w:8080", "1.2.3"
ALIVE = HealthReport(status=Result.PASS, checks=())
LATE = Check(name="loop", status=Result.FAIL, reason="late by 12 s")
STUCK = StuckLane(area="texts", topic="t", partition=1, offset=7, key_hash="abc", age=9, worked=9, budget=8, attempts=1)


@dataclass
class FakeFleet:
    """A worker that says what it is told to."""

    report: HealthReport | Exception = ALIVE
    view: FleetView | None = None

    async def live(self) -> HealthReport:
        if isinstance(self.report, Exception):
            raise self.report
        return self.report

    async def status(self) -> FleetView:
        return self.view or fleet()


def worker(**changes: Any) -> WorkerView:  # noqa: ANN401
    values: dict[str, Any] = {
        "area": "texts",
        "group": "g.texts",
        "started": True,
        "draining": False,
        "outages": (),
        "since_poll": 0.1,
        "in_flight": 0,
        "waiting": 0,
        "retrying": 0,
        "counts": Counts(),
        "partitions": (),
        "slowest": (),
        "stuck": (),
    }
    return WorkerView(**values | changes)


def fleet(version: str = RELEASE, **changes: Any) -> FleetView:  # noqa: ANN401
    workers = (worker(**changes),)
    return FleetView(host="h", pid=1, version=version, state="running", uptime=1, loop_delay=0, workers=workers)


async def look(reader: FakeFleet) -> list[Finding]:
    return list(await look_at_worker(reader, URL, RELEASE))


async def test_a_healthy_worker_has_no_findings() -> None:
    assert await look(FakeFleet()) == []
    assert await look(FakeFleet(view=fleet(started=False, draining=True))) == []


@pytest.mark.parametrize(
    ("reader", "words", "severity"),
    [
        (FakeFleet(UnavailableError("it does not answer")), "does not answer", Severity.CRITICAL),
        (FakeFleet(HealthReport(status=Result.FAIL, checks=(LATE,))), "loop: late by 12 s", Severity.CRITICAL),
        (
            FakeFleet(HealthReport(status=Result.FAIL, checks=(LATE,), stuck=(STUCK,))),
            "t partition 1 offset 7",
            Severity.CRITICAL,
        ),
        (FakeFleet(view=fleet(outages=("database",))), "texts waits for database", Severity.CRITICAL),
        (FakeFleet(view=fleet(started=False)), "has got no partitions", Severity.WARNING),
        (FakeFleet(view=fleet("1.2.2")), "is release 1.2.2, this is 1.2.3", Severity.NOTICE),
    ],
)
async def test_a_worker_in_trouble_is_told(reader: FakeFleet, words: str, severity: Severity) -> None:
    (finding,) = await look(reader)
    assert words in finding.what
    assert finding.severity is severity


@pytest.mark.parametrize(("limit", "waiting", "is_told"), [(4, 20, False), (4, 21, True), (0, 5, False), (0, 6, True)])
async def test_a_backend_that_calls_queue_for_is_named(limit: int, waiting: int, *, is_told: bool) -> None:
    queue = BackendView(backend="here/small", limit=limit, in_flight=limit, waiting=waiting)
    found = await look(FakeFleet(view=fleet().model_copy(update={"backends": (queue,)})))
    told = [(one.severity, f"{waiting} calls wait for here/small" in one.what, one.page) for one in found]
    page = "docs/runbooks/PoonBackendSlowerThanYesterday.md"
    assert told == ([(Severity.WARNING, True, page)] if is_told else [])


def beat(seconds_ago: float) -> Beat:
    return Beat(7, (NOON - timedelta(seconds=seconds_ago)).timestamp(), "running", None)


def test_a_heartbeat_is_told_when_it_is_old_or_unreadable_and_missed_nowhere() -> None:
    assert list(judge_beat(None, NOON)) == []
    assert list(judge_beat(beat(29), NOON)) == []
    (old,) = judge_beat(beat(31), NOON)
    assert "process 7 in the data folder is 31 s old" in old.what
    (torn,) = judge_beat(UnreadableBeatError(), NOON)
    assert "cannot be read" in torn.what


def killed(*seconds_ago: float) -> tuple[Killed, ...]:
    return tuple(Killed((NOON - timedelta(seconds=ago)).timestamp(), 143) for ago in seconds_ago)


@pytest.mark.parametrize("seconds_ago", [(), (60, 1), (1_900, 60, 1)])
def test_a_process_killed_now_and_then_is_no_finding(seconds_ago: tuple[float, ...]) -> None:
    assert list(judge_beat(replace(beat(1), killed=killed(*seconds_ago)), NOON)) == []


def test_processes_killed_again_and_again_are_told_with_their_memory() -> None:
    (often,) = judge_beat(replace(beat(1), killed=killed(1_900, 90, 60, 1)), NOON)
    assert "were killed 3 times within half an hour, the last with 143 MB" in often.what
    assert (often.severity, often.page) == (Severity.WARNING, "docs/runbooks/PoonWorkerRestarts.md")


def test_the_one_that_has_fallen_silent_is_one_of_them() -> None:
    often, old = judge_beat(replace(beat(31), killed=killed(90, 60), megabytes=150), NOON)
    assert "killed 3 times within half an hour, the last with 150 MB" in often.what
    assert "31 s old" in old.what


def test_a_heartbeat_is_read_from_the_data_folder(tmp_path: Path) -> None:
    assert beat_of(tmp_path) is None
    (tmp_path / FILE_NAME).write_text("{")
    assert isinstance(beat_of(tmp_path), UnreadableBeatError)
