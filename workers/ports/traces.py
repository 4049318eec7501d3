"""Spans as they were exported, as far as their time goes."""

from __future__ import annotations

from typing import NamedTuple


class TracedSpan(NamedTuple):
    """A span, as far as its time goes.

    Attributes:
        parent_id: empty for a root.
        start: seconds since the epoch; so is `end`.
        command_id: of the command it processes; empty of any other span.
        topic: the message's, likewise.
    """

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start: float
    end: float
    command_id: str = ""
    topic: str = ""
