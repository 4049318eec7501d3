"""What is told of a delivery: to observers once it is settled, and to the log when an attempt fails."""

from __future__ import annotations

from workers.ports.observing import Settled
from workers.ports.store import Committed
from workers.runtime.deliveries import Delivery
from workers.runtime.retry import Step


def told_of(delivery: Delivery, result: Committed) -> Settled:
    """The end of a delivery, for observers."""
    last = result.events[-1]
    return Settled(
        delivery.record,
        delivery.envelope,
        last.type,
        last.id,
        delivery.code,
        result.duplicate,
        delivery.attempts,
        delivery.taken,
        delivery.started,
        delivery.decided,
        delivery.first,
        delivery.storing,
        delivery.stored,
        delivery.calls,
        None if result.duplicate else delivery.decision,
    )


def facts_of(delivery: Delivery, error: Exception, step: Step) -> dict[str, object]:
    """A failed attempt as fields of a line: names and places, nothing of what the command says."""
    envelope = delivery.envelope
    return {
        "command_type": envelope.type,
        "command_id": envelope.id,
        "correlation_id": envelope.correlation_id,
        "causation_id": envelope.causation_id,
        "tenant": envelope.tenant,
        "topic": delivery.record.topic,
        "partition": delivery.record.partition,
        "offset": delivery.record.offset,
        "attempt": delivery.attempts,
        "error": type(error).__name__,
        "step": str(step),
    }
