from dataclasses import replace
from decimal import Decimal

import pytest

from tests.bench.checking import Expected, Published, Stored, problems, silence

EXPECTED = Expected({"a": "t/1", "b": "t/2"}, Decimal("3.50"))
ROWS = Stored(["b", "a"], 2, Decimal("3.50"))
OUTCOMES = [Published("a", "t/1"), Published("b", "t/2")]


def test_complete_work_has_no_problems() -> None:
    assert problems(EXPECTED, ROWS, OUTCOMES) == []


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (replace(ROWS, causation_ids=["a"]), "1 events missing"),
        (replace(ROWS, causation_ids=["a", "b", "b"]), "1 events repeated"),
        (replace(ROWS, causation_ids=["a", "b", "c"]), "1 events of no command"),
        (replace(ROWS, entries=1), "1 entries instead of 2"),
        (replace(ROWS, total=Decimal("3.49")), "entries of 3.49 instead of 3.50"),
    ],
)
def test_a_wrong_row_is_told(rows: Stored, problem: str) -> None:
    assert problems(EXPECTED, rows, OUTCOMES) == [problem]


@pytest.mark.parametrize(
    ("outcomes", "problem"),
    [
        (OUTCOMES[:1], "1 outcomes missing"),
        ([*OUTCOMES, OUTCOMES[0]], "1 outcomes repeated"),
        ([OUTCOMES[0], Published("b", "t/1")], "1 outcomes under another key than their command's"),
    ],
)
def test_a_wrong_outcome_is_told(outcomes: list[Published], problem: str) -> None:
    assert problems(EXPECTED, ROWS, outcomes) == [problem]


def test_a_log_that_is_quieter_than_it_claims_is_told() -> None:
    assert silence(["a", "b"], 2) == []
    assert silence(["a", "b"], 3) == ["2 lines in the log instead of at least 3"]
