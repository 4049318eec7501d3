"""Progress without a terminal."""

import io

from rich.console import Console
from rich.progress import Progress, TextColumn

from workers.entrypoints.progress import BarProgress, PlainProgress, shown_progress


def test_each_quarter_is_one_line() -> None:
    out = io.StringIO()
    progress = PlainProgress(Console(file=out, width=80), "outcomes")

    for done in range(9):
        progress.update(done, 8)

    assert out.getvalue().splitlines() == ["2/8 outcomes", "4/8 outcomes", "6/8 outcomes", "8/8 outcomes"]


def test_nothing_to_do_is_no_progress() -> None:
    out = io.StringIO()

    PlainProgress(Console(file=out), "outcomes").update(0, 0)

    assert out.getvalue() == ""


def test_a_note_follows_the_numbers() -> None:
    out = io.StringIO()

    PlainProgress(Console(file=out, width=80), "outcomes").update(1, 2, "3 recorded")

    assert out.getvalue() == "1/2 outcomes, 3 recorded\n"


def test_a_bar_says_that_all_is_starting_until_it_is_told_a_number() -> None:
    bar = Progress(TextColumn("{task.description}"), disable=True)
    progress = BarProgress(bar, "outcomes")
    before = bar.tasks[0].description

    progress.update(0, 65, "0 recorded")

    assert before == "starting"
    assert bar.tasks[0].description == "0/65 outcomes, 0 recorded"


def test_without_a_terminal_progress_is_plain() -> None:
    with shown_progress("outcomes") as progress:
        assert isinstance(progress, PlainProgress)
