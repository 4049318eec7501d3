"""Judges the database and its replica."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from adapters.database.schema import FoundSchema, SchemaStatus, head_revision, status_of
from workers.entrypoints.doctor.findings import Finding, critical, runbook, some, warning
from workers.entrypoints.exits import ExitCode
from workers.ports.errors import UnavailableError
from workers.ports.examining import DatabaseExaminer, DatabaseState

LONG_SECONDS: Final = 60.0
"""The fleet's own transactions last milliseconds; none is open across a call of a backend."""
MOST_SKEW: Final = 5.0
MOST_BEHIND: Final = 30.0
FULL: Final = 0.8
"""Share of the connections in use from which on it gets tight."""
LITTLE_ROOM: Final = 1_000_000_000
NO_ROOM: Final = 100_000_000

_OPERATORS: Final = "docs/operators.md"


class Expected(NamedTuple):
    """What the settings ask of a database.

    Attributes:
        pool_size: connections of one process at most.
        accepts_newer: whether the schema of a newer release will do that lets this one work.
    """

    pool_size: int
    accepts_newer: bool


async def look_at_database(
    examiner: DatabaseExaminer, expected: Expected, now: Callable[[], datetime]
) -> Sequence[Finding]:
    """Whether it can be used, and for how long."""
    before = now()
    try:
        state = await examiner.state(LONG_SECONDS)
    except UnavailableError as error:
        return [
            critical(
                str(error),
                "Intake of every area is paused; nothing is lost and nothing dead-lettered.",
                "Check what the message names, from the machine the workers run on.",
                runbook("PoonOutage"),
            )
        ]
    return [
        *_judge_kind(state),
        *judge_schema(FoundSchema(state.revision, state.oldest), expected),
        *_judge_clock(state, before, now()),
        *_judge_connections(state, expected),
        *_judge_transactions(state),
        *_judge_room(state),
    ]


async def look_at_replica(examiner: DatabaseExaminer) -> Sequence[Finding]:
    """Whether queries get true and fresh answers from it."""
    try:
        state = await examiner.state(LONG_SECONDS)
    except UnavailableError as error:
        return [
            warning(
                f"the replica: {error}",
                "Queries (`poon entries`, `poon totals` and the like) fail; work goes on.",
                "Bring it back, or leave POON_DATABASE__REPLICA_URL out: then queries ask the database itself.",
                _OPERATORS,
            )
        ]
    findings = []
    if status_of(FoundSchema(state.revision, state.oldest)) not in {SchemaStatus.CURRENT, SchemaStatus.NEWER}:
        findings.append(
            warning(
                f"the replica's schema is at {state.revision}, this release's is {head_revision()}",
                "It is no copy of the fleet's database, or far behind; queries may fail.",
                "Check POON_DATABASE__REPLICA_URL, and that replication runs.",
                _OPERATORS,
            )
        )
    if state.behind_seconds is not None and state.behind_seconds > MOST_BEHIND:
        findings.append(
            warning(
                f"the replica is {state.behind_seconds:.0f} s behind",
                "Queries show what was true then.",
                "Look at pg_stat_replication on the primary, and at long queries on the replica.",
                _OPERATORS,
            )
        )
    return findings


def judge_schema(found: FoundSchema, expected: Expected) -> Iterator[Finding]:
    """Judge what the database says of its schema."""
    status, revision = status_of(found), found.revision
    if status is SchemaStatus.CURRENT or (status is SchemaStatus.NEWER and expected.accepts_newer):
        return
    if status in {SchemaStatus.NEWER, SchemaStatus.AHEAD}:
        yield critical(
            f"the schema ({revision}) was made by a newer release; this one's is {head_revision()}",
            "Workers of this release do not start.",
            "Install the newer release, or let POON_DATABASE__ACCEPT_NEWER_SCHEMA be true while rolling back."
            if status is SchemaStatus.NEWER
            else f"Install the newer release: from {found.oldest or 'its own'} on they may work on it.",
            _OPERATORS,
            ExitCode.CONFIGURATION,
        )
        return
    yield critical(
        f"the schema is {status}: it is at {revision or 'nothing'}, this release needs {head_revision()}",
        "Workers of this release do not start on it.",
        "Run `poon migrate`.",
        _OPERATORS,
        ExitCode.CONFIGURATION,
    )


def _judge_kind(state: DatabaseState) -> Iterator[Finding]:
    if not state.is_supported:
        yield critical(
            f"the database is {state.name}: it has to be PostgreSQL 14 or newer with the encoding UTF8",
            "Statements fail, or texts cannot be stored.",
            "Upgrade it, or create one with encoding UTF8.",
            _OPERATORS,
            ExitCode.CONFIGURATION,
        )
    if state.is_standby:
        yield critical(
            "the database is a read-only standby",
            "Nothing can be stored; intake is paused.",
            "Name the primary in POON_DATABASE__URL; after a fail-over, check where the name leads to.",
            runbook("PoonOutage"),
        )


def _judge_clock(state: DatabaseState, before: datetime, after: datetime) -> Iterator[Finding]:
    """It was asked between two moments, which may lie far apart where it is slow: only what is outside is wrong."""
    nearest = min(max(state.now, before), after)
    skew = (state.now - nearest).total_seconds()
    if abs(skew) > MOST_SKEW:
        yield warning(
            f"the database's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this machine's",
            "Times of events, timers of workflows and archives are off by as much.",
            "Compare both clocks with a time server (`chronyc tracking`).",
            _OPERATORS,
        )


def _judge_connections(state: DatabaseState, expected: Expected) -> Iterator[Finding]:
    if state.connections is None:
        return
    used, most = state.connections
    if used >= most:
        yield critical(
            f"all {most} connections of the database are taken",
            "Workers that start, or lose one, get none: their intake is paused.",
            "End what needs none, lower POON_DATABASE__POOL_SIZE, put a PgBouncer in front, or raise max_connections.",
            runbook("PoonOutage"),
        )
    elif used >= FULL * most or expected.pool_size > most - used:
        yield warning(
            f"{used} of {most} connections of the database are taken; one more process takes up to"
            f" {expected.pool_size}",
            "Another worker may get none.",
            "Lower POON_DATABASE__POOL_SIZE, put a PgBouncer in front, or raise max_connections.",
            _OPERATORS,
        )


def _judge_transactions(state: DatabaseState) -> Iterator[Finding]:
    if state.long:
        told = [
            f"process {one.process} ({one.program}) for {one.seconds:.0f} s{', idle' if one.is_idle else ''}"
            for one in state.long
        ]
        yield warning(
            f"transactions have been open for long: {some(told)}",
            "They may hold locks that workers wait for, and keep deleted rows from being cleaned up. The fleet's own"
            " last milliseconds.",
            "Find out who that is; `select pg_terminate_backend(PROCESS)` ends one.",
            runbook("PoonSlowerThanYesterday"),
        )


def _judge_room(state: DatabaseState) -> Iterator[Finding]:
    if state.free_bytes is None or state.free_bytes >= LITTLE_ROOM:
        return
    say = critical if state.free_bytes < NO_ROOM else warning
    yield say(
        f"the database's disk has {state.free_bytes // 1_000_000} MB left",
        "When it is full nothing can be stored, and intake is paused.",
        "Make room; `poon events archive --delete` takes old events away.",
        "docs/operators.md#archiving-events",
    )
