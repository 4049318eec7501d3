"""What is asked of entries that may look like one that is recorded, and how each database is asked for many at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from workers.domain.spending import SpendingEntry
from workers.ports.duplicates import MOST_ALIKE


class Near(NamedTuple):
    """What an entry is compared by; two entries of one owner that are the same in all of it have one answer.

    Attributes:
        reference: empty where the entry has none: no reference is.
    """

    tenant: str
    owner: str
    spent_on: date
    amount: Decimal
    currency: str
    reference: str


def near_of(entry: SpendingEntry) -> Near:
    money = entry.amount
    reference = entry.source.reference or ""
    return Near(entry.tenant, entry.owner, entry.spent_on, money.amount, money.currency.value, reference)


_OF_OWNER: Final = "e.tenant = asked.tenant AND e.owner = asked.owner AND e.deleted_reason IS NULL"
# The condition of the partial index, in its own words, or SQLite does not use it.
_SAME_REFERENCE: Final = (
    f"{_OF_OWNER} AND (e.source ->> 'reference') IS NOT NULL AND (e.source ->> 'reference') = asked.reference"
)
# Sums in two currencies that are the same number are so rare that telling them apart may come after the index.
_SUM: Final = f"{_OF_OWNER} AND e.currency = asked.currency AND e.amount = asked.sum"
_SAME_SUM: Final = f"{_SUM} AND e.spent_on = asked.day"
# A day as a range, and in the order of the index by days: of a table without statistics the planner expects one row of
# every index that begins with the tenant, and would as soon read all of a tenant's by the primary key.
_SAME_SUM_IN_ORDER: Final = f"{_SUM} AND e.spent_on BETWEEN asked.day AND asked.day ORDER BY e.spent_on, e.id"

_GIVEN: Final = ", ".join(["%b::text[]"] * len(Near._fields))

# One look at an index for each, whatever the planner thinks of the statistics: OFFSET 0 keeps it from joining tables.
# All columns travel as text: psycopg takes ten times as long for dates and numbers.
POSTGRESQL_NEAR: Final = f"""
    SELECT asked.place, found.id
    FROM (
        SELECT given.*, given.spent_on::date AS day, given.amount::numeric AS sum
        FROM unnest({_GIVEN}) WITH ORDINALITY AS given ({", ".join(Near._fields)}, place)
    ) AS asked
    CROSS JOIN LATERAL (
        (SELECT e.id FROM spending_entries e WHERE {_SAME_SUM_IN_ORDER} OFFSET 0 LIMIT {MOST_ALIKE})
        UNION
        (SELECT e.id FROM spending_entries e WHERE {_SAME_REFERENCE} OFFSET 0 LIMIT {MOST_ALIKE})
    ) AS found
"""  # noqa: S608  names of columns only

SQLITE_COLUMNS: Final = ", ".join((*Near._fields, "place")).replace("spent_on", "day").replace("amount", "sum")
SQLITE_NEAR: Final = f"""
    SELECT asked.place, found.id FROM asked CROSS JOIN spending_entries AS found
    WHERE found.rowid IN (SELECT e.rowid FROM spending_entries AS e WHERE {_SAME_SUM} LIMIT {MOST_ALIKE})
    UNION
    SELECT asked.place, found.id FROM asked CROSS JOIN spending_entries AS found
    WHERE found.rowid IN (SELECT e.rowid FROM spending_entries AS e WHERE {_SAME_REFERENCE} LIMIT {MOST_ALIKE})
"""  # noqa: S608  names of columns only
