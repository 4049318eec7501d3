"""Families of metrics as OpenTelemetry's points, for those who push rather than let Prometheus ask.

The names are those of OpenTelemetry's messaging conventions where a metric is one of theirs, else Prometheus' own: a
collector that exposes them to Prometheus leaves those as they are. All sums are cumulative, since this process began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from opentelemetry.sdk.metrics import export as otel
from opentelemetry.sdk.metrics._internal.exemplar import Exemplar

from adapters.telemetry.instruments import INSTRUMENTS

if TYPE_CHECKING:
    from prometheus_client import Metric
    from prometheus_client.samples import Sample

CUMULATIVE: Final = otel.AggregationTemporality.CUMULATIVE
UNITS: Final = {"seconds": "s", "bytes": "By"}
CONVENTIONAL: Final = {one.name: one.otel for one in INSTRUMENTS if one.otel}


def points(families: Iterable[Metric], began: int, now: int) -> list[otel.Metric]:
    """The families that have a sample.

    Args:
        families: as prometheus-client's collectors give them.
        began: since when all sums count, nanoseconds since the epoch.
        now: when they were read, likewise.
    """
    return [
        otel.Metric(
            name=CONVENTIONAL.get(family.name, family.name),
            description=family.documentation,
            unit=UNITS.get(family.unit, ""),
            data=_data(family, began, now),
        )
        for family in families
        if family.samples
    ]


def _data(family: Metric, began: int, now: int) -> otel.DataT:
    dotted = family.name in CONVENTIONAL
    if family.type == "histogram":
        return otel.Histogram(list(_distributions(family.samples, began, now, dotted=dotted)), CUMULATIVE)
    numbers = [
        otel.NumberDataPoint(_attributes(sample.labels, dotted=dotted), began, now, float(sample.value))
        for sample in family.samples
    ]
    return otel.Sum(numbers, CUMULATIVE, is_monotonic=True) if family.type == "counter" else otel.Gauge(numbers)


def _distributions(
    samples: Iterable[Sample], began: int, now: int, *, dotted: bool
) -> Iterator[otel.HistogramDataPoint]:
    """A point for each series: its buckets stand together, rising, with how many and the sum after them."""
    for labels, series in groupby(samples, _series):
        told = list(series)
        buckets = [sample for sample in told if sample.name.endswith("_bucket")]
        totals = [0.0, *(bucket.value for bucket in buckets)]
        (total,) = (sample.value for sample in told if sample.name.endswith("_sum"))
        yield otel.HistogramDataPoint(
            attributes=_attributes(dict(labels), dotted=dotted),
            start_time_unix_nano=began,
            time_unix_nano=now,
            count=int(totals[-1]),
            sum=total,
            bucket_counts=[int(upper - lower) for lower, upper in pairwise(totals)],
            explicit_bounds=[float(bucket.labels["le"]) for bucket in buckets[:-1]],
            # Nobody kept the least and the greatest: the protocol can leave them out, and so does the encoder.
            min=None,  # type: ignore[arg-type]
            max=None,  # type: ignore[arg-type]
            exemplars=list(_exemplars(buckets)),
        )


def _series(sample: Sample) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in sample.labels.items() if name != "le")


def _exemplars(buckets: Iterable[Sample]) -> Iterator[Exemplar]:
    for bucket in buckets:
        if (told := bucket.exemplar) is not None:
            yield Exemplar(
                {},
                told.value,
                round(float(told.timestamp or 0) * 1e9),
                int(told.labels["span_id"], 16),
                int(told.labels["trace_id"], 16),
            )


def _attributes(labels: Mapping[str, str], *, dotted: bool) -> dict[str, str]:
    """Labels as attributes. An empty label is none to Prometheus, so it is left out here too."""
    return {name.replace("_", ".") if dotted else name: value for name, value in labels.items() if value}
