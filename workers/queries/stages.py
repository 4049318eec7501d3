"""Where the time of traced commands went, stage by stage. Pure.

A span's own time is what none of its children was at work in. A child that begins after its parent has ended, as a
command does that a workflow sent, takes nothing from it; the time between the two was spent on the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from workers.ports.traces import TracedSpan

ON_THE_WAY: Final = "on the way to"
"""Begins the name of the stage between a message's publication and its being taken over: the topic's backlog."""


class Stage(NamedTuple):
    """All spans of one name.

    Attributes:
        own: seconds spent in it and in nothing below it.
        longest: of those, the most in one span.
        where: the trace that one is in.
    """

    name: str
    spans: int
    own: float
    longest: float
    where: str


@dataclass(slots=True)
class _Sum:
    own: list[tuple[float, str]] = field(default_factory=list)

    def stage(self, name: str) -> Stage:
        longest, where = max(self.own)
        return Stage(name, len(self.own), sum(own for own, _ in self.own), longest, where)


def stages(spans: Iterable[TracedSpan]) -> list[Stage]:
    """The stages of all commands among the spans, the one that took the most first.

    Spans in traces without a command, those of whole batches, are left out: what they tell of is in the commands'.
    """
    traces: defaultdict[str, list[TracedSpan]] = defaultdict(list)
    for span in set(spans):  # an exporter may send one twice
        traces[span.trace_id].append(span)
    sums: defaultdict[str, _Sum] = defaultdict(_Sum)
    for trace in traces.values():
        if any(span.command_id for span in trace):
            _add(sums, trace)
    return sorted((each.stage(name) for name, each in sums.items()), key=lambda stage: (-stage.own, stage.name))


def _add(sums: defaultdict[str, _Sum], trace: Sequence[TracedSpan]) -> None:
    known = {span.span_id: span for span in trace}
    children: defaultdict[str, list[TracedSpan]] = defaultdict(list)
    for span in trace:
        children[span.parent_id].append(span)
        parent = known.get(span.parent_id)
        if span.command_id and span.topic and parent is not None and span.start > parent.end:
            sums[f"{ON_THE_WAY} {span.topic}"].own.append((span.start - parent.end, span.trace_id))
    for span in trace:
        sums[span.name].own.append((_own(span, children[span.span_id]), span.trace_id))


def _own(span: TracedSpan, children: Iterable[TracedSpan]) -> float:
    """The span's time without that of its children, where several are at work at a time counted once."""
    covered, until = 0.0, span.start
    for start, end in sorted((child.start, child.end) for child in children):
        begin, finish = max(start, until), min(end, span.end)
        if finish > begin:
            covered += finish - begin
            until = finish
    return max(0.0, span.end - span.start - covered)
