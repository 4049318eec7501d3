"""The families of the metrics page, as OpenTelemetry's points."""

from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics import export as otel
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from adapters.telemetry import instruments as known
from adapters.telemetry.otlp_points import points
from adapters.telemetry.tables import Distribution, Tally

BEGAN, NOW = 1_000, 2_000
SPAN = {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"}


def only(family: Metric) -> otel.Metric:
    (metric,) = points([family], BEGAN, NOW)
    return metric


def values(metric: otel.Metric) -> dict[tuple[tuple[str, Any], ...], float]:
    assert isinstance(metric.data, otel.Sum | otel.Gauge)
    found: dict[tuple[tuple[str, Any], ...], float] = {}
    for point in metric.data.data_points:
        assert isinstance(point, otel.NumberDataPoint)
        found[tuple((point.attributes or {}).items())] = point.value
    return found


def distribution(of: Mapping[tuple[str, ...], list[float]]) -> Distribution:
    made = Distribution(known.PROCESS)
    for labels, observed in of.items():
        made.observe(labels, observed)
    return made


def test_a_counter_is_a_sum_since_the_process_began_with_its_labels() -> None:
    tally = Tally(known.SETTLED)
    tally.add(("texts", "poon.text.parse.v1", "success", ""), 3)
    tally.add(("texts", "poon.text.parse.v1", "rejected", "no_amount"))
    metric = only(tally.family())
    assert metric.name == "poon_commands_settled"
    assert isinstance(metric.data, otel.Sum)
    assert metric.data.is_monotonic
    assert metric.data.aggregation_temporality is otel.AggregationTemporality.CUMULATIVE
    area, kind = ("area", "texts"), ("command_type", "poon.text.parse.v1")
    assert values(metric) == {
        (area, kind, ("outcome", "success")): 3,
        (area, kind, ("outcome", "rejected"), ("code", "no_amount")): 1,
    }
    assert {(point.start_time_unix_nano, point.time_unix_nano) for point in metric.data.data_points} == {(BEGAN, NOW)}


def test_a_metric_of_the_conventions_has_their_name_and_attributes() -> None:
    tally = Tally(known.CONSUMED)
    tally.add(("kafka", "poll", "poon.texts.commands", "poon-workers.texts"), 9)
    metric = only(tally.family())
    assert metric.name == "messaging.client.consumed.messages"
    assert values(metric) == {
        (
            ("messaging.system", "kafka"),
            ("messaging.operation.name", "poll"),
            ("messaging.destination.name", "poon.texts.commands"),
            ("messaging.consumer.group.name", "poon-workers.texts"),
        ): 9
    }


def test_a_gauge_keeps_its_unit() -> None:
    family = GaugeMetricFamily("poon_age_seconds", "How old.", labels=["area"], unit="seconds")
    family.add_metric(["texts"], 1.5)
    metric = only(family)
    assert metric.unit == "s"
    assert isinstance(metric.data, otel.Gauge)
    assert values(metric) == {(("area", "texts"),): 1.5}


def test_the_buckets_of_each_series_are_counted_apart() -> None:
    one, two = (("kafka", "process", "t", "g", "c", error) for error in ("", "timeout"))
    metric = only(distribution({one: [0.0004, 0.003, 0.003, 500.0], two: [0.5]}).family())
    assert isinstance(metric.data, otel.Histogram)
    first, second = metric.data.data_points
    assert list(first.explicit_bounds) == list(known.PROCESS.buckets)
    assert first.count == 4
    assert first.sum == pytest.approx(500.0064)
    assert len(first.bucket_counts) == len(first.explicit_bounds) + 1
    assert [(place, count) for place, count in enumerate(first.bucket_counts) if count] == [(0, 1), (3, 2), (20, 1)]
    assert (second.count, (second.attributes or {})["error.type"]) == (1, "timeout")
    assert "error.type" not in (first.attributes or {})


def test_an_exemplar_leads_to_its_span() -> None:
    labels = ("kafka", "process", "t", "g", "c", "")
    made = distribution({labels: [0.003]})
    made.exemplify(labels, 0.003, SPAN, 1.5)
    metric = only(made.family())
    assert isinstance(metric.data, otel.Histogram)
    (told,) = metric.data.data_points[0].exemplars
    assert (told.value, told.time_unix_nano) == (0.003, 1_500_000_000)
    assert (f"{told.trace_id:032x}", f"{told.span_id:016x}") == (SPAN["trace_id"], SPAN["span_id"])


def test_a_family_without_a_sample_is_left_out() -> None:
    assert points([CounterMetricFamily("poon_nothing", "None.", labels=["area"])], BEGAN, NOW) == []


def test_the_librarys_encoder_takes_every_kind() -> None:
    labels = ("kafka", "process", "t", "g", "c", "")
    made = distribution({labels: [0.003]})
    made.exemplify(labels, 0.003, SPAN, 1.5)
    tally = Tally(known.REBALANCES)
    tally.add(("texts",))
    gauge = GaugeMetricFamily("poon_now", "Now.", value=1)
    scope = otel.ScopeMetrics(
        InstrumentationScope("test"), points([made.family(), tally.family(), gauge], BEGAN, NOW), ""
    )
    encoded = encode_metrics(otel.MetricsData([otel.ResourceMetrics(Resource({}), [scope], "")]))
    kinds = [metric.WhichOneof("data") for metric in encoded.resource_metrics[0].scope_metrics[0].metrics]
    assert kinds == ["histogram", "sum", "gauge"]
