from rich.console import Console
from rich.table import Table

from workers.entrypoints.workflow_statistics import figures_json, step_table, workflow_table
from workers.ports.workflows import Phase
from workers.workflows.analytics import Durations, StepFigures, WorkflowFigures

RECORD = StepFigures(
    step="record",
    reached=40,
    done=36,
    skipped=0,
    dropped=3,
    stuck=1,
    retries=5,
    codes={"entry_exists": 1, "low_confidence": 2},
    duration=Durations(36, 0.25, 9.99, 12.4),
    undone=2,
    undo_duration=Durations(2, 1.0, 2.0, 2.0),
)
FIGURES = WorkflowFigures(
    workflow="process_receipt",
    begun=50,
    phases=dict.fromkeys(Phase, 0) | {Phase.COMPLETED: 36, Phase.COMPENSATED: 4, Phase.RUNNING: 9, Phase.STUCK: 1},
    aborted=1,
    completed=Durations(36, 12.0, 95.0, 200.0),
    compensated=Durations(4, 1.0, 2.0, 2.0),
    stuck=Durations(1, 7_500.0, 7_500.0, 7_500.0),
    steps=(RECORD,),
)


def cells(table: Table) -> list[list[str]]:
    console = Console(width=300)
    with console.capture() as captured:
        console.print(table)
    lines = [line for line in captured.get().splitlines() if "process_receipt" in line]
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]


def test_a_kind_of_workflow_is_a_row_with_its_rates_and_durations() -> None:
    assert cells(workflow_table([FIGURES])) == [
        ["process_receipt", "50", "36", "4", "9", "1 (2 h 5 m)", "80.00%", "90.00%", "12 s", "1 m 35 s"]
    ]


def test_a_step_is_a_row_with_what_dropped_off_and_why_the_most_frequent_first() -> None:
    assert cells(step_table([FIGURES])) == [
        [
            "process_receipt",
            "record",
            "40",
            "36",
            "3 (7.50%)",
            "1",
            "5",
            "2",
            "0.25 s",
            "9.99 s",
            "low_confidence 2, entry_exists 1",
        ]
    ]


def test_what_there_is_none_of_is_left_empty() -> None:
    nothing = FIGURES._replace(phases=dict.fromkeys(Phase, 0), completed=Durations(), stuck=Durations(), steps=())
    assert cells(workflow_table([nothing])) == [["process_receipt", "50", "0", "0", "0", "0", "0.00%"]]


def test_json_has_all_of_it_in_seconds_and_shares() -> None:
    told = figures_json(FIGURES)
    assert (told["ended_rate"], told["completion_rate"], told["phases"]["stuck"]) == (0.8, 0.9, 1)
    assert told["completed_seconds"] == {"measured": 36, "median": 12.0, "p95": 95.0, "longest": 200.0}
    (record,) = told["steps"]
    assert (record["drop_off"], record["codes"]["low_confidence"]) == (0.075, 2)
    assert record["undo_duration"]["median"] == 1.0
