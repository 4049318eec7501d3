"""The end of a run under load: until everything has come of what was sent, and what came of it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple

from tests.chaos.traffic import Load, Watch
from tests.ledger.checker import Evidence
from tests.ledger.observe import TopicTail, dead_letter_topics, header, lag
from tests.ledger.plan import first_of_each
from tests.ledger.stored import read_stored
from tests.services.waiting import StillWaitingError, wait_until

END_SECONDS: Final = 120.0
"""Without another outcome, or of records that stay uncommitted, after which a run has not ended."""


def wait_for_the_last(load: Load, watch: Watch, groups: Sequence[str], ask_for_stacks: Callable[[], None]) -> list[str]:
    """Wait for every outcome and every offset; what had not come in time, a sentence each; blocks."""
    servers = watch.bootstrap_servers
    expected = sum(1 for _ in first_of_each(load.sent))
    try:
        # A machine that was too busy to keep up is given its time: only what comes to nothing has not ended.
        while (seen := len(watch.first)) < expected:
            wait_until(partial(_has_more, watch, seen), f"{expected - seen} outcomes", timeout=END_SECONDS)
        wait_until(lambda: not any(lag(servers, groups).values()), "committed offsets", timeout=END_SECONDS)
    except StillWaitingError as error:
        ask_for_stacks()
        return [f"not ended: {error}"]
    return []


def _has_more(watch: Watch, seen: int) -> bool:
    return len(watch.first) > seen


async def gather(
    watch: Watch, database_url: str, tenant: str, areas: Iterable[str], group: str, *, without: str | None = None
) -> Evidence:
    """What stands on the topics, in the tables and at the offsets, after the workers are gone.

    Nothing of the tenant `without`, which is judged by itself.
    """
    areas = tuple(areas)
    servers = watch.bootstrap_servers
    found = await asyncio.to_thread(dead_letters, servers, areas)
    letters = [letter.outcome_id for letter in found if without is None or not letter.is_of(without)]
    stored = await read_stored(database_url, tenant, without=without)
    left = await asyncio.to_thread(lag, servers, [f"{group}.{area}" for area in areas])
    return Evidence(watch.outcomes, letters, stored.rows, stored.entries, left)


class Letter(NamedTuple):
    """A dead letter: its key, and the outcome it names."""

    key: bytes
    outcome_id: str

    def is_of(self, tenant: str) -> bool:
        """Whether a tenant sent it."""
        return self.key.startswith(f"{tenant}/".encode())


def dead_letters(bootstrap_servers: str, areas: Sequence[str]) -> list[Letter]:
    """Everything on the dead-letter topics; blocks."""
    tail = TopicTail(bootstrap_servers, dead_letter_topics(areas))
    tail.to_the_end()
    tail.close()
    return [Letter(message.key() or b"", header(message, "poon_outcome-id")) for message in tail.messages]
