"""Says what an entry is and was, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from workers.domain.spending import SpendingEntry
from workers.entrypoints.output import table
from workers.queries.entry_history import EntryVersion

_TIME: Final = "%Y-%m-%d %H:%M:%S"
_HISTORY: Final = ("#", "At (UTC)", "What", "Amount", "Merchant", "Spent on", "Category", "Changed")


def history_table(versions: Sequence[EntryVersion]) -> Table:
    """One row a version: what the entry was from then on, and which fields the event changed."""
    before: list[SpendingEntry | None] = [None, *(each.state for each in versions)]
    # As text: what owners write may look like markup.
    rows = (tuple(map(Text, _row(each, previous))) for each, previous in zip(versions, before, strict=False))
    return table(_HISTORY, rows, right=("#", "Amount"))


def version_table(version: EntryVersion) -> Table:
    """One row a field that has a value."""
    told = version_json(version)
    shown = {**told.pop("entry"), **{name: told[name] for name in ("at", "type", "causation_id")}}
    rows = ((name, Text(_plain(value))) for name, value in shown.items() if value not in (None, ()))
    return table(("Field", "Value"), rows)


def version_json(version: EntryVersion) -> dict[str, Any]:
    """A version: the event that made it, in its newest shape, and the entry after it."""
    row = version.row
    return {
        "version": row.version,
        "at": row.occurred_at,
        "id": row.id,
        "type": version.event.type,
        "causation_id": row.causation_id,
        "data": version.event.model_dump(mode="json", exclude_none=True),
        "entry": entry_json(version.state),
    }


def entry_json(entry: SpendingEntry) -> dict[str, Any]:
    """All of an entry, amounts as decimal strings."""
    return {
        **entry._asdict(),
        "amount": entry.amount.model_dump(mode="json"),
        "confidence": entry.confidence.value,
        "source": entry.source.model_dump(mode="json", exclude_none=True),
    }


def _row(version: EntryVersion, before: SpendingEntry | None) -> tuple[str, ...]:
    entry = version.state
    return (
        str(entry.version),
        version.row.occurred_at.strftime(_TIME),
        version.event.type.removeprefix("poon.spending.").rpartition(".")[0],
        str(entry.amount),
        entry.merchant,
        entry.spent_on.isoformat(),
        entry.category,
        ", ".join(_changed(before, entry)),
    )


def _changed(before: SpendingEntry | None, after: SpendingEntry) -> Sequence[str]:
    if before is None:
        return ()
    old, new = before._asdict(), after._asdict()
    return [name for name in new if new[name] != old[name] and name != "version"]


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(map(str, value.values()))
    return ", ".join(value) if isinstance(value, tuple) else str(value)
