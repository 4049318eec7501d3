"""Whether a contender did the job: every count has to be right, or its numbers mean nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import psycopg


@dataclass(slots=True)
class Expected:
    """What has to come of a backlog.

    Attributes:
        keys: each command's record key, by its id.
        total: of all amounts.
    """

    keys: dict[str, str]
    total: Decimal

    def add(self, command_id: str, key: str, amount: Decimal) -> None:
        """One command more."""
        self.keys[command_id] = key
        self.total += amount

    @property
    def count(self) -> int:
        """How many commands there are."""
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds."""

    causation_ids: Sequence[str]
    entries: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Published:
    """An outcome on its topic: the command it names and its record's key."""

    causation_id: str
    key: str


def stored(database_url: str) -> Stored:
    """Read the tables."""
    with psycopg.connect(database_url) as connection:
        ids = [row[0] for row in connection.execute("SELECT causation_id FROM events")]
        entries, total = connection.execute(
            "SELECT count(*), coalesce(sum(amount), 0) FROM spending_entries"
        ).fetchall()[0]
    return Stored(ids, entries, total)


def problems(expected: Expected, rows: Stored, outcomes: Sequence[Published]) -> list[str]:
    """What is wrong with a contender's work; nothing if it did the job."""
    found = [
        *_differences("events", expected, rows.causation_ids),
        *outcome_problems(expected, outcomes),
    ]
    if rows.entries != expected.count:
        found.append(f"{rows.entries} entries instead of {expected.count}")
    if rows.total != expected.total:
        found.append(f"entries of {rows.total} instead of {expected.total}")
    return found


def outcome_problems(expected: Expected, outcomes: Sequence[Published]) -> list[str]:
    """What is wrong with what a contender published."""
    found = _differences("outcomes", expected, [outcome.causation_id for outcome in outcomes])
    strays = sum(1 for outcome in outcomes if outcome.key != expected.keys.get(outcome.causation_id))
    if strays:
        found.append(f"{strays} outcomes under another key than their command's")
    return found


def silence(log: Iterable[str], wanted: int) -> list[str]:
    """What a log is short of: who claims to write a line for each command has to."""
    found = sum(1 for _ in log)
    return [f"{found} lines in the log instead of at least {wanted}"] if found < wanted else []


def _differences(what: str, expected: Expected, ids: Sequence[str]) -> list[str]:
    counted = Counter(ids)
    missing = sum(1 for name in expected.keys if name not in counted)
    repeated = sum(count - 1 for count in counted.values())
    unknown = sum(1 for name in counted if name not in expected.keys)
    counts = {"missing": missing, "repeated": repeated, "of no command": unknown}
    return [f"{count} {what} {kind}" for kind, count in counts.items() if count]
