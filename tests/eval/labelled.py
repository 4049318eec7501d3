"""Labelled spending texts: what each says, what was read, and which fields are right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from adapters.inference.texts.extraction import read_text
from contracts.readings import ReadingContext, TextReading
from contracts.values import Language
from workers.evaluation.cases import REJECTION, Answer, judge
from workers.evaluation.cases import Judged as CaseJudged
from workers.evaluation.keys import text_case
from workers.evaluation.readings import said_in_text
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA: Final = Path(__file__).with_name("data") / "texts"
FIELDS: Final = ("amount", "currency", "date", "category", "payment_method")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and what a careful person makes of it.

    Attributes:
        trap: the class of difficulty it was written for.
        expected: the fields, or `rejected` with the code.
    """

    id: str
    trap: str
    language: Language
    text: str
    on: date
    expected: dict[str, Any]

    @property
    def rejected(self) -> str | None:
        """The code this text is to be refused with, None where it tells a purchase."""
        return self.expected.get("rejected")


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled text beside its reading.

    Attributes:
        judged: the same as `poon eval` has it.
        reading: None where it was refused, with `code`.
        right: by field; of a text to be refused, only `rejection`.
    """

    case: Labelled
    judged: CaseJudged
    reading: TextReading | None
    code: str | None
    right: dict[str, bool]

    @property
    def wrong(self) -> list[str]:
        """The fields that are not right."""
        return [field for field, right in self.right.items() if not right]


def sets() -> list[Path]:
    """The project's own sets, oldest first."""
    return sorted(DATA.glob("*.jsonl"))


def load(path: Path) -> list[Labelled]:
    """The labelled texts of a file, receipts and codes in it left out."""
    rows = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    return [_labelled(row) for row in rows if row.get("kind", "text") == "text"]


def _labelled(row: dict[str, Any]) -> Labelled:
    text = row["text"]
    return Labelled(
        row["id"], row.get("trap", ""), Language.of(text), text, date.fromisoformat(row["ref_date"]), row["expected"]
    )


def judge_all(cases: Iterable[Labelled]) -> list[Judged]:
    """Read every text with the project's rules and judge each field."""
    return [judge_one(case) for case in cases]


def judge_one(case: Labelled) -> Judged:
    reading, code = None, None
    try:
        reading = read_text(case.text, ReadingContext(reference_date=case.on))
    except RejectionError as refused:
        code = str(refused.code)
    answer = Answer(refused=code) if reading is None else Answer(said=said_in_text(reading))
    judged = judge(text_case(case.id, case.expected, case.on), answer)
    right = {name: verdict.right for name, verdict in judged.verdicts.items() if name in {*FIELDS, REJECTION}}
    return Judged(case, judged, reading, code, right)
