"""The commands a peer puts into its own queue, written for it by the bench into its working directory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FILE: Final = "commands.jsonl"


@dataclass(frozen=True, slots=True)
class Given:
    """One command, as a task's arguments."""

    payload: dict[str, Any]
    headers: dict[str, str]


def commands(folder: Path | None = None) -> Iterator[Given]:
    """Read them, in order."""
    with ((folder or Path.cwd()) / FILE).open() as lines:
        for line in lines:
            yield Given(**json.loads(line))


def write_commands(folder: Path, records: Iterable[tuple[bytes, Iterable[tuple[str, bytes]]]]) -> None:
    """Write them: values and headers of records."""
    with (folder / FILE).open("w") as file:
        for value, headers in records:
            given = {"payload": json.loads(value), "headers": {name: text.decode() for name, text in headers}}
            file.write(json.dumps(given) + "\n")
