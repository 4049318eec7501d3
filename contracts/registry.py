"""Every message type by its CloudEvents type, and the outcomes of every command."""

from typing import Final

from contracts.base import Command, Event
from contracts.commands.categories import CategorizeSpending, ReviewMapping, TeachMapping
from contracts.commands.insights import AnalyzeSpending, ForecastSpending
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import CorrectSpending, DeleteSpending, EnhanceSpending, RecordSpending
from contracts.commands.texts import ParseText
from contracts.events.categories import (
    CategoryFailed,
    CategoryRejected,
    MappingLearned,
    MappingProposed,
    MappingReviewed,
    MappingSuperseded,
    SpendingCategorized,
)
from contracts.events.insights import InsightFailed, InsightRejected, InsightsGenerated, SpendingForecast
from contracts.events.outcomes import CommandFailed, CommandRejected
from contracts.events.receipts import ReceiptExtracted, ReceiptFailed, ReceiptRejected
from contracts.events.spending import (
    SpendingCorrected,
    SpendingDeleted,
    SpendingEnhanced,
    SpendingFailed,
    SpendingRecorded,
    SpendingRejected,
)
from contracts.events.texts import TextFailed, TextParsed, TextRejected

AREAS: Final = ("receipts", "texts", "spending", "categories", "insights")

SUCCESSES: Final[dict[type[Command], type[Event]]] = {
    ExtractReceipt: ReceiptExtracted,
    ParseText: TextParsed,
    RecordSpending: SpendingRecorded,
    CorrectSpending: SpendingCorrected,
    EnhanceSpending: SpendingEnhanced,
    DeleteSpending: SpendingDeleted,
    CategorizeSpending: SpendingCategorized,
    TeachMapping: MappingLearned,
    ReviewMapping: MappingReviewed,
    AnalyzeSpending: InsightsGenerated,
    ForecastSpending: SpendingForecast,
}
"""What each command ends in when all goes well."""

REJECTIONS: Final[dict[str, type[CommandRejected]]] = {
    "receipts": ReceiptRejected,
    "texts": TextRejected,
    "spending": SpendingRejected,
    "categories": CategoryRejected,
    "insights": InsightRejected,
}
"""The rejected outcome of each area."""

FAILURES: Final[dict[str, type[CommandFailed]]] = {
    "receipts": ReceiptFailed,
    "texts": TextFailed,
    "spending": SpendingFailed,
    "categories": CategoryFailed,
    "insights": InsightFailed,
}
"""The failed outcome of each area."""

NOTICES: Final[tuple[type[Event], ...]] = (MappingProposed, MappingSuperseded)
"""Events that end no command: they are published beside the outcome of the one that led to them."""

COMMANDS: Final[dict[str, type[Command]]] = {command.type: command for command in SUCCESSES}
"""Command classes by CloudEvents type."""

EVENTS: Final[dict[str, type[Event]]] = {
    event.type: event for event in (*SUCCESSES.values(), *NOTICES, *REJECTIONS.values(), *FAILURES.values())
}
"""Event classes by CloudEvents type."""
