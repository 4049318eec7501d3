"""`poon health`: whether the worker of this data folder is alive, for container health checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from workers.bootstrap.clients import fleet_reader, system_clock
from workers.bootstrap.heartbeat import Beat, UnreadableBeatError, read_beat
from workers.config import Settings
from workers.entrypoints.commands.options import JsonPage
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import say, say_json
from workers.ports.errors import UnavailableError
from workers.ports.health import HealthReport

MaxAge = Annotated[float, typer.Option("--max-age", min=1, help="Oldest heartbeat still taken for life, seconds.")]
Timeout = Annotated[float, typer.Option("--timeout", min=0.1, help="Longest wait for the answer of /livez, seconds.")]


@dataclass(frozen=True, slots=True)
class Health:
    """The verdict and why."""

    healthy: bool
    reason: str


def health(*, max_age: MaxAge = 30.0, timeout: Timeout = 3.0, as_json: JsonPage = False) -> None:
    """Say whether the worker of this data folder is alive; ends with 1 when it is not.

    Looks at the heartbeat file, and where the worker answers over HTTP, at its /livez.

    For instance:

    ```
    poon health --max-age 15
    ```
    """
    verdict = _look(client_settings(), max_age, timeout)
    if as_json:
        say_json({"healthy": verdict.healthy, "reason": verdict.reason})
    else:
        say(f"{'healthy' if verdict.healthy else 'not healthy'}: {verdict.reason}")
    if not verdict.healthy:
        raise typer.Exit(ExitCode.NO)


def judge(beat: Beat | None, now: datetime, max_age_seconds: float) -> Health:
    """Judge a heartbeat, or that there is none.

    A worker that waits for a service is alive: starting it again would not bring the service back.
    """
    if beat is None:
        return Health(healthy=False, reason="there is no heartbeat: no worker runs in this data folder")
    age = now.timestamp() - beat.at
    if age > max_age_seconds:
        return Health(healthy=False, reason=f"the last heartbeat of process {beat.pid} is {age:.0f} seconds old")
    return Health(healthy=True, reason=f"process {beat.pid} is {beat.state}, heartbeat {max(age, 0):.0f} seconds ago")


def judge_answer(report: HealthReport, by_heartbeat: Health) -> Health:
    """Judge what the worker says of itself, beside its fresh heartbeat."""
    if report.passed:
        return by_heartbeat
    return Health(healthy=False, reason="; ".join(f"{check.name}: {check.reason}" for check in report.failures))


def _look(settings: Settings, max_age: float, timeout: float) -> Health:
    try:
        beat = read_beat(settings.data_dir)
    except UnreadableBeatError:
        return Health(healthy=False, reason="the heartbeat cannot be read")
    verdict = judge(beat, system_clock().now(), max_age)
    if beat is None or beat.url is None or not verdict.healthy:
        return verdict
    reader = fleet_reader(beat.url, timeout)
    try:
        return judge_answer(run_async(reader.live), verdict)
    except UnavailableError as error:
        return Health(healthy=False, reason=str(error))
