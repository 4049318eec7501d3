"""Shows what became of the demonstration's commands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from contracts.base import Event
from contracts.events.receipts import ReceiptExtracted
from contracts.money import Currency, Money
from contracts.values import Category
from workers.domain.spending import SpendingEntry
from workers.entrypoints.demo.play import Play, Sent
from workers.entrypoints.outcome_lines import Summary, confidence_text, summarise
from workers.entrypoints.output import table
from workers.ports.outcomes import Outcome

_LABEL_WIDTH: Final = 40
_BAR_WIDTH: Final = 40
# Figures keep their width, words share what the terminal leaves.
_FIGURES: Final = {"Amount": 14, "Conf.": 5, "ms": 5}
_WORDS: Final = {"Sent": 5, "Merchant": 4, "Category": 3, "Payment": 2, "Outcome": 6}
_COLUMNS: Final = ("Sent", "Amount", "Merchant", "Category", "Payment", "Conf.", "ms", "Outcome")
_MERCHANT_WIDTH: Final = 32


def outcome_table(story: Play) -> Table:
    """A row for every text and image: what was sent and what became of it."""
    answers = story.answers()
    made = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, expand=True)
    for name in _COLUMNS:
        if name in _FIGURES:
            made.add_column(name, justify="right", width=_FIGURES[name])
        else:
            made.add_column(name, ratio=_WORDS[name], no_wrap=name != "Outcome", overflow="ellipsis")
    for sent in story.sent:
        if not sent.is_recording:
            made.add_row(*_row(sent, answers.get(sent.envelope.id)))
    return made


def latency_ms(sent: Sent, outcome: Outcome) -> int:
    """From the moment the command was sent to its outcome's publication, milliseconds."""
    return max(0, round((outcome.timestamp - sent.envelope.time).total_seconds() * 1000))


def category_chart(entries: Iterable[SpendingEntry]) -> RenderableType:
    """What was spent per category, a block for each currency, the largest first."""
    totals: dict[Currency, dict[Category, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in entries:
        totals[entry.amount.currency][entry.category] += entry.amount.amount
    blocks = sorted(totals.items(), key=lambda block: -len(block[1]))
    return Group(*(_bars(currency, sums) for currency, sums in blocks))


def image_score(story: Play) -> str | None:
    """How many totals, merchants and categories of the images are those of the keys; None without keys."""
    answers = story.answers()
    judged = [
        (sent.item.key, answers.get(sent.envelope.id))
        for sent in story.sent
        if sent.item.key is not None and not sent.is_recording
    ]
    if not judged:
        return None
    read = [(key, event) for key, outcome in judged if (event := _receipt(outcome))]
    right = {
        "total": sum(
            event.total.value == Money(amount=key.total, currency=Currency(key.currency)) for key, event in read
        ),
        "merchant": sum(_same_name(event, key.merchant) for key, event in read),
        "category": sum(event.category.value == key.category for key, event in read),
    }
    scores = ", ".join(f"{name} right {count}/{len(judged)}" for name, count in right.items())
    return f"images against their keys: {scores}"


def _same_name(event: ReceiptExtracted, name: str) -> bool:
    return event.merchant is not None and event.merchant.value.casefold() == name.casefold()


def shortened(text: str, width: int = _LABEL_WIDTH) -> str:
    """The text on one line, cut to a width in terminal cells (Thai vowels above and below take none)."""
    line = " ".join(text.split())
    return line if cell_len(line) <= width else set_cell_size(line, width - 1).rstrip() + "…"


def _row(sent: Sent, outcome: Outcome | None) -> Sequence[str | Text]:
    label = shortened(sent.item.label)
    if outcome is None or outcome.event is None:
        return (label, "", "", "", "", "", "", Text("no outcome", style="bold red"))
    summary = summarise(outcome.event)
    return (
        label,
        summary.amount,
        shortened(summary.merchant, _MERCHANT_WIDTH),
        summary.category,
        summary.payment,
        confidence_text(summary.confidence),
        str(latency_ms(sent, outcome)),
        _verdict(summary),
    )


def _verdict(summary: Summary) -> Text:
    if summary.is_success:
        return Text(summary.verdict, style="green")
    return Text(f"{summary.verdict}: {summary.note}", style="red")


def _bars(currency: Currency, sums: dict[Category, Decimal]) -> Table:
    largest = max(sums.values())
    rows = [
        (
            category.value,
            category.thai,
            str(Money(amount=total, currency=currency)),
            Text("█" * max(1, round(total / largest * _BAR_WIDTH)), style="cyan"),
        )
        for category, total in sorted(sums.items(), key=lambda item: -item[1])
    ]
    return table(("Category", "", f"Spent in {currency}", ""), rows, right=(f"Spent in {currency}",))


def _receipt(outcome: Outcome | None) -> ReceiptExtracted | None:
    event: Event | None = outcome.event if outcome else None
    return event if isinstance(event, ReceiptExtracted) else None
