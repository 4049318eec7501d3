"""`poon demo`: everything at once, on this machine, checked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from workers.config import Settings
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.demo.material import own_or_given_images, own_or_given_texts
from workers.entrypoints.demo.report import category_chart
from workers.entrypoints.demo.rows import outcome_table
from workers.entrypoints.demo.score import image_score
from workers.entrypoints.demo.stage import Result, perform
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import complain, console, say
from workers.entrypoints.program import program
from workers.entrypoints.progress import shown_progress

Images = Annotated[
    Path | None,
    typer.Option(
        "--images",
        metavar="FOLDER",
        help="Your own pictures of receipts and slips; a keys.jsonl beside them, if there is one, says what is right."
        " The built-in texts are sent as well, unless --texts names others.",
    ),
]
Texts = Annotated[
    Path | None,
    typer.Option(
        "--texts", metavar="FILE", help="Your own spending texts, one a line. The built-in pictures are sent as well."
    ),
]
Keep = Annotated[bool, typer.Option("--keep", help="Keep the data folder (database, images) for a look inside.")]
Timeout = Annotated[float, typer.Option("--timeout", min=1, help="Longest time to wait for all outcomes, seconds.")]


def demo(
    *,
    images: Images = None,
    texts: Texts = None,
    keep: Keep = False,
    timeout: Timeout = 180.0,
) -> None:
    """Watch Thai and English texts and drawn receipts become categorised spending.

    Starts an embedded broker, SQLite, local text recognition and the fleet in a fresh temporary folder, sends texts and
    pictures over the Kafka protocol, records what was understood, and shows what became of each. The pictures that come
    with it were drawn for this demo, with a key that says what is right; what differs from its key is marked with ≠.
    Ends with 1 unless every command got exactly one outcome and the stored rows equal the outcomes.

    The column ms is the worker's time for one command; "After ms", shown from 120 columns on, counts from sending,
    and everything is sent at once.

    For instance:

    ```
    poon demo
    poon demo --images ~/receipts --texts my-notes.txt
    ```
    """
    given = client_settings()
    text_items, image_items = own_or_given_texts(texts), own_or_given_images(images)
    with _data_folder(keep=keep) as folder:
        settings = Settings.model_validate({"data_dir": folder, "ocr": given.ocr, "logging": given.logging})
        say(f"starting the embedded broker, SQLite, text recognition and the fleet in {folder} …")
        with shown_progress("outcomes") as progress:
            result = run_async(lambda: perform(settings, text_items, image_items, progress, timeout))
    _show(result, "your pictures" if images else "pictures drawn for this demo")
    _go_on(folder if keep else None)
    if result.problems:
        raise typer.Exit(ExitCode.NO)


def _show(result: Result, pictures: str) -> None:
    out: Console = console()
    out.print(outcome_table(result.story, out.width))
    out.print(category_chart(result.entries, out.width))
    score = image_score(result.story, pictures)
    if score:
        say(score)
    for problem in result.problems:
        complain(problem)
    if not result.problems:
        say(
            f"checked: {len(result.story.sent)} commands, one outcome each;"
            f" {result.stored} stored events and {len(result.entries)} entries equal the outcomes"
        )


def _go_on(kept: Path | None) -> None:
    if kept is not None:
        say(f"kept: {kept} (poon.db holds events and spending_entries)")
    poon = program()
    say("go on: keep a fleet running, and in another terminal send and follow")
    for line in ("run", 'send text "กาแฟ 65 บาท" --wait', "tail"):
        say(f"  {poon} {line}")


@contextmanager
def _data_folder(*, keep: bool) -> Iterator[Path]:
    if keep:
        yield Path(tempfile.mkdtemp(prefix="poon-demo-"))
        return
    with tempfile.TemporaryDirectory(prefix="poon-demo-") as folder:
        yield Path(folder)
