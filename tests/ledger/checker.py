"""Decides, from what was sent and what came of it, whether the promises were kept. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from tests.ledger.commands import Kind, Planned
from tests.ledger.plan import first_of_each

OUTCOMES: Final = {
    Kind.TEXT: "poon.text.parsed.v1",
    Kind.NO_AMOUNT: "poon.text.rejected.v1",
    Kind.POISON: "poon.text.rejected.v1",
    Kind.HOPELESS: "poon.text.failed.v1",
    Kind.RECORD: "poon.spending.recorded.v1",
    Kind.CORRECTION: "poon.spending.corrected.v1",
    Kind.RECEIPT: "poon.receipt.extracted.v1",
}
REPUBLISHED_LIMIT: Final = 0.01
"""The share of outcomes that may be published more often than their commands were sent."""
DEAD_LETTERED: Final = frozenset({Kind.POISON, Kind.HOPELESS})


@dataclass(frozen=True, slots=True)
class Seen:
    """A record of an outcome topic, in the order of its partition.

    Attributes:
        amount: what it says was spent; None for an outcome without an amount.
        correlation_id: the command that its conversation began with.
        publisher: the release whose worker published it, where workers tell.
    """

    topic: str
    key: bytes
    event_id: str
    command_id: str
    type: str
    amount: Decimal | None = None
    correlation_id: str = ""
    publisher: str = ""


class EntryState(NamedTuple):
    """An entry as it stands in the end."""

    amount: Decimal
    version: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came of a plan.

    Attributes:
        outcomes: everything on the outcome topics.
        dead_letters: the outcome ids named by the records of the dead-letter topics.
        rows: event id and command id of every row of the event table.
        entries: the entries, by the id of the command that recorded each.
        lag: records after the committed offset, by topic and partition.
    """

    outcomes: Sequence[Seen]
    dead_letters: Sequence[str]
    rows: Sequence[tuple[str, str]]
    entries: Mapping[str, EntryState]
    lag: Mapping[str, int]


def violations(plan: Sequence[Planned], evidence: Evidence) -> list[str]:
    """Everything that is wrong, a sentence each; empty when all promises were kept."""
    return [
        *_lost_or_doubled(plan, evidence),
        *_wrong_outcomes(plan, evidence),
        *_out_of_order(plan, evidence),
        *_rows_differ(evidence),
        *_dead_letters_differ(plan, evidence),
        *_entries_differ(plan, evidence),
        *(f"left over: {count} records in {partition}" for partition, count in evidence.lag.items() if count),
    ]


def republished(plan: Sequence[Planned], evidence: Evidence) -> int:
    """How many outcomes were published more often than their commands were sent; allowed, and to be few."""
    return len(repetitions(plan, evidence.outcomes))


def repetitions(plan: Sequence[Planned], outcomes: Sequence[Seen]) -> list[int]:
    """The places, among the outcomes, of those that came once more than their commands were sent."""
    left = Counter(planned.command_id for planned in plan)
    found: list[int] = []
    for place, seen in enumerate(outcomes):
        left[seen.command_id] -= 1
        if left[seen.command_id] < 0:
            found.append(place)
    return found


def republished_too_often(plan: Sequence[Planned], evidence: Evidence) -> list[str]:
    """Whether more was published again than crashes and handovers may cost; a sentence, or nothing."""
    again, commands = republished(plan, evidence), sum(1 for _ in first_of_each(plan))
    return [f"republished: {again} of {commands} outcomes"] if again > commands * REPUBLISHED_LIMIT else []


def _lost_or_doubled(plan: Sequence[Planned], evidence: Evidence) -> Iterator[str]:
    ids: dict[str, set[str]] = defaultdict(set)
    for seen in evidence.outcomes:
        ids[seen.command_id].add(seen.event_id)
    sent = {planned.command_id for planned in plan}
    yield from (f"lost: no outcome of {command_id}" for command_id in sorted(sent - set(ids)))
    yield from (f"unknown: an outcome of {command_id}" for command_id in sorted(set(ids) - sent))
    for command_id, events in ids.items():
        if len(events) > 1:
            yield f"doubled: {len(events)} outcomes of {command_id}"


def _wrong_outcomes(plan: Sequence[Planned], evidence: Evidence) -> Iterator[str]:
    by_id = {planned.command_id: planned for planned in plan}
    for seen in evidence.outcomes:
        planned = by_id.get(seen.command_id)
        if planned is None:
            continue
        if seen.type != OUTCOMES[planned.kind]:
            yield f"wrong: {planned.kind} {seen.command_id} ended as {seen.type}"
        elif seen.amount != planned.amount:
            yield f"wrong: {seen.command_id} says {seen.amount}, sent {planned.amount}"


def _out_of_order(plan: Sequence[Planned], evidence: Evidence) -> Iterator[str]:
    kept = (planned for planned in first_of_each(plan) if planned.keeps_key)
    yield from disorder(((one.area, one.record.key, one.command_id) for one in kept), evidence.outcomes)


def disorder(sent: Iterable[tuple[str, bytes | None, str]], outcomes: Sequence[Seen]) -> Iterator[str]:
    """Outcomes of one key stand in the order their commands were sent, area by area; repetitions do not count.

    Args:
        sent: area, key and id of each command once, in that order.
        outcomes: in the order of their partitions; those of other commands are passed over.
    """
    lanes: dict[tuple[str, bytes | None], list[str]] = defaultdict(list)
    for area, key, command_id in sent:
        lanes[area, key].append(command_id)
    came: dict[tuple[str, bytes | None], dict[str, None]] = defaultdict(dict)
    for seen in outcomes:
        came[seen.topic.split(".")[1], seen.key].setdefault(seen.command_id)
    for lane, ids in lanes.items():
        known = set(ids)
        arrived = [command_id for command_id in came[lane] if command_id in known]
        if arrived != [command_id for command_id in ids if command_id in came[lane]]:
            yield f"order: outcomes of {lane} came in another order than they were sent"


def _rows_differ(evidence: Evidence) -> Iterator[str]:
    stored = {event_id for event_id, _ in evidence.rows}
    published = {seen.event_id for seen in evidence.outcomes}
    yield from differences("row without outcome", stored - published)
    yield from differences("outcome without row", published - stored)
    if len(stored) != len(evidence.rows):
        yield "rows: an event is stored twice"
    # Every command of these areas decides one event, so a second row is a second effect, published or not.
    for command_id, rows in Counter(command_id for _, command_id in evidence.rows).items():
        if rows > 1:
            yield f"doubled: {rows} rows of {command_id}"


def _dead_letters_differ(plan: Sequence[Planned], evidence: Evidence) -> Iterator[str]:
    lettered = {planned.command_id for planned in plan if planned.kind in DEAD_LETTERED}
    expected = {seen.event_id for seen in evidence.outcomes if seen.command_id in lettered}
    found = set(evidence.dead_letters)
    yield from differences("outcome without dead letter", expected - found)
    yield from differences("dead letter without reason", found - expected)


def _entries_differ(plan: Sequence[Planned], evidence: Evidence) -> Iterator[str]:
    expected = expected_entries(plan)
    yield from differences("command without entry", set(expected) - set(evidence.entries))
    yield from differences("entry without command", set(evidence.entries) - set(expected))
    for command_id, found in evidence.entries.items():
        wanted = expected.get(command_id, found)
        if found != wanted:
            yield f"entry: {command_id} stands at {found}, sent {wanted}"


def expected_entries(plan: Sequence[Planned]) -> dict[str, EntryState]:
    """What each recorded entry has to come to when its commands take effect once and in their order."""
    entries: dict[str, EntryState] = {}
    for planned in first_of_each(plan):
        if planned.entry is not None and planned.amount is not None:
            before = entries.get(planned.entry)
            entries[planned.entry] = EntryState(planned.amount, 1 if before is None else before.version + 1)
    return entries


def differences(what: str, ids: Iterable[str]) -> Iterator[str]:
    """A sentence for each."""
    return (f"{what}: {one}" for one in sorted(ids))
