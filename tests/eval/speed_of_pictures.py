"""What reading a picture costs: seconds of one process with one thread, and what several read at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import fmean, median, quantiles
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from adapters.inference.ocr import engine
from adapters.inference.ocr.pool import resident_bytes
from adapters.inference.ocr.recognition import LocalTextRecognition
from tests.eval.sroie import IMAGE_ENDINGS
from workers.ports.errors import RejectionError

if TYPE_CHECKING:
    from collections.abc import Sequence

CONSOLE = Console(width=140)
MEGABYTE = 1_000_000
WARMING = 3

Folder = Annotated[Path, typer.Argument(help="Pictures; they are the caller's and no part of the project.")]


def run(
    folder: Folder,
    tiers: Annotated[str, typer.Option(help="how, one or both in turns: accurate,fast")] = "accurate",
    most: Annotated[int, typer.Option(help="pictures at most, spread over the folder")] = 80,
    processes: Annotated[int, typer.Option(help="also read them with so many processes at once; 0: do not")] = 0,
) -> None:
    """Seconds and processor seconds of a picture, one thread, each picture by each tier in turn; memory."""
    pictures = _some(folder, most)
    choices = [engine.Choices(tier=name) for name in ("accurate", "fast") if name in tiers.split(",")]
    table = Table("engine", "pictures", "s median", "s p95", "cpu s median", "cpu s p95", "cpu s mean")
    for name, taken in _each_in_turn(pictures, choices).items():
        seconds, busy = zip(*taken, strict=True)
        figures = (median(seconds), _high(seconds), median(busy), _high(busy), fmean(busy))
        table.add_row(name, str(len(taken)), *(f"{figure:.2f}" for figure in figures))
    CONSOLE.print(table)
    if processes:
        for choice in choices:
            CONSOLE.print(asyncio.run(_together(pictures, choice, processes)))


def _some(folder: Path, most: int) -> list[bytes]:
    found = sorted(path for path in folder.iterdir() if path.suffix.casefold() in IMAGE_ENDINGS)
    return [path.read_bytes() for path in found[:: max(1, len(found) // most)][:most]]


def _each_in_turn(pictures: Sequence[bytes], tiers: Sequence[engine.Choices]) -> dict[str, list[tuple[float, float]]]:
    loaded = {engine.engine_name(choices): engine.load_engine(choices) for choices in tiers}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in loaded}
    for number, picture in enumerate((*pictures[:WARMING], *pictures)):
        for name, engine.ThisProcess.engine in loaded.items():
            began, busy = perf_counter(), process_time()
            engine.read_image(picture)
            if number >= WARMING:
                taken[name].append((perf_counter() - began, process_time() - busy))
    return taken


async def _together(pictures: Sequence[bytes], choices: engine.Choices, processes: int) -> str:
    """How many are read a second, and the most that one process held after a picture."""
    held = 0
    recognition = LocalTextRecognition(processes, 600, choices.thai_model, tier=choices.tier)
    identities = await recognition.start()

    async def read(picture: bytes) -> None:
        nonlocal held
        try:
            await recognition.recognise(picture)
        except RejectionError as refused:
            CONSOLE.print(f"not read: {refused}")
        held = max(held, *map(resident_bytes, identities))

    began = perf_counter()
    try:
        await asyncio.gather(*map(read, pictures))
    finally:
        await recognition.close()
    rate = len(pictures) / (perf_counter() - began)
    return f"{choices.tier}: {processes} processes read {rate:.2f} pictures/s; {held / MEGABYTE:.0f} MB at most in one"


def _high(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]
