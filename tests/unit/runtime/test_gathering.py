"""What is decided together: one call for many, and each delivery an end of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from contracts.base import Command
from contracts.errors import ErrorCode
from tests.fakes.clock import NOON, settle
from tests.fakes.commands import decision, text_record
from workers.domain.errors import RejectionError
from workers.ports.errors import TransientError, UnavailableError
from workers.ports.handling import Asked, CommandContext, Decided, Decision, Together
from workers.runtime.deliveries import Delivery, receive
from workers.runtime.gathering import MOST_TOGETHER, Ends, Gathering
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.supervisor import Supervisor

REFUSED = RejectionError(ErrorCode.NO_AMOUNT, "no amount")


@dataclass
class Bench:
    """A gathering whose handler answers what the test says, once it is let.

    Attributes:
        groups: the ids of the commands of each call.
        answers: what is raised or told of a command by its id; a decision where nothing is said.
        together: what every call of more than one raises.
    """

    budget: float = 60.0
    groups: list[list[str]] = field(default_factory=list)
    answers: dict[str, Exception] = field(default_factory=dict)
    together: Exception | None = None
    ended: list[tuple[str, object]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self.supervisor = Supervisor()
        ends = Ends(self._ended, self._ended)
        self.gathering = Gathering(Together(self._decide), self.budget, ends, self.supervisor.spawn)

    def _ended(self, delivery: Delivery, end: object) -> None:
        self.ended.append((delivery.envelope.id, end))

    async def _decide(self, asked: Sequence[Asked[Command]]) -> Sequence[Decided]:
        names = [one.context.command_id for one in asked]
        self.groups.append(names)
        await self.gate.wait()
        if self.together is not None and len(asked) > 1:
            raise self.together
        answers = [self.answers.get(name, decision()) for name in names]
        for answer in answers:
            if isinstance(answer, Exception) and not isinstance(answer, RejectionError):
                raise answer
        return [answer for answer in answers if isinstance(answer, Decision | RejectionError)]

    def add(self, *names: str) -> list[Delivery]:
        added = [receive(text_record(number, name), PartitionOffsets()) for number, name in enumerate(names)]
        for delivery in added:
            assert delivery.command is not None
            context = CommandContext(delivery.envelope.id, "", "acme", "nok", NOON, NOON)
            self.gathering.add(delivery, Asked(delivery.command, context))
        return added


async def test_all_that_are_added_in_one_go_are_decided_by_one_call_each_with_its_own_end() -> None:
    bench = Bench(answers={"b": REFUSED})
    bench.add("a", "b", "c")
    await settle()
    assert bench.groups == [["a", "b", "c"]]
    assert bench.ended == [("a", decision()), ("b", REFUSED), ("c", decision())]


async def test_what_comes_while_a_group_is_decided_is_the_next_group() -> None:
    bench = Bench()
    bench.gate.clear()
    bench.add("a")
    await settle()
    bench.add("b")
    bench.add("c")
    await settle()
    assert bench.groups == [["a"]]
    bench.gate.set()
    await settle()
    assert bench.groups == [["a"], ["b", "c"]]
    bench.add("d")
    await settle()
    assert bench.groups[2:] == [["d"]]
    assert [name for name, _ in bench.ended] == ["a", "b", "c", "d"]


async def test_a_group_has_a_bound() -> None:
    bench = Bench()
    bench.add(*(f"c{number}" for number in range(MOST_TOGETHER + 1)))
    await settle()
    assert list(map(len, bench.groups)) == [MOST_TOGETHER, 1]


async def test_a_delivery_that_is_another_members_meanwhile_is_told_nothing_and_not_asked_for_again() -> None:
    bench = Bench()
    bench.gate.clear()
    (first, _) = bench.add("a", "b")
    await settle()
    (waiting,) = bench.add("c")
    first.gone = waiting.gone = True
    bench.gate.set()
    await settle()
    assert bench.groups == [["a", "b"]]
    assert [name for name, _ in bench.ended] == ["b"]


@pytest.mark.parametrize(
    "error", [UnavailableError("database"), TransientError(ErrorCode.BACKEND_UNAVAILABLE, "down"), TimeoutError()]
)
async def test_what_is_missing_is_missing_for_all(error: Exception) -> None:
    bench = Bench(together=error)
    (_, gone, _) = bench.add("a", "b", "c")
    bench.gate.clear()
    await settle()
    gone.gone = True
    bench.gate.set()
    await settle()
    assert bench.groups == [["a", "b", "c"]]
    assert bench.ended == [("a", error), ("c", error)]


async def test_a_defect_that_one_of_them_meets_is_not_that_of_its_neighbours() -> None:
    defect = ValueError("b is odd")
    bench = Bench(answers={"b": defect})
    bench.add("a", "b", "c")
    await settle()
    assert bench.groups == [["a", "b", "c"], ["a"], ["b"], ["c"]]
    assert bench.ended == [("a", decision()), ("b", defect), ("c", decision())]


async def test_one_that_is_gone_while_a_defect_is_looked_for_is_not_asked_for() -> None:
    bench = Bench(together=ValueError("somebody's"))
    bench.gate.clear()
    (_, gone, _) = bench.add("a", "b", "c")
    await settle()
    gone.gone = True
    bench.gate.set()
    await settle()
    assert bench.groups == [["a", "b", "c"], ["a"], ["c"]]


async def test_a_call_that_takes_too_long_fails_for_all_of_them() -> None:
    bench = Bench(budget=0.0)
    bench.gate.clear()
    bench.add("a", "b")
    await settle()
    await asyncio.wait_for(bench.supervisor.first_of(*[until(bench, 2)]), 10)
    assert [(name, type(error)) for name, error in bench.ended] == [("a", TimeoutError), ("b", TimeoutError)]


async def until(bench: Bench, count: int) -> None:
    while len(bench.ended) < count:
        await settle()


async def test_for_one_command_it_is_a_handler_as_any_other() -> None:
    bench = Bench(answers={"b": REFUSED})
    handler = Together(bench._decide)  # noqa: SLF001  what the gathering is given
    command = receive(text_record(1, "a"), PartitionOffsets()).command
    assert command is not None
    assert await handler(command, CommandContext("a", "", "acme", "nok", NOON, NOON)) == decision()
    with pytest.raises(RejectionError) as raised:
        await handler(command, CommandContext("b", "", "acme", "nok", NOON, NOON))
    assert raised.value is REFUSED
