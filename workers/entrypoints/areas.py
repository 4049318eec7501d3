"""Naming areas on the command line."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from contracts.registry import AREAS


def chosen_areas(names: Sequence[str] | None) -> Sequence[str]:
    """The areas named, all where none is; an unknown one is refused with the known ones."""
    unknown = [name for name in names or () if name not in AREAS]
    if unknown:
        raise typer.BadParameter(f"unknown area {unknown[0]!r}, choose from {', '.join(AREAS)}", param_hint="--area")
    return names or AREAS
