"""Composed receipts and slips, Thai and English, with true lines and with misread ones. Synthetic, by seed."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Annotated

import typer
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from adapters.inference.lexicon.payment import payment_method_of
from adapters.inference.receipts.calibration import calibrated
from adapters.inference.receipts.extraction import RuleReceiptExtraction
from contracts.readings import ReadingContext, ReceiptReading
from tests.eval.papers.noise import BAD, CLEAN, USUAL, Noise, recognise
from tests.eval.papers.paper import REFERENCE_DAY, Paper
from tests.eval.papers.shops import english_receipt, petrol, thai_invoice, thai_receipt, thai_restaurant
from tests.eval.papers.slips import bank_slip, english_slip, wallet
from workers.evaluation.measures import calibration_error
from workers.ports.errors import NothingFoundError
from workers.ports.inference import RecognisedText

RECEIPTS: tuple[Callable[[random.Random], Paper], ...] = (
    thai_receipt, thai_receipt, thai_restaurant, thai_invoice, petrol, english_receipt,
)  # fmt: skip
SLIPS: tuple[Callable[[random.Random], Paper], ...] = (bank_slip, bank_slip, bank_slip, english_slip, wallet)
NOISES = {"true lines": CLEAN, "5 % of Thai wrong": USUAL, "10 % of Thai wrong": BAD}
CONTEXT = ReadingContext(reference_date=REFERENCE_DAY)
SURE = 0.9

Verdicts = dict[str, bool]


def receipts(
    seed: Annotated[int, typer.Option(help="Another seed, other papers.")] = 1,
    count: Annotated[int, typer.Option(help="How many receipts, and how many slips.", min=1)] = 300,
    wrong: Annotated[str, typer.Option(help="Show papers on which this field is wrong.")] = "",
) -> None:
    """Read composed papers and compare every field with the truth."""
    console = Console()
    for kind, makers in (("receipts", RECEIPTS), ("slips", SLIPS)):
        table = Table("", *NOISES, title=f"{count} composed {kind}, seed {seed}: share right, %")
        shares = [_judge(papers(makers, noise, seed, count), wrong, console) for noise in NOISES.values()]
        for field in dict.fromkeys(field for each in shares for field in each):
            table.add_row(field, *(each.get(field, "") for each in shares))
        console.print(table)


def papers(
    makers: tuple[Callable[[random.Random], Paper], ...], noise: Noise, seed: int, count: int
) -> Iterator[tuple[Paper, RecognisedText]]:
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")
        paper = chance.choice(makers)(chance)
        yield paper, recognise(paper, noise, chance)


def read(text: RecognisedText, confidence: Callable[[float], float] = calibrated) -> ReceiptReading | None:
    rules = RuleReceiptExtraction(payment_method_of, total_confidence=confidence)
    try:
        return asyncio.run(rules.extract(text, CONTEXT))[0]
    except NothingFoundError:
        return None


def verdicts(paper: Paper, reading: ReceiptReading | None) -> Verdicts:
    """Which fields are right. A field that is not on the paper is right when it is left out."""
    if reading is None:
        return {"total": False, "date": False, "merchant": False}
    amounts = {"tax": reading.tax, "service": reading.service_charge, "discount": reading.discount, "fee": reading.fee}
    said = {name: read.value.amount if read else None for name, read in amounts.items()}
    name = reading.merchant.value if reading.merchant else ""
    found = {
        "total": reading.total.value.amount == paper.total,
        "date": (reading.spent_on.value if reading.spent_on else None) == paper.day,
        "time": (reading.spent_at.value.replace(second=0) if reading.spent_at else None) == paper.at,
        "merchant": _alike(name, paper.merchant),
    }
    if paper.slip:
        found["fee"] = (said["fee"] or 0) == paper.fee
        found["reference"] = (reading.reference.value if reading.reference else None) == paper.reference
        return found
    found |= {field: said[field] == getattr(paper, field) for field in ("tax", "service", "discount")}
    found["payment"] = (reading.payment_method.value if reading.payment_method else None) == paper.payment
    found["tax id"] = (reading.tax_id.value if reading.tax_id else None) == paper.tax_id
    found["items"] = [item.quantity for item in reading.items] == paper.quantities
    return found


def _alike(read: str, true: str) -> bool:
    """A name counts as right with one character in eight wrong: what was misread before cannot be known here."""
    one, other = (name.replace(" ", "").rstrip("*").casefold() for name in (read, true))
    return Levenshtein.distance(one, other) <= max(1, len(other) // 8)


def _judge(sample: Iterator[tuple[Paper, RecognisedText]], wrong: str, console: Console) -> dict[str, str]:
    right: dict[str, list[bool]] = defaultdict(list)
    sure: list[tuple[float, bool]] = []
    for paper, text in sample:
        reading = read(text)
        found = verdicts(paper, reading)
        for field, verdict in found.items():
            right[field].append(verdict)
        if reading is not None:
            sure.append((reading.total.confidence.value, found["total"]))
        if wrong and not found.get(wrong, True):
            _show(paper, text, reading, wrong, console)
    shares = {field: f"{100 * sum(some) / len(some):.1f}" for field, some in right.items()}
    mistaken = sum(1 for confidence, is_right in sure if confidence >= SURE and not is_right)
    return {**shares, "ECE": f"{calibration_error(sure):.3f}", "sure and wrong": f"{100 * mistaken / len(sure):.1f}"}


def _show(paper: Paper, text: RecognisedText, reading: ReceiptReading | None, wrong: str, console: Console) -> None:
    lines = sorted(text.lines, key=lambda line: line.box.top)
    console.print("-----", " / ".join(line.text for line in lines), markup=False, highlight=False)
    console.print(
        f"truth: {paper.total} {paper.day} {paper.merchant} {getattr(paper, wrong, '')} {paper.payment}", markup=False
    )
    console.print(
        f"read: {reading.model_dump(exclude_none=True) if reading else None}"[:1500], markup=False, highlight=False
    )
