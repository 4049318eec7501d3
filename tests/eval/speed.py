"""What reading a text costs: processor time of one core, beside a yardstick that any machine has."""

from __future__ import annotations

import hashlib
import statistics
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters.inference.lexicon.prose import A_FEW_TEXTS
from adapters.inference.lexicon.segmentation import word_starts
from adapters.inference.texts.extraction import read_text
from contracts.readings import ReadingContext
from tests.eval.labelled import Labelled, load, sets
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from collections.abc import Callable

CONSOLE = Console(width=120)
YARDSTICK = bytes(1 << 20)
READERS = "adapters.inference."

Files = Annotated[list[Path] | None, typer.Argument(help="JSONL files of labelled texts; the project's own sets.")]
Rounds = Annotated[int, typer.Option(help="How often every text is read; the best of the rounds counts.")]


def run(files: Files = None, *, rounds: Rounds = 5) -> None:
    """Print median and 95th percentile of a text, texts a second, and both in SHA-256 of a mebibyte."""
    cases = [case for path in files or sets() for case in load(path)]
    costs = sorted(min(_seconds(case) for _ in range(rounds)) for case in cases)
    unit = min(_yardstick() for _ in range(rounds * 3))
    table = Table("texts", "median ms", "p95 ms", "texts/s, one core", "a text in MiB of SHA-256")
    median, high, mean = statistics.median(costs), costs[int(0.95 * len(costs))], statistics.fmean(costs)
    figures = (f"{1000 * median:.2f}", f"{1000 * high:.2f}", f"{1 / mean:.0f}", f"{mean / unit:.2f}")
    table.add_row(str(len(cases)), *figures)
    CONSOLE.print(table)


@cache
def _memories() -> tuple[Callable[[], None], ...]:
    """What empties each memory of texts read before, and of runs of letters in them."""
    known = (one for name, module in sys.modules.items() if name.startswith(READERS) for one in vars(module).values())
    sizes = ((one, one.cache_parameters()["maxsize"]) for one in known if hasattr(one, "cache_parameters"))
    return tuple({one.cache_clear for one, size in sizes if size == A_FEW_TEXTS} | {word_starts.cache_clear})


def _seconds(case: Labelled) -> float:
    for forget in _memories():
        forget()
    context = ReadingContext(reference_date=case.on)
    started = time.process_time()
    with suppress(RejectionError):
        read_text(case.text, context)
    return time.process_time() - started


def _yardstick() -> float:
    started = time.process_time()
    hashlib.sha256(YARDSTICK).digest()
    return time.process_time() - started
