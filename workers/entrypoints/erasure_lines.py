"""The list of erasures that is kept beside backups, read back."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from workers.entrypoints.failures import InputError
from workers.ports.privacy import PastErasure


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)

    tenant: str
    owner: str
    command_id: str
    until: AwareDatetime


def past_erasures(document: str) -> Sequence[PastErasure]:
    """The erasures of a list, one JSON object a line; of each owner the last.

    Raises:
        InputError: a line is none; nothing is done then.
    """
    last: dict[tuple[str, str], PastErasure] = {}
    for number, line in enumerate(document.splitlines(), 1):
        if not line.strip():
            continue
        try:
            read = _Line.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise InputError(f"line {number}: {where}{': ' if where else ''}{first['msg']}") from None
        past = PastErasure(read.tenant, read.owner, read.command_id, read.until)
        place = past.tenant, past.owner
        if place not in last or last[place].until < past.until:
            last[place] = past
    return list(last.values())
