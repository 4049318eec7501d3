from tests.bench.scale.memory import MemorySample, curve, faults, trends_of
from tests.bench.scale.usage import Usage


def samples(leak: float) -> list[MemorySample]:
    """MiB more every thousand messages."""
    return [MemorySample(place * 1_000, Usage(150 + leak * place, 140 + leak * place, 30, 5)) for place in range(101)]


def test_steady_memory_is_no_fault() -> None:
    assert faults(trends_of(samples(0.0), 8.0), 150.0, 250.0) == []


def test_a_leak_is_a_fault() -> None:
    found = faults(trends_of(samples(0.5), 8.0), 200.0, 250.0)
    assert found == [
        "resident memory grew by 40.0 MiB, 8 are allowed",
        "proportional memory grew by 40.0 MiB, 8 are allowed",
    ]


def test_too_high_a_peak_is_a_fault() -> None:
    assert faults(trends_of(samples(0.0), 8.0), 260.0, 250.0) == ["the peak is 260 MiB, 250 are allowed"]


def test_the_curve_is_a_few_of_the_samples_from_first_to_last() -> None:
    shown = curve(samples(0.0))
    assert len(shown) == 12
    assert (shown[0].handled, shown[-1].handled) == (0, 100_000)
