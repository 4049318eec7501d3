"""Every message type by its CloudEvents type, and the outcomes of every command."""

from typing import Final

from contracts.base import Command, Event
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import CorrectSpending, DeleteSpending, EnhanceSpending, RecordSpending
from contracts.commands.texts import ParseText
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

AREAS: Final = ("receipts", "texts", "spending")

SUCCESSES: Final[dict[type[Command], type[Event]]] = {
    ExtractReceipt: ReceiptExtracted,
    ParseText: TextParsed,
    RecordSpending: SpendingRecorded,
    CorrectSpending: SpendingCorrected,
    EnhanceSpending: SpendingEnhanced,
    DeleteSpending: SpendingDeleted,
}
"""What each command ends in when all goes well."""

REJECTIONS: Final[dict[str, type[CommandRejected]]] = {
    "receipts": ReceiptRejected,
    "texts": TextRejected,
    "spending": SpendingRejected,
}
"""The rejected outcome of each area."""

FAILURES: Final[dict[str, type[CommandFailed]]] = {
    "receipts": ReceiptFailed,
    "texts": TextFailed,
    "spending": SpendingFailed,
}
"""The failed outcome of each area."""

COMMANDS: Final[dict[str, type[Command]]] = {command.type: command for command in SUCCESSES}
"""Command classes by CloudEvents type."""

EVENTS: Final[dict[str, type[Event]]] = {
    event.type: event for event in (*SUCCESSES.values(), *REJECTIONS.values(), *FAILURES.values())
}
"""Event classes by CloudEvents type."""
