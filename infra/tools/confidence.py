"""Fits how sure the reader of texts is, from what it once got right and wrong on texts it had never seen.

    python -m infra.tools.confidence record FILE ...   measure fresh labelled texts, once, before any rule is mended
    python -m infra.tools.confidence fit               write the coefficients from what was recorded

A set is recorded when it is new: after rules were mended on it, it would tell of a certainty that unseen texts do not
give. The fit is a logistic regression with a ridge, by Newton's method; the same records give the same coefficients.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from adapters.inference.texts.confidence import COEFFICIENTS
from adapters.inference.texts.extraction import understand
from contracts.readings import ReadingContext
from tests.eval.labelled import judge_one, load
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from tests.eval.labelled import Labelled

RECORDS: Final = Path("tests/eval/data/outcomes.jsonl")
FIELDS: Final = ("amount", "category")
RIDGE: Final = 0.3
TRUSTED: Final = {"prior": 4.0, "about": -2.0, "loose": -4.0, "contested": -1.7, "by_heads": -1.0, "doubted": -2.5}
"""Without evidence a rule's own confidence stands as it is; its trait is a quarter of the logarithm of its odds.
An amount said to be approximate is by its own words not the exact one. One beside another that could be it as well,
or counted from so much a head, was behind most amounts that were sure and wrong. One that the second reader doubts
loses by how much: only the outcomes of r and s tell of that, by a second reader fitted without the set."""
FIRM: Final = {"about": 3.0}
"""The ridge of a trait that keeps nearer to what it is told: most amounts said to be approximate were exact so far."""
ROUNDS: Final = 50
NOTE: Final = "# Written by infra/tools/confidence.py from tests/eval/data/outcomes.jsonl; see docs/accuracy.md.\n"


def record(files: list[Path]) -> None:
    """Add what is known of each decision and whether it was right to what was recorded before."""
    rows = [row for file in files for case in load(file) for row in _outcomes(case)]
    told = {row["id"] for row in rows}
    kept = [row for row in _recorded() if row["id"] not in told]
    RECORDS.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (*kept, *rows)), "utf-8")
    print(f"{len(rows)} outcomes of {len(files)} sets recorded")


def _recorded() -> list[dict[str, Any]]:
    return [json.loads(line) for line in RECORDS.read_text("utf-8").splitlines()] if RECORDS.exists() else []


def _outcomes(case: Labelled) -> list[dict[str, Any]]:
    try:
        understood = understand(case.text, ReadingContext(reference_date=case.on))
    except RejectionError:
        return []
    right = judge_one(case).right
    traits = {"amount": understood.amount_traits, "category": understood.told.traits}
    return [
        {"id": case.id, "field": field, "traits": traits[field], "right": right.get(field, False)}
        for field in FIELDS
        if traits[field] and (field in right or field == "amount")
    ]


def fit() -> None:
    """Fit every field and write the coefficients."""
    rows = _recorded()
    tables = [_table(field, [row for row in rows if row["field"] == field]) for field in FIELDS]
    COEFFICIENTS.write_text(NOTE + "\n" + "\n".join(tables), "utf-8")


def _table(field: str, rows: list[dict[str, Any]]) -> str:
    names = sorted({*rows[0]["traits"], *(TRUSTED if field == "amount" else ())})
    traits = np.array([[1.0, *(row["traits"].get(name, 0.0) for name in names)] for row in rows])
    trusted = np.array([TRUSTED.get(name, 0.0) for name in ("constant", *names)])
    ridges = np.array([FIRM.get(name, RIDGE) for name in ("constant", *names)])
    weights = _logistic(traits, np.array([float(row["right"]) for row in rows]), trusted, ridges)
    lines = [f"{name} = {value:.4f}" for name, value in zip(("constant", *names), weights, strict=True)]
    return f"[{field}]\n" + "\n".join(lines) + "\n"


def _logistic(traits: np.ndarray, right: np.ndarray, trusted: np.ndarray, ridges: np.ndarray) -> np.ndarray:
    """Coefficients near the trusted ones, as far as the outcomes let them."""
    ridge = np.diag(ridges)
    weights = trusted.copy()
    for _ in range(ROUNDS):
        odds = 1 / (1 + np.exp(-(traits @ weights)))
        slope = traits.T @ (odds - right) + ridge @ (weights - trusted)
        bend = (traits.T * (odds * (1 - odds))) @ traits + ridge + 1e-6 * np.eye(traits.shape[1])
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["record"] and len(arguments) > 1:
        record([Path(name) for name in arguments[1:]])
    elif arguments == ["fit"]:
        fit()
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
