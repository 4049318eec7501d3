"""Copies of outcomes for callers who await them."""

from typing import Protocol

from workers.ports.messages import OutgoingRecord


class ReplyPublisher(Protocol):
    """Publishes replies as well as it can; the outcome topic is the truth.

    Called from the event loop that works, after the outcome was acknowledged.
    """

    def offer(self, reply: OutgoingRecord) -> None:
        """Take over a reply. Never blocks, never raises.

        One that cannot be delivered is dropped and told of once for each topic: the topic does not exist or refuses it,
        the broker is away, or too many wait already. Never creates a topic.
        """
        ...

    async def stop(self) -> None:
        """Give what was taken over a moment to arrive, at most a few seconds, and disconnect."""
        ...
