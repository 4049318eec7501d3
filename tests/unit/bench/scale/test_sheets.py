import json
from collections.abc import Mapping
from io import StringIO
from typing import Any

from rich.console import Console

from tests.bench.measuring import WORKER, Measurement
from tests.bench.report import as_json
from tests.bench.scale.levels import Step, levels, verdicts
from tests.bench.scale.memory import MemorySample, curve, trends_of
from tests.bench.scale.pauses import Felt, Window
from tests.bench.scale.scaled import Calibration, ScaledRun
from tests.bench.scale.sheets import MARKDOWN, SHEETS, print_sheets
from tests.bench.scale.starts import Start, summarize_starts
from tests.bench.scale.usage import Usage
from tests.chaos.recovery import Progress

MEASURED = Measurement(
    contender="ours-on",
    number=1,
    messages=1_000,
    seconds=0.5,
    cpu_microseconds={WORKER: 250.0, "postgresql": 60.0},
    worker_peak_mib=160.0,
)
LEVELS = levels([Step(1_000, MEASURED), Step(10_000, MEASURED)], "floor")
SAMPLES = [MemorySample(place * 100, Usage(150.0, 140.0, 30, 5)) for place in range(11)]
CONTENTS: Mapping[str, Mapping[str, Any]] = {
    "growth": {
        "unit": "commands waiting",
        "flat": True,
        "levels": LEVELS,
        "verdicts": verdicts(LEVELS, "ours-on", 0.15, flat=True),
    },
    "memory": {"peak_mib": 160.0, "curve": curve(SAMPLES), "trends": trends_of(SAMPLES, 8.0)},
    "soak": {
        "trends": trends_of(SAMPLES, 8.0),
        "sent": 1_010,
        "commands": 1_000,
        "republished": 0,
        "progress": Progress(silence=0.1, wait=0.2, median=0.01, p99=0.05),
        "problems": (),
    },
    "startup": {"summaries": summarize_starts([Start("floor", 1, 0.5, {})]), "imports": {"sqlalchemy": 300.0}},
    "rebalance": {"felt": [Felt(Window("1 -> 2", 0.0, 20.0), 4_000, 8.2, 40.0, 900.0, 700.0, 300.0, 2)]},
    "scaling": {
        "run": ScaledRun(
            calibration=Calibration(50.0, 3.0),
            seconds=[1.0, 2.0],
            lag=[10.0, 2_000.0],
            workers=[1.0, 3.0],
            predicted_lag=[10.0, 2_200.0],
            predicted_workers=[1.0, 4.0],
            drained=50.0,
            predicted_drained=None,
            problems=[],
        )
    },
}


def table(name: str) -> list[str]:
    return MARKDOWN[name](json.loads(as_json(CONTENTS[name])))


def test_growth_becomes_a_table_of_costs_and_one_of_verdicts() -> None:
    lines = table("growth")
    assert lines[4] == "| ours-on | 1,000 | 2,000 (2,000-2,000) | 250 (250-250) | 60 (60-60) |  |  |  |"
    assert lines[-2:] == ["| worker | 0.0% |  | 15% | yes |", "| PostgreSQL | 0.0% |  | 15% | yes |"]


def test_memory_becomes_a_curve_and_what_the_lines_say() -> None:
    lines = table("memory")
    assert "| 1,000 | 150.0 | 140.0 | 30 | 5 |" in lines
    assert lines[-1] == "| proportional memory MiB | 140.0 | 140.0 | 140.0 | +0.0 | 8 |"


def test_a_soak_becomes_what_was_held_and_the_accounts() -> None:
    assert "| different commands | 1,000 |" in table("soak")


def test_starts_become_seconds_and_imports() -> None:
    lines = table("startup")
    assert "| floor | first outcome | 0.50 (0.50-0.50) |" in lines
    assert lines[-1] == "| sqlalchemy | 300 |"


def test_windows_become_rows() -> None:
    assert table("rebalance")[-1] == "| 1 -> 2 | 4,000 | 8 | 40 | 900 | 700 | 300 | 2 |"


def test_a_scaled_run_stands_beside_its_prediction() -> None:
    lines = table("scaling")
    assert lines[-4].endswith("| 50.0 | never |  |")
    assert lines[-3:] == [
        "| lag, the most | 2,000.0 | 2,200.0 | +10.0% |",
        "| workers, the most | 3.0 | 4.0 | +33.3% |",
        "| worker seconds | 4.0 | 5.0 | +25.0% |",
    ]


def test_the_terminal_shows_the_same_tables() -> None:
    for name, content in CONTENTS.items():
        out = StringIO()
        print_sheets(Console(file=out, width=200), name, content)
        for sheet in SHEETS[name](json.loads(as_json(content))):
            assert sheet.title in out.getvalue()
            assert all(row[0] in out.getvalue() for row in sheet.rows)
