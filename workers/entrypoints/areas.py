"""Naming areas on the command line."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from contracts.registry import AREAS


def chosen_areas(names: Sequence[str] | None, known: Sequence[str] = AREAS) -> Sequence[str]:
    """The areas named, all that take commands where none is; an unknown one is refused with the known ones."""
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise typer.BadParameter(f"unknown area {unknown[0]!r}, choose from {', '.join(known)}", param_hint="--area")
    return names or AREAS
