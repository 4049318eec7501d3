import pytest

from contracts.codec import decode_command
from contracts.commands.spending import RecordSpending
from tests.bench.job import MOST_PADDING, Job, plan, size_of


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


@pytest.mark.parametrize("padding", [0, 3, 1_023, 6_000, MOST_PADDING])
def test_padding_adds_its_bytes_up_to_what_the_contract_allows(padding: int) -> None:
    (plain,), (padded,) = plan(Job(1)), plan(Job(1, padding=padding))
    more = size_of(padded.record) - size_of(plain.record)
    names = ',"raw_text":""' * (padding > 0) + ',"description":""' * (padding > 6_000)
    assert more == padding + len(names)
