"""Shows something that changes: in place on a terminal, one after the other elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.live import Live

Show = Callable[[RenderableType], None]


@contextmanager
def live_view(out: Console, *, whole_screen: bool = False) -> Iterator[Show]:
    """Gives what shows the next state."""
    if not out.is_terminal:
        yield out.print
        return
    with Live(console=out, auto_refresh=False, screen=whole_screen) as live:
        yield lambda renderable: live.update(renderable, refresh=True)
