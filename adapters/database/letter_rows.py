"""Dead letters as rows, and back."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final

from adapters.database.rows import refuse_nul
from adapters.database.tables import dead_letters
from workers.ports.dead_letters import (
    Action,
    Contents,
    DeadLetter,
    DeadLetterStatus,
    Edit,
    FiledLetter,
)

_CONTENTS: Final = frozenset({"record_value", "record_headers", "edit_data"})
SUMMARY_COLUMNS: Final = tuple(column for column in dead_letters.c if column.name not in _CONTENTS)
"""All but what the sender or an operator wrote, which may be a megabyte a row."""

_FACTS: Final = {
    "id": "id",
    "tenant": "tenant",
    "owner": "owner",
    "area": "area",
    "command_id": "command_id",
    "command_type": "command_type",
    "code": "code",
    "reason": "reason",
    "attempts": "attempts",
    "redrives": "redrives",
    "group": "consumer_group",
    "failed_at": "failed_at",
    "topic": "original_topic",
    "partition": "original_partition",
    "offset": "original_offset",
    "timestamp": "original_timestamp",
    "key": "record_key",
}
"""The column of each field that is stored as it is."""


def letter_values(letter: DeadLetter) -> dict[str, Any]:
    """The row of a dead letter nobody has touched.

    Raises:
        UnstorableRowError: PostgreSQL would refuse a text; SQLite would cut it short where it is compared.
    """
    contents = letter.contents or Contents(None, ())
    values = {column: getattr(letter, field) for field, column in _FACTS.items()}
    refuse_nul(values.values())
    return values | {
        "record_value": contents.value,
        "record_headers": _headers_text(contents),
        "status": DeadLetterStatus.WAITING.value,
        "revision": 1,
    }


def state_values(filed: FiledLetter) -> dict[str, Any]:
    """What of a row changes with the letter's state."""
    edit, action = filed.edit, filed.action
    values = {
        "status": filed.status.value,
        "revision": filed.revision,
        "edit_type": edit and edit.type,
        "edit_tenant": edit and edit.tenant,
        "edit_owner": edit and edit.owner,
        "edit_data": edit and edit.data,
        "redriven_as": filed.redriven_as,
        "acted_at": action and action.at,
        "acted_by": action and action.by,
        "action_reason": action and action.reason,
    }
    refuse_nul(values.values())
    return values | ({"record_value": None} if filed.status is DeadLetterStatus.DISCARDED else {})


def filed_of(row: Mapping[Any, Any]) -> FiledLetter:
    """A dead letter from its row, without contents where they were not selected."""
    letter = DeadLetter(
        **{field: row[column] for field, column in _FACTS.items()},
        contents=_contents(row) if "record_headers" in row else None,
    )
    return FiledLetter(
        letter=letter,
        status=DeadLetterStatus(row["status"]),
        revision=row["revision"],
        edit=_edit(row),
        redriven_as=row["redriven_as"],
        action=row["acted_at"] and Action(row["acted_at"], row["acted_by"], row["action_reason"]),
    )


def _edit(row: Mapping[Any, Any]) -> Edit | None:
    if row["edit_type"] is None:
        return None
    return Edit(
        type=row["edit_type"],
        data=row.get("edit_data") or "",
        tenant=row["edit_tenant"],
        owner=row["edit_owner"],
    )


def _contents(row: Mapping[Any, Any]) -> Contents:
    headers = json.loads(row["record_headers"])
    return Contents(
        row["record_value"],
        tuple((name, None if value is None else b64decode(value)) for name, value in headers),
    )


def _headers_text(contents: Contents) -> str:
    return json.dumps(
        [(name, None if value is None else b64encode(value).decode()) for name, value in contents.headers]
    )
