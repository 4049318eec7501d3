"""Judging the database and its replica: each finding is provoked, and a healthy one has none."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from adapters.database.schema import REVISIONS, head_revision
from tests.fakes.clock import NOON
from workers.entrypoints.doctor.database import Expected, look_at_database, look_at_replica
from workers.entrypoints.doctor.findings import Finding, Severity
from workers.entrypoints.exits import ExitCode
from workers.ports.errors import UnavailableError
from workers.ports.examining import DatabaseState, LongTransaction

HEALTHY = DatabaseState(
    name="PostgreSQL 16.1, UTF8",
    is_supported=True,
    is_standby=False,
    revision=head_revision(),
    now=NOON + timedelta(seconds=1),
    connections=(20, 97),
    free_bytes=50_000_000_000,
)
NEWER = HEALTHY._replace(revision="9999", oldest=head_revision())
AHEAD = HEALTHY._replace(revision="9999", oldest="9998")
COPY = HEALTHY._replace(is_standby=True, behind_seconds=1.0)


@dataclass
class FakeDatabase:
    """A database that answers what it is told to."""

    answer: DatabaseState | Exception

    async def state(self, long_seconds: float) -> DatabaseState:
        assert long_seconds > 0
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def look(answer: DatabaseState | Exception, *, accepts_newer: bool = False) -> list[Finding]:
    return list(await look_at_database(FakeDatabase(answer), Expected(8, accepts_newer), lambda: NOON))


async def test_a_healthy_database_has_no_findings() -> None:
    assert await look(HEALTHY) == []
    assert await look(HEALTHY._replace(connections=None, free_bytes=None)) == []
    assert await look(NEWER, accepts_newer=True) == []
    assert await look_at_replica(FakeDatabase(COPY)) == []


@pytest.mark.parametrize(
    ("state", "words", "severity"),
    [
        (UnavailableError("the database cannot be used"), "cannot be used", Severity.CRITICAL),
        (HEALTHY._replace(is_supported=False), "has to be PostgreSQL 14", Severity.CRITICAL),
        (HEALTHY._replace(is_standby=True), "read-only standby", Severity.CRITICAL),
        (HEALTHY._replace(revision=None), "the schema is missing", Severity.CRITICAL),
        (HEALTHY._replace(revision=REVISIONS[0]), f"it is at {REVISIONS[0]}", Severity.CRITICAL),
        (HEALTHY._replace(revision="9999"), "made by a newer release", Severity.CRITICAL),
        (NEWER, "made by a newer release", Severity.CRITICAL),
        (AHEAD, "made by a newer release", Severity.CRITICAL),
        (HEALTHY._replace(now=NOON - timedelta(seconds=9)), "9 s behind this machine's", Severity.WARNING),
        (HEALTHY._replace(now=NOON + timedelta(seconds=9)), "9 s ahead of this machine's", Severity.WARNING),
        (HEALTHY._replace(connections=(97, 97)), "all 97 connections", Severity.CRITICAL),
        (HEALTHY._replace(connections=(80, 97)), "80 of 97 connections", Severity.WARNING),
        (HEALTHY._replace(connections=(5, 10)), "takes up to 8", Severity.WARNING),
        (
            HEALTHY._replace(long=(LongTransaction(7, "psql", 90.0, is_idle=True),)),
            "process 7 (psql) for 90 s, idle",
            Severity.WARNING,
        ),
        (HEALTHY._replace(free_bytes=900_000_000), "900 MB left", Severity.WARNING),
        (HEALTHY._replace(free_bytes=9_000_000), "9 MB left", Severity.CRITICAL),
    ],
)
async def test_a_database_in_trouble_is_told(state: DatabaseState | Exception, words: str, severity: Severity) -> None:
    (finding,) = await look(state)
    assert words in finding.what
    assert finding.severity is severity


async def test_a_database_that_answers_slowly_is_not_said_to_have_a_wrong_clock() -> None:
    moments = iter([NOON - timedelta(seconds=8), NOON + timedelta(seconds=8)])
    slow = FakeDatabase(HEALTHY._replace(now=NOON))
    assert await look_at_database(slow, Expected(8, accepts_newer=False), lambda: next(moments)) == []


async def test_a_schema_in_the_way_ends_as_a_wrong_setting_does() -> None:
    (finding,) = await look(HEALTHY._replace(revision=None))
    assert (finding.exit_code, finding.do) == (ExitCode.CONFIGURATION, "Run `poon migrate`.")


async def test_a_schema_that_forbids_this_release_is_told_whatever_is_accepted() -> None:
    (finding,) = await look(AHEAD, accepts_newer=True)
    assert finding.do == "Install the newer release: from 9998 on they may work on it."
    (finding,) = await look(NEWER)
    assert "POON_DATABASE__ACCEPT_NEWER_SCHEMA" in finding.do


async def test_a_replica_on_a_newer_schema_that_lets_this_release_work_is_fine() -> None:
    assert await look_at_replica(FakeDatabase(COPY._replace(revision="9999", oldest=head_revision()))) == []


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (UnavailableError("it is away"), "the replica: it is away"),
        (COPY._replace(behind_seconds=31.0), "31 s behind"),
        (COPY._replace(revision=REVISIONS[0]), f"schema is at {REVISIONS[0]}"),
    ],
)
async def test_a_replica_in_trouble_is_told(state: DatabaseState | Exception, words: str) -> None:
    (finding,) = await look_at_replica(FakeDatabase(state))
    assert words in finding.what
    assert finding.severity is Severity.WARNING
