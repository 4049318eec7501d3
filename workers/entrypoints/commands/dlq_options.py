"""The options that several commands of `poon dlq` share."""

from __future__ import annotations

from typing import Annotated

import typer

LetterId = Annotated[str, typer.Argument(metavar="ID", help="The dead letter's id.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Dead letters by id.")]
Area = Annotated[str | None, typer.Option("--area", help="Of this area only.")]
Tenant = Annotated[str | None, typer.Option("--tenant", help="Of this tenant only; `unknown` where none was told.")]
Owner = Annotated[str | None, typer.Option("--owner", help="Of this owner only.")]
Code = Annotated[str | None, typer.Option("--code", help="With this error code only.")]
Type = Annotated[str | None, typer.Option("--type", help="Commands of this type only.")]
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Given up then or later; UTC unless it has an offset.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Given up before that.")]
Contains = Annotated[str | None, typer.Option("--text", help="With this text in the reason, whatever its case.")]
Everything = Annotated[bool, typer.Option("--all", help="All that are open.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="At most this many, the oldest first.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done; 1 when some would be left.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before more than one is touched.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, kept with the dead letter.")]
