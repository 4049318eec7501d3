"""An evaluation as tables and lines, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from workers.entrypoints.evaluation.form import Evaluation
from workers.entrypoints.output import say, table
from workers.evaluation.cases import Judged
from workers.evaluation.measures import Accepted, Bin, Share
from workers.evaluation.summary import (
    CATEGORY,
    WHOLE,
    Calibration,
    Summary,
    confusion,
    wrong_verdicts,
)

BAR = 40
MOST_CONFUSIONS = 10


def show(evaluation: Evaluation, out: Console, *, failures: bool, whole_confusion: bool) -> None:
    """Print all of it."""
    summary, main = evaluation.summary, evaluation.wanted.main
    for line in head_lines(evaluation):
        say(line)
    out.print(table(("Field", "Right", "Judged", "Share", "95 % interval"), field_rows(summary), right=_NUMBERS))
    for line in refusal_lines(evaluation):
        say(line)
    for name, calibration in summary.calibration.items():
        for line in reliability_lines(name, calibration):
            say(line)
    columns = ("At least", *(f"{name}: {what}" for name in (main, CATEGORY, WHOLE) for what in ("taken", "wrong")))
    out.print(table(columns, threshold_rows(summary, main), right=columns))
    say(f"wrong of {WHOLE}: the {main} is")
    _show_confusion(evaluation.judged, summary, out, whole=whole_confusion)
    for line in end_lines(evaluation):
        say(line)
    if failures:
        columns = ("Case", "Field", "Expected", "Got", "Confidence")
        out.print(table(columns, failure_rows(evaluation.judged), right=("Confidence",)))


_NUMBERS = ("Right", "Judged", "Share", "95 % interval")


def head_lines(evaluation: Evaluation) -> Iterator[str]:
    """What was evaluated, and what of it was not."""
    summary = evaluation.summary
    yield f"{evaluation.source}: {summary.cases} {evaluation.kind}, {summary.read} read"
    if evaluation.left_out:
        what = "rows of another kind" if evaluation.kind == "texts" else "pictures without a key"
        yield f"{evaluation.left_out} {what} left out"
    if summary.unknown:
        yield "not judged: " + ", ".join(f"{name} ({count})" for name, count in summary.unknown.items())
    if summary.degraded:
        yield f"{summary.degraded} readings are degraded: a backend of the chain could not be asked"


def field_rows(summary: Summary) -> Iterator[tuple[str, ...]]:
    """Right, judged and share of each field."""
    for name, share in summary.fields.items():
        yield (name, str(share.count), str(share.of), percent(share.value), _interval(share))


def refusal_lines(evaluation: Evaluation) -> Iterator[str]:
    """Purchases that were refused, and amounts that are sure and wrong."""
    summary, wanted = evaluation.summary, evaluation.wanted
    codes = ", ".join(f"{code} {count}" for code, count in summary.refusal_codes.items())
    yield f"refused wrongly: {_of(summary.false_refusals)}{f' ({codes})' if codes else ''}"
    yield f"sure and wrong: {_of(summary.sure_and_wrong)} {wanted.main}s given with at least {wanted.sure:g}"


def reliability_lines(name: str, calibration: Calibration) -> Iterator[str]:
    """The reliability diagram: a bar is the share that was right, the line in it the confidence that was said."""
    if not calibration.answers:
        yield f"\n{name}: no answers to calibrate"
        return
    yield f"\n{name}: ECE {calibration.error:.3f} over {calibration.answers} answers"
    yield f"  {'confidence':<11} {'said':>5} {'right':>6}  {'':<{BAR}}  answers"
    for one in calibration.bins:
        if one.right.of:
            yield (
                f"  {one.low:.1f} to {one.high:.1f}  {one.said or 0:5.2f} {one.right.value or 0:6.2f}  {_bar(one)}"
                f"  {one.right.of}"
            )


def threshold_rows(summary: Summary, main: str) -> Iterator[tuple[str, ...]]:
    """What would be taken from which confidence on, and how much of it is wrong."""
    by_name = [summary.thresholds[name] for name in (main, CATEGORY, WHOLE)]
    for some in zip(*by_name, strict=True):
        cells = [cell for one in some for cell in _accepted(one)]
        yield (f"{some[0].threshold:g}", *cells)


def matrix_rows(judged: Sequence[Judged]) -> tuple[list[str], list[tuple[str, ...]]]:
    """The whole matrix: a row for each category expected, a column for each read; columns are numbered."""
    counts = confusion(judged, right_too=True)
    names = sorted({name for pair in counts for name in pair})
    rows = [
        (f"{number} {expected}", *(str(counts.get((expected, got), "")) for got in names))
        for number, expected in enumerate(names, start=1)
    ]
    return [str(number) for number in range(1, len(names) + 1)], rows


def failure_rows(judged: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    """Every field that is not right, and every case that was not answered."""
    for one, verdict in wrong_verdicts(judged):
        confidence = "" if verdict.confidence is None else f"{verdict.confidence:.2f}"
        yield (one.case.id, verdict.field, verdict.expected, verdict.got, confidence)
    for one in judged:
        if one.answer.failure is not None:
            yield (one.case.id, "", "", f"not answered: {one.answer.failure}", "")


def end_lines(evaluation: Evaluation) -> Iterator[str]:
    """Latency, memory, backends, and what could not be answered."""
    summary = evaluation.summary
    if summary.latency is not None:
        yield "latency: " + ", ".join(
            f"{name} {_time(value)}" for name, value in zip(("median", "p95", "longest"), summary.latency, strict=True)
        )
    own, readers = evaluation.memory
    yield f"memory: at most {own} MB" + (f", a reading process {readers} MB" if evaluation.kind == "receipts" else "")
    for (capability, name), one in summary.backends.items():
        cost = "".join(f", {amount:f} {currency}" for currency, amount in one.cost.items())
        missing = f", {one.unavailable} times without an answer" if one.unavailable else ""
        yield f"{capability}: {name} answered {one.answers}{missing}{cost}"
    for reason, count in summary.unanswered.items():
        yield f"not answered, {count} times: {reason}"


def percent(share: float | None) -> str:
    """For people, of the share of something."""
    return "" if share is None else f"{100 * share:.1f} %"


def _show_confusion(judged: Sequence[Judged], summary: Summary, out: Console, *, whole: bool) -> None:
    if whole:
        columns, rows = matrix_rows(judged)
        if rows:
            out.print(table(("Expected, read as", *columns), rows, right=columns))
        return
    if summary.confusion:
        rows = [(expected, got, str(count)) for (expected, got), count in summary.confusion.items()]
        columns = ["Category expected", "Read as", "Times"]
        out.print(table(columns, rows[:MOST_CONFUSIONS], right=("Times",)))


def _interval(share: Share) -> str:
    if share.interval is None:
        return ""
    low, high = share.interval
    return f"{100 * low:.1f} to {100 * high:.1f}"


def _of(share: Share) -> str:
    return f"{share.count} of {share.of}" + (f", {percent(share.value)}" if share.of else "")


def _bar(one: Bin) -> str:
    filled = round((one.right.value or 0.0) * BAR)
    cells = list("█" * filled + "·" * (BAR - filled))
    cells[min(BAR - 1, int((one.said or 0.0) * BAR))] = "│"
    return "".join(cells)


def _accepted(one: Accepted) -> tuple[str, str]:
    wrong = f"{one.wrong.count} ({percent(one.wrong.value)})" if one.wrong.of else "0"
    return f"{one.taken.count} ({percent(one.taken.value)})", wrong


def _time(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
