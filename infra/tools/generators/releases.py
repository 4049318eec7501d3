"""Released JSON Schemas: frozen once, and the measure of every later change."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.compatibility import Level, breaking_changes
from contracts.registry import COMMANDS, EVENTS
from contracts.upcasters import UPCASTERS, Upcaster, current_type
from infra.tools.generators.schemas import message_schema

Schemas = Mapping[str, dict[str, Any]]


def level_of(message_type: str) -> Level:
    """Events are replayed and read by others, so both directions count; commands are read by the workers."""
    return Level.FULL if message_type in EVENTS else Level.BACKWARD


def current_schemas() -> Schemas:
    """The schemas of the messages as they are now, by type."""
    return {name: message_schema(message) for name, message in {**COMMANDS, **EVENTS}.items()}


def broken_promises(
    released: Path, current: Schemas | None = None, steps: Mapping[str, Upcaster] = UPCASTERS
) -> Iterator[str]:
    """One line for every change that breaks a released schema, naming version, type, path and reason."""
    present = current_schemas() if current is None else current
    for folder in sorted(path for path in released.glob("*") if path.is_dir()):
        for path in sorted(folder.glob("*.json")):
            old = json.loads(path.read_text(encoding="utf-8"))
            for reason in _breaks(path.stem, old, present, steps):
                yield f"{path.stem} breaks release {folder.name}: {reason}"


def _breaks(message_type: str, old: dict[str, Any], present: Schemas, steps: Mapping[str, Upcaster]) -> Iterator[str]:
    if message_type in present:
        yield from map(str, breaking_changes(old, present[message_type], level_of(message_type)))
    elif current_type(message_type, steps) not in present:
        yield "$: the type is gone and no upcaster leads on from it"


def freeze(schemas: Path, released: Path, version: str) -> int:
    """Copy the current schemas as those of a release; refuses to change or to break a release."""
    target = released / version
    if target.exists():
        print(f"{version} is released; a release is never changed", file=sys.stderr)
        return 1
    breaks = list(broken_promises(released))
    for line in breaks:
        print(line, file=sys.stderr)
    if breaks:
        return 1
    shutil.copytree(schemas, target)
    print(f"froze {target}")
    return 0
