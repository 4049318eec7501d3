"""How many calls a backend is given at a time: found from their latency and their failures. Pure.

A gradient limiter after Netflix's, with two differences that a saturated backend needs, and a consumer that works off a
backlog saturates it always. The limit follows Little's law: of `limit` calls under way, `limit * unhurried / latency`
are being worked on, the others wait at the backend; that many are kept, and a few are added to try for more. And the
*unhurried* latency is not an average of the past, which grows along with the queue until the queue looks normal: it is
learnt by halving the number of calls. If they are no faster for it, that is how long a call takes; if they are, the
difference was waiting. The limit is halved for this now and then, and as soon as it has come down by half by itself:
was the backend fuller, or slower? If slower, coming down was of no use, and the limit goes back to where it was.

Latencies are logarithms throughout: they spread by factors, and their ratios are what counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

from adapters.inference.limiting.measuring import Call, Ending, Finding, Measurement

FEWEST: Final = 10
"""Calls a measurement has at least."""
MOST: Final = 200
"""Calls after which a measurement ends however doubtful it is."""
PRECISE: Final = 0.1
"""Doubt at which a latency counts as known, about a tenth of it."""
VAGUE: Final = 0.25
"""Doubt above which a latency is no ground for learning."""

TOLERATED: Final = math.log(1.2)
"""Slower by this much is put down to chance; of a wrong unhurried latency it hides as much."""
HEADROOM: Final = 0.75
"""Calls to try for more, for each in the square root of the limit."""
SMOOTHING: Final = 0.5
"""How far one measurement takes the limit down to where it points."""
CROWDED: Final = math.log(1.4)
"""Slower by this much ends fast growth."""
MOST_FAIL: Final = 0.5
"""Share of failed calls from which on a backend is as good as out."""
FEW_FAIL: Final = 0.1
"""Share of failed calls below which the limit may grow fast."""
OVERDUE: Final = math.log(4)
"""A call abandoned when slower by this much counts as failed."""

NO_FASTER: Final = math.log(0.7)
"""Half the calls in less than this share of the time had been waiting; the middle between all and nothing."""
MUCH_FASTER: Final = math.log(0.5)
"""Faster by this much means that the backend is quick again."""
MUCH_SLOWER: Final = math.log(2)
"""Slower by this much is clear from few calls, and reason to compare soon."""
NEW_SPEED: Final = 0.5
"""A difference beyond which an unhurried latency replaces the old one instead of refining it."""
SAME_LOAD: Final = 0.75
"""Share of a load down to which a latency is that of the load."""
TURN: Final = 0.3
"""A change of the limit, as a logarithm, beyond which calls that began before it tell nothing of the time after it."""
COMPARE_EVERY: Final = 25
"""Measurements between two comparisons."""
HASTE: Final = 4
"""For how many measurements one counts that is much slower."""


@dataclass(frozen=True, slots=True)
class LimitBounds:
    """Between which numbers of calls the limit lies; equal, they make it a fixed one.

    Attributes:
        minimum: calls that are always allowed, so that a backend that comes back is noticed.
        maximum: the most calls.
        initial: where to begin; brought within the other two.
    """

    minimum: int = 1
    maximum: int = 64
    initial: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.minimum <= self.maximum:
            raise ValueError(f"a limit between {self.minimum} and {self.maximum} calls allows none")

    def within(self, limit: float) -> float:
        """The nearest limit that is allowed."""
        return min(self.maximum, max(self.minimum, limit))


class _Reference(NamedTuple):
    """What the latency was under some load, to be compared with half of it."""

    load: int
    latency: float


class AdaptiveLimit:
    """The limit of one backend. Pure but for what it has learnt; times come with the calls."""

    def __init__(self, bounds: LimitBounds) -> None:
        self._bounds = bounds
        self._limit = bounds.within(bounds.initial)
        self._probe: int | None = None
        self._unhurried: float | None = None
        self._reference: _Reference | None = None
        self._fell_from = 0
        self._since_comparison = 0
        self._growing_fast = True
        self._begun = -math.inf
        self._passing = 0
        self._measurement = Measurement()

    @property
    def limit(self) -> int:
        """Calls that may be under way now."""
        return int(self._limit) if self._probe is None else self._probe

    def observe(self, call: Call) -> None:
        """Learn from a call that has ended."""
        counted = self._judged(call)
        if counted is None or counted.started < self._begun or (self._probe and counted.load > self._probe):
            return
        if self._passing > 0:
            self._passing -= 1
            return
        self._measurement.add(counted)
        if not self._is_enough():
            return
        before, finding = self.limit, self._measurement.finding()
        self._measurement = Measurement()
        self._conclude(finding)
        if abs(math.log(self.limit / before)) > TURN:
            self._begin_anew(call.ended)

    def _judged(self, call: Call) -> Call | None:
        """The call as it counts; None when it tells nothing."""
        if call.ending is Ending.ABANDONED and self._slower(call.log_seconds) > OVERDUE:
            return call._replace(ending=Ending.FAILED)
        return None if call.ending in {Ending.ABANDONED, Ending.REFUSED} else call

    def _slower(self, latency: float | None) -> float:
        """By how much a latency exceeds the unhurried one, as a logarithm; 0 where that is not known."""
        if latency is None or self._unhurried is None:
            return 0.0
        return latency - self._unhurried

    def _begin_anew(self, now: float) -> None:
        """Measure only calls that begin from now on, and of those not the first round: the quick ones end first."""
        self._begun = now
        self._passing = self.limit
        self._measurement = Measurement()

    def _is_enough(self) -> bool:
        measured = self._measurement
        if measured.calls < max(FEWEST, min(self.limit, MOST)):
            return False
        if measured.calls >= MOST or measured.failed >= measured.answered:
            return True
        if self._unhurried is None or self._probe is not None:
            return measured.doubt <= PRECISE
        is_clear = self._slower(measured.latency) > MUCH_SLOWER
        return self._growing_fast or measured.doubt <= (VAGUE if is_clear else PRECISE)

    def _conclude(self, finding: Finding) -> None:
        load, probing = self.limit, self._probe is not None
        self._probe = None
        self._notice_speed_up(finding)
        if finding.load < load / 2 and not finding.failed:
            return  # nobody wanted more, so it is not known what more would do
        self._since_comparison += HASTE if self._slower(finding.latency) > MUCH_SLOWER else 1
        if finding.latency is not None:
            if load == 1:
                self._learn(finding.latency, finding.doubt)
            if probing:
                self._compare(finding.latency, finding.doubt)
            else:
                self._refer(load, finding.latency)
        if probing:
            self._since_comparison = 0
            return
        self._limit = self._bounds.within(self._next_limit(finding))
        if self._since_comparison >= COMPARE_EVERY and not finding.failed:
            self._probe = max(self._bounds.minimum, self.limit // 2)

    def _next_limit(self, finding: Finding) -> float:
        slower = self._slower(finding.latency)
        if finding.failed >= MOST_FAIL:  # once they do not, the old limit is to be reached again soon
            self._growing_fast = True
        elif slower > max(CROWDED, 2 * finding.doubt):
            self._growing_fast = False
        if self._growing_fast and finding.failed < FEW_FAIL:
            return 2 * self._limit
        worked_on = self._limit * math.exp(-max(0.0, slower - TOLERATED)) * (1 - finding.failed)
        aim = worked_on + HEADROOM * math.sqrt(self._limit)
        return aim if aim > self._limit else self._limit + SMOOTHING * (aim - self._limit)

    def _notice_speed_up(self, finding: Finding) -> None:
        if finding.latency is None:
            return
        if self._unhurried is None:
            self._unhurried = finding.latency
        elif self._slower(finding.latency) < MUCH_FASTER and finding.doubt <= VAGUE:
            self._unhurried = finding.latency
            self._growing_fast = True

    def _refer(self, load: int, latency: float) -> None:
        """Note what the latency is under this load, for the comparison with half of it."""
        known = self._reference
        if known is not None and load <= SAME_LOAD * known.load:
            if load > known.load / 2:
                return
            # Come down by half without being told to. What the reference was measured in is past: compare from here.
            self._fell_from = max(self._fell_from, known.load)
            self._since_comparison = COMPARE_EVERY
        elif known is not None and load > known.load:
            self._fell_from = 0
        self._reference = _Reference(load, latency)

    def _compare(self, latency: float, doubt: float) -> None:
        """Learn from what halving the load did."""
        if self._reference is None or doubt > VAGUE:
            return
        no_faster = latency > self._reference.latency + NO_FASTER
        if no_faster and self._slower(latency) > NEW_SPEED:  # not fuller, but slower: coming down was of no use
            self._limit = max(self._limit, self._fell_from)
            self._fell_from = 0
        if no_faster or self._slower(latency) < 0:
            self._learn(latency, doubt)

    def _learn(self, latency: float, doubt: float) -> None:
        """Take a latency without waiting into account, the more the surer it is."""
        off = self._slower(latency)
        weight = 1.0 if abs(off) > max(NEW_SPEED, 2 * doubt) else 1 / (1 + (doubt / PRECISE) ** 2 / 2)
        self._unhurried = latency + (weight - 1) * off
