"""Which of the events a command led to is taken for its outcome."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from contracts.base import Event
from contracts.events.categories import MappingSuperseded
from contracts.events.workflows import StepStarted, WorkflowStarted
from contracts.examples import EXAMPLES
from contracts.values import Category
from tests.fakes.clock import FakeClock
from tests.fakes.commands import parsed
from tests.unit.entrypoints.outcomes import outcome, unreadable
from workers.entrypoints.waiting import outcomes_of
from workers.ports.outcomes import Outcome

NOTICE = MappingSuperseded(mapping_id=UUID(int=1), version=2, key="a", category=Category.FOOD, by=UUID(int=2))


def example(name: str) -> Event:
    (message,) = [one.message for one in EXAMPLES if one.name == name]
    assert isinstance(message, Event)
    return message


def decided(event: Event, area: str, command_id: str = "c-1") -> Outcome:
    """An event, and the area whose handler decided it."""
    found = outcome(event, command_id)
    assert found.envelope is not None
    return replace(found, envelope=found.envelope._replace(source=f"/poon/workers/{area}"))


class Reader:
    """`OutcomeReader` of what the test says, all at once; time passes when there is nothing left."""

    def __init__(self, clock: FakeClock, *found: Outcome) -> None:
        self._clock = clock
        self._found = list(found)

    async def start(self) -> None:
        """There is nothing to connect to."""

    async def stop(self) -> None:
        """There is nothing to disconnect from."""

    async def read(self, timeout_seconds: float) -> Sequence[Outcome]:
        if not self._found:
            self._clock.jump(timeout_seconds)
        found, self._found = self._found, []
        return found


async def awaited(*found: Outcome, commands: Sequence[str] = ("c-1",)) -> dict[str, Outcome]:
    clock = FakeClock()
    seen: list[Outcome] = []
    ended = await outcomes_of(commands, Reader(clock, *found), clock, 5, seen.append)
    assert seen == list(ended.values())
    return ended


async def test_the_first_outcome_of_each_command_is_taken() -> None:
    first, again = decided(parsed("65.00"), "texts"), decided(parsed("66.00"), "texts")
    other = decided(parsed(), "texts", "c-2")

    assert await awaited(first, again, other, commands=("c-1", "c-2")) == {"c-1": first, "c-2": other}


async def test_a_notice_beside_the_outcome_is_not_taken_for_it() -> None:
    reviewed = decided(example("a candidate approved"), "categories")

    assert await awaited(decided(NOTICE, "categories"), reviewed) == {"c-1": reviewed}


async def test_what_a_correction_taught_is_not_taken_for_its_outcome() -> None:
    learned, corrected = (decided(example(name), "spending") for name in ("a merchant taught", "a corrected category"))

    assert await awaited(learned, corrected) == {"c-1": corrected}


async def test_what_was_taught_by_hand_is_an_outcome() -> None:
    learned = decided(example("a merchant taught"), "categories")

    assert await awaited(learned) == {"c-1": learned}


async def test_an_outcome_whose_payload_cannot_be_read_is_one_all_the_same() -> None:
    broken = replace(decided(parsed(), "texts"), event=None, problem="no JSON")

    assert await awaited(unreadable(), broken) == {"c-1": broken}


async def test_nothing_is_waited_for_longer_than_was_asked() -> None:
    assert await awaited(decided(parsed(), "texts", "another")) == {}


async def test_what_a_workflow_tells_on_its_way_is_no_outcome_of_the_command_that_began_it() -> None:
    about = {"workflow_id": UUID(int=1), "workflow": "process_receipt"}
    begun = StepStarted(**about, step="extract", attempt=1, command_id="x", command_type="t")  # type: ignore[arg-type]
    answer = decided(WorkflowStarted(**about), "workflows")  # type: ignore[arg-type]

    assert await awaited(decided(begun, "workflows"), answer) == {"c-1": answer}
