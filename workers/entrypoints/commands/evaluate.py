"""`poon eval`: how right the fleet reads, on data of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from contracts.money import Currency
from workers.entrypoints.commands.options import JsonObject
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.evaluation.material import labelled_pictures, labelled_texts
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import complain, console, error_console, say_json
from workers.entrypoints.progress import shown_progress
from workers.evaluation.cases import REJECTION
from workers.evaluation.keys import AMOUNT, RECEIPT_FIELDS, TEXT_FIELDS, TOTAL
from workers.evaluation.summary import Wanted, sum_up

if TYPE_CHECKING:
    from workers.entrypoints.evaluation.form import Evaluation
    from workers.entrypoints.evaluation.running import Told
    from workers.evaluation.cases import Judged

THRESHOLDS: Final = "0.5,0.6,0.7,0.8,0.85,0.9,0.95,0.98"

app = typer.Typer(no_args_is_help=True, help="Measure how right the fleet reads, on data of your own.")


@app.callback()
def evaluate() -> None:
    """Measure how right the fleet reads, on data of your own.

    Reads by the chains, thresholds and model servers of the settings, without a broker and a database. What is read
    goes nowhere but to the backends that are set.
    """


File = Annotated[Path, typer.Argument(metavar="FILE", help="JSONL: id, text, ref_date and expected in each line.")]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Pictures and PDFs.")]
Keys = Annotated[
    Path | None, typer.Option("--keys", help="What is right; keys.jsonl in the folder or beside it unless given.")
]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="The day of those whose row tells no ref_date."),
]
CurrencyOption = Annotated[Currency, typer.Option("--currency", help="Of amounts without a currency.")]
AtOnce = Annotated[
    int, typer.Option("--at-once", min=1, max=64, help="How many are read at a time; latency is fairest with 1.")
]
Sure = Annotated[float, typer.Option("--sure", min=0, max=1, help="The confidence an amount counts as sure from.")]
Thresholds = Annotated[str, typer.Option("--thresholds", help="Confidences to tell of, with commas.")]
Least = Annotated[
    list[str] | None,
    typer.Option("--min-accuracy", metavar="FIELD=SHARE", help="End with 1 if fewer are right; may be repeated."),
]
Png = Annotated[Path | None, typer.Option("--png", help="Also draw the reliability diagrams into this file.")]
Matrix = Annotated[bool, typer.Option("--confusion", help="Show the whole matrix of categories.")]
Failures = Annotated[bool, typer.Option("--failures", help="List every field that is wrong.")]


@dataclass(frozen=True, slots=True)
class Telling:
    """How an evaluation is told."""

    wanted: Wanted
    least: dict[str, float]
    png: Path | None
    failures: bool
    confusion: bool
    as_json: bool


@app.command()
def texts(  # noqa: PLR0913  the options of the command line
    file: File,
    *,
    date: Day = None,
    currency: CurrencyOption = Currency.THB,
    at_once: AtOnce = 1,
    sure: Sure = 0.9,
    thresholds: Thresholds = THRESHOLDS,
    min_accuracy: Least = None,
    png: Png = None,
    confusion: Matrix = False,
    failures: Failures = False,
    as_json: JsonObject = False,
) -> None:
    """Read labelled spending texts and tell how many of each field are right.

    Ends with 1 if a field is below its --min-accuracy, and with 69 if a text could not be answered at all.

    For instance:

    ```
    poon eval texts cases.jsonl --failures
    poon eval texts cases.jsonl --min-accuracy amount=0.97 --min-accuracy category=0.9 --json
    ```
    """
    wanted = Wanted(AMOUNT, TEXT_FIELDS, sure, _confidences(thresholds))
    telling = Telling(wanted, _least(min_accuracy, TEXT_FIELDS), png, failures, confusion, as_json)
    found = labelled_texts(file, date and date.date(), currency)
    settings = client_settings()
    # A light command does not load what reads.
    from workers.entrypoints.evaluation.running import judged_texts  # noqa: PLC0415

    judged = _followed("texts", lambda told: run_async(lambda: judged_texts(settings, found.cases, at_once, told)))
    _conclude(_evaluated("texts", file, found.left_out, judged, telling), telling)


@app.command()
def receipts(  # noqa: PLR0913  the options of the command line
    folder: Folder,
    *,
    keys: Keys = None,
    date: Day = None,
    currency: CurrencyOption = Currency.THB,
    at_once: AtOnce = 1,
    sure: Sure = 0.9,
    thresholds: Thresholds = THRESHOLDS,
    min_accuracy: Least = None,
    png: Png = None,
    confusion: Matrix = False,
    failures: Failures = False,
    as_json: JsonObject = False,
) -> None:
    """Read pictures and PDFs of receipts and slips and tell how many of each field are right.

    A line of keys.jsonl names a file and what is right: image, and total, date, merchant, currency, category and
    others. What a line leaves out is not judged. Ends as `poon eval texts` does.

    For instance:

    ```
    poon eval receipts pictures --date 2025-06-15 --png reliability.png
    ```
    """
    wanted = Wanted(TOTAL, RECEIPT_FIELDS, sure, _confidences(thresholds))
    telling = Telling(wanted, _least(min_accuracy, RECEIPT_FIELDS), png, failures, confusion, as_json)
    found = labelled_pictures(folder, keys, date and date.date())
    settings = client_settings()
    # A light command does not load what reads.
    from workers.entrypoints.evaluation.running import judged_pictures  # noqa: PLC0415

    judged = _followed(
        "pictures", lambda told: run_async(lambda: judged_pictures(settings, found.cases, currency, at_once, told))
    )
    _conclude(_evaluated("receipts", folder, found.left_out, judged, telling), telling)


def _followed(what: str, run: Callable[[Told], list[Judged]]) -> list[Judged]:
    with shown_progress(what, error_console()) as progress:
        return run(progress.update)


def _evaluated(kind: str, source: Path, left_out: int, judged: Sequence[Judged], telling: Telling) -> Evaluation:
    from workers.bootstrap.evaluating import memory_peaks  # noqa: PLC0415
    from workers.entrypoints.evaluation.form import Evaluation, fields_below  # noqa: PLC0415

    summary = sum_up(judged, telling.wanted)
    below = fields_below(summary, telling.least)
    return Evaluation(kind, str(source), left_out, judged, telling.wanted, summary, memory_peaks(), below)


def _conclude(evaluation: Evaluation, telling: Telling) -> None:
    """Tell it, and end as it deserves: an outage before all else, for the figures are not of all cases then."""
    from workers.entrypoints.evaluation.form import as_json  # noqa: PLC0415
    from workers.entrypoints.evaluation.telling import percent, show  # noqa: PLC0415

    if telling.as_json:
        say_json(as_json(evaluation, failures=telling.failures, whole_confusion=telling.confusion))
    else:
        show(evaluation, console(), failures=telling.failures, whole_confusion=telling.confusion)
    if telling.png is not None:
        from workers.entrypoints.evaluation.picture import save_diagrams  # noqa: PLC0415

        save_diagrams(telling.png, evaluation.summary.calibration)
    for one in evaluation.below:
        told = "was not judged" if one.share is None else f"is right in {percent(one.share)}"
        complain(f"{one.field} {told}, {percent(one.least)} were asked for")
    unanswered = sum(evaluation.summary.unanswered.values())
    if unanswered:
        complain(f"{unanswered} of {evaluation.summary.cases} could not be answered: the figures are of the others")
        raise typer.Exit(ExitCode.UNAVAILABLE)
    if evaluation.below:
        raise typer.Exit(ExitCode.NO)


def _confidences(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        found = ()
    if not found or not all(0 <= one <= 1 for one in found):
        raise typer.BadParameter("are numbers from 0 to 1 with commas", param_hint="--thresholds")
    return found


def _least(given: Sequence[str] | None, fields: Sequence[str]) -> dict[str, float]:
    known = (*fields, REJECTION)
    least: dict[str, float] = {}
    for one in given or ():
        name, _, share = one.partition("=")
        if name not in known:
            raise typer.BadParameter(f"{name!r} is no field; known are {', '.join(known)}", param_hint="--min-accuracy")
        try:
            least[name] = float(share)
        except ValueError:
            least[name] = -1.0
        if not 0 <= least[name] <= 1:
            raise typer.BadParameter(f"{one!r}: write for instance amount=0.97", param_hint="--min-accuracy")
    return least
