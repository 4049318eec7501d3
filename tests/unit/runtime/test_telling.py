"""What observers are told of a command besides how it ended: calls at backends, its decision, when it was stored."""

from collections.abc import AsyncIterator

import pytest

from contracts.errors import ErrorCode
from contracts.events.texts import TextParsed
from tests.fakes.commands import decision, text_record
from tests.unit.runtime.test_settling import GONE, Bench, delivered
from workers.ports.calls import Call, note
from workers.ports.errors import RejectionError
from workers.ports.handling import Decision

CALL = Call("text_extraction", "fake/model", 0.0, 0.0)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.supervisor.close()


def after_calling(backend: str, error: Exception | None = None) -> Decision:
    note(CALL._replace(backend=backend))
    if error is not None:
        raise error
    return decision()


async def test_calls_are_told_with_the_attempt_they_were_made_for(bench: Bench) -> None:
    bench.plan = [lambda: after_calling("first", GONE), lambda: after_calling("second")]
    await bench.settle(delivered())
    (attempt,), (settled,) = bench.observer.attempts, bench.observer.told
    assert [call.backend for call in attempt.calls] == ["first"]
    assert [call.backend for call in settled.calls] == ["second"]


async def test_calls_of_one_command_are_not_told_of_another(bench: Bench) -> None:
    bench.plan = [lambda: after_calling("own")]
    for number in (1, 2):
        await bench.settle(delivered(text_record(number, f"c{number}")))
    assert [[call.backend for call in settled.calls] for settled in bench.observer.told] == [["own"], []]


async def test_a_decision_is_told_with_when_it_began_and_was_stored(bench: Bench) -> None:
    bench.plan = [GONE]
    await bench.settle(delivered())
    (settled,) = bench.observer.told
    assert settled.first == 0.0
    assert settled.first < settled.started <= settled.decided
    assert settled.storing is not None
    assert settled.stored is not None
    assert settled.decided <= settled.storing <= settled.stored
    assert settled.decision is not None
    assert [type(made.payload) for made in settled.decision.events] == [TextParsed]


async def test_a_refusal_is_no_decision_of_a_handler(bench: Bench) -> None:
    bench.plan = [RejectionError(ErrorCode.NO_AMOUNT, "no amount")]
    await bench.settle(delivered())
    (settled,) = bench.observer.told
    assert (settled.decision, settled.code) == (None, ErrorCode.NO_AMOUNT)


async def test_what_was_decided_before_tells_neither_a_decision_nor_a_transaction(bench: Bench) -> None:
    await bench.settle(delivered())
    again = delivered()
    again.recorded = tuple((await bench.store.recorded([again.inbox_key]))[again.inbox_key])
    await bench.settle(again)
    settled = bench.observer.told[-1]
    assert (settled.duplicate, settled.decision, settled.storing, settled.stored) == (True, None, None, None)
