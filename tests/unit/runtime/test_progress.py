"""Commit metadata: exact, bounded, and harmless when it is not ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.runtime.progress import MAX_LENGTH, Run, covers, decode, encode


@st.composite
def runs_above(draw: st.DrawFn) -> tuple[int, list[Run]]:
    start = draw(st.integers(0, 2**50))
    position, runs = start, []
    for gap, length in draw(st.lists(st.tuples(st.integers(1, 5_000), st.integers(1, 5_000)), max_size=400)):
        runs.append(Run(position + gap, position + gap + length))
        position = runs[-1].end
    return start, runs


@given(runs_above())
def test_what_is_written_is_read_back_up_to_the_bound(case: tuple[int, list[Run]]) -> None:
    start, runs = case
    written = encode(start, runs)
    assert len(written) <= MAX_LENGTH
    read = decode(start, written)
    assert list(read) == runs[: len(read)]
    if len(written) < MAX_LENGTH - 30:
        assert len(read) == len(runs)


def test_no_runs_are_no_metadata() -> None:
    assert encode(7, []) == ""
    assert decode(7, "") == ()


@pytest.mark.parametrize("text", ["f2 1-1", "something else", "f1 ", "f1 x-1", "f1 1", "f1 1-0", "f1 -1-2", "f1 1-2-3"])
def test_metadata_of_others_or_in_tatters_tells_nothing(text: str) -> None:
    assert decode(7, text) == ()


def test_a_run_covers_its_start_and_not_its_end() -> None:
    runs = (Run(3, 5), Run(9, 10))
    assert [offset for offset in range(12) if covers(runs, offset)] == [3, 4, 9]
