"""`poon health`: whether the worker of this data folder is alive, for container health checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from workers.bootstrap.clients import system_clock
from workers.bootstrap.heartbeat import FILE_NAME
from workers.entrypoints.context import client_settings
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import say, say_json

MaxAge = Annotated[float, typer.Option("--max-age", min=1, help="Oldest heartbeat still taken for life, seconds.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class Health:
    """The verdict and why."""

    healthy: bool
    reason: str


def health(*, max_age: MaxAge = 30.0, as_json: Json = False) -> None:
    """Say whether the worker of this data folder is alive; ends with 1 when it is not.

    For instance:

    ```
    poon health --max-age 15
    ```
    """
    settings = client_settings()
    verdict = judge(_read(settings.data_dir / FILE_NAME), system_clock().now(), max_age)
    if as_json:
        say_json({"healthy": verdict.healthy, "reason": verdict.reason})
    else:
        say(f"{'healthy' if verdict.healthy else 'not healthy'}: {verdict.reason}")
    if not verdict.healthy:
        raise typer.Exit(ExitCode.NO)


def judge(heartbeat: object, now: datetime, max_age_seconds: float) -> Health:
    """Judge a heartbeat: `{"pid": ..., "at": epoch seconds, "state": ...}`, or None where there is none.

    A worker that waits for a service is alive: starting it again would not bring the service back.
    """
    if heartbeat is None:
        return Health(healthy=False, reason="there is no heartbeat: no worker runs in this data folder")
    match heartbeat:
        case {"pid": int(pid), "at": int(at) | float(at), "state": str(state)}:
            age = now.timestamp() - at
        case _:
            return Health(healthy=False, reason="the heartbeat cannot be read")
    if age > max_age_seconds:
        return Health(healthy=False, reason=f"the last heartbeat of process {pid} is {age:.0f} seconds old")
    return Health(healthy=True, reason=f"process {pid} is {state}, heartbeat {max(age, 0):.0f} seconds ago")


def _read(file: Path) -> object:
    try:
        return orjson.loads(file.read_bytes())
    except OSError:
        return None
    except orjson.JSONDecodeError:
        return {}
