"""Fits the confidence of a receipt's total to composed papers misread more and less: monotone, in a few points."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from adapters.inference.receipts import calibration
from tests.eval.papers.noise import Noise, recognise
from tests.eval.receipts import RECEIPTS, SLIPS, read, verdicts
from workers.evaluation.measures import Answered

FILE = Path(calibration.__file__)
SEED_OF_THE_FIT = "calibration"
"""No number: papers made for a seed of the evaluation are never among those of the fit."""
THAI, LATIN, DIGITS = (0.0, 0.02, 0.05, 0.1, 0.2), (0.0, 0.01, 0.03, 0.06), (0.0, 0.002, 0.005, 0.01, 0.03)
POINTS = 12
PRIOR = 2.0
"""Answers, half of them right, that every group is thought to have more: nothing is certain for want of examples."""
SUREST = 0.99

Point = tuple[float, float]


def calibrate(
    count: Annotated[int, typer.Option(help="How many papers.", min=100)] = 6_000,
    write: Annotated[bool, typer.Option(help=f"Change {FILE.name}; otherwise only print.")] = False,  # noqa: FBT002
) -> None:
    """Fit the confidence of the total anew."""
    points = fit(sorted(weighed(count)))
    text = "".join(f"    ({weight}, {share}),\n" for weight, share in points)
    typer.echo(text)
    if write:
        code = FILE.read_text(encoding="utf-8")
        fitted = re.sub(r"TOTAL: Final = \(\n.*?\n\)", f"TOTAL: Final = (\n{text})", code, flags=re.DOTALL)
        FILE.write_text(fitted, encoding="utf-8")


def weighed(count: int) -> Iterator[Answered]:
    """The weight of the evidence for each paper's total, and whether it was right."""
    for number in range(count):
        chance = random.Random(f"{SEED_OF_THE_FIT}/{number}")
        paper = chance.choice(RECEIPTS + SLIPS)(chance)
        noise = Noise(chance.choice(THAI), chance.choice(LATIN), chance.choice(DIGITS))
        reading = read(recognise(paper, noise, chance), confidence=float)
        if reading is not None:
            yield reading.total.confidence.value, verdicts(paper, reading)["total"]


def fit(judged: Sequence[Answered]) -> list[Point]:
    """Groups of equal size by weight, their shares made to ascend (pool adjacent violators), and both ends."""
    size = max(1, len(judged) // POINTS)
    groups = [judged[start : start + size] for start in range(0, len(judged), size)]
    pooled: list[list[Answered]] = []
    for group in groups:
        pooled.append(list(group))
        while len(pooled) > 1 and _share(pooled[-2]) >= _share(pooled[-1]):
            last = pooled.pop()
            pooled[-1] += last
    middle = [
        (round(sum(w for w, _ in group) / len(group), 3), round(min(SUREST, _share(group)), 3)) for group in pooled
    ]
    return [(0.0, 0.0), *middle, (1.0, SUREST)]


def _share(group: Sequence[Answered]) -> float:
    return (sum(right for _, right in group) + PRIOR / 2) / (len(group) + PRIOR)
