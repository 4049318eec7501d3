"""What is known of an import from its outcomes, however they come, and how its end is told."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from contracts.base import Event
from contracts.commands.workflows import ImportStatement
from contracts.envelope import Envelope
from contracts.errors import ErrorCode
from contracts.events.outcomes import LocalizedText
from contracts.events.statements import StatementChunkImported, StatementImported, StatementSurveyed
from contracts.events.workflows import (
    StepStarted,
    WorkflowCompensated,
    WorkflowCompleted,
    WorkflowRejected,
    WorkflowStarted,
    WorkflowStuck,
)
from contracts.money import Currency
from contracts.statements import CurrencySums, RowResult, RowStatus, StatementTotals
from tests.fakes.clock import FakeClock
from workers.config import Settings
from workers.entrypoints.failures import InputError
from workers.entrypoints.statement_following import Following, end_json, end_lines, rejected_lines
from workers.entrypoints.statement_work import began_before, file_field, follow
from workers.ports.messages import Partition
from workers.ports.outcomes import Outcome

ID = UUID(int=3)
COMMAND = "c-1"
SENT = datetime(2026, 1, 1, tzinfo=UTC)
WORKFLOW = {"workflow_id": ID, "workflow": "import_statement"}
SUMS = CurrencySums(
    currency=Currency.THB,
    money_out=Decimal("1234.50"),
    money_in=Decimal(0),
    recorded=Decimal("1234.50"),
    duplicates=Decimal(0),
)
GOOD = StatementTotals(rows=2, recorded=2, sums=(SUMS,))
STARTED = WorkflowStarted.model_validate(WORKFLOW)
COMPLETED = WorkflowCompleted.model_validate(WORKFLOW)
SURVEYED = StatementSurveyed(statement_id=ID, sha256="0" * 64, kind="csv", rows=4, unreadable=0, chunks=2)
IMPORTED = StatementImported(statement_id=ID, complete=True, rows=2, totals=GOOD, sums_agree=True)


def outcome(event: Event | None, correlation: str = COMMAND, causation: str = "another") -> Outcome:
    now = SENT
    envelope = Envelope(
        id="e",
        source="/poon/workers/statements",
        type=event.type if event else "x",
        time=now,
        tenant="acme",
        owner="nok",
        correlation_id=correlation,
        causation_id=causation,
    )
    return Outcome(partition=Partition("t", 0), offset=0, timestamp=now, envelope=envelope, event=event)


def after(*events: Event, most: int = 20) -> Following:
    found = Following(COMMAND, most)
    for event in events:
        found.take(outcome(event))
    return found


def chunk(number: int, *results: RowResult) -> StatementChunkImported:
    return StatementChunkImported(
        statement_id=ID, chunk=number, chunks=2, results=results, totals=GOOD, so_far=StatementTotals(rows=2 * number)
    )


def bad(row: int) -> RowResult:
    code = ErrorCode.STATEMENT_ROW_INVALID
    return RowResult(row=row, status=RowStatus.REJECTED, code=code, field="date", reason="is no day")


def compensated(*undone: str) -> WorkflowCompensated:
    code = ErrorCode.STATEMENT_TOO_LARGE
    return WorkflowCompensated.model_validate(
        {**WORKFLOW, "code": code, "message": LocalizedText.of(code), "reason": "large", "undone": undone}
    )


def refused(causation: str = COMMAND) -> Following:
    code = ErrorCode.EXPIRED
    event = WorkflowRejected(command_id=COMMAND, code=code, message=LocalizedText.of(code), reason="late")
    found = Following(COMMAND, 1)
    found.take(outcome(event, causation=causation))
    return found


def test_an_import_is_over_once_its_end_and_its_sums_are_known_in_any_order() -> None:
    assert not after(STARTED, COMPLETED).is_over
    assert not after(STARTED, IMPORTED).is_over
    for found in (after(STARTED, IMPORTED, COMPLETED), after(COMPLETED, IMPORTED)):
        assert found.is_over
        assert found.is_well


def test_outcomes_of_others_and_unreadable_ones_are_passed_over() -> None:
    found = Following(COMMAND, 5)
    found.take(outcome(COMPLETED, correlation="c-2"))
    found.take(outcome(None))
    assert found == Following(COMMAND, 5)


def test_a_compensated_import_waits_for_its_sums_only_where_there_are_some() -> None:
    assert after(compensated()).is_over
    assert not after(compensated("survey")).is_over
    assert after(compensated("survey"), IMPORTED).is_over
    assert not after(compensated(), IMPORTED).is_well


def test_only_the_refusal_of_the_command_itself_is_the_end() -> None:
    assert refused().is_over
    assert not refused(causation="a late answer").is_over


@pytest.mark.parametrize(
    "change", [{"complete": False}, {"sums_agree": False}, {"totals": GOOD.model_copy(update={"rejected": 1})}]
)
def test_what_is_not_whole_is_not_well(change: dict[str, object]) -> None:
    assert not after(IMPORTED.model_copy(update=change), COMPLETED).is_well


def test_rejected_rows_are_kept_up_to_the_most_that_are_shown_and_chunks_count_once() -> None:
    found = after(chunk(1, bad(2), bad(3)), chunk(1, bad(2), bad(3)), chunk(2, bad(4), bad(5)), most=3)
    assert [one.row for one in found.rejected] == [2, 3, 4]
    assert found.progress is not None
    assert found.progress.chunk == 2
    assert next(rejected_lines(found)) == ("2", "date", "statement_row_invalid", "is no day")


def test_people_are_told_the_sums() -> None:
    assert list(end_lines(after(IMPORTED, COMPLETED))) == [
        "2 rows: 2 recorded, 0 duplicates, 0 income, 0 rejected",
        "out 1,234.50 THB: 1,234.50 recorded, 0 recorded before; in 0",
    ]
    short = IMPORTED.model_copy(update={"sums_agree": False})
    assert list(end_lines(after(short, COMPLETED)))[-1] == "the sums are not those of the file, which has 2 rows"


def test_people_are_told_why_nothing_was_imported() -> None:
    (line,) = end_lines(after(compensated()))
    assert line.startswith("not imported: statement_too_large: The statement is larger")
    unknown = compensated().model_copy(update={"message": None})
    assert list(end_lines(after(unknown))) == ["not imported: statement_too_large: large"]
    (line,) = end_lines(refused())
    assert line.startswith("refused: expired: ")
    assert list(end_lines(after(STARTED))) == []


def test_scripts_get_everything() -> None:
    told = end_json(after(STARTED, SURVEYED, chunk(1, bad(2)), IMPORTED, COMPLETED))
    assert (told["state"], told["statement_id"], told["code"]) == ("completed", ID, None)
    assert told["imported"]["totals"]["sums"][0]["recorded"] == "1234.50"
    assert told["surveyed"]["rows"] == 4
    assert told["rejected_rows"][0]["row"] == 2
    assert end_json(after(STARTED))["state"] == "open"
    assert end_json(after(compensated()))["code"] == "statement_too_large"


class Script:
    """An outcome reader that gives out what the test wrote, an outcome a read, and lets time pass."""

    def __init__(self, clock: FakeClock, *events: Event) -> None:
        self._clock = clock
        self._events = list(events)

    async def start(self) -> None:
        pass

    async def read(self, timeout_seconds: float) -> list[Outcome]:
        self._clock.jump(timeout_seconds)
        return [outcome(self._events.pop(0))] if self._events else []

    async def stop(self) -> None:
        pass


class Seen:
    """A view that remembers."""

    def __init__(self) -> None:
        self.updates: list[tuple[int, int]] = []

    def update(self, done: int, total: int, note: str = "") -> None:
        assert note == ""
        self.updates.append((done, total))


async def test_following_shows_how_far_it_is_and_ends_with_the_import() -> None:
    clock, view = FakeClock(), Seen()
    found = Following(COMMAND, 1)
    script = Script(clock, STARTED, SURVEYED, chunk(1), chunk(2), IMPORTED, COMPLETED)
    await follow(found, script, clock, 60.0, view, sent_at=SENT)
    assert found.is_over
    assert view.updates[:3] == [(0, 4), (2, 4), (4, 4)]


async def test_following_ends_with_its_time_or_where_an_operator_is_needed() -> None:
    clock = FakeClock()
    found = Following(COMMAND, 1)
    await follow(found, Script(clock, STARTED), clock, clock.monotonic() + 3.0, None, sent_at=SENT)
    assert not found.is_over
    stuck = WorkflowStuck.model_validate({**WORKFLOW, "step": "rows", "code": "internal_error", "reason": "x"})
    await follow(found, Script(clock, stuck), clock, clock.monotonic() + 3.0, None, sent_at=SENT)
    assert found.stuck == stuck


STUCK = WorkflowStuck.model_validate({**WORKFLOW, "step": "rows", "code": "internal_error", "reason": "x"})
RESUMED = StepStarted.model_validate({**WORKFLOW, "step": "rows", "command_id": "s", "attempt": 1, "command_type": "x"})


async def test_an_import_that_began_before_it_was_sent_is_not_waited_for_where_nothing_is_told_again() -> None:
    clock, found = FakeClock(), Following(COMMAND, 1)
    script = Script(clock, STARTED, SURVEYED)
    await follow(found, script, clock, 60.0, None, sent_at=SENT + timedelta(seconds=1))
    assert found.began == SENT
    assert began_before(found, SENT + timedelta(seconds=1))
    assert found.surveyed is None, "the rest is read from when it began"
    assert not began_before(found, SENT)


async def test_what_an_import_told_before_is_read_to_the_same_end() -> None:
    clock, found = FakeClock(), after(STARTED)
    await follow(found, Script(clock, STARTED, SURVEYED, chunk(1), chunk(2), IMPORTED, COMPLETED), clock, 60.0, None)
    assert found.is_well
    assert not began_before(found, SENT + timedelta(seconds=1)), "and needs to be read no more"


async def test_an_import_that_was_stuck_once_and_went_on_is_not_told_as_stuck() -> None:
    clock, found = FakeClock(), after(STARTED)
    await follow(found, Script(clock, STUCK, RESUMED, IMPORTED, COMPLETED), clock, 60.0, None)
    assert (found.stuck, found.is_over) == (None, True)


async def test_an_import_that_is_still_stuck_is_told_as_stuck_once_all_was_read() -> None:
    clock, found = FakeClock(), after(STARTED)
    await follow(found, Script(clock, STUCK, RESUMED, STUCK), clock, 60.0, None)
    assert found.stuck == STUCK
    assert clock.monotonic() < 60.0


def test_an_import_of_another_tenant_with_the_same_id_is_none_of_ours() -> None:
    found = Following(COMMAND, 1, tenant="globex")
    found.take(outcome(COMPLETED))
    assert found.end is None
    ours = Following(COMMAND, 1, tenant="acme")
    ours.take(outcome(COMPLETED))
    assert ours.end == COMPLETED


async def test_a_small_file_travels_in_the_message_and_a_large_one_through_the_store(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path})
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_bytes(b"Date,Debit\n")
    large.write_bytes(b"x" * 600_000)
    field = await file_field(settings, "acme", "nok", small)
    assert ImportStatement.model_validate({"file": field}).file.kind == "inline"
    field = await file_field(settings, "acme", "nok", large)
    assert ImportStatement.model_validate({"file": field}).file.kind == "reference"
    assert (tmp_path / "images" / field["key"]).read_bytes() == large.read_bytes()


@pytest.mark.parametrize(
    ("size", "told"), [(0, "is empty"), (33 * 1024 * 1024, "a statement has at most"), (-1, "No such")]
)
async def test_a_file_that_cannot_be_sent_is_refused(tmp_path: Path, size: int, told: str) -> None:
    file = tmp_path / "file"
    if size >= 0:
        with file.open("wb") as made:
            made.truncate(size)
    with pytest.raises(InputError, match=told):
        await file_field(Settings.model_validate({"data_dir": tmp_path}), "acme", "nok", file)
