"""How an evaluation is told: tables for people, one stable object for programs, a picture."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from contracts.readings import BackendAnswer
from tests.unit.evaluation.examples import case, said
from workers.entrypoints.commands.evaluate import Telling, _conclude
from workers.entrypoints.evaluation.form import Evaluation, as_json, fields_below
from workers.entrypoints.evaluation.picture import save_diagrams
from workers.entrypoints.evaluation.telling import (
    end_lines,
    failure_rows,
    field_rows,
    head_lines,
    matrix_rows,
    refusal_lines,
    reliability_lines,
    show,
    threshold_rows,
)
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.failures import InputError
from workers.evaluation.cases import Answer, Judged, judge
from workers.evaluation.summary import Wanted, sum_up

WANTED = Wanted("amount", ("amount", "category"), 0.9, (0.5, 0.9))
SHARE = BackendAnswer(capability="text_extraction", backend="rules/1")
READ = replace(said(0.95, 0.9, amount="5", category="Travel"), shares=(SHARE,), seconds=0.012)
ONES = [
    judge(case("right", amount="5", category="Travel"), READ),
    judge(case("wrong", amount="6", category="Shopping"), READ),
    judge(case("refused", amount="6"), Answer(refused="no_amount", seconds=2.5)),
]
OUT = judge(case("out", amount="6"), Answer(failure="text_extraction: out"))


def evaluation(judged: list[Judged] | None = None, kind: str = "texts", **least: float) -> Evaluation:
    ones = ONES if judged is None else judged
    summary = sum_up(ones, WANTED)
    return Evaluation(kind, "mine.jsonl", 2, ones, WANTED, summary, (120, 700), fields_below(summary, least))


def shown(told: Evaluation, *, failures: bool = False, whole: bool = False) -> str:
    out = io.StringIO()
    show(told, Console(file=out, width=150), failures=failures, whole_confusion=whole)
    return out.getvalue()


def test_programs_find_everything_under_the_same_names() -> None:
    told = as_json(evaluation(amount=0.5), failures=True, whole_confusion=False)
    assert set(told) == {
        "kind", "source", "cases", "left_out", "read", "unanswered", "degraded", "fields", "false_refusals",
        "sure_and_wrong", "calibration", "thresholds", "confusion", "latency_seconds", "memory_megabytes", "backends",
        "not_judged", "below", "failures",
    }  # fmt: skip
    assert told["fields"]["amount"] == {"count": 1, "of": 3, "share": 0.3333, "low": 0.0615, "high": 0.7923}
    assert told["false_refusals"]["codes"] == {"no_amount": 1}
    assert told["sure_and_wrong"]["sure"] == 0.9
    assert told["calibration"]["amount"]["ece"] == 0.45
    assert told["calibration"]["amount"]["bins"][9] == {
        "from": 0.9,
        "to": 1.0,
        "answers": 2,
        "said": 0.95,
        "right": 0.5,
    }
    assert told["thresholds"]["whole"][1] == {
        "threshold": 0.9, "taken": 2, "taken_share": 0.6667, "wrong": 1, "wrong_share": 0.5,
    }  # fmt: skip
    assert told["confusion"] == [{"expected": "Shopping", "got": "Travel", "count": 1}]
    assert told["latency_seconds"] == {"median": 0.012, "p95": 2.5, "longest": 2.5}
    assert told["memory_megabytes"] == {"process": 120, "reading_process": 700}
    assert told["backends"][0] == {
        "capability": "text_extraction", "backend": "rules/1", "answers": 2, "unavailable": 0, "cost": {},
    }  # fmt: skip
    assert told["below"] == [{"field": "amount", "share": 0.3333, "least": 0.5}]


def test_failures_are_told_only_if_they_are_asked_for_and_say_what_was_expected() -> None:
    assert "failures" not in as_json(evaluation(), failures=False, whole_confusion=False)
    told = as_json(evaluation([*ONES, OUT]), failures=True, whole_confusion=False)["failures"]
    assert told[0] == {"id": "wrong", "field": "amount", "expected": "6", "got": "5", "confidence": 0.95}
    assert told[2] == {"id": "refused", "field": "amount", "expected": "6", "got": "no_amount", "confidence": None}
    assert told[3] == {
        "id": "out", "field": None, "expected": None, "got": "text_extraction: out", "confidence": None,
    }  # fmt: skip
    assert [row[0] for row in failure_rows([*ONES, OUT])] == ["wrong", "wrong", "refused", "out"]


def test_the_whole_matrix_holds_what_was_right_too() -> None:
    told = as_json(evaluation(), failures=False, whole_confusion=True)["confusion"]
    assert {"expected": "Travel", "got": "Travel", "count": 1} in told
    assert matrix_rows(ONES) == (["1", "2"], [("1 Shopping", "", "1"), ("2 Travel", "", "1")])


def test_people_see_shares_refusals_and_thresholds() -> None:
    told = evaluation()
    assert next(iter(field_rows(told.summary))) == ("amount", "1", "3", "33.3 %", "6.1 to 79.2")
    assert list(refusal_lines(told)) == [
        "refused wrongly: 1 of 3, 33.3 % (no_amount 1)",
        "sure and wrong: 1 of 2, 50.0 % amounts given with at least 0.9",
    ]
    assert next(iter(threshold_rows(told.summary, "amount")))[:3] == ("0.5", "2 (66.7 %)", "1 (50.0 %)")
    assert list(head_lines(told)) == ["mine.jsonl: 3 texts, 2 read", "2 rows of another kind left out"]


def test_people_see_what_was_not_judged_and_what_was_degraded() -> None:
    one = judge(replace(case(amount="5"), unknown=("period",)), replace(READ, degraded=True))
    lines = list(head_lines(evaluation([one], "receipts")))
    assert lines[1:] == [
        "2 pictures without a key left out",
        "not judged: period (1)",
        "1 readings are degraded: a backend of the chain could not be asked",
    ]


def test_the_diagram_shows_what_was_right_beside_what_was_said() -> None:
    calibration = evaluation().summary.calibration
    lines = list(reliability_lines("amount", calibration["amount"]))
    assert lines[0] == "\namount: ECE 0.450 over 2 answers"
    assert lines[2] == f"  0.9 to 1.0   0.95   0.50  {'█' * 20}{'·' * 18}│·  2"
    assert list(reliability_lines("x", evaluation([OUT]).summary.calibration["amount"])) == [
        "\nx: no answers to calibrate"
    ]


def test_the_end_tells_latency_memory_backends_and_outages() -> None:
    assert list(end_lines(evaluation([*ONES, OUT], "receipts"))) == [
        "latency: median 12.0 ms, p95 2.50 s, longest 2.50 s",
        "memory: at most 120 MB, a reading process 700 MB",
        "text_extraction: rules/1 answered 2",
        "not answered, 1 times: text_extraction: out",
    ]


def test_everything_is_shown_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    tables = shown(evaluation(), failures=True)
    lines = capsys.readouterr().out
    assert "95 % interval" in tables
    assert "Category expected" in tables
    assert "refused" in tables
    assert "sure and wrong" in lines
    assert "1 Shopping" in shown(evaluation(), whole=True)


def test_of_nothing_read_there_is_neither_a_confusion_nor_a_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Category expected" not in shown(evaluation([OUT]))
    assert "read as" not in shown(evaluation([OUT]), whole=True)
    assert "amount: no answers to calibrate" in capsys.readouterr().out


def test_a_field_is_below_if_it_is_less_right_than_asked_or_was_not_judged() -> None:
    told = evaluation(amount=0.33, category=0.6, rejection=0.5)
    assert [(one.field, one.share) for one in told.below] == [("category", 0.5), ("rejection", None)]


def concluded(told: Evaluation) -> int:
    telling = Telling(WANTED, {}, None, failures=False, confusion=False, as_json=True)
    try:
        _conclude(told, telling)
    except Exception as end:  # noqa: BLE001  the command line's own, whose class is private to it
        return int(getattr(end, "exit_code", -1))
    return ExitCode.OK


def test_it_ends_well_only_if_all_were_answered_and_enough_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert concluded(evaluation()) == ExitCode.OK
    assert concluded(evaluation(amount=0.9)) == ExitCode.NO
    assert concluded(evaluation([*ONES, OUT], amount=0.9)) == ExitCode.UNAVAILABLE
    told = capsys.readouterr().err
    assert "amount is right in 33.3 %, 90.0 % were asked for" in told
    assert "1 of 4 could not be answered" in told


def test_the_diagrams_are_drawn_side_by_side(tmp_path: Path) -> None:
    file = tmp_path / "reliability.png"
    save_diagrams(file, evaluation().summary.calibration)
    with Image.open(file) as image:
        assert image.format == "PNG"
        assert image.width > 1.5 * image.height
        colours = {colour for _, colour in image.getcolors(maxcolors=1_000_000) or []}
    assert (0x93, 0xC5, 0xFD) in colours, "the bars of what was right"
    assert (0xC2, 0x41, 0x0C) in colours, "the marks of what was said"


def test_a_picture_that_cannot_be_written_is_told_with_its_option(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--png: .*No such file"):
        save_diagrams(tmp_path / "gone" / "x.png", evaluation().summary.calibration)
