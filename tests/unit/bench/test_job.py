import pytest

from contracts.codec import decode_command
from contracts.commands.spending import RecordSpending
from tests.bench.job import Job, plan, size_of


def test_the_same_job_gives_the_same_records() -> None:
    assert list(plan(Job(50))) == list(plan(Job(50)))
    assert list(plan(Job(50))) != list(plan(Job(50, seed=2)))


def test_a_shorter_job_is_the_beginning_of_a_longer_one() -> None:
    assert list(plan(Job(10))) == list(plan(Job(50)))[:10]


def test_every_command_is_one_the_fleet_accepts_and_of_its_amount() -> None:
    for planned in plan(Job(200)):
        command = decode_command(RecordSpending.type, planned.record.value)
        assert isinstance(command, RecordSpending)
        assert command.amount.amount == planned.amount


def test_there_are_as_many_keys_as_asked_for() -> None:
    assert len({planned.record.key for planned in plan(Job(2_000, keys=20))}) == 20


def test_a_message_is_as_long_as_those_of_the_published_numbers() -> None:
    sizes = [size_of(planned.record) for planned in plan(Job(200))]
    assert sum(sizes) / len(sizes) == pytest.approx(470, abs=30)


def test_padding_makes_messages_longer_by_that_much() -> None:
    short, long = next(plan(Job(1))), next(plan(Job(1, padding=1_000)))
    assert size_of(long.record) - size_of(short.record) == pytest.approx(1_000, abs=20)
