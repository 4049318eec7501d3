"""Which trace a command's outcomes belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from contracts.envelope import Envelope


class Carried(NamedTuple):
    """The W3C trace context an outcome carries; all None where it carries none."""

    traceparent: str | None = None
    tracestate: str | None = None


NOTHING: Final = Carried()

CarryOn = Callable[[Envelope], Carried]
"""Tells what the outcomes of a command carry, by the command's envelope. Pure, so that an outcome published again has
the same bytes; called for every command on the event loop that works, so it must be cheap."""


def carry_nothing(_: Envelope) -> Carried:
    """A `CarryOn` for who does not trace."""
    return NOTHING
