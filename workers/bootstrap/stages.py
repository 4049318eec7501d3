"""Reads traces and tells where their time went."""

from __future__ import annotations

from adapters.telemetry.otlp_json import NoSpansError, read_spans
from workers.queries.stages import Stage, stages

__all__ = ["NoSpansError", "stages_of"]


def stages_of(data: bytes, trace_id: str | None = None, command_id: str | None = None) -> list[Stage]:
    """The stages of the commands among the spans; of one trace, or of those with one message.

    Raises:
        NoSpansError: the data is no OTLP in JSON.
    """
    spans = read_spans(data)
    if command_id is not None:
        wanted = {span.trace_id for span in spans if span.command_id == command_id}
        spans = [span for span in spans if span.trace_id in wanted]
    if trace_id is not None:
        spans = [span for span in spans if span.trace_id == trace_id.lower()]
    return stages(spans)
