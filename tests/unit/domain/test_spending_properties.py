"""What holds for every history of an entry."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from contracts.base import Command
from contracts.codec import decode_event, encode
from contracts.commands.spending import CorrectSpending, DeleteSpending, EnhanceSpending, RecordSpending
from contracts.money import Currency, Money
from contracts.spending import Clearable, EntryChanges
from contracts.values import Category, Confidence, PaymentMethod, ProcessingMethod
from tests.unit.domain.examples import ENTRY_ID, OWNER, SENT_AT, STRANGER, TENANT, TODAY
from workers.domain.errors import RejectionError
from workers.domain.spending import (
    SpendingEntry,
    SpendingEvent,
    apply,
    correct,
    delete,
    enhance,
    local_date,
    record,
)

words = st.text("abc กขค", min_size=1, max_size=12).filter(str.strip)
amounts = st.builds(Money.of, st.decimals(min_value=0, max_value=9_999, places=2), st.sampled_from(list(Currency)))
dates = st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=2))
times = st.times().map(lambda moment: moment.replace(microsecond=0))
zones = st.sampled_from(["Asia/Bangkok", "Etc/GMT+12", "Pacific/Kiritimati", "America/New_York"])
confidences = st.floats(0, 1).map(Confidence)
tags = st.lists(st.sampled_from(["home", "work", "trip"]), unique=True).map(tuple)
optional: dict[str, st.SearchStrategy[Any]] = {
    "description": words,
    "spent_on": dates,
    "spent_at": times,
    "time_zone": zones,
    "category": st.sampled_from(list(Category)),
    "subcategory": words,
    "payment_method": st.sampled_from(list(PaymentMethod)),
    "location": words,
    "tags": tags,
}
changes = st.fixed_dictionaries({}, optional={"amount": amounts, "merchant": words, **optional}).map(
    EntryChanges.model_validate
)
versions = st.integers(1, 6)
methods = st.sampled_from(list(ProcessingMethod))

records = st.fixed_dictionaries(
    {"amount": amounts, "merchant": words, "confidence": confidences}, optional=optional
).map(RecordSpending.model_validate)
corrections = st.builds(
    CorrectSpending,
    entry_id=st.just(ENTRY_ID),
    expected_version=versions,
    changes=changes,
    clear=st.lists(st.sampled_from(list(Clearable)), max_size=2).map(tuple),
)
enhancements = st.builds(
    EnhanceSpending,
    entry_id=st.just(ENTRY_ID),
    expected_version=st.none() | versions,
    changes=changes,
    confidence=confidences,
    processing_method=methods,
)
deletions = st.builds(DeleteSpending, entry_id=st.just(ENTRY_ID), expected_version=st.none() | versions, reason=words)
histories = st.tuples(
    records, st.lists(corrections | enhancements | corrections | enhancements | deletions, max_size=8)
).map(lambda parts: [parts[0], *parts[1]])


def decide(state: SpendingEntry | None, command: Command, owner: str = OWNER) -> SpendingEvent | None:
    """The event a command leads to, None where it is refused."""
    try:
        match command:
            case RecordSpending():
                return record(state, command, owner, ENTRY_ID, SENT_AT)
            case CorrectSpending():
                return correct(state, command, owner, SENT_AT)
            case EnhanceSpending():
                return enhance(state, command, owner, SENT_AT)
            case DeleteSpending():
                return delete(state, command, owner)
            case _:
                raise AssertionError(command)
    except RejectionError:
        return None


def play(commands: Sequence[Command]) -> tuple[list[SpendingEvent], list[SpendingEntry]]:
    """All that was decided, and the states one after the other."""
    events: list[SpendingEvent] = []
    states: list[SpendingEntry] = []
    for command in commands:
        event = decide(states[-1] if states else None, command)
        if event is not None:
            events.append(event)
            states.append(apply(states[-1] if states else None, event, TENANT, OWNER))
    return events, states


@given(histories)
def test_the_state_is_the_fold_of_the_stored_events(commands: list[Command]) -> None:
    events, states = play(commands)

    rebuilt: SpendingEntry | None = None
    for event in events:
        stored = decode_event(event.type, encode(event))
        assert isinstance(stored, SpendingEvent)
        rebuilt = apply(rebuilt, stored, TENANT, OWNER)

    assert rebuilt == (states[-1] if states else None)


@given(histories)
def test_versions_count_up_from_one(commands: list[Command]) -> None:
    events, states = play(commands)

    assert [event.version for event in events] == list(range(1, len(events) + 1))
    assert [state.version for state in states] == [event.version for event in events]


@given(histories, records | corrections | enhancements | deletions)
def test_no_command_on_a_deleted_entry_succeeds(commands: list[Command], last: Command) -> None:
    _, states = play([*commands, DeleteSpending(entry_id=ENTRY_ID, reason="done")])

    if states:
        assert states[-1].is_deleted
        assert decide(states[-1], last) is None


@given(histories, records | corrections | enhancements | deletions)
def test_no_command_of_another_owner_succeeds(commands: list[Command], last: Command) -> None:
    _, states = play(commands)

    if states:
        assert decide(states[-1], last, STRANGER) is None


@given(histories)
def test_decisions_are_deterministic(commands: list[Command]) -> None:
    assert play(commands) == play(commands)


@given(histories)
def test_no_entry_ever_lies_ahead_costs_nothing_or_grows_less_sure(commands: list[Command]) -> None:
    _, states = play(commands)

    for state in states:
        assert state.amount.amount > 0
        assert (state.spent_on, state.spent_at or time.min) <= _latest(state)
    confidences_seen = [state.confidence.value for state in states]
    assert confidences_seen == sorted(confidences_seen)


def _latest(state: SpendingEntry) -> tuple[date, time]:
    today = local_date(SENT_AT, state.time_zone)
    if state.spent_on < today or state.spent_at is None:
        return today, time.max
    return today, SENT_AT.astimezone(ZoneInfo(state.time_zone)).time()
