"""Synthetic Thai receipts and slips, set in fonts that were never trained on and photographed: from pixels to fields.

The fonts have to be in the recogniser's cache (`python -m infra.tools.recogniser fonts`). Share `choose` served every
decision while the recogniser was made, share `test` none: only its figures are published.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from adapters.inference.lexicon.payment import payment_method_of
from adapters.inference.ocr import engine
from adapters.inference.ocr.tiers import Tier
from adapters.inference.receipts.extraction import RuleReceiptExtraction
from contracts.readings import BackendAnswer, ReadingContext
from infra.tools.receipts.render import render_in
from infra.tools.receipts.thai_documents import thai_document
from infra.tools.receipts.wear import encode, wear_down
from infra.tools.recogniser.fonts import DEFAULT_CACHE, Face, faces
from infra.tools.recogniser.typefaces import HeldOutTypeface
from workers.ports.errors import NothingFoundError
from workers.ports.inference import RecognisedText

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infra.tools.receipts.documents import Document

SAME_CELL = 0.6
RULES = RuleReceiptExtraction(payment_method_of, lambda _: None)


@dataclass(slots=True)
class Score:
    """What was right, document by document."""

    documents: int = 0
    characters: int = 0
    errors: int = 0
    right: dict[str, int] = field(default_factory=lambda: {"total": 0, "date": 0, "merchant": 0})
    seconds: list[float] = field(default_factory=list)
    processor_seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def run(  # noqa: PLR0913, PLR0917  options of a command line
    count: int = 60,
    seed: int = 2568,
    share: Annotated[str, typer.Option(help="the held-out fonts: choose or test")] = "choose",
    cache: Annotated[Path, typer.Option(help="where the fonts are")] = DEFAULT_CACHE,
    model: Annotated[Path | None, typer.Option(help="another Thai line recogniser than the shipped one")] = None,
    tier: Annotated[Tier, typer.Option(help="how the Latin lines are read")] = "accurate",
    folder: Annotated[Path | None, typer.Option(help="where to keep the pictures, to look at")] = None,
    verbose: Annotated[bool, typer.Option(help="list what was wrong")] = False,  # noqa: FBT002
) -> None:
    """Synthetic Thai receipts and slips in held-out fonts at phone-photo quality."""
    choices = engine.Choices(model, tier)
    engine.ThisProcess.engine = engine.load_engine(choices)
    typefaces = faces(_share(share), cache)
    scores = {"receipt": Score(), "slip": Score()}
    for number in range(count):
        document = thai_document(seed, number)
        image = picture(document, typefaces[number % len(typefaces)], seed + number)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / document.key.file).write_bytes(image)
        asyncio.run(_measure(document, image, scores[document.key.kind]))
    _print(scores, f"{engine.engine_name(choices)}; fonts '{share}', seed {seed}, one thread")
    if verbose:
        for score in scores.values():
            Console().print(*score.wrong, sep="\n", highlight=False, markup=False)


def picture(document: Document, face: Face, seed: int) -> bytes:
    page = render_in(HeldOutTypeface(face, document.look), document.markup, document.look)
    return encode(wear_down(page, document.look, document.wear, seed), ".jpg", document.wear)


def cells(markup: str) -> list[str]:
    """What stands on a document, cell by cell."""
    rows = [row[2:] if row[:2] in {"# ", "^ ", "! "} else row for row in markup.splitlines() if row != "---"]
    return [cell.strip() for row in rows for cell in row.split(" | ") if cell.strip()]


def character_errors(true: Sequence[str], read: Sequence[str]) -> int:
    """Edits from what was read to what is printed, whatever the order; a cell nobody read counts in full, and so does
    a line that stands nowhere.
    """  # noqa: D205
    pairs = sorted(
        (Levenshtein.normalized_distance(cell, line), at, place)
        for (at, cell), (place, line) in product(enumerate(true), enumerate(read))
    )
    open_cells, open_lines, errors = dict(enumerate(true)), dict(enumerate(read)), 0
    for apart, at, place in pairs:
        if apart <= SAME_CELL and at in open_cells and place in open_lines:
            errors += Levenshtein.distance(open_cells.pop(at), open_lines.pop(place))
    return errors + sum(map(len, open_cells.values())) + sum(map(len, open_lines.values()))


async def _measure(document: Document, image: bytes, score: Score) -> None:
    began, busy = perf_counter(), process_time()
    page = engine.read_image(image)
    score.seconds.append(perf_counter() - began)
    score.processor_seconds.append(process_time() - busy)
    if not isinstance(page, engine.PageText):
        raise TypeError(f"{document.key.file} was not read: {page}")
    printed = cells(document.markup)
    score.documents += 1
    score.characters += sum(map(len, printed))
    score.errors += character_errors(printed, [line.text for line in page.lines])
    answer = BackendAnswer(capability="text_recognition", backend=engine.engine_name(engine.Choices()))
    text = RecognisedText(page.lines, page.width, page.height, page.media_type, answer)
    found = await _fields(text, date.fromisoformat(document.key.reference_date))
    key = document.key
    for name, true in (("total", str(Decimal(key.total))), ("date", key.date), ("merchant", key.merchant)):
        if found.get(name) == true:
            score.right[name] += 1
        else:
            score.wrong.append(f"{key.file} {name}: {found.get(name)!r} instead of {true!r}")


async def _fields(text: RecognisedText, reference_date: date) -> dict[str, str | None]:
    try:
        reading, _ = await RULES.extract(text, ReadingContext(reference_date=reference_date))
    except NothingFoundError:
        return {}
    return {
        "total": f"{reading.total.value.amount:.2f}",
        "date": reading.spent_on.value.isoformat() if reading.spent_on else None,
        "merchant": reading.merchant.value if reading.merchant else None,
    }


def _share(name: str) -> Literal["choose", "test"]:
    if name == "choose":
        return "choose"
    if name == "test":
        return "test"
    raise typer.BadParameter(f"{name!r} is neither choose nor test")


def _print(scores: dict[str, Score], conditions: str) -> None:
    table = Table(title="Synthetic Thai documents, exact fields", caption=conditions)
    for heading in ("", "documents", "CER %", "total %", "date %", "merchant %", "s median", "s p95", "cpu s median"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, score in (*scores.items(), ("all", _together(scores.values()))):
        if score.documents > 1:
            table.add_row(
                name, str(score.documents), f"{100 * score.errors / score.characters:.1f}",
                *(f"{100 * right / score.documents:.0f}" for right in score.right.values()),
                f"{median(score.seconds):.2f}", f"{quantiles(score.seconds, n=20)[-1]:.2f}",
                f"{median(score.processor_seconds):.2f}",
            )  # fmt: skip
    Console().print(table)


def _together(scores: Iterable[Score]) -> Score:
    both = Score()
    for score in scores:
        both.documents += score.documents
        both.characters += score.characters
        both.errors += score.errors
        both.seconds += score.seconds
        both.processor_seconds += score.processor_seconds
        both.right = {name: both.right[name] + right for name, right in score.right.items()}
    return both


if __name__ == "__main__":
    typer.run(run)
