"""Every contender finds the same call in the same command."""

from contracts.codec import decode_command
from contracts.commands.spending import RecordSpending
from tests.bench.head_of_line.calls import Calls
from tests.bench.head_of_line.commands import (
    CALL_HEADER,
    STUCK_OWNER,
    SlowJob,
    StuckKey,
    seconds_of,
    slow_plan,
    unstuck,
)

CALLS = Calls.of(mean=0.2, p99=2.0, cap=5.0)
JOB = SlowJob(200, 20, CALLS)
STUCK = SlowJob(200, 20, CALLS, stuck=StuckKey(every=10, is_stuck=True))


def test_the_same_job_gives_the_same_commands_and_calls() -> None:
    assert list(slow_plan(JOB)) == list(slow_plan(JOB))


def test_payload_and_header_tell_the_same_call() -> None:
    for command in slow_plan(JOB):
        record = command.planned.record
        assert seconds_of(decode_command(RecordSpending.type, record.value)) == command.seconds
        assert int(dict(record.headers)[CALL_HEADER]) / 1e6 == command.seconds


def test_commands_are_numbered_as_they_are_sent() -> None:
    assert [command.number for command in slow_plan(JOB)] == list(range(200))


def test_there_are_as_many_keys_as_asked_for() -> None:
    assert len({command.key for command in slow_plan(JOB)}) == 20


def test_each_call_of_a_stuck_key_takes_as_long_as_a_call_can() -> None:
    stuck = [command for command in slow_plan(STUCK) if STUCK_OWNER in command.key]
    assert len(stuck) == 20
    assert {command.seconds for command in stuck} == {5.0}


def test_whether_a_key_is_stuck_changes_nothing_for_the_others() -> None:
    with_it, without_it = list(slow_plan(STUCK)), list(slow_plan(unstuck(STUCK)))
    assert [command.key for command in with_it] == [command.key for command in without_it]
    changed = {one.key for one, other in zip(with_it, without_it, strict=True) if one != other}
    assert changed == {f"bench/{STUCK_OWNER}"}
