"""Which commands were decided before: one look-up for many arrivals, and none for a few that may be decided at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from workers.ports.store import DecisionStore, InboxKey
from workers.runtime.deliveries import Delivery
from workers.runtime.ground import Ground

FEW: Final = 8
"""Up to so many arrivals, looking them up costs more than storing a duplicate in vain would."""


class Recognition:
    """Knows the commands in flight, and asks the inbox for what was decided of those that arrive.

    Args:
        may_decide_at_once: of a delivery: whether its first attempt may end without waiting for anything, and so
            without anything to pay for.
    """

    def __init__(self, store: DecisionStore, ground: Ground, may_decide_at_once: Callable[[Delivery], bool]) -> None:
        self._store = store
        self._ground = ground
        self._may_decide_at_once = may_decide_at_once
        self._in_flight: Counter[InboxKey] = Counter()

    async def recognise(self, deliveries: Sequence[Delivery]) -> None:
        """Note deliveries as in flight and find, in one look-up, what was decided: no AI call is paid for twice.

        A few whose handlers may decide at once are left to the inbox, which recognises them all the same: the one round
        trip to the database is all that a command that comes alone waits for.
        """
        in_flight = self._in_flight
        are_few = len(deliveries) <= FEW
        asked: dict[InboxKey, list[Delivery]] = {}
        for delivery in deliveries:
            # Noted before the look-up: one that ends while it is on its way may be missing from the answer.
            key = delivery.inbox_key
            delivery.recheck = in_flight[key] > 0
            in_flight[key] += 1
            delivery.is_unknown = are_few and self._may_decide_at_once(delivery)
            if not delivery.is_unknown:
                asked.setdefault(key, []).append(delivery)
        if asked:
            recorded = await self._ground.until_available("database", lambda: self._store.recorded(asked.keys()))
            for key, events in recorded.items():
                for delivery in asked[key]:
                    delivery.recorded = events

    def forget(self, delivery: Delivery) -> None:
        """A delivery is in flight no longer."""
        key = delivery.inbox_key
        left = self._in_flight[key] - 1
        if left > 0:
            self._in_flight[key] = left
        else:
            del self._in_flight[key]
