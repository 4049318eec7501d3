"""What analysts read is what the code does."""

import re
from pathlib import Path

from contracts.events.insights import InsightKind
from workers.domain.insights import score

PAGE = (Path(__file__).parents[4] / "docs" / "analysts.md").read_text(encoding="utf-8")


def test_every_kind_of_insight_has_a_row() -> None:
    _, *rows = re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE)  # the first is the head
    assert rows == sorted(rows, key=list(InsightKind).index)
    assert set(rows) == set(InsightKind)


def test_every_part_of_the_score_has_a_row_with_its_weight_and_ends() -> None:
    rows = re.findall(r"^\| `(\w+)`: .*? \| ([\d.]+) \| (.*?) \| (\d+) % \|$", PAGE, flags=re.MULTILINE)
    told = {name: (float(weight), int(worst)) for name, weight, _, worst in rows}
    scales = {
        "steadiness": score.STEADY,
        "balance": score.BALANCED,
        "trend": score.RISING,
        "small_purchases": score.TRICKLING,
        "budgets": score.OVER_BUDGET,
    }
    assert told == {name: (weight, round(100 * worst)) for name, (_, worst, weight) in scales.items()}
    begins = {name: int(best.removesuffix(" % and less")) for name, _, best, _ in rows if best.endswith("and less")}
    assert begins == {name: round(100 * scales[name][0]) for name in ("balance", "small_purchases")}
