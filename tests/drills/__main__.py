"""`make drills`: faults in a real fleet, until alert, doctor and runbook have done their part."""

import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from adapters.clock import SystemClock
from infra.objectives.alerts import ALERTS
from tests.drills import report
from tests.drills.definition import Drill
from tests.drills.every import DRILLS
from tests.drills.run import run_drill
from tests.drills.stage import missing
from tests.services.kafka import KafkaService, best_kafka, native_kafka
from tests.services.service import ServiceUnavailableError, explicit_url
from workers.entrypoints.exits import ExitCode

RESULTS: Final = Path("build/drills")
LASTING: Final = {alert.name: alert.lasting for alert in ALERTS}
NAMES: Final = [drill.name for drill in DRILLS]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def drills(
    only: Annotated[
        list[str] | None, typer.Option("--only", help=f"These drills; repeatable. One of {', '.join(NAMES)}.")
    ] = None,
    *,
    table: Annotated[
        bool, typer.Option("--table", help="Only print what build/drills holds, as the table of docs/drills.md.")
    ] = False,
    rate: Annotated[float, typer.Option("--rate", min=1.0, help="Commands sent, a second.")] = 20.0,
) -> None:
    """Carry out drills one after the other, print their times, and write them to build/drills."""
    console = Console(width=160)
    if table:
        typer.echo(report.published(_rows()), nl=False)
        return
    if unknown := sorted(set(only or ()) - set(NAMES)):
        raise typer.BadParameter(f"there is no {', '.join(unknown)}; there are {', '.join(NAMES)}")
    if lacking := missing():
        console.print(f"drills need {lacking} on this machine", style="red")
        raise typer.Exit(ExitCode.USAGE)
    chosen = [drill for drill in DRILLS if not only or drill.name in only]
    # One that can be killed, unless somebody has named another.
    with best_kafka() if explicit_url("KAFKA") else native_kafka() as kafka:
        console.print(str(kafka.service))
        failed = [drill.name for drill in chosen if not _carried_out(drill, kafka, rate, console)]
    report.show(_rows(), console)
    if failed:
        console.print(f"failed: {', '.join(failed)}", style="red")
        raise typer.Exit(ExitCode.NO)


def _rows() -> list[tuple[str, ...]]:
    """Of all results there are, in the order of the drills."""
    found = [RESULTS / f"{name}.json" for name in NAMES]
    told: list[dict[str, Any]] = [json.loads(path.read_text()) for path in found if path.exists()]
    return [report.row(one, LASTING[one["alert"]]) for one in told]


def _carried_out(drill: Drill, kafka: KafkaService, rate: float, console: Console) -> bool:
    (RESULTS / f"{drill.name}.json").unlink(missing_ok=True)
    if drill.kills_broker and kafka.cluster is None:
        console.print(f"{drill.name} needs a broker of its own: leave POON_TEST_KAFKA away", style="red")
        return False
    folder = Path(tempfile.mkdtemp(prefix=f"poon-drill-{drill.name}-"))
    try:
        conditions = report.conditions(rate, [str(kafka.service)])
        result = asyncio.run(run_drill(drill, kafka, folder, SystemClock(), rate, console.log))
    except ServiceUnavailableError as error:
        console.print(f"{drill.name}: {error}", style="red", markup=False)
        return False
    except (AssertionError, ExceptionGroup) as error:
        console.print_exception(max_frames=8)
        console.print(f"{drill.name} did not come to its end: {error}; logs in {folder}", style="red", markup=False)
        return False
    report.save(report.as_json(result, conditions), RESULTS)
    for failing in result.failings[:20]:
        console.print(failing, style="red", markup=False)
    shutil.rmtree(folder)
    return not result.failings


if __name__ == "__main__":
    app()
