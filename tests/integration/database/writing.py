"""A program that stores verdicts until it is done or killed, and tells what was acknowledged.

python -m tests.integration.database.writing URL PREFIX BATCHES
"""

import asyncio
import sys

from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from tests.conformance.database.samples import TENANT, event, spending
from workers.domain.spending import entry_stream
from workers.ports.store import Committed, InboxKey, Verdict

BATCH = 20
EVENTS = 3


def whole(cause: str) -> Verdict:
    """A verdict of several events that end in an entry."""
    entry = spending(cause)._replace(merchant=cause)
    own = entry_stream(entry.id)
    places = [own, f"note-{cause}", f"end-{cause}"]
    events = tuple(event(cause, ordinal=ordinal, stream=stream, version=1) for ordinal, stream in enumerate(places))
    return Verdict(InboxKey("spending", TENANT, cause), events, (entry,))


async def write(url: str, prefix: str, batches: int) -> None:
    database = open_database(url)
    store = SqlDecisionStore(database)
    for number in range(batches):
        results = await store.commit([whole(f"{prefix}-{number}-{place}") for place in range(BATCH)])
        stored = sum(isinstance(result, Committed) and not result.duplicate for result in results)
        sys.stdout.write(f"{number} {stored}\n")
        sys.stdout.flush()
    await database.close()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2], int(sys.argv[3])))
