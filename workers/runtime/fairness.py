"""Whose turn it is: weighted fairness between tenants, the oldest lane first within each. Pure but for its own state.

The next free place goes to the tenant that holds the fewest places for its weight, so that under contention each
tenant has its share of the places, and an idle tenant's share is everybody's (max-min fairness on places, not on time:
what a fleet runs out of is calls in flight). Among equals the oldest lane goes first, which keeps the watermark close
behind the work.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

L = TypeVar("L")

_SLACK: Final = 64


class _Tenant(Generic[L]):
    __slots__ = ("held", "ready", "stamp", "weight")

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self.held = 0
        self.ready: list[tuple[int, int, L]] = []
        self.stamp = 0


class FairQueue(Generic[L]):
    """The lanes that could go on, and how many places each tenant holds.

    Args:
        weights: of tenants that have their own; others weigh 1.
        most_each: the most places one tenant may hold; None for no such bound.
    """

    def __init__(self, weights: Mapping[str, float] | None = None, most_each: int | None = None) -> None:
        self._weights = weights or {}
        self._most_each = most_each
        self._tenants: dict[str, _Tenant[L]] = {}
        self._order: list[tuple[float, int, int, str]] = []
        self._pushes = 0

    def add(self, tenant: str, turn: int, lane: L) -> None:
        """A lane could go on; `turn` is when its first delivery came."""
        owner = self._tenants.get(tenant) or self._newcomer(tenant)
        self._pushes += 1
        heapq.heappush(owner.ready, (turn, self._pushes, lane))
        if owner.ready[0][2] is lane:
            self._offer(tenant, owner)

    def take(self) -> L | None:
        """The lane whose turn it is, its tenant holding one place more; None when none could go on."""
        if len(self._tenants) == 1:  # nobody to be fair to
            return self._take_of(next(iter(self._tenants.values())))
        while self._order:
            _, _, stamp, name = heapq.heappop(self._order)
            owner = self._tenants.get(name)
            if owner is not None and stamp == owner.stamp:  # else it was offered again since
                lane = self._take_of(owner)
                self._offer(name, owner)
                return lane
        return None

    def hold(self, tenant: str) -> None:
        """A tenant takes a place without a turn: a lane that comes back from a wait."""
        owner = self._tenants.get(tenant) or self._newcomer(tenant)
        owner.held += 1
        self._offer(tenant, owner)

    def give_back(self, tenant: str) -> None:
        """A tenant holds one place less."""
        owner = self._tenants[tenant]
        owner.held -= 1
        if owner.held or owner.ready:
            self._offer(tenant, owner)
        else:
            del self._tenants[tenant]

    def drop(self, lanes: set[L]) -> None:
        """Forget lanes that could have gone on."""
        for name, owner in list(self._tenants.items()):
            kept = [entry for entry in owner.ready if entry[2] not in lanes]
            if len(kept) == len(owner.ready):
                continue
            heapq.heapify(kept)
            owner.ready = kept
            if owner.held or kept:
                self._offer(name, owner)
            else:
                del self._tenants[name]

    def _newcomer(self, name: str) -> _Tenant[L]:
        newcomer = self._tenants[name] = _Tenant(self._weights.get(name, 1.0))
        if len(self._tenants) == 2:  # noqa: PLR2004  the first was alone so far, and made no offers
            for other, owner in self._tenants.items():
                self._offer(other, owner)
        return newcomer

    def _take_of(self, owner: _Tenant[L]) -> L | None:
        if not self._may_hold_more(owner):
            return None
        owner.held += 1
        return heapq.heappop(owner.ready)[2]

    def _may_hold_more(self, owner: _Tenant[L]) -> bool:
        return bool(owner.ready) and (self._most_each is None or owner.held < self._most_each)

    def _offer(self, name: str, owner: _Tenant[L]) -> None:
        """Put the tenant where it belongs now; an offer made before is void by its stamp."""
        if len(self._tenants) == 1:
            return
        self._pushes += 1
        owner.stamp = self._pushes  # never used twice, also not by a tenant that went and came back
        if self._may_hold_more(owner):
            heapq.heappush(self._order, (owner.held / owner.weight, owner.ready[0][0], owner.stamp, name))
        if len(self._order) > _SLACK + 2 * len(self._tenants):
            self._forget_void_offers()

    def _forget_void_offers(self) -> None:
        valid = {owner.stamp for owner in self._tenants.values()}
        self._order = [offer for offer in self._order if offer[2] in valid]
        heapq.heapify(self._order)
