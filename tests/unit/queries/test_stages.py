"""Where the time of traced commands went."""

from hypothesis import given
from hypothesis import strategies as st

from workers.ports.traces import TracedSpan
from workers.queries.stages import Stage, stages

TOPIC = "poon.texts.commands"
PROCESS = f"process {TOPIC}"


def span(name: str, start: float, end: float, parent: str = "root", trace: str = "t") -> TracedSpan:
    return TracedSpan(trace, f"{name}-{start}", parent, name, start, end)


def command(start: float, end: float, own_id: str = "root", parent: str = "", trace: str = "t") -> TracedSpan:
    return TracedSpan(trace, own_id, parent, PROCESS, start, end, "c-1", TOPIC)


def own_times(*spans: TracedSpan) -> dict[str, float]:
    return {stage.name: stage.own for stage in stages(spans)}


def test_a_span_s_own_time_is_what_none_of_its_children_was_at_work_in() -> None:
    handle = TracedSpan("t", "h", "root", "handle", 1.0, 9.0)
    found = own_times(command(0.0, 10.0), handle, span("chat m", 2.0, 8.0, "h"))
    assert found == {PROCESS: 2.0, "handle": 2.0, "chat m": 6.0}


def test_children_at_work_at_the_same_time_take_it_once() -> None:
    found = own_times(command(0.0, 10.0), span("a", 1.0, 6.0), span("b", 4.0, 8.0), span("c", 5.0, 6.0))
    assert found == {PROCESS: 3.0, "a": 5.0, "b": 4.0, "c": 1.0}


def test_a_child_takes_no_more_than_its_parent_has() -> None:
    assert own_times(command(2.0, 4.0), span("a", 0.0, 3.0)) == {PROCESS: 1.0, "a": 3.0}


def test_what_a_message_was_on_the_way_for_is_a_stage_of_its_own() -> None:
    found = own_times(command(0.0, 1.0), command(5.0, 6.0, "second", parent="root"))
    assert found == {PROCESS: 2.0, f"on the way to {TOPIC}": 4.0}


def test_the_stage_that_took_the_most_comes_first_and_names_the_trace_to_look_at() -> None:
    slow = command(0.0, 3.0, "x", trace="slow")
    found = stages([command(0.0, 1.0), slow, span("store", 0.0, 0.5), slow])
    assert found == [Stage(PROCESS, 2, 3.5, 3.0, "slow"), Stage("store", 1, 0.5, 0.5, "t")]


def test_traces_without_a_command_are_left_out() -> None:
    assert stages([span("store", 0.0, 5.0, parent="", trace="batch")]) == []
    assert stages([]) == []


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10))))
def test_no_own_time_is_negative_and_the_root_s_is_what_is_not_covered(pairs: list[tuple[float, float]]) -> None:
    children = [span(f"part {number}", min(pair), max(pair)) for number, pair in enumerate(pairs)]
    found = own_times(command(0.0, 10.0), *children)
    assert all(own >= 0 for own in found.values())
    assert found[PROCESS] <= 10.0
    assert found[PROCESS] + sum(own for name, own in found.items() if name != PROCESS) >= 10.0 - 1e-6
