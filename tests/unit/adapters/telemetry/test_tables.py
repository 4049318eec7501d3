"""Our tables tell what prometheus-client's own metrics would."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import Exemplar, Metric

from adapters.telemetry.instruments import Instrument
from adapters.telemetry.tables import Distribution, Tally

BUCKETS = (0.125, 1.0, 10.0)
SECONDS = Instrument("histogram", "x_seconds", "Time.", ("area",), "seconds", BUCKETS)
TOTAL = Instrument("counter", "x", "Count.", ("area", "code"))


def told(metric: Metric) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for sample in metric.samples
        if not sample.name.endswith("_created")
    }


@given(st.lists(st.lists(st.sampled_from([0.0, 0.0625, 0.125, 0.5, 1.0, 1.5, 10.0, 11.0, 1e9]))))
def test_a_histogram_of_batches_equals_the_librarys_of_single_values(batches: list[list[float]]) -> None:
    registry = CollectorRegistry()
    theirs = Histogram("x", "Time.", ["area"], unit="seconds", buckets=BUCKETS, registry=registry)
    child, ours = theirs.labels("texts"), Distribution(SECONDS)
    ours.observe(("texts",), [])
    for batch in batches:
        ours.observe(("texts",), batch)
        for value in batch:
            child.observe(value)
    assert told(ours.family()) == told(next(iter(registry.collect())))


def test_a_counter_equals_the_librarys() -> None:
    registry = CollectorRegistry()
    theirs, ours = Counter("x", "Count.", ["area", "code"], registry=registry), Tally(TOTAL)
    for code, amount in (("", 200), ("no_amount", 3), ("", 1), ("unseen", 0)):
        theirs.labels("texts", code).inc(amount)
        ours.add(("texts", code), amount)
    assert told(ours.family()) == told(next(iter(registry.collect())))


def test_a_clock_that_was_set_back_makes_no_negative_time() -> None:
    ours = Distribution(SECONDS)
    ours.observe(("texts",), [-5.0, 0.5])
    samples = {sample.name: sample.value for sample in ours.family().samples}
    assert (samples["x_seconds_count"], samples["x_seconds_sum"]) == (2, 0.5)


def test_an_exemplar_stands_for_the_bucket_of_its_value_until_a_newer_one_comes() -> None:
    ours = Distribution(SECONDS)
    ours.observe(("texts",), [0.1, 0.5, 20.0])
    for value, trace in ((0.5, "old"), (0.75, "new"), (20.0, "above")):
        ours.exemplify(("texts",), value, {"trace_id": trace}, 1_700_000_000.0)
    told = {sample.labels["le"]: sample.exemplar for sample in ours.family().samples if "le" in sample.labels}
    assert told["0.125"] is told["10.0"] is None
    assert told["1.0"] == Exemplar({"trace_id": "new"}, 0.75, 1_700_000_000.0)
    assert told["+Inf"] == Exemplar({"trace_id": "above"}, 20.0, 1_700_000_000.0)


def test_a_total_counted_elsewhere_replaces_the_last_one() -> None:
    ours = Tally(TOTAL)
    ours.put(("texts", ""), 5)
    ours.put(("texts", ""), 7)
    assert [sample.value for sample in ours.family().samples] == [7]
