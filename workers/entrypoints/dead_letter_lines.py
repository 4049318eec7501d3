"""Says dead letters and what became of them, for people and as JSON; payloads, which are personal, only when asked."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from workers.entrypoints.output import table
from workers.ports.dead_letters import DeadLetterStatus, FiledLetter
from workers.runtime.redriver import Planned, Sent

_TIME: Final = "%Y-%m-%d %H:%M:%S"
_COLUMNS: Final = ("Id", "Failed at (UTC)", "Status", "Command", "Owner", "Code", "Tries", "Redrives", "Reason")


def letters_table(letters: Sequence[FiledLetter]) -> Table:
    """One row a letter."""
    return table(_COLUMNS, map(_row, letters), right=("Tries", "Redrives"))


def letter_json(filed: FiledLetter) -> dict[str, Any]:
    """Everything but what the sender wrote."""
    told = filed.letter
    return {
        "id": told.id,
        "status": filed.status,
        "tenant": told.tenant,
        "owner": told.owner,
        "area": told.area,
        "command_id": told.command_id,
        "command_type": told.command_type,
        "code": told.code,
        "reason": told.reason,
        "attempts": told.attempts,
        "redrives": told.redrives,
        "failed_at": told.failed_at,
        "group": told.group,
        "topic": told.topic,
        "partition": told.partition,
        "offset": told.offset,
        "timestamp": told.timestamp,
        "key": bytes_text(told.key),
        "edited": filed.edit is not None,
        "redriven_as": filed.redriven_as,
        "last_action": filed.action and {"at": filed.action.at, "by": filed.action.by, "reason": filed.action.reason},
    }


def headers_json(filed: FiledLetter) -> list[dict[str, Any]]:
    """The headers as they came, in order."""
    contents = filed.letter.contents
    return [{"name": name, "value": bytes_text(value)} for name, value in (contents.headers if contents else ())]


def payload_json(filed: FiledLetter) -> dict[str, Any]:
    """What the sender wrote, and what an operator made of it."""
    contents, edit = filed.letter.contents, filed.edit
    return {
        "payload": bytes_text(contents.value if contents else None),
        "edit": edit and {"type": edit.type, "tenant": edit.tenant, "owner": edit.owner, "payload": edit.data},
    }


def bytes_text(value: bytes | None) -> str | None:
    """The text of UTF-8, and base64 of anything else."""
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"base64:{b64encode(value).decode()}"


def letter_table(filed: FiledLetter, *, payload: bool) -> Table:
    """All of one letter, a line for each fact."""
    facts = {name.replace("_", " "): value for name, value in letter_json(filed).items() if name != "last_action"}
    rows = [(name, "" if value is None else str(value)) for name, value in facts.items()]
    if filed.action is not None:
        why = f": {filed.action.reason}" if filed.action.reason else ""
        rows.append(("last action", f"{filed.action.at.strftime(_TIME)} by {filed.action.by}{why}"))
    rows += [(f"header {header['name']}", str(header["value"] or "")) for header in headers_json(filed)]
    if payload:
        rows += _payload_rows(filed)
    return table(("", ""), [(plain(name), plain(value)) for name, value in rows])


def planned_line(planned: Planned, *, dry: bool) -> str:
    """What is going to become of one letter."""
    if planned.refusal is not None:
        return f"{'would leave' if dry else 'left'} {planned.id}: {planned.refusal}{_hint(planned)}"
    order = f", out of order: {planned.disorder}" if planned.disorder else ""
    return f"would send {planned.id} as {planned.command_id}{order}"


def sent_line(sent: Sent) -> str:
    """What has become of one letter."""
    planned = sent.planned
    if sent.trouble is not None:
        return f"left {planned.id}: {sent.trouble}"
    order = f", out of order: {planned.disorder}" if planned.disorder else ""
    if sent.overtaken_by:
        order = f", out of order: {sent.overtaken_by} commands of its key were sent meanwhile and come first"
    return f"sent {planned.id} as {planned.command_id}{order}"


def planned_json(planned: Planned) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "id": planned.id,
        "command_id": planned.command_id,
        "goes": planned.goes,
        "refusal": planned.refusal,
        "disorder": planned.disorder,
        "waiver": planned.waiver and f"--{planned.waiver}",
    }


def sent_json(sent: Sent) -> dict[str, Any]:
    """The same for scripts."""
    return {
        **planned_json(sent.planned),
        "sent": sent.trouble is None,
        "refusal": sent.trouble,
        "overtaken_by": sent.overtaken_by,
    }


def plain(text: str) -> Text:
    """Text as it is: what a sender wrote is neither markup nor an order to the terminal."""
    return Text("".join(character if character.isprintable() or character == "\n" else "\ufffd" for character in text))


def _row(filed: FiledLetter) -> tuple[Text, ...]:
    told = filed.letter
    cells = (
        str(told.id),
        told.failed_at.strftime(_TIME),
        str(filed.status) + (", edited" if filed.edit else ""),
        told.command_type,
        f"{told.tenant}/{told.owner}",
        told.code,
        str(told.attempts),
        str(told.redrives),
        told.reason,
    )
    return tuple(map(plain, cells))


def _payload_rows(filed: FiledLetter) -> list[tuple[str, str]]:
    shown = payload_json(filed)
    erased = filed.status is DeadLetterStatus.DISCARDED
    rows = [("payload", "erased when it was discarded" if erased else str(shown["payload"] or ""))]
    if shown["edit"]:
        rows += [(f"edited {name}", value) for name, value in shown["edit"].items() if value is not None]
    return rows


def _hint(planned: Planned) -> str:
    return f"; to insist add --{planned.waiver}" if planned.waiver else ""
