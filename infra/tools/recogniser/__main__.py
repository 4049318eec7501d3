"""Make the Thai recogniser: ``python -m infra.tools.recogniser fonts|train|export|sheet`` (`make train-recogniser`)."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import Annotated

import torch
import typer
from PIL import Image

from infra.tools.recogniser import lines, training
from infra.tools.recogniser.export import export
from infra.tools.recogniser.fonts import DEFAULT_CACHE, faces, fetch

app = typer.Typer(add_completion=False, no_args_is_help=True)
Cache = Annotated[Path, typer.Option(help="folder of fonts and checkpoints, outside the project")]
Seed = Annotated[int, typer.Option(help="decides the lines and the first weights")]


@app.command()
def fonts(cache: Cache = DEFAULT_CACHE) -> None:
    """Fetch the fonts with npm and apt-get."""
    fetch(cache)


@app.command()
def train(
    cache: Cache = DEFAULT_CACHE,
    seed: Seed = 2568,
    rounds: Annotated[int, typer.Option(help="rounds in all, 1,024 lines each")] = 42,
    fall: Annotated[int, typer.Option(help="last rounds, over which the learning rate falls")] = 14,
    every: Annotated[int, typer.Option(help="rounds between two looks at held-out lines and checkpoints")] = 5,
    threads: int = 2,
) -> None:
    """Train, or go on from the checkpoint in the cache."""
    torch.set_num_threads(threads)
    checkpoint = cache / f"recogniser-{seed}.pt"
    state = training.resume(checkpoint, seed)
    unseen = training.drawn(seed, training.VALIDATION, 128, faces("choose", cache), lines.Trouble())
    for number, mean in training.train(state, training.Plan(seed, rounds, fall), faces("train", cache)):
        message = f"round {number}  loss {mean:.3f}  processor {process_time() / 60:.1f} min"
        if number % every == 0 or number == rounds:
            state.save(checkpoint)
            error = training.error_rate(training.averaged(state), unseen)
            message += f"  character errors on held-out faces {error:.1%}"
        print(message, flush=True)


@app.command(name="export")
def export_model(target: Path, cache: Cache = DEFAULT_CACHE, seed: Seed = 2568) -> None:
    """Write the averaged weights of the checkpoint as ONNX."""
    export(training.averaged(training.resume(cache / f"recogniser-{seed}.pt", seed)), target)


@app.command()
def sheet(target: Path, cache: Cache = DEFAULT_CACHE, seed: Seed = 2568, count: int = 30) -> None:
    """Draw training lines below each other, to look at."""
    drawn = [lines.line(seed, number, faces("train", cache), lines.Trouble()).pixels for number in range(count)]
    page = Image.new("L", (max(line.shape[1] for line in drawn), sum(line.shape[0] + 4 for line in drawn)), 128)
    top = 0
    for line in drawn:
        page.paste(Image.fromarray(line), (0, top))
        top += line.shape[0] + 4
    page.save(target)


if __name__ == "__main__":
    app()
