"""Which way of telling a category is worth its milliseconds and megabytes: rules, letters, embeddings, together."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters.inference.embeddings.loading import PACKAGE, load_embeddings
from adapters.inference.lexicon.prose import read_prose
from adapters.inference.lexicon.purposes import judge
from adapters.inference.lexicon.similarity import MODEL, guess
from contracts.values import Category
from tests.eval.labelled import load, sets

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.inference.embeddings.likeness import EmbeddingLikeness
    from tests.eval.labelled import Labelled

    Teller = Callable[[str], Category | None]

CONSOLE = Console(width=120)

Files = Annotated[list[Path] | None, typer.Argument(help="JSONL files of labelled texts; the project's own sets.")]
WithEmbeddings = Annotated[bool, typer.Option("--embeddings", help="Also by meaning; needs the extra of that name.")]


def run(files: Files = None, *, embeddings: WithEmbeddings = False) -> None:
    """Compare ways of telling the category of labelled texts, by accuracy, milliseconds and megabytes."""
    cases = [case for path in files or sets() for case in load(path) if case.rejected is None]
    ways: list[Way] = [
        Way("rules", by_rules, 0.0),
        Way("letters", by_letters, MODEL.stat().st_size / 1e6),
        Way("rules, then letters", after_rules(by_letters), MODEL.stat().st_size / 1e6),
    ]
    if embeddings:
        tell, megabytes = by_meaning(load_embeddings()), _installed_megabytes()
        ways += [
            Way("embeddings", tell, megabytes),
            Way("rules, then embeddings", after_rules(tell), megabytes),
        ]
    CONSOLE.print(_table(cases, ways))


@dataclass(frozen=True, slots=True)
class Way:
    """A way of telling a category, and what it adds to an installation."""

    name: str
    tell: Teller
    megabytes: float


def by_rules(text: str) -> Category | None:
    judged = judge(read_prose(text))
    return None if judged.evidence is None else judged.category


def by_letters(text: str) -> Category | None:
    found = guess(text)
    return None if found is None else found.category


def after_rules(other: Teller) -> Teller:
    """Rules, and another way only where they know nothing."""

    def tell(text: str) -> Category | None:
        return by_rules(text) or other(text)

    return tell


def by_meaning(likeness: EmbeddingLikeness) -> Teller:
    def tell(text: str) -> Category | None:
        found = likeness(text)
        return None if found is None else found.category

    return tell


def _installed_megabytes() -> float:
    package = find_spec(PACKAGE)
    folder = Path(package.origin).parent if package is not None and package.origin is not None else Path()
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def _table(cases: list[Labelled], ways: list[Way]) -> Table:
    unknown = [case for case in cases if by_rules(case.text) is None]
    table = Table(
        "way", f"right of {len(cases)}", f"where rules know nothing ({len(unknown)})", "ms a text", "added MB"
    )
    for way in ways:
        costs = []
        for case in cases:
            read_prose.cache_clear()
            started = time.perf_counter()
            way.tell(case.text)
            costs.append(1000 * (time.perf_counter() - started))
        shares = (_share(cases, way), _share(unknown, way))
        table.add_row(way.name, *shares, f"{statistics.median(costs):.2f}", f"{way.megabytes:.1f}")
    return table


def _share(cases: list[Labelled], way: Way) -> str:
    right = sum(_is_right(case, way.tell(case.text)) for case in cases)
    return f"{100 * right / len(cases):.1f} ({right})" if cases else "-"


def _is_right(case: Labelled, told: Category | None) -> bool:
    allowed = [case.expected["category"], *case.expected.get("category_alt", [])]
    return (told or Category.MISCELLANEOUS) in allowed
