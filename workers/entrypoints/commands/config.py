"""`poon config`: the effective settings."""

from typing import Annotated

import typer

from workers.config import shown
from workers.entrypoints.context import loaded_settings
from workers.entrypoints.output import console, say, say_json, table

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object by setting.")]
Check = Annotated[bool, typer.Option("--check", help="Only say whether the settings are valid.")]


def config(*, as_json: Json = False, check: Check = False) -> None:
    """Show the effective settings, secrets masked, and where each comes from.

    Environment variables win over the file (poon.toml, or the one POON_CONFIG_FILE names), the file over defaults.
    Ends with 78 and names every wrong or unknown setting.

    For instance:

    ```
    poon config
    POON_KAFKA__BOOTSTRAP_SERVERS=kafka:9092 poon config --check
    ```
    """
    loaded = loaded_settings()
    settings = shown(loaded)
    if check:
        say(f"{len(settings)} settings are valid; file: {loaded.file or 'none'}")
    elif as_json:
        say_json({item.name: {"value": item.value, "origin": item.origin} for item in settings})
    else:
        rows = [(item.name, item.value, item.origin, item.env_name) for item in settings]
        console().print(table(("Setting", "Value", "From", "Environment variable"), rows))
        say(f"file: {loaded.file or 'none'}")
