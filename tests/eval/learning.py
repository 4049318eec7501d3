"""What a correction teaches: whether the same text means it afterwards, and how many other texts do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from adapters.inference.mappings import SortedLayer, usual_name
from adapters.inference.texts.extraction import read_text
from contracts.mappings import MappingMatch, MappingSource, MappingStatus
from contracts.readings import ReadingContext, TextReading
from contracts.values import Category
from workers.domain.errors import RejectionError
from workers.domain.mapping_keys import key_of
from workers.domain.mappings import CategoryMapping, own_mapping_id
from workers.handlers.mapped import wanted_in

CASES: Final = Path(__file__).parent.parent / "unit/adapters/inference/texts/cases.jsonl"
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Corrected:
    """A text as it was read, and what correcting its entry teaches.

    Attributes:
        name: the merchant it was recorded under, or the whole note where none was read.
    """

    text: str
    reading: TextReading
    name: str
    mapping: CategoryMapping


def corrected(file: Path = CASES) -> list[Corrected]:
    """Each text of a file that tells a purchase, its entry corrected."""
    found = []
    for line in file.read_text().splitlines():
        case = json.loads(line)
        context = ReadingContext(reference_date=date.fromisoformat(case["ref_date"]))
        try:
            reading = read_text(case["text"], context)
        except RejectionError:
            continue
        name = (reading.merchant.value if reading.merchant else reading.note or "")[:LONGEST_NAME]
        if key_of(name):
            found.append(Corrected(case["text"], reading, name, lesson(name)))
    return found


def lesson(name: str) -> CategoryMapping:
    """What correcting an entry of that merchant teaches; the category does not matter."""
    key = key_of(usual_name(name) or name)
    return CategoryMapping(
        id=own_mapping_id("eval", "owner", key),
        tenant="eval",
        owner="owner",
        version=1,
        key=key,
        text=name,
        match=MappingMatch.MERCHANT,
        aliases=(),
        patterns=(),
        category=Category.MERIT,
        subcategory=None,
        priority=50,
        source=MappingSource.CORRECTION,
        status=MappingStatus.ACTIVE,
        confirmations=1,
        contradictions=0,
    )


def forgotten(texts: list[Corrected]) -> list[Corrected]:
    """Those that do not mean afterwards what they were corrected to."""
    return [one for one in texts if SortedLayer([one.mapping]).find(wanted_in(one.text, one.reading)) is None]


def touched(texts: list[Corrected]) -> list[tuple[str, str]]:
    """Names, and the texts recorded under another one that mean the same after a correction of the first."""
    layers = {one.mapping.key: (one.name, SortedLayer([one.mapping])) for one in texts}
    return [
        (name, one.text)
        for key, (name, layer) in layers.items()
        for one in texts
        if one.mapping.key != key and layer.find(wanted_in(one.text, one.reading)) is not None
    ]


def run(
    file: Annotated[Path, typer.Argument(help="Texts, a JSON object a line: `text`, `ref_date`.")] = CASES,
    *,
    others: Annotated[bool, typer.Option("--others", help="List the other texts that changed.")] = False,
) -> None:
    """Correct every text once, and see what it means afterwards, and what the others mean."""
    texts = corrected(file)
    changed = touched(texts)
    names = len({one.mapping.key for one in texts})
    made = Table("corrected texts", "names", "mean it afterwards", "other texts asked", "changed", title=file.name)
    pairs = sum(1 for key in {one.mapping.key for one in texts} for one in texts if one.mapping.key != key)
    made.add_row(*map(str, (len(texts), names, len(texts) - len(forgotten(texts)), pairs, len(changed))))
    console = Console()
    console.print(made)
    for name, text in changed if others else ():
        console.print(f"{name}: {text}", markup=False)
