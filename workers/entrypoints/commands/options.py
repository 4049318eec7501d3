"""Options that several commands have, each with one meaning and one text."""

from __future__ import annotations

from typing import Annotated

import typer

JsonObject = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
JsonLines = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
JsonPage = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it; the user's name if left out.")]
Patience = Annotated[float, typer.Option("--timeout", min=0.1, help="Longest wait, seconds; then ends with 75.")]
