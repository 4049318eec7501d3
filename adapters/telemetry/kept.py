"""Which commands of the batch at hand got a span of their own, for lines and exemplars that lead to it."""

from __future__ import annotations

from typing import Final

from adapters.telemetry.sampling import TraceContext
from workers.ports.messages import RawRecord

_Place = tuple[str, int, int]


class KeptSpans:
    """Filled by the observer that makes spans, read by those told of the same batch after it.

    So a line or an exemplar names a span only if there is one: the rate of spans may have left it out.
    """

    def __init__(self) -> None:
        self._contexts: dict[_Place, TraceContext] = {}

    def begin(self) -> None:
        """A new batch: forget the last one."""
        self._contexts.clear()

    def keep(self, record: RawRecord, context: TraceContext) -> None:
        """The command of this record has this span."""
        self._contexts[record.topic, record.partition, record.offset] = context

    @property
    def any(self) -> bool:
        """Whether there are any: most batches have none, and looking each command up would cost them."""
        return bool(self._contexts)

    def of(self, record: RawRecord) -> TraceContext | None:
        """The span of the command of this record."""
        return self._contexts.get((record.topic, record.partition, record.offset)) if self._contexts else None


NOTHING_KEPT: Final = KeptSpans()
"""For those who are told of no spans; stays empty."""
