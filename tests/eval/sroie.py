"""Scanned receipts with truth in the form of SROIE (ICDAR 2019): total, date and company, exact.

The images are the caller's and are not part of the project.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
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
from tests.eval.calibration import calibration_error
from tests.eval.recognised import recognised_texts
from workers.ports.errors import NothingFoundError
from workers.ports.inference import RecognisedText

IMAGE_ENDINGS = {".jpg", ".jpeg", ".png"}
DATE_FORMS = (
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d %b %Y",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d/%m/%y",
    "%d-%m-%y",
    "%d.%m.%y",
)
MORE_DATE_FORMS = (
    "%d-%b-%Y",
    "%d/%b/%Y",
    "%d-%b-%y",
    "%d %b %y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %m %Y",
    "%Y%m%d",
    "%d%m%Y",
)
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
        total=reading.total.value.amount == money(truth.total),
        day=reading.spent_on is not None and reading.spent_on.value in days(truth.day),
        company=plain(name) == plain(truth.company),
        company_alike=fuzz.ratio(plain(name), plain(truth.company)) >= ALIKE,
    )


def plain(name: str) -> str:
    """The usual normalisation: capitals and punctuation do not count, nor do spaces (they are not seen on paper)."""
    return re.sub(r"[\W_]+", "", name.upper())


def money(printed: str) -> Decimal | None:
    try:
        return Decimal(re.sub(r"[^0-9.]", "", printed))
    except InvalidOperation:
        return None


def days(printed: str) -> set[date]:
    """What the truth's date may mean; it is printed as on the receipt."""
    found = set()
    for form in DATE_FORMS + MORE_DATE_FORMS:
        try:
            found.add(datetime.strptime(printed.strip().title(), form).date())  # noqa: DTZ007  a printed day has no zone
        except ValueError:
            continue
    return found


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
