"""Decides whether a workflow's steps were done once, and undone where it was compensated. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.registry import COMMANDS
from tests.ledger.told import Told

ENDS: Final = frozenset({"workflow.completed", "workflow.compensated"})
STEPS: Final = {
    "process_receipt": ("extract", "record"),
    "import_statement": ("survey", "rows", "close"),
    "close_month": ("freeze", "analyse", "forecast", "report"),
}
"""What has to be done of each workflow that completes; those of months' middle in any order."""
UNDONE: Final = frozenset({"record", "survey", "freeze"})
"""What is undone where it was done."""
_Way = tuple[str, bool, int]
"""A step, whether it is being undone, and which part of it."""


@dataclass(slots=True)
class _Account:
    """How far the steps are.

    Attributes:
        under_way: the command of each.
        done: in the order they were.
        sent: the commands that steps began with.
        wrong: what was found, a sentence each.
    """

    under_way: dict[tuple[str, bool], str] = field(default_factory=dict)
    done: list[_Way] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def note(self, told: Told) -> None:
        """Go on by one event."""
        data = told.data
        if told.short == "step.started":
            self._started((data["step"], bool(data.get("undo"))), data["command_id"])
        elif told.short == "step.succeeded":
            self._succeeded(data)
        elif told.short == "step.failed":
            self.under_way.pop((data["step"], bool(data.get("undo"))), None)

    def _started(self, way: tuple[str, bool], command_id: str) -> None:
        if way in self.under_way:
            self.wrong.append(f"doubled: step {way} began again while it was under way")
        self.under_way[way] = command_id
        self.sent.append(command_id)

    def _succeeded(self, data: Any) -> None:  # noqa: ANN401  a payload
        way = (data["step"], bool(data.get("undo")))
        if self.under_way.pop(way, None) != data["command_id"]:
            self.wrong.append(f"doubled: step {way} was done by {data['command_id']}, which was not under way")
        self.done.append((*way, data.get("part") or 1))


def step_violations(name: str, history: Sequence[Told]) -> Iterator[str]:
    """What is wrong with the steps of a workflow that has ended, a sentence each."""
    account = _Account()
    for told in history:
        account.note(told)
    yield from (f"{sentence}, of {name}" for sentence in account.wrong)
    for way in account.under_way:
        yield f"left behind: step {way} of {name}"
    if len(set(account.done)) != len(account.done):
        yield f"doubled: a step of {name} was done twice: {account.done}"
    sent = [str(told.row.id) for told in history if told.row.type in COMMANDS]
    if sorted(sent) != sorted(account.sent):
        yield f"left behind: {name} sent {len(sent)} commands for {len(account.sent)} steps"
    end = next(told for told in history if told.short in ENDS)
    yield from _judged(name, end, account.done)


def _judged(name: str, end: Told, done: Sequence[_Way]) -> Iterator[str]:
    forth = list(dict.fromkeys(step for step, undo, _ in done if not undo))
    back = [step for step, undo, _ in done if undo]
    if end.short == "workflow.completed":
        wanted = STEPS[end.data["workflow"]]
        if sorted(forth) != sorted(wanted) or back:
            yield f"wrong: {name} completed, having done {forth} and undone {back}"
        return
    left = [step for step in reversed(forth) if step in UNDONE and step not in back]
    # What was given up as uncertain is undone as well, done or not; and nothing else is.
    if left or not set(back) <= UNDONE:
        yield f"left behind: {name} was compensated, having done {forth} and undone {back}"
    if list(end.data.get("undone", ())) != back:
        yield f"wrong: {name} tells that {end.data.get('undone')} were undone, and {back} were"
