"""Counters and histograms that take a whole batch in one step, behind prometheus-client's `Collector` protocol.

The library's own `Histogram` takes one value at a time, about ten times the cost, and its `Counter` exposes a creation
time for each series that only a process-wide switch turns off. Exposition, negotiation and registry stay the library's.
A table is written from one thread and may be read from another: what is read was copied in one step.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from prometheus_client.core import CounterMetricFamily, Exemplar, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.utils import floatToGoString

from adapters.telemetry.instruments import Instrument

LabelValues = tuple[str, ...]


class Tally:
    """A counter."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._counts: dict[LabelValues, float] = {}

    def add(self, labels: LabelValues, amount: float = 1) -> None:
        """Count; adding 0 makes a series visible before it first counts, so that its first rise is seen as one."""
        self._counts[labels] = self._counts.get(labels, 0) + amount

    def put(self, labels: LabelValues, total: float) -> None:
        """Take over a total that is counted elsewhere."""
        self._counts[labels] = total

    def family(self) -> CounterMetricFamily:
        instrument = self._instrument
        family = CounterMetricFamily(instrument.name, instrument.help, labels=instrument.labels)
        for labels, count in sorted(self._counts.copy().items()):
            family.add_metric(labels, count)
        return family


class Distribution:
    """A histogram."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._bounds = instrument.buckets
        self._names = [*map(floatToGoString, self._bounds), "+Inf"]
        self._series: dict[LabelValues, list[float]] = {}
        self._exemplars: dict[LabelValues, dict[int, Exemplar]] = {}

    def observe(self, labels: LabelValues, values: Iterable[float]) -> None:
        """Take values in; what a clock that was set back made negative counts as 0."""
        series = self._series.get(labels)
        if series is None:  # a count for each bound, one for what is above all of them, the sum
            series = self._series[labels] = [0.0] * (len(self._bounds) + 2)
        bounds = self._bounds
        total = 0.0
        for value in values:
            series[bisect_left(bounds, value)] += 1
            if value > 0:
                total += value
        series[-1] += total

    def exemplify(self, labels: LabelValues, value: float, span: Mapping[str, str], at: float) -> None:
        """Let a value that was observed stand for its bucket, in place of an older one.

        Args:
            labels: of the series it was observed in.
            value: as it was observed.
            span: the labels that lead to its span.
            at: when it was observed, seconds since the epoch.
        """
        place = bisect_left(self._bounds, value)
        self._exemplars.setdefault(labels, {})[place] = Exemplar(dict(span), value, at)

    def family(self) -> HistogramMetricFamily:
        instrument = self._instrument
        family = HistogramMetricFamily(instrument.name, instrument.help, labels=instrument.labels, unit=instrument.unit)
        for labels, series in sorted(self._series.copy().items()):
            *counts, total = series.copy()
            family.add_metric(labels, self._buckets(labels, counts), total)
        return family

    def _buckets(self, labels: LabelValues, counts: Sequence[float]) -> list[Any]:
        """Name and count of each, as the library takes them; with an exemplar where there is one."""
        told = self._exemplars.get(labels, {}).copy()
        buckets = zip(self._names, accumulate(counts), strict=True)
        return [(*each, told[place]) if place in told else each for place, each in enumerate(buckets)]


def gauge_family(instrument: Instrument) -> GaugeMetricFamily:
    """An empty family of a gauge."""
    return GaugeMetricFamily(instrument.name, instrument.help, labels=instrument.labels, unit=instrument.unit)
