import inspect
from uuid import UUID

from adapters.statements.occurrences import open_occurrences
from adapters.statements.reader import FileStatementReader
from contracts.commands.categories import CategorizeSpending
from contracts.commands.insights import AnalyzeSpending, ForecastSpending
from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.commands.privacy import EraseOwner
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import DistinguishSpending
from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from contracts.commands.texts import ParseText
from contracts.events.receipts import ReceiptExtracted
from contracts.registry import COMMANDS, SUCCESSES
from contracts.statements import InlineStatement
from contracts.values import InlineImage
from tests.fakes.cache import VisibleCache
from tests.fakes.clock import FakeClock
from tests.fakes.computing import DirectComputing
from tests.fakes.duplicates import duplicates
from tests.fakes.entries import MemoryEntries
from tests.fakes.history import MemoryHistory
from tests.fakes.images import MemoryImages
from tests.fakes.inference import (
    FakeCategorization,
    FakeReceiptExtraction,
    FakeRecognition,
    FakeTextExtraction,
)
from tests.fakes.mappings import MemoryMappings, books, learning
from tests.fakes.privacy import MemoryOwnerFiles, MemoryOwners
from tests.fakes.statements import MemoryStatementFiles
from tests.unit.domain.examples import (
    ENTRY_ID,
    correct_command,
    delete_command,
    enhance_command,
    entry,
    record_command,
)
from tests.unit.domain.mapping_examples import review_command, shared_mapping, teach_command
from tests.unit.domain.test_months import FORECAST, INSIGHTS, MONTH
from tests.unit.handlers.examples import CATEGORY, CONTEXT, RECEIPT_READING, RECOGNISED, TEXT_READING, made
from tests.unit.handlers.test_months import WORKFLOW_ID, Desk
from workers.handlers.privacy import Privacy
from workers.handlers.statements import StatementTools
from workers.handlers.table import handlers

CANDIDATE = shared_mapping()
OTHER = entry()._replace(id=UUID(int=1))
IMPORT = UUID(int=1)
DESK = Desk()
TABLE = handlers(
    text_extraction=FakeTextExtraction(TEXT_READING),
    recognition=FakeRecognition(RECOGNISED),
    receipt_extraction=FakeReceiptExtraction(RECEIPT_READING),
    categorization=FakeCategorization(CATEGORY),
    images=MemoryImages(),
    cache=VisibleCache(),
    entries=MemoryEntries(entry(), OTHER),
    duplicates=duplicates(entry(), OTHER),
    books=books(),
    learning=learning(MemoryMappings(CANDIDATE)),
    history=MemoryHistory(),
    computing=DirectComputing(),
    statements=StatementTools(
        FileStatementReader(), MemoryStatementFiles(), open_occurrences, lambda _: None, DirectComputing()
    ),
    months=DESK.months,
    privacy=Privacy(MemoryOwners(), MemoryOwners(), MemoryOwnerFiles(), VisibleCache()),
    clock=FakeClock(),
)


OWN = {command: success for command, success in SUCCESSES.items() if command.area != "workflows"}
"""Those of the workflows have a table of their own."""


def test_every_command_has_its_handler() -> None:
    assert set(TABLE) == {command for command in COMMANDS.values() if command.area != "workflows"}


async def test_every_handler_ends_in_the_success_the_registry_promises() -> None:
    commands = [
        ParseText(text="coffee 65"),
        ExtractReceipt(image=InlineImage.model_construct(data=b"image")),
        record_command(),
        correct_command(merchant="Inthanin"),
        enhance_command(0.95),
        delete_command(),
        DistinguishSpending(entry_id=ENTRY_ID, other_id=OTHER.id),
        CategorizeSpending(text="coffee"),
        teach_command(),
        review_command(CANDIDATE.id),
        AnalyzeSpending(),
        ForecastSpending(),
        SurveyStatement(statement_id=IMPORT, file=InlineStatement.model_construct(data=b"Date,Debit\n1/1/2026,1\n")),
        ImportStatementChunk(statement_id=IMPORT, chunk=1, chunks=1),
        CloseStatement(statement_id=IMPORT, rows=1),
        FreezeMonth(workflow_id=WORKFLOW_ID, month=MONTH),
        ReportMonth(
            workflow_id=WORKFLOW_ID,
            month=MONTH,
            fingerprint=(await DESK.freeze()).fingerprint,
            insights=INSIGHTS,
            forecast=FORECAST,
        ),
        UnfreezeMonth(workflow_id=WORKFLOW_ID, month=MONTH),
        EraseOwner(owner=CONTEXT.owner),
    ]

    outcomes = {
        type(command): type((await made(TABLE[type(command)](command, CONTEXT))).events[-1].payload)
        for command in commands
    }

    assert outcomes == OWN
    assert outcomes[ExtractReceipt] is ReceiptExtracted


def test_ports_are_given_by_name() -> None:
    kinds = {parameter.kind for parameter in inspect.signature(handlers).parameters.values()}

    assert kinds == {inspect.Parameter.KEYWORD_ONLY}
