"""What a run with workflows left behind, in the store and on the topics, arranged for whoever judges it. Pure."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from contracts.registry import COMMANDS
from tests.ledger.checker import Seen
from workers.domain.spending import entry_stream
from workers.ports.store import StoredEvent
from workers.workflows.handlers import stream_of


class Entry(NamedTuple):
    """An entry as it stands in the end."""

    owner: str
    amount: Decimal
    version: int = 1
    is_deleted: bool = False


class Run(NamedTuple):
    """A workflow as the board shows it."""

    phase: str
    version: int


class Told(NamedTuple):
    """A row of the event table with its payload read.

    Attributes:
        short: its type without what all types share: `step.started`.
    """

    row: StoredEvent
    data: Mapping[str, Any]

    @property
    def short(self) -> str:
        return short(self.row.type)


@dataclass(frozen=True)
class WorkflowEvidence:
    """What came of scenarios: all there is of their tenant.

    Attributes:
        outcomes: everything on the outcome topics, in the order of their partitions.
        rows: of the event table.
        entries: deleted ones included.
        runs: the workflows on the board.
        timers: that are set, by workflow and step.
        kept: rows of statements that are kept in the object store.
        dead_letters: the outcome ids named by the records of the dead-letter topics.
        lag: records after the committed offset, by topic and partition.
    """

    outcomes: Sequence[Seen]
    rows: Sequence[StoredEvent]
    entries: Mapping[UUID, Entry]
    runs: Mapping[UUID, Run]
    timers: Sequence[str] = ()
    kept: Sequence[str] = ()
    dead_letters: Sequence[str] = ()
    lag: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def streams(self) -> Mapping[str, Sequence[Told]]:
        """The rows of each stream, by version."""
        found: dict[str, list[Told]] = defaultdict(list)
        for row in sorted(self.rows, key=lambda row: row.version):
            found[row.stream].append(Told(row, json.loads(row.data)))
        return found

    @cached_property
    def ends(self) -> Mapping[tuple[str, str], Sequence[StoredEvent]]:
        """What each command ended in, by the area that decided it and its id: one row, if all is well."""
        found: dict[tuple[str, str], list[StoredEvent]] = defaultdict(list)
        for row in self.rows:
            if row.terminal:
                found[row.handler, row.causation_id].append(row)
        return found

    def of_entry(self, entry_id: UUID) -> Sequence[Told]:
        """The history of an entry; empty where there is none."""
        return self.streams.get(entry_stream(entry_id), ())

    def of_workflow(self, workflow_id: UUID) -> Sequence[Told]:
        """The history of a workflow, the commands it sent among it; empty where there is none."""
        return self.streams.get(stream_of(workflow_id), ())

    def sent_by(self, workflow_id: UUID) -> Sequence[Told]:
        """The commands a workflow sent."""
        return [told for told in self.of_workflow(workflow_id) if told.row.type in COMMANDS]

    def answers(self, workflow_id: UUID, kind: str) -> Sequence[Told]:
        """What commands of a workflow ended in, of one kind, in the order they were sent; all of them, if doubled."""
        ends = (
            row
            for told in self.sent_by(workflow_id)
            for row in self.ends.get((COMMANDS[told.row.type].area, str(told.row.id)), ())
        )
        return [Told(row, json.loads(row.data)) for row in ends if row.type == kind]


def short(kind: str) -> str:
    """A type without what all types share."""
    return kind.removeprefix("poon.").rpartition(".")[0]
