"""Judging dead letters, workflows and projections on a database file: each finding is provoked."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from adapters.database.dead_letters import SqlDeadLetterBox
from adapters.database.engine import Database, open_database
from adapters.database.store import SqlDecisionStore
from adapters.database.workflows import SqlTimerStore, SqlWorkflowBoard
from tests.conformance.database.samples import lettered, verdict
from tests.conformance.database.workflows import decide, run, timer
from tests.fakes.clock import NOON
from tests.services.migrated import migrated_sqlite
from workers.entrypoints.doctor.findings import Finding, Severity
from workers.entrypoints.doctor.work import judge_projections, look_at_dead_letters, look_at_workflows
from workers.ports.dead_letters import Action
from workers.ports.projections import Generation, GenerationStatus
from workers.ports.workflows import Phase, TimerChange, WorkflowUpdate


@dataclass
class Stored:
    """A database, and what is looked at in it."""

    database: Database

    async def letters(self, count: int, at: datetime, code: str = "backend_unavailable") -> list[UUID]:
        verdicts = [
            lettered(verdict(f"{code}-{at.timestamp():.0f}-{number}"), failed_at=at, code=code)
            for number in range(count)
        ]
        await SqlDecisionStore(self.database).commit(verdicts)
        return [one.dead_letter.id for one in verdicts if one.dead_letter]

    async def dead_letters(self) -> list[Finding]:
        return list(await look_at_dead_letters(SqlDeadLetterBox(self.database), NOON))

    async def workflows(self, now: datetime = NOON) -> list[Finding]:
        board, timers = SqlWorkflowBoard(self.database), SqlTimerStore(self.database)
        return list(await look_at_workflows(board, timers, now))


@pytest.fixture
async def stored(tmp_path: Path) -> AsyncIterator[Stored]:
    url = migrated_sqlite(tmp_path / "poon.db")
    database = open_database(url)
    yield Stored(database)
    await database.close()


async def test_a_few_fresh_dead_letters_are_no_finding(stored: Stored) -> None:
    await stored.letters(10, NOON - timedelta(minutes=1))
    await stored.letters(40, NOON - timedelta(hours=3))
    assert await stored.dead_letters() == []


async def test_dead_letters_that_grow_are_told_by_area_and_code(stored: Stored) -> None:
    await stored.letters(11, NOON - timedelta(minutes=1))
    await stored.letters(3, NOON - timedelta(minutes=1), "defect")
    (finding,) = await stored.dead_letters()
    assert "11 commands of spending became dead letters with backend_unavailable" in finding.what
    assert "poon dlq list --area spending --code backend_unavailable" in finding.do


async def test_a_redrive_that_was_interrupted_is_told(stored: Stored) -> None:
    box = SqlDeadLetterBox(stored.database)
    early, late = await stored.letters(2, NOON - timedelta(hours=1))
    for letter_id, minutes in ((early, 11), (late, 1)):
        (filed,) = await box.get([letter_id])
        await box.save([filed.redriving("c-9", Action(NOON - timedelta(minutes=minutes), "ben"))])
    (finding,) = await stored.dead_letters()
    assert finding.what.startswith("1 dead letters are being redriven")
    assert f"poon dlq redrive {early}" in finding.do


async def test_letters_that_nobody_can_order_any_more_are_told(stored: Stored) -> None:
    await stored.letters(1, NOON - timedelta(days=8))
    (finding,) = await stored.dead_letters()
    assert finding.severity is Severity.NOTICE
    assert "since 2026-02-22" in finding.what


async def test_workflows_that_go_on_are_no_finding(stored: Stored) -> None:
    update = WorkflowUpdate(run(), (TimerChange("extract", timer()),))
    await decide(SqlDecisionStore(stored.database), "c-1", update)
    assert await stored.workflows(timer().due_at + timedelta(minutes=4)) == []


async def test_stuck_workflows_are_told_by_kind_step_and_code(stored: Stored) -> None:
    store = SqlDecisionStore(stored.database)
    for number in (1, 2):
        stuck = run(UUID(int=number), Phase.STUCK, code="step_timed_out")
        await decide(store, f"c-{number}", WorkflowUpdate(stuck))
    (finding,) = await stored.workflows()
    assert finding.what == "workflows are stuck (2): 2 of process_receipt at extract (step_timed_out)"


async def test_a_timer_that_nobody_fires_is_told(stored: Stored) -> None:
    update = WorkflowUpdate(run(), (TimerChange("extract", timer()),))
    await decide(SqlDecisionStore(stored.database), "c-1", update)
    (finding,) = await stored.workflows(timer().due_at + timedelta(minutes=6))
    assert "poon run --areas workflows" in finding.do


def test_read_models_that_were_never_built_are_told() -> None:
    live = Generation(1, "spending", GenerationStatus.LIVE, NOON)
    building = Generation(2, "quality", GenerationStatus.BUILDING, NOON)
    assert list(judge_projections([live], ["spending"])) == []
    (finding,) = judge_projections([live, building], ["spending", "quality"])
    assert finding.what == "read models have never been built: quality"
