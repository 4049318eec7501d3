"""`make eval ARGS="NAME ..."`: how right the readers are, measured on labelled data and printed as tables.

An evaluation is one module; adding one is a line below.
"""

from __future__ import annotations

import typer

from tests.eval import (
    calibrate,
    categories,
    duplicates,
    forecast,
    insights,
    learning,
    models,
    receipts,
    speed,
    speed_of_pictures,
    sroie,
    texts,
    thai_images,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def evaluate() -> None:
    """Measure the readers on labelled data; no service, no network, but for a model server that is named."""


app.command("calibrate")(calibrate.calibrate)
app.command("models")(models.run)
app.command("receipts")(receipts.receipts)
app.command("sroie")(sroie.sroie)
app.command("categories")(categories.run)
app.command("duplicates")(duplicates.run)
app.command("learning")(learning.run)
app.command("forecast")(forecast.run)
app.command("insights")(insights.run)
app.command("speed-of-pictures")(speed_of_pictures.run)
app.command("speed-of-texts")(speed.run)
app.command("texts")(texts.run)
app.command("thai-images")(thai_images.run)

if __name__ == "__main__":
    app(prog_name="make eval")
