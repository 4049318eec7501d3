"""Where a workflow stands on the board is the fold of its stored events, whatever happened to it."""

from itertools import product
from uuid import UUID

import pytest

from contracts.codec import decode_command
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.workflows import FireTimer, SteerWorkflow, WorkflowAction
from contracts.registry import COMMANDS
from tests.unit.workflows.test_handlers import READ, WORKFLOW_ID, Bench, delivery_of
from tests.unit.workflows.world import failed, rejected, success
from workers.domain.errors import RejectionError
from workers.workflows.histories import read_history
from workers.workflows.receipts import EXTRACT, RECORD

HAPPENINGS = ("well", "rejected", "failed", "aborted")


async def happen(bench: Bench, what: str, number: int, answered: set[UUID]) -> None:
    """Have the last command that was sent answered, or sent again where it was; or have an operator abort."""
    if what == "aborted":
        steer = SteerWorkflow(workflow_id=WORKFLOW_ID, action=WorkflowAction.ABORT, by="somchai", reason="a mistake")
        await bench.take(delivery_of(steer, f"steer-{number}"))
        return
    sent = [row for row in await bench.history() if row.type in COMMANDS][-1]
    command = decode_command(sent.type, sent.data.encode())
    good = READ if isinstance(command, ExtractReceipt) else None
    if sent.id in answered:
        due = FireTimer(workflow_id=WORKFLOW_ID, step=EXTRACT if good else RECORD, token=f"retry:{sent.id}")
        await bench.take(delivery_of(due, f"timer-{number}"))
        return
    answered.add(sent.id)
    answers = {"rejected": rejected, "failed": failed, "well": lambda: good or success(command)}
    await bench.answer(sent, answers[what]())


@pytest.mark.parametrize("script", list(product(HAPPENINGS, repeat=3)), ids="-".join)
async def test_the_row_of_a_workflow_is_the_fold_of_its_stored_events(script: tuple[str, ...]) -> None:
    bench = Bench()
    await bench.begin()
    answered = set[UUID]()
    for number, what in enumerate(script):
        try:
            await happen(bench, what, number, answered)
        except RejectionError:  # the workflow is past that: nothing was stored
            continue
        assert bench.last is not None
        assert bench.last.workflow is not None
        row, rows = bench.last.workflow.run, await bench.history()
        folded = read_history(rows).state
        assert (row.phase, row.step, row.version) == (folded.phase, folded.at, rows[-1].version)
        assert read_history(rows).state == folded
