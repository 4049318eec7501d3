"""A statement is read by chunks, recorded chunk by chunk, and summed up; and what is hostile is refused with a code."""

import asyncio
import base64
import hashlib
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import pytest

from adapters.statements.limits import LIMITS
from adapters.statements.occurrences import open_occurrences
from adapters.statements.reader import FileStatementReader
from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from contracts.errors import ErrorCode
from contracts.events.spending import SpendingRecorded
from contracts.events.statements import StatementChunkImported, StatementImported, StatementSurveyed
from contracts.statements import CHUNK_ROWS, InlineStatement, RowStatus, StatementReference, StatementTotals
from contracts.values import Category, Confidence
from tests.fakes.computing import DirectComputing
from tests.fakes.duplicates import MemoryDuplicates
from tests.fakes.entries import MemoryEntries
from tests.fakes.inference import FakeCategorization
from tests.fakes.mappings import books
from tests.fakes.statements import MemoryStatementFiles
from tests.unit.adapters.statements.many import WRITERS, sums
from tests.unit.adapters.statements.workbooks import SHEET, workbook
from tests.unit.domain.mapping_examples import own_mapping
from tests.unit.handlers.examples import CATEGORY, CONTEXT
from workers.domain.mapping_keys import key_of
from workers.domain.spending import SpendingEntry
from workers.handlers.books import Books
from workers.handlers.spending import Duplicates
from workers.handlers.statements import StatementTools, close_statement, import_chunk, survey_statement
from workers.ports.errors import RejectionError
from workers.ports.handling import CommandContext, Decision
from workers.ports.statement_files import PlannedRow

IMPORT, AGAIN = UUID(int=1), UUID(int=2)
HEAD = "Date,Description,Debit,Credit,Reference\n"
JANUARY = HEAD + (
    "02/01/2026,7-ELEVEN 12,65.00,,\n"
    "02/01/2026,7-ELEVEN 12,65.00,,\n"
    "03/01/2026,Salary,,30000.00,\n"
    "32/01/2026,wrong,1.00,,\n"
    "20/01/2026,AIS,599.00,,R-77\n"
)
OVERLAPPING = HEAD + (
    "20/01/2026,another wording,599.00,,r-77\n"
    "02/01/2026,7-Eleven  12,65.00,,\n"
    "02/01/2026,7-ELEVEN 12,65.00,,\n"
    "02/01/2026,7-ELEVEN 12,65.00,,\n"
    "28/02/2026,BTS,44.00,,\n"
)


def _merchant_in(words: str) -> str | None:
    return "7-Eleven" if words.upper().startswith("7-ELEVEN") else None


@dataclass
class Desk:
    """What one owner's imports work with, and leave behind."""

    files: MemoryStatementFiles = field(default_factory=MemoryStatementFiles)
    entries: MemoryEntries = field(default_factory=MemoryEntries)
    categorization: FakeCategorization = field(default_factory=lambda: FakeCategorization(CATEGORY))
    books: Books = field(default_factory=books)
    context: CommandContext = CONTEXT
    reader: FileStatementReader = field(default_factory=FileStatementReader)
    named: bool = True

    def __post_init__(self) -> None:
        self.stored = MemoryDuplicates(self.entries)

    @property
    def tools(self) -> StatementTools:
        return StatementTools(self.reader, self.files, open_occurrences, _merchant_in, DirectComputing())

    async def survey(self, content: str | bytes, statement_id: UUID = IMPORT, **options: object) -> StatementSurveyed:
        data = content.encode() if isinstance(content, str) else content
        file = InlineStatement(kind="inline", data=base64.b64encode(data))
        command = SurveyStatement.model_validate({"statement_id": statement_id, "file": file, **options})
        (event,) = (await survey_statement(command, self.context, tools=self.tools)).events
        assert isinstance(event.payload, StatementSurveyed)
        return event.payload

    async def decide(
        self, statement_id: UUID = IMPORT, chunk: int = 1, so_far: StatementTotals | None = None
    ) -> Decision:
        command = ImportStatementChunk(
            statement_id=statement_id, chunk=chunk, chunks=9, so_far=so_far or StatementTotals()
        )
        return await import_chunk(
            command,
            self.context,
            tools=self.tools,
            entries=self.entries,
            duplicates=Duplicates(self.stored, key_of, named=self.named),
            books=self.books,
            categorization=self.categorization,
        )

    async def record(
        self, statement_id: UUID = IMPORT, chunk: int = 1, so_far: StatementTotals | None = None
    ) -> StatementChunkImported:
        """Decide a chunk, and store what it leads to."""
        decision = await self.decide(statement_id, chunk, so_far)
        for state in decision.states:
            assert isinstance(state, SpendingEntry)
            self.entries.keep(state)
        imported = decision.events[-1].payload
        assert isinstance(imported, StatementChunkImported)
        return imported

    async def take(self, content: str, statement_id: UUID = IMPORT) -> StatementChunkImported:
        await self.survey(content, statement_id)
        return await self.record(statement_id)


def statuses(imported: StatementChunkImported) -> list[str]:
    return [result.status.value for result in imported.results]


async def test_a_survey_tells_what_was_understood_and_keeps_the_rows() -> None:
    desk = Desk()
    surveyed = await desk.survey(JANUARY, account="123-4-56789-0")
    assert (surveyed.kind, surveyed.encoding, surveyed.date_order) == ("csv", "utf-8", "dmy")
    assert (surveyed.rows, surveyed.unreadable, surveyed.chunks) == (5, 1, 1)
    assert surveyed.sha256 == hashlib.sha256(JANUARY.encode()).hexdigest()
    assert [(str(one.money_out), str(one.money_in)) for one in surveyed.accounts] == [("729.00", "30000.00")]
    ((_, rows),) = desk.files.chunks.items()
    spent = [row for row in rows if isinstance(row, PlannedRow)]
    assert [row.occurrence for row in spent] == [1, 2, 0, 1]
    assert {row.account for row in spent} == {"1234567890"}


async def test_the_number_of_an_account_is_told_by_its_end_alone() -> None:
    surveyed = await Desk().survey("เลขที่บัญชี,123-4-56789-0\n" + JANUARY)
    (account,) = surveyed.accounts
    assert account.account_ending == "7890"
    assert "123-4-56789-0" not in surveyed.model_dump_json()


async def test_every_row_has_its_result_and_what_was_spent_an_entry() -> None:
    desk = Desk()
    await desk.survey(JANUARY)
    decision = await desk.decide()
    imported = decision.events[-1].payload
    assert isinstance(imported, StatementChunkImported)
    assert statuses(imported) == ["recorded", "recorded", "income", "rejected", "recorded"]
    assert [result.row for result in imported.results] == [2, 3, 4, 5, 6]
    bad = imported.results[3]
    assert (bad.code, bad.field) == (ErrorCode.STATEMENT_ROW_INVALID, "date")
    recorded = [event for event in decision.events if isinstance(event.payload, SpendingRecorded)]
    assert [event.stream for event in recorded] == [f"entry-{state.id}" for state in decision.states]
    assert len({event.stream for event in recorded}) == 3, "rows that are alike are two purchases"
    (baht,) = imported.totals.sums
    assert (str(baht.money_out), str(baht.recorded), str(baht.money_in)) == ("729.00", "729.00", "30000.00")


async def test_the_same_file_again_records_nothing_and_names_the_import_that_did() -> None:
    desk = Desk()
    first = await desk.take(JANUARY)
    second = await desk.take(JANUARY, AGAIN)
    assert statuses(second) == ["duplicate", "duplicate", "income", "rejected", "duplicate"]
    assert [result.entry_id for result in second.results] == [result.entry_id for result in first.results]
    known = [result for result in second.results if result.status is RowStatus.DUPLICATE]
    assert {result.earlier for result in known} == {IMPORT}
    assert [result.earlier_row for result in known] == [2, 3, 6]
    assert str(second.totals.sums[0].duplicates) == "729.00"


async def test_of_overlapping_statements_only_what_is_new_is_recorded() -> None:
    desk = Desk()
    await desk.take(JANUARY)
    second = await desk.take(OVERLAPPING, AGAIN)
    assert statuses(second) == ["duplicate", "duplicate", "duplicate", "recorded", "recorded"]


async def test_a_chunk_that_comes_again_has_the_same_results_and_no_effect() -> None:
    desk = Desk()
    first = await desk.take(JANUARY)
    decision = await desk.decide()
    assert [event.payload for event in decision.events] == [first]
    assert decision.states == ()


async def test_totals_are_carried_on_from_chunk_to_chunk() -> None:
    desk = Desk()
    rows = "".join(f"02/01/2026,shop {number},1.00,,\n" for number in range(CHUNK_ROWS + 3))
    surveyed = await desk.survey(HEAD + rows)
    assert surveyed.chunks == 2
    first = await desk.record(chunk=1)
    second = await desk.record(chunk=2, so_far=first.so_far)
    assert (first.so_far.rows, second.totals.rows, second.so_far.rows) == (CHUNK_ROWS, 3, CHUNK_ROWS + 3)
    assert str(second.so_far.sums[0].recorded) == "503.00"


async def test_a_file_without_rows_has_one_empty_chunk() -> None:
    desk = Desk()
    assert (await desk.survey(HEAD)).chunks == 1
    imported = await desk.record()
    assert imported.results == ()


async def test_the_same_words_are_judged_once_and_those_of_known_rows_never() -> None:
    desk = Desk()
    await desk.take(JANUARY)
    assert [purchase.text for purchase in desk.categorization.asked] == ["7-ELEVEN 12", "AIS"]
    await desk.take(JANUARY, AGAIN)
    assert len(desk.categorization.asked) == 2


async def test_what_an_owner_taught_tells_the_category_before_rules_and_models() -> None:
    taught = own_mapping("7-Eleven", Category.SHOPPING)
    desk = Desk(books=books(taught))
    await desk.survey(JANUARY)
    states = (await desk.decide()).states
    assert [state.category for state in states if isinstance(state, SpendingEntry)] == [
        Category.SHOPPING,
        Category.SHOPPING,
        Category.FOOD,
    ]
    assert [purchase.text for purchase in desk.categorization.asked] == ["AIS"]


async def test_an_entry_is_as_sure_as_its_category() -> None:
    desk = Desk(categorization=FakeCategorization(CATEGORY.model_copy(update={"confidence": Confidence(0.3)})))
    await desk.survey(JANUARY)
    assert {state.confidence.value for state in (await desk.decide()).states if isinstance(state, SpendingEntry)} == {
        0.3
    }


async def test_a_stranger_who_took_an_id_costs_that_row_alone() -> None:
    desk = Desk()
    await desk.survey(JANUARY)
    first, *_ = (await desk.decide()).states
    assert isinstance(first, SpendingEntry)
    desk.entries.keep(first._replace(owner="stranger"))
    imported = await desk.record()
    assert statuses(imported) == ["rejected", "recorded", "income", "rejected", "recorded"]


async def test_an_import_is_summed_up_and_what_it_kept_is_gone() -> None:
    desk = Desk()
    surveyed = await desk.survey(JANUARY)
    recorded = await desk.record()
    command = CloseStatement(
        statement_id=IMPORT, rows=surveyed.rows, accounts=surveyed.accounts, totals=recorded.so_far
    )
    for _ in range(2):
        (event,) = (await close_statement(command, CONTEXT, tools=desk.tools)).events
        assert isinstance(event.payload, StatementImported)
        assert (event.payload.complete, event.payload.sums_agree) == (True, True)
    assert desk.files.chunks == {}
    with pytest.raises(RejectionError, match="statement_not_found"):
        await desk.decide()


BOMB = workbook(sheet=SHEET + " " * 5_000_000)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB, ErrorCode.STATEMENT_TOO_LARGE),
        (b"Date,Description,Debit\n02/01/2026,caf\xe9\xff\xfe,1.00\n", ErrorCode.STATEMENT_UNREADABLE),
        (b"%PDF-1.7", ErrorCode.STATEMENT_UNSUPPORTED),
        (b"a,b\n1,2\n", ErrorCode.STATEMENT_NOT_UNDERSTOOD),
    ],
)
async def test_a_hostile_or_foreign_file_is_refused_with_its_code(content: bytes, code: ErrorCode) -> None:
    desk = Desk()
    with pytest.raises(RejectionError) as caught:
        await desk.survey(content)
    assert caught.value.code is code
    assert desk.files.chunks == {}


async def test_a_formula_is_data_and_costs_its_row_alone() -> None:
    desk = Desk()
    imported = await desk.take(HEAD + "02/01/2026,=cmd|' /C calc'!A0,1.00,,\n03/01/2026,AIS,2.00,,\n")
    assert statuses(imported) == ["rejected", "recorded"]


@pytest.mark.parametrize(
    ("sha256", "key", "code"),
    [("0" * 64, "a.csv", ErrorCode.STATEMENT_MISMATCH), ("0" * 64, "b.csv", ErrorCode.STATEMENT_NOT_FOUND)],
)
async def test_a_changed_or_missing_file_is_refused(sha256: str, key: str, code: ErrorCode) -> None:
    desk = Desk()
    desk.files.save("a.csv", [JANUARY.encode()])
    command = SurveyStatement(statement_id=IMPORT, file=StatementReference(kind="reference", key=key, sha256=sha256))
    with pytest.raises(RejectionError) as caught:
        await survey_statement(command, CONTEXT, tools=desk.tools)
    assert caught.value.code is code


async def test_a_file_that_breaks_off_leaves_nothing() -> None:
    desk = Desk()
    rows = "".join(
        f'{{"date": "2026-01-02", "amount": "-{number}.00", "description": "x"}},' for number in range(1, 700)
    )
    with pytest.raises(RejectionError, match="statement_unreadable"):
        await desk.survey("[" + rows)
    assert desk.files.chunks == {}


class Forgetful(MemoryStatementFiles):
    """Keeps how many rows there were, and no row."""

    def keep_rows(self, place: object, rows: object) -> None:
        pass


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(65_536):
            yield chunk


async def peak_of(path: Path) -> int:
    files = Forgetful()
    # A file of so few rows would stay in memory otherwise.
    desk = Desk(files, reader=FileStatementReader(replace(LIMITS, buffered_bytes=4_096)))
    reference = files.save("many.csv", pieces(path))
    command = SurveyStatement(statement_id=IMPORT, file=reference)
    tracemalloc.start(1)
    try:
        await survey_statement(command, CONTEXT, tools=desk.tools)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.timeout(300)
async def test_many_rows_are_surveyed_in_the_memory_of_a_few(tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    await asyncio.to_thread(WRITERS["csv"], few, 3_000)
    await asyncio.to_thread(WRITERS["csv"], many, 9_000)
    await peak_of(few)  # caches are filled once
    # All rows in memory would be 3 MiB more; a piece of the file's text, which is held at a time, both have.
    assert await peak_of(many) < await peak_of(few) + 500_000


async def test_many_rows_with_bad_ones_among_them_end_exactly(tmp_path: Path) -> None:
    path, rows = tmp_path / "many", 2 * CHUNK_ROWS + 50
    await asyncio.to_thread(WRITERS["csv"], path, rows)
    desk = Desk()
    surveyed = await desk.survey(await asyncio.to_thread(path.read_bytes))
    assert surveyed.chunks == 3
    so_far = StatementTotals()
    for chunk in range(1, surveyed.chunks + 1):
        so_far = (await desk.record(chunk=chunk, so_far=so_far)).so_far
    wanted = sums(rows)
    assert (so_far.rows, so_far.rejected, so_far.recorded + so_far.income) == (rows, wanted.bad, wanted.good)
    assert [(one.money_out, one.money_in, one.recorded) for one in so_far.sums] == [
        (wanted.money_out, wanted.money_in, wanted.money_out)
    ]
