"""Every message type by its CloudEvents type, and the outcomes of every command."""

from typing import Final

from contracts.base import Command, Event
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
from contracts.commands.workflows import CloseMonth, FireTimer, ImportStatement, ProcessReceipt, SteerWorkflow
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
from contracts.events.months import MonthClosed, MonthFrozen, MonthUnfrozen
from contracts.events.outcomes import CommandFailed, CommandRejected
from contracts.events.privacy import OwnerErased, PrivacyFailed, PrivacyRejected
from contracts.events.receipts import ReceiptExtracted, ReceiptFailed, ReceiptRejected
from contracts.events.spending import (
    SpendingCorrected,
    SpendingDeleted,
    SpendingDistinguished,
    SpendingEnhanced,
    SpendingFailed,
    SpendingRecorded,
    SpendingRejected,
)
from contracts.events.statements import (
    StatementChunkImported,
    StatementFailed,
    StatementImported,
    StatementRejected,
    StatementSurveyed,
)
from contracts.events.texts import TextFailed, TextParsed, TextRejected
from contracts.events.workflows import (
    StepFailed,
    StepSkipped,
    StepStarted,
    StepSucceeded,
    TimerFired,
    WorkflowCompensated,
    WorkflowCompensating,
    WorkflowCompleted,
    WorkflowFailed,
    WorkflowRejected,
    WorkflowStarted,
    WorkflowSteered,
    WorkflowStuck,
)

AREAS: Final = ("receipts", "texts", "spending", "categories", "insights", "statements", "workflows", "privacy")

SUCCESSES: Final[dict[type[Command], type[Event]]] = {
    ExtractReceipt: ReceiptExtracted,
    ParseText: TextParsed,
    RecordSpending: SpendingRecorded,
    CorrectSpending: SpendingCorrected,
    EnhanceSpending: SpendingEnhanced,
    DeleteSpending: SpendingDeleted,
    DistinguishSpending: SpendingDistinguished,
    CategorizeSpending: SpendingCategorized,
    TeachMapping: MappingLearned,
    ReviewMapping: MappingReviewed,
    AnalyzeSpending: InsightsGenerated,
    ForecastSpending: SpendingForecast,
    FreezeMonth: MonthFrozen,
    ReportMonth: MonthClosed,
    UnfreezeMonth: MonthUnfrozen,
    SurveyStatement: StatementSurveyed,
    ImportStatementChunk: StatementChunkImported,
    CloseStatement: StatementImported,
    ProcessReceipt: WorkflowStarted,
    ImportStatement: WorkflowStarted,
    CloseMonth: WorkflowStarted,
    SteerWorkflow: WorkflowSteered,
    FireTimer: TimerFired,
    EraseOwner: OwnerErased,
}
"""What each command ends in when all goes well."""

REJECTIONS: Final[dict[str, type[CommandRejected]]] = {
    "receipts": ReceiptRejected,
    "texts": TextRejected,
    "spending": SpendingRejected,
    "categories": CategoryRejected,
    "insights": InsightRejected,
    "statements": StatementRejected,
    "workflows": WorkflowRejected,
    "privacy": PrivacyRejected,
}
"""The rejected outcome of each area."""

FAILURES: Final[dict[str, type[CommandFailed]]] = {
    "receipts": ReceiptFailed,
    "texts": TextFailed,
    "spending": SpendingFailed,
    "categories": CategoryFailed,
    "insights": InsightFailed,
    "statements": StatementFailed,
    "workflows": WorkflowFailed,
    "privacy": PrivacyFailed,
}
"""The failed outcome of each area."""

NOTICES: Final[tuple[type[Event], ...]] = (MappingProposed, MappingSuperseded)
"""Events that end no command: they are published beside the outcome of the one that led to them."""

PROGRESS: Final[tuple[type[Event], ...]] = (
    StepStarted,
    StepSucceeded,
    StepFailed,
    StepSkipped,
    WorkflowCompensating,
    WorkflowStuck,
    WorkflowCompleted,
    WorkflowCompensated,
)
"""What a workflow tells on its way and of its end. Never the outcome of a command, although it names in
``ce_causationid`` the message that led to it: who awaits an outcome passes these over."""

COMMANDS: Final[dict[str, type[Command]]] = {command.type: command for command in SUCCESSES}
"""Command classes by CloudEvents type."""

EVENTS: Final[dict[str, type[Event]]] = {
    event.type: event for event in (*SUCCESSES.values(), *NOTICES, *PROGRESS, *REJECTIONS.values(), *FAILURES.values())
}
"""Event classes by CloudEvents type."""
