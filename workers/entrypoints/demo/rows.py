"""The table of what became of each text and picture, laid out for the width there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.table import Table
from rich.text import Text

from contracts.base import Event
from contracts.events.receipts import ReceiptExtracted
from contracts.events.texts import TextParsed
from workers.entrypoints.demo.play import Play, Sent
from workers.entrypoints.demo.score import differences, receipt_of
from workers.entrypoints.outcome_lines import Summary, confidence_text, summarise
from workers.ports.outcomes import Outcome

_SENT: Final = "Sent"
_DATE: Final = "Date"
_CONFIDENCE: Final = "Conf."
_DURATION: Final = "ms"
_LATENCY: Final = "After ms"
_FIGURES: Final = {_DATE: 10, "Amount": 14, _CONFIDENCE: 5, _DURATION: 5, _LATENCY: 8}

_CATEGORY_WIDTH: Final = 18
_PAYMENT_WIDTH: Final = 14
_MAX_SENT: Final = 40
_MAX_MERCHANT: Final = 32
_FEWEST_WORDS: Final = 24
_WIDTH_FOR_DATES: Final = 100
_WIDTH_FOR_ALL: Final = 120
_WHOLE_FROM: Final = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns there is room for, and how wide those of words are."""

    sent: int
    merchant: int
    has_date: bool
    has_payment: bool

    @classmethod
    def of_width(cls, width: int) -> Layout:
        """The layout of so many terminal cells. Figures and categories keep their width, words share the rest."""
        bare = cls(0, 0, has_date=width >= _WIDTH_FOR_DATES, has_payment=width >= _WIDTH_FOR_ALL)
        taken = sum(_FIGURES[name] for name in bare.figures) + len(bare.figures) + bare.reading
        words = max(_FEWEST_WORDS, width - taken - 1)
        sent = min(_MAX_SENT, words * 3 // 5)
        return cls(sent, min(_MAX_MERCHANT, words - sent), bare.has_date, bare.has_payment)

    @property
    def figures(self) -> tuple[str, ...]:
        """The columns beside what was sent and what was read."""
        if not self.has_date:
            return ("Amount", _CONFIDENCE)
        return (_DATE, "Amount", _CONFIDENCE, _DURATION, *((_LATENCY,) if self.has_payment else ()))

    @property
    def reading(self) -> int:
        """The width of merchant, category and payment together: a refusal is told across them."""
        return self.merchant + 1 + _CATEGORY_WIDTH + (1 + _PAYMENT_WIDTH if self.has_payment else 0)

    def joined(self, merchant: str, category: str, payment: str) -> str:
        """Merchant, category and payment side by side."""
        parts = [
            set_cell_size(shortened(merchant, self.merchant), self.merchant),
            set_cell_size(category, _CATEGORY_WIDTH),
            *([payment] if self.has_payment else []),
        ]
        return " ".join(parts).rstrip()


def outcome_table(story: Play, width: int) -> Table:
    """A row for every text and picture; a second one for what differs from a picture's key."""
    layout = Layout.of_width(width)
    answers = story.answers()
    made = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    made.add_column(_SENT, width=layout.sent, no_wrap=True)
    for name in layout.figures:
        made.add_column(name, justify="right", width=_FIGURES[name], no_wrap=True)
        if name == "Amount":
            made.add_column(layout.joined("Merchant", "Category", "Payment"), width=layout.reading, overflow="fold")
    for sent in story.sent:
        if not sent.is_recording:
            for row in _rows(sent, answers.get(sent.envelope.id), layout):
                made.add_row(*row)
    return made


def latency_ms(sent: Sent, outcome: Outcome) -> int:
    """From the moment the command was sent to its outcome's publication, milliseconds."""
    return max(0, round((outcome.timestamp - sent.envelope.time).total_seconds() * 1000))


def duration_ms(event: Event) -> str:
    """How long the worker took for it; empty where the outcome does not tell."""
    if not isinstance(event, TextParsed | ReceiptExtracted):
        return ""
    duration = event.processing.duration_ms
    return f"{duration:.0f}" if duration >= _WHOLE_FROM else f"{duration:.1f}"


def shortened(text: str, width: int) -> str:
    """The text on one line, cut to a width in terminal cells (Thai vowels above and below take none)."""
    line = " ".join(text.split())
    return line if cell_len(line) <= width else set_cell_size(line, width - 1).rstrip() + "…"


def _rows(sent: Sent, outcome: Outcome | None, layout: Layout) -> Iterator[Sequence[str | Text]]:
    label = shortened(sent.item.label, layout.sent)
    if outcome is None or outcome.event is None:
        yield _row(label, Text("no outcome", style="bold red"), {}, layout)
        return
    summary = summarise(outcome.event)
    figures: dict[str, str | Text] = {
        _DATE: summary.spent_on,
        "Amount": summary.amount,
        _CONFIDENCE: confidence_text(summary.confidence),
        _DURATION: duration_ms(outcome.event),
        _LATENCY: str(latency_ms(sent, outcome)),
    }
    yield _row(label, _reading(summary, layout), figures, layout)
    receipt = receipt_of(outcome)
    if sent.item.key and receipt and (wrong := differences(sent.item.key, receipt)):
        told = ", ".join(f"{name} {right}" for name, right in wrong.items())
        yield _row("", Text(f"≠ {told}", style="yellow"), {}, layout)


def _row(label: str, reading: Text | str, figures: dict[str, str | Text], layout: Layout) -> Sequence[str | Text]:
    cells: list[str | Text] = [label]
    for name in layout.figures:
        cells.append(figures.get(name, ""))
        if name == "Amount":
            cells.append(reading)
    return cells


def _reading(summary: Summary, layout: Layout) -> Text:
    if not summary.is_success:
        told = f"{summary.verdict}: {summary.note}"
        brief = f"{summary.verdict}: {summary.note.partition(': ')[0]}"
        return Text(told if cell_len(told) <= layout.reading else brief, style="red")
    _, _, kind = summary.verdict.partition(" ")
    merchant = f"{kind} {summary.merchant}".strip()
    return Text(layout.joined(merchant, summary.category, summary.payment))
