"""The reply to a command that names a topic for it: a copy of its terminal outcome, with the same id and bytes."""

from __future__ import annotations

from collections.abc import Sequence

from workers.ports.messages import OutgoingRecord
from workers.ports.store import StoredEvent
from workers.ports.tracing import NOTHING, Carried
from workers.runtime.outcomes import outgoing


def reply(topic: str, events: Sequence[StoredEvent], carried: Carried = NOTHING) -> OutgoingRecord:
    """The reply to a command.

    It keeps the outcome's key: callers who share a reply topic read all of it, and the outcomes of one owner keep
    their order there too.

    Args:
        topic: the envelope's ``reply_to``; only a topic made for replies gets into one.
        events: the stored events of the command, the last of which ends it.
        carried: the trace context it goes out with.
    """
    (outcome,) = outgoing(events[-1:], carried)
    return outcome._replace(topic=topic)


class NoReplies:
    """A `ReplyPublisher` for a worker that answers nobody."""

    def offer(self, reply: OutgoingRecord) -> None:
        """See `ReplyPublisher.offer`; drops it."""

    async def stop(self) -> None:
        """See `ReplyPublisher.stop`."""
