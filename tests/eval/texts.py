"""How right spending texts are read: each field, rejections, calibration, and what a reading costs."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.eval.labelled import FIELDS, Judged, judge_all, load, sets
from workers.evaluation.cases import answers_to
from workers.evaluation.measures import Answered, accepted, calibration_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.readings import TextReading

SURE = 0.9
CONSOLE = Console(width=120)

Files = Annotated[list[Path] | None, typer.Argument(help="JSONL files of labelled texts; the project's own sets.")]
Wrong = Annotated[bool, typer.Option("--wrong", help="List every text with a wrong field.")]
Traps = Annotated[bool, typer.Option("--traps", help="One row a class of trap.")]


def run(files: Files = None, *, wrong: Wrong = False, traps: Traps = False) -> None:
    """Read labelled spending texts by rules and print how many of each field are right."""
    judged = {path.stem: judge_all(load(path)) for path in files or sets()}
    everything = [one for ones in judged.values() for one in ones]
    groups = judged | {"all": everything} if len(judged) > 1 else judged
    CONSOLE.print(_table("set", groups))
    if traps:
        CONSOLE.print(_table("trap", _by(everything, lambda one: one.case.trap)))
    CONSOLE.print(_table("language", _by(everything, lambda one: str(one.case.language))))
    if wrong:
        for one in everything:
            _tell(one)


def _by(judged: Sequence[Judged], key: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[key(one)].append(one)
    return dict(groups)


def _table(title: str, groups: dict[str, list[Judged]]) -> Table:
    table = Table(title, "texts", *FIELDS, "rejection", "sure & wrong", "ECE amount", "ECE category")
    for name, judged in groups.items():
        shares = (
            _share([one.right[field] for one in judged if field in one.right]) for field in (*FIELDS, "rejection")
        )
        table.add_row(name, str(len(judged)), *shares, _sure_and_wrong(judged), *_errors(judged))
    return table


def _share(rights: list[bool]) -> str:
    return f"{100 * sum(rights) / len(rights):.1f} ({sum(rights)}/{len(rights)})" if rights else ""


def _sure_and_wrong(judged: Sequence[Judged]) -> str:
    """Wrong amounts among all, of those given with at least 0.9."""
    bad = accepted(outcomes(judged, "amount"), len(judged), SURE).wrong.count
    return f"{100 * bad / len(judged):.1f} ({bad})"


def _errors(judged: Sequence[Judged]) -> tuple[str, str]:
    amount, category = (f"{calibration_error(outcomes(judged, field)):.3f}" for field in ("amount", "category"))
    return amount, category


def outcomes(judged: Sequence[Judged], field: str) -> list[Answered]:
    """(confidence, right) of every field answered; a text that was to be refused is a wrong amount."""
    return answers_to([one.judged for one in judged], field)


def _tell(one: Judged) -> None:
    if not one.wrong:
        return
    got = one.code if one.reading is None else _in_short(one.reading)
    CONSOLE.print(
        f"{one.case.id} {one.case.trap} {one.wrong}: {one.case.text!r}\n    {one.case.expected}\n    {got}",
        markup=False,
        highlight=False,
    )


def _in_short(reading: TextReading) -> str:
    paid = None if reading.payment_method is None else reading.payment_method.value
    fields = (
        reading.amount.value,
        reading.amount.confidence.value,
        reading.spent_on.value,
        reading.category.value,
        paid,
    )
    return " ".join(str(field) for field in fields)
