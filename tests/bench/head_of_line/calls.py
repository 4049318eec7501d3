"""How long the simulated calls take: log-normal as calls of AI backends are, capped as by their time-out. Pure."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Self

_NORMAL: Final = NormalDist()
_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Calls:
    """A log-normal distribution, cut off at its upper end.

    Attributes:
        mu: mean of the logarithm of the seconds.
        sigma: its standard deviation.
        cap: no call takes longer, seconds.
    """

    mu: float
    sigma: float
    cap: float

    @classmethod
    def of(cls, mean: float, p99: float, cap: float) -> Self:
        """The calls of which, with the cap in force, the mean and the 99th percentile are these. All in seconds.

        Of the two distributions that fit, the one with the narrower spread.

        Raises:
            ValueError: there is none: the percentile is too close to the mean or too far from it, or above the cap.
        """
        if not 0 < mean < p99 <= cap:
            raise ValueError(f"a mean of {mean:g} s needs a larger p99 than {p99:g} s, and a cap that is no smaller")
        # The mean falls while sigma grows from 0, at least as far as without a cap, where it turns at the p99's z.
        narrow, wide = 1e-9, _NORMAL.inv_cdf(0.99)
        if cls._with_p99(wide, p99, cap).mean > mean:
            raise ValueError(f"no log-normal distribution has a mean of {mean:g} s and a p99 of {p99:g} s")
        for _ in range(_STEPS):
            middle = (narrow + wide) / 2
            narrow, wide = (middle, wide) if cls._with_p99(middle, p99, cap).mean > mean else (narrow, middle)
        return cls._with_p99(wide, p99, cap)

    @classmethod
    def _with_p99(cls, sigma: float, p99: float, cap: float) -> Self:
        return cls(math.log(p99) - sigma * _NORMAL.inv_cdf(0.99), sigma, cap)

    @property
    def mean(self) -> float:
        """The mean of the capped calls, seconds."""
        z = (math.log(self.cap) - self.mu) / self.sigma
        below = math.exp(self.mu + self.sigma**2 / 2) * _NORMAL.cdf(z - self.sigma)
        return below + self.cap * _NORMAL.cdf(-z)

    def quantile(self, share: float) -> float:
        """The seconds that this share of the calls does not exceed."""
        return min(self.cap, math.exp(self.mu + self.sigma * _NORMAL.inv_cdf(share)))

    def draw(self, rng: random.Random) -> float:
        """One call, seconds."""
        return min(self.cap, rng.lognormvariate(self.mu, self.sigma))
