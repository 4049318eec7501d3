import pytest

from tests.bench.breakdown import STARTING, WAITING, Entry, Function, by_package, package_of

DECIDE: Function = ("/x/workers/handlers/spending.py", 12, "record_spending")
SEND: Function = ("/v/lib/python3.11/site-packages/aiokafka/producer/producer.py", 5, "send")
DUMP: Function = ("~", 0, "<method 'to_json' of 'pydantic_core._pydantic_core.SchemaSerializer' objects>")
POLL: Function = ("~", 0, "<method 'poll' of 'select.epoll' objects>")
LOOP: Function = ("/lib/python3.11/asyncio/base_events.py", 1845, "_run_once")


@pytest.mark.parametrize(
    ("function", "package"),
    [
        (DECIDE, "workers.handlers"),
        (("/x/contracts/codec.py", 1, "encode"), "contracts.codec"),
        (SEND, "aiokafka"),
        (LOOP, "Python's asyncio"),
        (("/lib/python3.11/uuid.py", 725, "uuid5"), "Python's uuid"),
        (("<frozen importlib._bootstrap>", 1, "_find_and_load"), STARTING),
        (POLL, WAITING),
    ],
)
def test_a_function_belongs_to_a_package(function: Function, package: str) -> None:
    assert package_of(function) == package


def test_what_is_built_in_counts_for_those_who_call_it() -> None:
    calls = {DECIDE: (1, 1, 0.75, 0.75), SEND: (1, 1, 0.25, 0.25)}
    stats: dict[Function, Entry] = {
        DECIDE: (1, 1, 2.0, 3.0, {}),
        SEND: (1, 1, 1.0, 1.0, {DECIDE: (1, 1, 1.0, 1.0)}),
        DUMP: (2, 2, 1.0, 1.0, calls),
    }
    assert by_package(stats) == {"workers.handlers": 2.75, "aiokafka": 1.25}


def test_waiting_for_the_network_is_nobodys_work() -> None:
    stats: dict[Function, Entry] = {POLL: (1, 1, 9.0, 9.0, {LOOP: (1, 1, 9.0, 9.0)})}
    assert by_package(stats) == {WAITING: 9.0}
