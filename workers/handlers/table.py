"""Which function decides which command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar, cast

from contracts.base import Command
from contracts.commands.categories import CategorizeSpending, ReviewMapping, TeachMapping
from contracts.commands.insights import AnalyzeSpending, ForecastSpending
from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.commands.privacy import EraseOwner
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import (
    CorrectSpending,
    DeleteSpending,
    DistinguishSpending,
    EnhanceSpending,
    RecordSpending,
)
from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from contracts.commands.texts import ParseText
from workers.handlers.books import Books
from workers.handlers.categories import categorize_spending, review_mapping, teach_mapping
from workers.handlers.insights import analyze_spending, forecast_spending
from workers.handlers.learning import Learning
from workers.handlers.months import Months
from workers.handlers.privacy import Privacy
from workers.handlers.receipts import extract_receipt
from workers.handlers.spending import (
    Duplicates,
    correct_spending,
    delete_spending,
    distinguish_spending,
    enhance_spending,
    record_together,
    record_without_a_look,
)
from workers.handlers.statements import StatementTools, close_statement, import_chunk, survey_statement
from workers.handlers.texts import parse_text
from workers.ports.cache import Cache
from workers.ports.clock import Clock
from workers.ports.computing import Computing
from workers.ports.handling import Asked, CommandContext, Decided, Decision, Handler, Together
from workers.ports.history import SpendingHistory
from workers.ports.images import ImageStores
from workers.ports.inference import Categorization, ReceiptExtraction, TextExtraction, TextRecognition
from workers.ports.store import SpendingRepository

C = TypeVar("C", bound=Command)


def handlers(  # noqa: PLR0913  one argument a port, bound to the functions that need it
    *,
    text_extraction: TextExtraction,
    recognition: TextRecognition,
    receipt_extraction: ReceiptExtraction,
    categorization: Categorization,
    images: ImageStores,
    cache: Cache,
    entries: SpendingRepository,
    duplicates: Duplicates,
    books: Books,
    learning: Learning,
    history: SpendingHistory,
    computing: Computing,
    statements: StatementTools,
    months: Months,
    privacy: Privacy,
    clock: Clock,
) -> dict[type[Command], Handler]:
    """The table of all commands; a new command is a line here."""
    return dict(
        [
            _row(ParseText, partial(parse_text, extraction=text_extraction, books=books, clock=clock)),
            _row(
                ExtractReceipt,
                partial(
                    extract_receipt,
                    images=images,
                    recognition=recognition,
                    extraction=receipt_extraction,
                    categorization=categorization,
                    books=books,
                    cache=cache,
                    clock=clock,
                ),
            ),
            together(RecordSpending, partial(record_together, entries=entries, duplicates=duplicates))
            if duplicates.named
            else _row(RecordSpending, partial(record_without_a_look, entries=entries)),
            _row(CorrectSpending, partial(correct_spending, entries=entries, learning=learning)),
            _row(EnhanceSpending, partial(enhance_spending, entries=entries)),
            _row(DeleteSpending, partial(delete_spending, entries=entries)),
            _row(DistinguishSpending, partial(distinguish_spending, entries=entries, duplicates=duplicates)),
            _row(
                CategorizeSpending,
                partial(
                    categorize_spending,
                    books=books,
                    categorization=categorization,
                    usual_name=learning.usual_name,
                    clock=clock,
                ),
            ),
            _row(TeachMapping, partial(teach_mapping, learning=learning)),
            _row(ReviewMapping, partial(review_mapping, mappings=learning.mappings)),
            _row(AnalyzeSpending, partial(analyze_spending, history=history, computing=computing)),
            _row(ForecastSpending, partial(forecast_spending, history=history, computing=computing)),
            _row(SurveyStatement, partial(survey_statement, tools=statements)),
            _row(
                ImportStatementChunk,
                partial(
                    import_chunk,
                    tools=statements,
                    entries=entries,
                    duplicates=duplicates,
                    books=books,
                    categorization=categorization,
                ),
            ),
            _row(CloseStatement, partial(close_statement, tools=statements)),
            _row(FreezeMonth, months.freeze),
            _row(ReportMonth, months.report),
            _row(UnfreezeMonth, months.unfreeze),
            _row(EraseOwner, privacy.erase),
        ]
    )


def _row(
    command: type[C], handler: Callable[[C, CommandContext], Decision | Awaitable[Decision]]
) -> tuple[type[Command], Handler]:
    """One line of the table, checked: the function takes this very command."""
    # Handlers are only ever looked up by the class of the command they are given.
    return command, cast("Handler", handler)


def together(
    command: type[C], decide: Callable[[Sequence[Asked[C]]], Awaitable[Sequence[Decided]]]
) -> tuple[type[Command], Handler]:
    """A line whose commands are decided many at once."""
    return command, Together(cast("Callable[[Sequence[Asked[Command]]], Awaitable[Sequence[Decided]]]", decide))
