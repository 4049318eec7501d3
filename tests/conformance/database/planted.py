"""Words of an owner that nobody else uses, in every place that is sealed, and where they can be looked for."""

import json

from adapters.database.dead_letters import SqlDeadLetterBox
from adapters.database.engine import Database
from adapters.database.owners import SqlOwnerReader
from adapters.database.store import SqlDecisionStore
from tests.conformance.database.owners import NOW, OWNER, everything, recorded, sent, stored
from tests.conformance.database.samples import TENANT, lettered, spending, verdict
from workers.domain.spending import SpendingEntry
from workers.ports.dead_letters import Action, Contents, Edit, FiledLetter
from workers.ports.store import Verdict

PLANTED = tuple(f"ลับ{name}-planted" for name in ("raw", "note", "place", "tag", "kind", "reason", "payload"))
RAW, NOTE, PLACE, TAG, KIND, REASON, PAYLOAD = PLANTED
LETTER = ("letter-planted", "header-planted", "edit-planted", "said-planted")


def planted_entry(owner: str = OWNER) -> SpendingEntry:
    return spending(
        f"planted-{owner}",
        owner=owner,
        raw_text=RAW,
        description=NOTE,
        location=PLACE,
        tags=(TAG,),
        subcategory=KIND,
        deleted_reason=None,
    )


def planted_letter(owner: str = OWNER) -> Verdict:
    contents = Contents(json.dumps({"text": LETTER[0]}).encode(), (("x-note", LETTER[1].encode()), ("x-none", None)))
    return sent(lettered(verdict(f"given-up-{owner}", owner=owner), contents=contents))


def filed(letter: FiledLetter) -> FiledLetter:
    """As an operator leaves it who edits it and says why."""
    return letter.edited(Edit(type="poon.texts.parse.v1", data=LETTER[2]), Action(NOW, "ben", LETTER[3]))


async def plant(database: Database, owner: str = OWNER) -> None:
    """Something personal in every place there is."""
    store, box = SqlDecisionStore(database), SqlDeadLetterBox(database)
    entry = planted_entry(owner)
    gone = spending(f"gone-{owner}", owner=owner, deleted_reason=REASON)
    await stored(
        store,
        recorded(entry),
        recorded(gone, "gone"),
        sent(verdict(f"said-{owner}", owner=owner, data=json.dumps({"text": PAYLOAD}, ensure_ascii=False))),
        planted_letter(owner),
    )
    letters = await box.get([one.dead_letter.id for one in (planted_letter(owner),) if one.dead_letter])
    assert len(await box.save([filed(letter) for letter in letters])) == 1


async def dump(database: Database) -> str:
    """Every row of every table, as the database holds it."""
    return "\n".join(readable(value) for rows in (await everything(database)).values() for row in rows for value in row)


def readable(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def as_json(row: object) -> str:
    return json.dumps(row, ensure_ascii=False, default=readable)


async def exported(database: Database, owner: str = OWNER) -> str:
    return "\n".join([as_json(dict(row.values)) async for row in SqlOwnerReader(database).rows(TENANT, owner)])
