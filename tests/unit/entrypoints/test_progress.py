"""Progress without a terminal."""

import io

from rich.console import Console

from workers.entrypoints.progress import PlainProgress, shown_progress


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


def test_without_a_terminal_progress_is_plain() -> None:
    with shown_progress("outcomes") as progress:
        assert isinstance(progress, PlainProgress)
