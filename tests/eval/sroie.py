"""Scanned receipts with truth in the form of SROIE (ICDAR 2019): total, date and company, exact.

The images are the caller's and are not part of the project.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rapidfuzz import fuzz
from rich.console import Console
from rich.table import Table

from adapters.inference.lexicon.merchants import canonical_merchant
from adapters.inference.lexicon.payment import payment_method_of
from adapters.inference.ocr.tiers import Tier
from adapters.inference.receipts.extraction import RuleReceiptExtraction
from contracts.money import Currency
from contracts.readings import ReadingContext, ReceiptReading
from tests.eval.recognised import recognised_texts
from workers.evaluation.measures import calibration_error
from workers.evaluation.normalising import plain_name, printed_amount, printed_days
from workers.ports.errors import NothingFoundError
from workers.ports.inference import RecognisedText

IMAGE_ENDINGS = {".jpg", ".jpeg", ".png"}
ALIKE = 90.0


@dataclass(frozen=True, slots=True)
class Truth:
    """What is printed on a receipt."""

    image: Path
    company: str
    day: str
    total: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What of a reading is right."""

    truth: Truth
    reading: ReceiptReading | None
    total: bool
    day: bool
    company: bool
    company_alike: bool

    @property
    def everything(self) -> bool:
        return self.total and self.day and self.company


def sroie(
    folder: Annotated[Path, typer.Argument(help="Images with keys.jsonl, or with one JSON text beside each image.")],
    lines: Annotated[
        Path | None, typer.Option(help="Keep the recognised lines here, to judge other rules soon.")
    ] = None,
    tier: Annotated[Tier, typer.Option(help="How the images are read.")] = "accurate",
    reference: Annotated[datetime, typer.Option(help="The day the receipts were handed in.")] = datetime(2025, 6, 15),  # noqa: DTZ001
    wrong: Annotated[bool, typer.Option(help="Show what was read wrong.")] = False,  # noqa: FBT002
) -> None:
    """Read scanned receipts and compare total, date and company with the truth."""
    truths = list(load_truths(folder))
    texts = recognised_texts([truth.image for truth in truths], lines, tier)
    judged = [judge(truth, text, reference.date()) for truth, text in zip(truths, texts, strict=True)]
    console = Console()
    console.print(_table(judged, texts))
    if wrong:
        for one in judged:
            if not one.everything:
                console.print(_difference(one), markup=False, highlight=False)


def load_truths(folder: Path) -> Iterator[Truth]:
    keys = folder / "keys.jsonl"
    if keys.exists():
        for line in keys.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Truth(folder / row["image"], row.get("company", ""), row.get("date", ""), row.get("total", ""))
        return
    for image in sorted(path for path in folder.iterdir() if path.suffix.casefold() in IMAGE_ENDINGS):
        row = json.loads(image.with_suffix(".txt").read_text(encoding="utf-8"))
        yield Truth(image, row.get("company", ""), row.get("date", ""), row.get("total", ""))


def judge(truth: Truth, text: RecognisedText, reference: date) -> Judgement:
    rules = RuleReceiptExtraction(payment_method_of, _usual_name)
    context = ReadingContext(reference_date=reference, default_currency=Currency.MYR)
    try:
        reading, _ = asyncio.run(rules.extract(text, context))
    except NothingFoundError:
        return Judgement(truth, None, *([False] * 4))
    name = reading.merchant.value if reading.merchant else ""
    return Judgement(
        truth,
        reading,
        total=reading.total.value.amount == printed_amount(truth.total),
        day=reading.spent_on is not None and reading.spent_on.value in printed_days(truth.day),
        company=plain_name(name) == plain_name(truth.company),
        company_alike=fuzz.ratio(plain_name(name), plain_name(truth.company)) >= ALIKE,
    )


def _usual_name(printed: str) -> str | None:
    match = canonical_merchant(printed)
    return match.canonical if match else None


def _table(judged: list[Judgement], texts: list[RecognisedText]) -> Table:
    table = Table(title=f"{len(judged)} receipts, {texts[0].answer.backend if texts else ''}")
    for column in ("total", "date", "company", "company alike", "all three", "ECE of the total"):
        table.add_column(column, justify="right")
    shares = [
        f"{100 * sum(right) / (len(judged) or 1):.1f} %"
        for right in zip(*((j.total, j.day, j.company, j.company_alike, j.everything) for j in judged), strict=True)
    ]
    sure = [(j.reading.total.confidence.value, j.total) for j in judged if j.reading]
    table.add_row(*shares, f"{calibration_error(sure):.3f}")
    return table


def _difference(one: Judgement) -> str:
    if one.reading is None:
        return f"{one.truth.image.name}: no total found"
    said = one.reading
    parts = [
        ("total", one.total, one.truth.total, f"{said.total.value.amount} ({said.total.confidence.value})"),
        ("date", one.day, one.truth.day, str(said.spent_on.value if said.spent_on else None)),
        ("company", one.company, one.truth.company, said.merchant.value if said.merchant else "nothing"),
    ]
    wrong = [f"{name}: {truth!r} read as {read!r}" for name, right, truth, read in parts if not right]
    return f"{one.truth.image.name}: " + "; ".join(wrong)
