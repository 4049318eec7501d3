"""Several pages as one: each stands below the one before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workers.ports.inference import Box, TextLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.inference.ocr.engine import PageText


def stacked(pages: Iterable[PageText]) -> PageText:
    """The text of all pages, from the top of the first to the foot of the last; there is at least one."""
    first, *others = pages
    whole = first
    for page in others:
        whole = replace(
            whole,
            lines=whole.lines + tuple(_lower(line, whole.height) for line in page.lines),
            width=max(whole.width, page.width),
            height=whole.height + page.height,
            codes=tuple(dict.fromkeys(whole.codes + page.codes)),
        )
    return whole


def _lower(line: TextLine, by: float) -> TextLine:
    box = line.box
    return replace(line, box=Box(box.left, box.top + by, box.right, box.bottom + by))
