"""Whether a new JSON Schema of a message type can live together with an old one.

The question is always the same: does a *reader* take everything a *writer* may send? A writer sends only what its
schema names. What cannot be proven compatible counts as a break. Two levels are asked for:

- commands, BACKWARD: new workers take what old producers send. Commands refuse unknown fields, so workers are
  upgraded before producers use a new field.
- events, FULL: new consumers read old (stored, replayed) events, and old consumers read new ones.

Checked against every released version, which makes it transitive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from contracts.schema_subset import JsonSchema, differences

ROOT: Final = "$"


class Level(StrEnum):
    """Who must be able to read what whom sends."""

    BACKWARD = "backward"
    FULL = "full"


class Direction(StrEnum):
    """Which pair of reader and writer does not fit."""

    NEW_READS_OLD = "new readers, old data"
    OLD_READS_NEW = "old readers, new data"


@dataclass(frozen=True, slots=True)
class Break:
    """A breaking change.

    Attributes:
        path: where, from the root ``$``; ``[]`` stands for the items of an array.
        reason: what the reader does not take.
        direction: which pair of reader and writer it parts.
    """

    path: str
    reason: str
    direction: Direction

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.path}: {self.reason} ({self.direction})"


def breaking_changes(old: JsonSchema, new: JsonSchema, level: Level) -> tuple[Break, ...]:
    """The changes from `old` to `new` that the level forbids; empty when they can live together."""
    found = [*_breaks(new, old, Direction.NEW_READS_OLD), *_meaning_changes(old, new)]
    if level is Level.FULL:
        found += _breaks(old, new, Direction.OLD_READS_NEW)
    return tuple(dict.fromkeys(found))


def _breaks(reader: JsonSchema, writer: JsonSchema, direction: Direction) -> Iterator[Break]:
    for path, reason in differences(reader, writer):
        yield Break(path, reason, direction)


def _meaning_changes(old: JsonSchema, new: JsonSchema) -> Iterator[Break]:
    """Changes no validator sees, after which the same data means something else."""
    for path, before, after in _shared(old, new, ROOT):
        if "default" in before and before["default"] != after.get("default"):
            reason = f"the default was {before['default']!r}, what leaves it out now means something else"
            yield Break(path, reason, Direction.NEW_READS_OLD)
        gone = set(before.get("x-extensible-enum", ())) - set(after.get("x-extensible-enum", ()))
        if gone:
            yield Break(path, f"released values are gone: {', '.join(sorted(gone))}", Direction.NEW_READS_OLD)


def _shared(old: object, new: object, path: str) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """The schemas of properties that both versions have, definitions included."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    yield path, old, new
    for name, before in old.get("properties", {}).items():
        yield from _shared(before, new.get("properties", {}).get(name), f"{path}.{name}")
    for name, before in old.get("$defs", {}).items():
        yield from _shared(before, new.get("$defs", {}).get(name), f"{path}.$defs.{name}")
