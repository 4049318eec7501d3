"""Workflows to be started, and what each of them has to come to: of receipts, statements and months."""

import random
from base64 import b64encode
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from contracts.base import Command
from contracts.codec import encode
from contracts.commands.spending import RecordSpending
from contracts.commands.workflows import (
    CloseMonth,
    ImportStatement,
    ProcessReceipt,
    SteerWorkflow,
    WorkflowAction,
)
from contracts.envelope import Envelope
from contracts.events.spending import SpendingRecorded
from contracts.events.workflows import WorkflowRejected, WorkflowStarted, WorkflowSteered
from contracts.money import Money
from contracts.statements import InlineStatement, StatementReference
from contracts.topics import TopicRole, topic_name
from contracts.values import Category, Confidence, InlineImage
from tests.ledger.commands import SENT_AT, picture_of
from tests.ledger.files import NO_STATEMENT, File, make_file
from workers.domain.spending import new_entry_id
from workers.ports.messages import OutgoingRecord
from workers.workflows.handlers import new_workflow_id
from workers.workflows.receipts import entry_id_of

MONTH: Final = "2026-02"
OWNERS: Final = 12
"""Of receipts, and of statements: few, so that workflows of one owner meet. Each month has an owner of its own."""
SHORT, LONG = 40, 1_100
"""Rows of a statement: one chunk, or three."""
LONG_SHARE: Final = 0.15
TWICE: Final = 0.05
"""The share of workflows whose start is sent twice."""
ENTRIES: Final = 5
"""Of a month that is closed."""
ABORTED_WITHIN: Final = 2.0
"""Seconds after a workflow's start was answered in which an operator aborts it: some are too late."""
_BLANK: Final = b"MINI MART\nTHANK YOU"
_STARTED: Final = frozenset({WorkflowStarted.type})
_RECORDED: Final = frozenset({SpendingRecorded.type})
_STEERED: Final = frozenset({WorkflowSteered.type, WorkflowRejected.type})


class Plot(StrEnum):
    """What a scenario is about."""

    RECEIPT = "receipt"
    NO_TOTAL = "receipt without a total"
    DOUBTFUL = "receipt read with too little certainty"
    TAKEN = "receipt whose entry is refused"
    RECEIPT_ABORTED = "receipt, aborted"
    STATEMENT = "statement"
    STATEMENT_AGAIN = "statement once more"
    NO_STATEMENT = "no statement"
    STATEMENT_ABORTED = "statement, aborted"
    MONTH = "month"
    MONTH_CHANGED = "month that changes meanwhile"
    MONTH_ABORTED = "month, aborted"


WEIGHTS: Final[Mapping[Plot, float]] = {
    Plot.RECEIPT: 30.0,
    Plot.NO_TOTAL: 5.0,
    Plot.DOUBTFUL: 5.0,
    Plot.TAKEN: 5.0,
    Plot.RECEIPT_ABORTED: 15.0,
    Plot.STATEMENT: 10.0,
    Plot.STATEMENT_AGAIN: 5.0,
    Plot.NO_STATEMENT: 4.0,
    Plot.STATEMENT_ABORTED: 6.0,
    Plot.MONTH: 6.0,
    Plot.MONTH_CHANGED: 5.0,
    Plot.MONTH_ABORTED: 4.0,
}


class Refusal(NamedTuple):
    """At which step, and with which code, a workflow is to be compensated."""

    step: str
    code: str


class Ask(NamedTuple):
    """A command that is sent from outside.

    Attributes:
        ends: the types of the outcomes it may have.
        after: the commands that are answered before it is sent.
        delay: how long after that, seconds.
        copies: how often it is sent.
    """

    command_id: str
    record: OutgoingRecord
    ends: frozenset[str]
    after: tuple[str, ...] = ()
    delay: float = 0.0
    copies: int = 1

    @property
    def area(self) -> str:
        """Whose workers decide it."""
        return self.record.topic.split(".")[1]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A workflow, and what it has to come to.

    Attributes:
        asks: what is sent, in order.
        start: the id of the command that starts the workflow.
        refusal: why it has to be compensated; None where it has to complete.
        or_completes: whether it may complete all the same: what it meets is not its own.
        abort: the id of the command by which an operator aborts it; they may come too late.
        total: what the receipt says.
        recorded: the entries that its own asks record, and for how much; those of a month's are in order.
        file: the statement.
        stored: whether the file is in the object store instead of the command.
    """

    plot: Plot
    owner: str
    workflow_id: UUID
    asks: tuple[Ask, ...]
    start: str
    refusal: Refusal | None = None
    or_completes: bool = False
    abort: str | None = None
    total: Decimal | None = None
    recorded: Mapping[UUID, Decimal] = field(default_factory=dict)
    file: File | None = None
    stored: bool = False


class ScenarioStream:
    """Scenarios without end; the same seed gives the same ones.

    Args:
        rows: of a short statement and of a long one.

    Attributes:
        tenant: whose all of them are, and nothing else.
    """

    def __init__(self, seed: int, tenant: str, rows: tuple[int, int] = (SHORT, LONG)) -> None:
        self.tenant = tenant
        self._rows = rows
        self._rng = random.Random(seed)
        self._plots = list(WEIGHTS)
        self._weights = list(WEIGHTS.values())
        self._number = 0
        self._files: deque[tuple[str, File]] = deque(maxlen=OWNERS)

    def take(self, count: int) -> list[Scenario]:
        """The next so many."""
        return [self.next() for _ in range(count)]

    def next(self) -> Scenario:
        """The next one."""
        (plot,) = self._rng.choices(self._plots, self._weights)
        return self.scenario(plot)

    def scenario(self, plot: Plot) -> Scenario:
        """One of that plot."""
        self._number += 1
        made = self._made(plot)
        return self._aborted(made) if plot in ABORTED else made

    def _made(self, plot: Plot) -> Scenario:
        match plot:
            case Plot.RECEIPT | Plot.NO_TOTAL | Plot.DOUBTFUL | Plot.TAKEN | Plot.RECEIPT_ABORTED:
                return self._receipt(plot)
            case Plot.STATEMENT | Plot.STATEMENT_AGAIN | Plot.NO_STATEMENT | Plot.STATEMENT_ABORTED:
                return self._statement(plot)
            case Plot.MONTH | Plot.MONTH_CHANGED | Plot.MONTH_ABORTED:
                return self._month(plot)

    def _receipt(self, plot: Plot) -> Scenario:
        owner = f"diner-{self._rng.randrange(OWNERS)}"
        total = self._amount()
        picture = _BLANK if plot is Plot.NO_TOTAL else picture_of(total)
        least = Confidence(1.0 if plot is Plot.DOUBTFUL else 0.6)
        start = self._ask(
            owner, ProcessReceipt(image=InlineImage(data=b64encode(picture)), min_confidence=least), _STARTED
        )
        made = self._begun(plot, owner, start)
        match plot:
            case Plot.NO_TOTAL:
                return replace(made, refusal=Refusal("extract", "no_total_found"))
            case Plot.DOUBTFUL:
                return replace(made, refusal=Refusal("record", "low_confidence"))
            case Plot.TAKEN:
                taken = self._record(f"stranger-{self._number}", entry_id_of(made.workflow_id))
                return replace(
                    made,
                    asks=(taken.ask, made.asks[0]._replace(after=(taken.ask.command_id,))),
                    refusal=Refusal("record", "entry_exists"),
                    recorded={taken.entry_id: taken.amount},
                )
            case _:
                return replace(made, total=total)

    def _statement(self, plot: Plot) -> Scenario:
        owner = f"saver-{self._rng.randrange(OWNERS)}"
        rows = self._rows[plot is Plot.STATEMENT_ABORTED or self._rng.random() < LONG_SHARE]
        file = make_file(self._rng, str(self._number), rows)
        if plot is Plot.STATEMENT_AGAIN and self._files:
            owner, file = self._rng.choice(self._files)
        if plot is Plot.NO_STATEMENT:
            file = File(str(self._number), NO_STATEMENT, ())
        else:
            self._files.append((owner, file))
        stored = self._rng.random() < 0.5
        made = self._begun(plot, owner, self._ask(owner, self._import(file, stored=stored), _STARTED))
        refusal = Refusal("survey", "statement_not_understood") if plot is Plot.NO_STATEMENT else None
        return replace(made, file=file, stored=stored, refusal=refusal)

    def _import(self, file: File, *, stored: bool) -> ImportStatement:
        if stored:
            reference = StatementReference(key=stored_key(self.tenant, file), sha256=sha256(file.data).hexdigest())
            return ImportStatement(file=reference)
        return ImportStatement(file=InlineStatement(data=b64encode(file.data)))

    def _month(self, plot: Plot) -> Scenario:
        owner = f"closer-{self._number}"
        records = [self._record(owner) for _ in range(ENTRIES)]
        before = tuple(one.ask.command_id for one in records)
        made = self._begun(plot, owner, self._ask(owner, CloseMonth(month=MONTH), _STARTED)._replace(after=before))
        asks = [*(one.ask for one in records), *made.asks]
        if plot is Plot.MONTH_CHANGED:
            late = self._record(owner)
            records.append(late)
            # Together with the start, or a little later: before the month is frozen, or until it is reported.
            asks.append(late.ask._replace(after=before, delay=self._rng.random() * 0.4))
        return replace(
            made,
            asks=tuple(asks),
            refusal=Refusal("report", "month_changed") if plot is Plot.MONTH_CHANGED else None,
            or_completes=plot is Plot.MONTH_CHANGED,
            recorded={one.entry_id: one.amount for one in records},
        )

    def _begun(self, plot: Plot, owner: str, start: Ask) -> Scenario:
        copies = 2 if self._rng.random() < TWICE else 1
        workflow_id = new_workflow_id(self.tenant, start.command_id)
        return Scenario(plot, owner, workflow_id, (start._replace(copies=copies),), start.command_id)

    def _aborted(self, made: Scenario) -> Scenario:
        steer = SteerWorkflow(
            workflow_id=made.workflow_id, action=WorkflowAction.ABORT, by="the tests", reason="to see it undone"
        )
        delay = self._rng.random() * ABORTED_WITHIN
        ask = self._ask(made.owner, steer, _STEERED)._replace(after=(made.start,), delay=delay)
        return replace(made, asks=(*made.asks, ask), abort=ask.command_id)

    def _record(self, owner: str, entry_id: UUID | None = None) -> "_Recording":
        amount = self._amount()
        day = date(2026, 2, 1) + timedelta(days=self._rng.randrange(28))
        command = RecordSpending(
            entry_id=entry_id,
            amount=Money.of(amount),
            merchant="ร้านข้าวแกง",
            spent_on=day,
            category=Category.FOOD,
        )
        ask = self._ask(owner, command, _RECORDED)
        return _Recording(ask, entry_id or new_entry_id(self.tenant, ask.command_id), amount)

    def _amount(self) -> Decimal:
        return Decimal(self._rng.randrange(100, 500_000)) / 100

    def _ask(self, owner: str, command: Command, ends: frozenset[str]) -> Ask:
        identity = str(UUID(int=self._rng.getrandbits(128), version=4))
        about = Envelope(identity, "/tests/ledger", command.type, SENT_AT, self.tenant, owner)
        topic = topic_name(command.area, TopicRole.COMMANDS)
        return Ask(identity, OutgoingRecord(topic, about.key.encode(), encode(command), tuple(about.headers())), ends)


class _Recording(NamedTuple):
    """An entry that is recorded from outside."""

    ask: Ask
    entry_id: UUID
    amount: Decimal


ABORTED: Final = frozenset({Plot.RECEIPT_ABORTED, Plot.STATEMENT_ABORTED, Plot.MONTH_ABORTED})


def stored_key(tenant: str, file: File) -> str:
    """Where a file is in the object store."""
    return f"{tenant}/{file.name}.csv"


def asks_of(scenarios: Sequence[Scenario]) -> list[Ask]:
    """What was sent for all of them."""
    return [ask for scenario in scenarios for ask in scenario.asks]
