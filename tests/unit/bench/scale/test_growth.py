from tests.bench.scale.growth import GROWING, WARM_SEED, Dimension, GrowthOptions, series_of


def jobs(dimension: Dimension, *sizes: int, messages: int = 2_000) -> list[tuple[int, int, int, int]]:
    """Partitions, messages, keys and padding of every job of a round."""
    found = series_of(GrowthOptions(dimension, sizes, messages))
    return [(each.partitions, job.messages, job.keys, job.padding) for each in found for _, job in each.jobs]


def test_small_backlogs_are_given_several_times_and_large_ones_once() -> None:
    assert [job[1] for job in jobs(Dimension.BACKLOG, 1_000, 10_000)] == [1_000, 1_000, 10_000]


def test_only_keys_grow() -> None:
    assert jobs(Dimension.KEYS, 10, 100_000) == [(12, 2_000, 10, 0), (12, 2_000, 100_000, 0)]


def test_only_the_size_grows() -> None:
    assert jobs(Dimension.SIZE, 0, 9_000) == [(12, 2_000, 1_000, 0), (12, 2_000, 1_000, 9_000)]


def test_partitions_grow_from_process_to_process() -> None:
    assert jobs(Dimension.PARTITIONS, 1, 96) == [(1, 2_000, 1_000, 0), (96, 2_000, 1_000, 0)]
    assert len(series_of(GrowthOptions(Dimension.PARTITIONS, (1, 96)))) == 2


def test_one_process_is_given_no_command_twice() -> None:
    for dimension in Dimension:
        for series in series_of(GrowthOptions(dimension, GROWING[dimension].sizes)):
            seeds = [job.seed for _, job in series.jobs]
            assert len(set(seeds)) == len(seeds)
            assert WARM_SEED not in seeds
