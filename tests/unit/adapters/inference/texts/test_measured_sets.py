"""The labelled sets of the evaluations as floors no change may fall through; `make eval ARGS=texts` prints them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from infra.tools.spent_model import written_for_it
from tests.eval.labelled import DATA, Judged, judge_all, load, sets
from tests.eval.texts import outcomes
from workers.evaluation.measures import calibration_error

# k was sought outside the lexicon, m is poor in categories; t is mended in part.
# w, x, af and ag were held out to the last: their floors are what was measured, before four amounts of w and x were
# mended. ac, ad and ae are mended in part.
HELD_OUT = [path for path in sets() if path.stem.endswith(("-w", "-x", "-ac", "-ad", "-ae", "-af", "-ag"))]
ONLY_LEARNT_FROM = [path for path in sets() if path.stem.endswith(("-av", "-aw", "-ax", "-ay", "-az", "-ba", "-bf"))]
EVERYDAY = [
    path for path in sets() if not path.stem.endswith(("-k", "-m", "-t")) and path not in (*HELD_OUT, *ONLY_LEARNT_FROM)
]
FLOORS = {"amount": 0.98, "currency": 0.99, "date": 0.98, "category": 0.95, "payment_method": 0.98, "rejection": 0.97}


MEASURED_ONCE = {
    "amount": 0.93,
    "currency": 0.97,
    "date": 0.97,
    "category": 0.81,
    "payment_method": 0.96,
    "rejection": 0.92,
}


UNSEEN = sorted((DATA.parent / "held").glob("*.jsonl"))
"""Nobody has read them and nothing was mended or trained on them: measured as wholes, see the README beside them."""
AS_UNSEEN = {
    "amount": 0.96,
    "currency": 0.99,
    "date": 0.98,
    "category": 0.93,
    "payment_method": 0.98,
    "rejection": 0.94,
}
AS_HARDEST_UNSEEN = {
    "amount": 0.83,
    "currency": 0.94,
    "date": 0.93,
    "category": 0.91,
    "payment_method": 0.92,
    "rejection": 0.93,
}
"""Of ak, of which two fifths are to be refused and many of the rest sound as if they were."""


AS_UNSEEN_LATER = {
    "amount": 0.95,
    "currency": 0.97,
    "date": 0.97,
    "category": 0.89,
    "payment_method": 0.96,
    "rejection": 0.86,
}
"""Of al and am, by two more writers who tell more numbers a text, and of bd and be, by two more again."""
LEARNT_FROM = {
    "amount": 0.94,
    "currency": 0.97,
    "date": 0.95,
    "category": 0.91,
    "payment_method": 0.96,
    "rejection": 0.96,
}
"""Of av to ay, on which readers were trained and only classes of what was wrong were mended."""
LEARNT_FROM_LATER = LEARNT_FROM | {"amount": 0.88}
"""Of az, ba and bf likewise: numbers that are to be added, multiplied or told apart in most of their texts."""


HARDEST = 0.88
"""Of the amounts of ag, as it was measured."""


@cache
def judged(path: Path) -> list[Judged]:
    return judge_all(load(path))


@pytest.mark.parametrize("field", FLOORS)
@pytest.mark.parametrize("path", EVERYDAY, ids=lambda path: path.stem)
def test_no_field_falls_below_what_was_reached(path: Path, field: str) -> None:
    right = [one.right[field] for one in judged(path) if field in one.right]
    assert sum(right) >= FLOORS[field] * len(right)


@pytest.mark.parametrize("field", MEASURED_ONCE)
@pytest.mark.parametrize("path", HELD_OUT, ids=lambda path: path.stem)
def test_sets_held_out_do_not_fall_below_what_was_measured(path: Path, field: str) -> None:
    right = [one.right[field] for one in judged(path) if field in one.right]
    least = HARDEST if (path.stem[-2:], field) == ("ag", "amount") else MEASURED_ONCE[field]
    assert sum(right) >= least * len(right)


@pytest.mark.parametrize("field", AS_UNSEEN)
@pytest.mark.parametrize("path", UNSEEN, ids=lambda path: path.stem)
def test_unseen_sets_do_not_fall_below_what_was_measured(path: Path, field: str) -> None:
    right = [one.right[field] for one in judged(path) if field in one.right]
    floors = {"ak": AS_HARDEST_UNSEEN, **dict.fromkeys(("al", "am", "bd", "be"), AS_UNSEEN_LATER)}.get(
        path.stem[-2:], AS_UNSEEN
    )
    assert sum(right) >= floors[field] * len(right)


@pytest.mark.parametrize("field", LEARNT_FROM)
@pytest.mark.parametrize("path", ONLY_LEARNT_FROM, ids=lambda path: path.stem)
def test_sets_readers_learnt_from_do_not_fall_below_what_they_came_to(path: Path, field: str) -> None:
    right = [one.right[field] for one in judged(path) if field in one.right]
    floors = LEARNT_FROM_LATER if path.stem.endswith(("-az", "-ba", "-bf")) else LEARNT_FROM
    assert sum(right) >= floors[field] * len(right)


def test_of_texts_written_to_be_refused_hardly_one_is_read_surely() -> None:
    told = [one for path in written_for_it() for one in judged(path)]
    refused = [one.right["rejection"] for one in told if "rejection" in one.right]
    wrong = [right for sure, right in outcomes(told, "amount") if sure >= 0.9 and not right]
    assert sum(refused) >= 0.95 * len(refused)
    assert len(wrong) <= 0.01 * len(told)


def test_hardly_an_amount_is_both_sure_and_wrong() -> None:
    told = [outcome for path in sets() for outcome in outcomes(judged(path), "amount")]
    assert sum(confidence >= 0.9 and not right for confidence, right in told) <= 0.01 * len(told)


@pytest.mark.parametrize("field", ["amount", "category"])
def test_confidence_is_calibrated(field: str) -> None:
    told = [outcome for path in sets() for outcome in outcomes(judged(path), field)]
    assert calibration_error(told) <= 0.05


def test_the_sets_are_mostly_thai_and_tell_no_text_twice() -> None:
    cases = [case for path in sets() for case in load(path)]
    assert len({case.text for case in cases}) == len(cases) >= 1000
    assert sum(case.language == "th" for case in cases) >= 0.6 * len(cases)
