"""Recording one entry, by the handler that records many."""

from functools import partial

from contracts.commands.spending import RecordSpending
from workers.handlers.spending import Duplicates, record_together
from workers.handlers.table import together
from workers.ports.handling import CommandContext, Decision
from workers.ports.store import SpendingRepository


async def record_spending(
    command: RecordSpending, context: CommandContext, *, entries: SpendingRepository, duplicates: Duplicates
) -> Decision:
    """Record an entry alone."""
    _, handler = together(RecordSpending, partial(record_together, entries=entries, duplicates=duplicates))
    made = handler(command, context)
    assert not isinstance(made, Decision)
    return await made
