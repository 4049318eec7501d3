"""Judges running workers by what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from workers.bootstrap.heartbeat import Beat, Killed, UnreadableBeatError, read_beat
from workers.entrypoints.doctor.findings import Finding, critical, notice, runbook, some, warning
from workers.ports.errors import UnavailableError
from workers.ports.fleet import FleetReader, FleetView
from workers.ports.health import HealthReport

OLDEST_BEAT: Final = 30.0
LATELY: Final = 1_800.0
"""Seconds within which a killed process still tells of now."""
OFTEN: Final = 3
"""So many within that time are no accident. As in the alert."""
QUEUE: Final = 5
"""Calls that wait for each one a backend is given at a time. As in the alert."""
_HEALTH: Final = "docs/operators.md#health"


async def look_at_worker(reader: FleetReader, url: str, release: str) -> Sequence[Finding]:
    """Whether a worker lives, works and is of this release."""
    try:
        live, view = await reader.live(), await reader.status()
    except UnavailableError as error:
        return [
            critical(
                str(error),
                "It has ended, its event loop stands still, or the address is wrong.",
                f"Look at the process and its log at {url}; start it again if it hangs.",
                runbook("PoonConsumerStill"),
            )
        ]
    return [
        *_judge_life(live, url),
        *_judge_work(view, url),
        *_judge_backends(view, url),
        *_judge_release(view, url, release),
    ]


def _judge_life(live: HealthReport, url: str) -> Iterator[Finding]:
    if live.stuck:
        yield critical(
            f"{url}: {some([str(lane) for lane in live.stuck])}",
            "The keys of these records wait, and their partitions' offsets stand.",
            "Start that worker again; if it gets stuck again, look at the record.",
            runbook("PoonStuckCommand"),
        )
    elif not live.passed:
        yield critical(
            f"{url} is not alive: {'; '.join(f'{check.name}: {check.reason}' for check in live.failures)}",
            "It does nothing any more, and keeps its partitions from others for a while.",
            "Start it again; an orchestrator does that by /livez.",
            runbook("PoonConsumerStill"),
        )


def _judge_work(view: FleetView, url: str) -> Iterator[Finding]:
    for worker in view.workers:
        if worker.outages:
            yield critical(
                f"{url}: {worker.area} waits for {', '.join(worker.outages)}",
                "Its intake is paused; it goes on by itself when that is back.",
                "Mend what is waited for.",
                runbook("PoonOutage"),
            )
        elif not worker.started and not worker.draining:
            yield warning(
                f"{url}: {worker.area} has got no partitions yet",
                "It works for nobody.",
                "Wait half a minute; then look at its log and its group.",
                runbook("PoonWorkerNotStarted"),
            )


def _judge_backends(view: FleetView, url: str) -> Iterator[Finding]:
    for one in view.backends:
        if one.waiting > QUEUE * max(1, one.limit):
            yield warning(
                f"{url}: {one.waiting} calls wait for {one.backend}, which is given {one.limit} at a time",
                "It answers more slowly than it is asked: it got slower, or there is more work than it can do. Commands"
                " that need it are late.",
                "Look at its load and its own queue; take it out of its chain (POON_CHAINS__…) if the rest answers well"
                " enough, or give it more.",
                runbook("PoonBackendSlowerThanYesterday"),
            )


def _judge_release(view: FleetView, url: str, release: str) -> Iterator[Finding]:
    if view.version != release:
        yield notice(
            f"{url} is release {view.version}, this is {release}",
            "What is right for this release may not be for that one.",
            "Run the doctor of the fleet's release, or roll the update out to its end.",
            "docs/deploy.md",
        )


def beat_of(folder: Path) -> Beat | UnreadableBeatError | None:
    """The heartbeat of a worker of this machine; None where none is said to run."""
    try:
        return read_beat(folder)
    except UnreadableBeatError as error:
        return error


def judge_beat(beat: Beat | UnreadableBeatError | None, now: datetime) -> Iterator[Finding]:
    """Judge the heartbeat in the data folder; none is missed where workers run elsewhere."""
    if isinstance(beat, Beat):
        yield from _judge_restarts(beat, now.timestamp())
    match beat:
        case UnreadableBeatError():
            yield warning(
                "the heartbeat in the data folder cannot be read",
                "Whether a worker lives there is not known.",
                "See who writes that file; two fleets of one host need a POON_DATA_DIR each.",
                _HEALTH,
            )
        case Beat(pid=pid, at=at) if now.timestamp() - at > OLDEST_BEAT:
            yield critical(
                f"the last heartbeat of process {pid} in the data folder is {now.timestamp() - at:.0f} s old",
                "That worker was killed, or its event loop stands still.",
                "Look whether the process is there; start it again.",
                runbook("PoonConsumerStill"),
            )
        case _:
            return


def _judge_restarts(beat: Beat, now: float) -> Iterator[Finding]:
    """Whether processes in this place are killed again and again, that of the file included if it is silent."""
    silent = [Killed(beat.at, beat.megabytes)] if now - beat.at > OLDEST_BEAT else []
    lately = [one for one in (*beat.killed, *silent) if now - one.at <= LATELY]
    if len(lately) >= OFTEN:
        yield warning(
            f"worker processes of this data folder were killed {len(lately)} times within half an hour, the last with"
            f" {lately[-1].megabytes} MB of memory at its peak",
            "A process that ends without a word was killed: mostly by the system, for its memory. Others repeat what it"
            " had in hand; nothing is lost.",
            "Look for OOMKilled in the orchestrator's events (`dmesg` on a machine), and give it the memory its areas"
            " need.",
            runbook("PoonWorkerRestarts"),
        )
