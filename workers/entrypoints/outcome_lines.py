"""Says an outcome in one line, for people and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson
from rich.text import Text

from contracts.base import Event
from contracts.codec import encode
from contracts.events.categories import (
    MappingLearned,
    MappingProposed,
    MappingReviewed,
    MappingSuperseded,
    SpendingCategorized,
)
from contracts.events.insights import InsightsGenerated, SpendingForecast
from contracts.events.months import MonthClosed, MonthEvent
from contracts.events.outcomes import CommandFailed, CommandRejected
from contracts.events.privacy import OwnerErased
from contracts.events.receipts import ReceiptExtracted
from contracts.events.spending import (
    SpendingCorrected,
    SpendingDeleted,
    SpendingDistinguished,
    SpendingEnhanced,
    SpendingRecorded,
)
from contracts.events.statements import StatementChunkImported, StatementImported, StatementSurveyed
from contracts.events.texts import TextParsed
from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted, WorkflowEvent
from contracts.statements import StatementTotals
from contracts.values import ACCEPTABLE_CONFIDENCE, HIGH_CONFIDENCE, Confidence
from workers.ports.outcomes import Outcome

_NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a person wants to know of an outcome; empty where the outcome does not tell."""

    verdict: str
    amount: str = ""
    merchant: str = ""
    category: str = ""
    payment: str = ""
    spent_on: str = ""
    confidence: Confidence | None = None
    note: str = ""
    detail: str = ""

    @property
    def is_success(self) -> bool:
        """Neither rejected, failed nor compensated."""
        return self.verdict not in {"rejected", "failed", "unreadable", "compensated"}


def summarise(event: Event) -> Summary:  # noqa: PLR0911  one return a kind of outcome
    """The gist of any outcome event."""
    match event:
        case TextParsed() | ReceiptExtracted():
            return _reading(event)
        case SpendingRecorded() | SpendingDistinguished():
            return _entry(event)
        case SpendingCorrected() | SpendingEnhanced() | SpendingDeleted():
            return _change(event)
        case SpendingCategorized() | MappingLearned() | MappingProposed() | MappingReviewed() | MappingSuperseded():
            return _meaning(event)
        case InsightsGenerated() | SpendingForecast() | MonthEvent():
            return _insights(event)
        case StatementSurveyed() | StatementChunkImported() | StatementImported():
            return statement_summary(event)
        case CommandRejected() | CommandFailed():
            return _refusal(event)
        case _:
            return _workflow(event) if isinstance(event, WorkflowEvent) else _other(event)


def _other(event: Event) -> Summary:
    if not isinstance(event, OwnerErased):
        return Summary(event.type)
    found = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in event.removed if count)
    return Summary("erased", note=f"until {event.erased_until.isoformat()}: {found or 'nothing was there'}")


def outcome_line(outcome: Outcome) -> Text:
    """One readable line: time, verdict, owner, what became of the command, its id."""
    envelope = outcome.envelope
    if envelope is None or outcome.event is None:
        owner = envelope.owner if envelope else _NOTHING
        return _line(outcome, Summary("unreadable", note=outcome.problem or ""), owner, "")
    return _line(outcome, summarise(outcome.event), envelope.owner, envelope.causation_id or "")


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome as a JSON object: envelope, payload and position."""
    envelope = outcome.envelope
    return {
        "id": envelope and envelope.id,
        "type": envelope and envelope.type,
        "time": envelope and envelope.time.isoformat(),
        "tenant": envelope and envelope.tenant,
        "owner": envelope and envelope.owner,
        "command_id": envelope and envelope.causation_id,
        "correlation_id": envelope and envelope.correlation_id,
        "topic": outcome.partition.topic,
        "partition": outcome.partition.number,
        "offset": outcome.offset,
        "data": outcome.event and orjson.loads(encode(outcome.event)),
        "problem": outcome.problem,
    }


def confidence_text(confidence: Confidence | None) -> Text:
    """Two decimals; green when high, yellow when acceptable, red below."""
    if confidence is None:
        return Text("")
    value = confidence.value
    style = "green" if value >= HIGH_CONFIDENCE else "yellow" if value >= ACCEPTABLE_CONFIDENCE else "red"
    return Text(f"{value:.2f}", style=style)


def _reading(event: TextParsed | ReceiptExtracted) -> Summary:
    verdict, amount = ("parsed", event.amount) if isinstance(event, TextParsed) else ("extracted", event.total)
    merchant = event.merchant_canonical or (event.merchant.value if event.merchant else "")
    return Summary(
        verdict if event.kind == "purchase" else f"{verdict} ({event.kind})",
        str(amount.value),
        merchant,
        event.category.value,
        event.payment_method.value if event.payment_method else "",
        event.spent_on.value.isoformat() if event.spent_on else "",
        event.confidence,
    )


def _alike(event: SpendingRecorded) -> str:
    """Of the entry that is most likely the same purchase, and how many others there are."""
    if not event.possible_duplicates:
        return ""
    first, *others = event.possible_duplicates
    more = f" and {len(others)} more" if others else ""
    return f"may be {first.entry_id} again ({first.reason}, {first.strength}){more}"


def _entry(event: SpendingRecorded | SpendingDistinguished) -> Summary:
    if isinstance(event, SpendingDistinguished):
        return Summary("distinguished", note=f"{event.entry_id} and {event.other_id} are two purchases")
    return Summary(
        "recorded",
        str(event.amount),
        event.merchant,
        event.category,
        event.payment_method or "",
        event.spent_on.isoformat(),
        event.confidence,
        _alike(event),
    )


def _change(event: SpendingCorrected | SpendingEnhanced | SpendingDeleted) -> Summary:
    name = type(event).__name__.removeprefix("Spending").lower()
    if isinstance(event, SpendingDeleted):
        return Summary(name, note=f"version {event.version}: {event.reason}")
    fields = [f"{field} = {value}" for field, value in event.changes.named().items()]
    if isinstance(event, SpendingCorrected):
        fields += [f"{field} cleared" for field in event.cleared]
    return Summary(name, note=f"version {event.version}: {', '.join(fields)}")


def _meaning(
    event: SpendingCategorized | MappingLearned | MappingProposed | MappingReviewed | MappingSuperseded,
) -> Summary:
    if isinstance(event, SpendingCategorized):
        told = event.category
        return Summary("categorized", category=told.value, confidence=told.confidence, note=f"by {event.step}")
    name = type(event).__name__.removeprefix("Mapping").lower()
    return Summary(name, merchant=event.key, category=event.category, note=_mapping_note(event))


def _mapping_note(event: MappingLearned | MappingProposed | MappingReviewed | MappingSuperseded) -> str:
    match event:
        case MappingLearned():
            return f"version {event.version}: {event.source}"
        case MappingProposed():
            return f"{event.mapping_id}: {event.owners} owners for it, {event.otherwise} for others"
        case MappingReviewed():
            return f"version {event.version}: {event.decision} by {event.reviewer}"
        case MappingSuperseded():
            return f"version {event.version}: by {event.by}"


def _insights(event: InsightsGenerated | SpendingForecast | MonthEvent) -> Summary:
    if isinstance(event, SpendingForecast):
        return _forecast(event)
    if isinstance(event, MonthEvent):
        return _month(event)
    found = sum(one.found for one in event.currencies)
    scores = [f"{one.currency} score {one.score.points}" for one in event.currencies if one.score]
    note = f"{event.entries} entries from {event.period.first} to {event.period.last}, {found} insights"
    return Summary("analysed", note=", ".join([note, *scores]))


def _forecast(event: SpendingForecast) -> Summary:
    sums = [f"{one.total.amount} ({one.total.low} to {one.total.high})" for one in event.currencies if one.total]
    told = ", ".join(sums) or f"{event.entries} entries are not enough"
    return Summary("forecast", note=f"{event.period.first} to {event.period.last}: {told}")


def _month(event: MonthEvent) -> Summary:
    verdict = type(event).__name__.removeprefix("Month").lower()
    if not isinstance(event, MonthClosed):
        return Summary(verdict, note=event.month)
    sums = [str(one.total) for one in event.currencies]
    note = f"{event.month}, revision {event.revision}: {event.entries} entries"
    return Summary(verdict, note=", ".join([note, *sums]))


def statement_summary(event: StatementSurveyed | StatementChunkImported | StatementImported) -> Summary:
    """The gist of an event of an import."""
    match event:
        case StatementSurveyed():
            unreadable = f", {event.unreadable} unreadable" if event.unreadable else ""
            return Summary("surveyed", note=f"{event.rows} rows in {event.chunks} chunks{unreadable}")
        case StatementChunkImported():
            return Summary("recorded", note=f"chunk {event.chunk} of {event.chunks}: {totals_note(event.so_far)}")
        case _:
            whole = "" if event.complete else f" of {event.rows} rows; the import is not complete"
            return Summary("imported", note=f"{totals_note(event.totals)}{whole}")


def totals_note(totals: StatementTotals) -> str:
    """What became of rows, in words."""
    return (
        f"{totals.rows} rows: {totals.recorded} recorded, {totals.duplicates} duplicates, {totals.income} income,"
        f" {totals.rejected} rejected"
    )


def _workflow(event: WorkflowEvent) -> Summary:
    about = [event.workflow, str(event.workflow_id)]
    match event:
        case WorkflowCompleted():
            return Summary(
                "completed", note=" ".join([*about, *([f"entry {event.entry_id}"] if event.entry_id else [])])
            )
        case WorkflowCompensated():
            why = event.message.en if event.message else event.reason
            return Summary("compensated", note=" ".join([*about, f"{event.code}: {why}"]), detail=f"({event.reason})")
        case _:
            step = getattr(event, "step", None)
            verdict = event.type.removeprefix("poon.").rpartition(".")[0].replace(".", " ")
            return Summary(verdict, note=" ".join([*about, *([step] if step else [])]))


def _refusal(event: CommandRejected | CommandFailed) -> Summary:
    verdict = "rejected" if isinstance(event, CommandRejected) else "failed"
    where = f"({event.field}: {event.reason})" if event.field else f"({event.reason})"
    return Summary(verdict, note=f"{event.code}: {event.message.en}", detail=where)


def _line(outcome: Outcome, summary: Summary, owner: str, command_id: str) -> Text:
    mark, style = ("✓", "green") if summary.is_success else ("✗", "red")
    parts = [summary.amount, summary.merchant, summary.category, summary.payment, summary.spent_on, summary.note]
    line = Text(f"{outcome.timestamp.astimezone():%H:%M:%S} ", style="dim")
    line.append(f"{mark} {summary.verdict:<9} ", style=style)
    line.append(f"{owner}  ", style="cyan")
    line.append(" · ".join(part for part in parts if part))
    line.append(f" {summary.detail}" if summary.detail else "", style="dim")
    if summary.confidence is not None:
        line.append("  ").append_text(confidence_text(summary.confidence))
    return line.append(f"  {command_id}", style="dim")
