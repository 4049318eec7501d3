"""When the moon is new or full, and where the sun stands: exact to minutes, which tells the day.

From J. Meeus, "Astronomical Algorithms", 2nd edition (1998): chapter 49 (phases of the moon, the periodic terms above
20 seconds) and chapter 25 (the sun's apparent longitude to 0.01 degrees).
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)
"""Julian date 2451545.0."""
_EPOCH_JULIAN: Final = 2451545.0
_CENTURY: Final = 36525.0
_FIRST_NEW_MOON: Final = 2451550.09766
_LUNATION: Final = 29.530588861
_CLOCK_LAG: Final = 70.0
"""Seconds that the earth's clock is behind the even time of the formulas, in our decades."""

# Coefficient for a new and for a full moon, power of the eccentricity, multiples of the sun's and the moon's anomaly
# and of the moon's argument of latitude.
_TERMS: Final = (
    (-0.40720, -0.40614, 0, 0, 1, 0),
    (0.17241, 0.17302, 1, 1, 0, 0),
    (0.01608, 0.01614, 0, 0, 2, 0),
    (0.01039, 0.01043, 0, 0, 0, 2),
    (0.00739, 0.00734, 1, -1, 1, 0),
    (-0.00514, -0.00515, 1, 1, 1, 0),
    (0.00208, 0.00209, 2, 2, 0, 0),
    (-0.00111, -0.00111, 0, 0, 1, -2),
    (-0.00057, -0.00057, 0, 0, 1, 2),
    (0.00056, 0.00056, 1, 1, 2, 0),
    (-0.00042, -0.00042, 0, 0, 3, 0),
    (0.00042, 0.00042, 1, 1, 0, 2),
    (0.00038, 0.00038, 1, 1, 0, -2),
    (-0.00024, -0.00024, 1, -1, 2, 0),
)


def new_moon(number: int) -> datetime:
    """The moment of a new moon, UTC; number 0 is that of 6 January 2000."""
    return _phase(float(number), full=False)


def full_moon(number: int) -> datetime:
    """The moment of the full moon after the new moon of that number, UTC."""
    return _phase(number + 0.5, full=True)


def number_near(moment: datetime) -> int:
    """The number of a new moon that is at most about a lunation away."""
    return round(((moment - _EPOCH).total_seconds() / 86_400 + _EPOCH_JULIAN - _FIRST_NEW_MOON) / _LUNATION)


def sun_longitude(moment: datetime) -> float:
    """Where the sun stands in its year: degrees from the spring equinox, 270 at the winter solstice."""
    centuries = (moment - _EPOCH).total_seconds() / 86_400 / _CENTURY
    mean = 280.46646 + 36000.76983 * centuries
    anomaly = math.radians(357.52911 + 35999.05029 * centuries)
    node = math.radians(125.04 - 1934.136 * centuries)
    centre = (
        (1.914602 - 0.004817 * centuries) * math.sin(anomaly)
        + 0.019993 * math.sin(2 * anomaly)
        + 0.000289 * math.sin(3 * anomaly)
    )
    return (mean + centre - 0.00569 - 0.00478 * math.sin(node)) % 360


def _phase(number: float, *, full: bool) -> datetime:
    centuries = number / 1236.85
    sun = 2.5534 + 29.10535670 * number
    moon = 201.5643 + 385.81693528 * number + 0.0107582 * centuries**2
    latitude = 160.7108 + 390.67050284 * number - 0.0016118 * centuries**2
    eccentricity = 1 - 0.002516 * centuries
    day = _FIRST_NEW_MOON + _LUNATION * number + 0.00015437 * centuries**2
    for when_new, when_full, power, suns, moons, latitudes in _TERMS:
        angle = math.radians(suns * sun + moons * moon + latitudes * latitude)
        day += (when_full if full else when_new) * eccentricity**power * math.sin(angle)
    day += 0.000325 * math.sin(math.radians(299.77 + 0.107408 * number))
    return _EPOCH + timedelta(days=day - _EPOCH_JULIAN, seconds=-_CLOCK_LAG)
