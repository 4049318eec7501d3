from tests.bench.scale.soaking import SoakOptions, SoakSample, faults, trends_of
from tests.bench.scale.usage import Usage

OPTIONS = SoakOptions(minutes=10, rate=200, memory_mib=10, most_mib=300)
STEADY = Usage(150.0, 140.0, 40, 8)


def soaked(*, grown: Usage, connections: float = 0, lag: float = 0) -> list[SoakSample]:
    """Ten minutes; the second worker has grown by that much in the end."""
    return [
        SoakSample(
            seconds=second,
            workers=(
                STEADY,
                Usage(
                    STEADY.rss_mib + grown.rss_mib * second / 600,
                    STEADY.pss_mib,
                    STEADY.descriptors + grown.descriptors * second // 600,
                    STEADY.threads + grown.threads * second // 600,
                ),
            ),
            connections=8 + int(connections * second / 600),
            lag=20 + int(lag * second / 600),
        )
        for second in range(0, 601, 5)
    ]


def test_a_fleet_that_holds_no_more_in_the_end_has_no_fault() -> None:
    assert faults(soaked(grown=Usage(0, 0, 0, 0)), OPTIONS) == []


def test_the_worker_whose_memory_grows_is_named() -> None:
    assert faults(soaked(grown=Usage(100, 0, 0, 0)), OPTIONS) == [
        "worker 2: resident memory grew by 80.0 MiB, 10 are allowed"
    ]


def test_descriptors_threads_connections_and_lag_may_not_grow() -> None:
    found = faults(soaked(grown=Usage(0, 0, 60, 12), connections=30, lag=3_000), OPTIONS)
    assert [sentence.split(" grew")[0] for sentence in found] == [
        "worker 2: open descriptors",
        "worker 2: threads",
        "database connections",
        "lag",
    ]


def test_too_much_memory_is_a_fault_also_when_it_does_not_grow() -> None:
    (fault,) = faults(soaked(grown=Usage(0, 0, 0, 0)), SoakOptions(minutes=10, most_mib=100))
    assert fault == "a worker held 150 MiB, 100 are allowed"


def test_every_worker_has_its_trends() -> None:
    assert len(trends_of(soaked(grown=STEADY), OPTIONS)) == 2 * 3 + 2


def test_a_short_soak_is_looked_at_more_often_than_a_long_one() -> None:
    assert SoakOptions(minutes=1).every == 1.0
    assert SoakOptions(minutes=60).every == 15.0
