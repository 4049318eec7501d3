"""`DecisionStore` on both databases: group commit, the inbox, and what becomes of those that do not fit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database.dead_letters import insert_dead_letters
from adapters.database.engine import Database
from adapters.database.erasures import DestroyedKeyUsedError, Sent, erased_among, sent_of
from adapters.database.failures import UnstorableRowError
from adapters.database.postgresql import PostgresqlStatements
from adapters.database.rows import by_key
from adapters.database.sqlite import SqliteStatements, chunks
from adapters.database.states import StatePlace, StateTable, by_table, rounds
from adapters.database.tables import events
from adapters.database.workflows import write_workflows
from workers.ports.errors import UnavailableError
from workers.ports.store import (
    AggregateState,
    CommitResult,
    Committed,
    Conflicted,
    Erased,
    InboxKey,
    StoredEvent,
    Unstorable,
    Verdict,
)
from workers.ports.vault import BrokenSealError

Results = dict[InboxKey, CommitResult]

_MOST_SEALINGS: Final = 3
"""Once more for an erasure meanwhile, and for another one behind that."""
_ROW_ORDER: Final = attrgetter("tenant", "stream", "version")

_Place = tuple[str, str]
"""Tenant and stream."""

Tabled = Sequence[tuple[StateTable, Sequence[AggregateState]]]
"""States by their tables, see `by_table`."""


class InsertNew(Protocol):
    """Insert all, committed when this returns; or, when anything collides with what is stored, nothing: False."""

    async def __call__(
        self, connection: AsyncConnection, events: Sequence[StoredEvent], states: Tabled, sent: Sequence[Sent], /
    ) -> bool:
        """Run as a transaction of its own.

        Args:
            connection: in no transaction.
            events: new ones.
            states: new ones.
            sent: for whom and when commands were sent; an erased owner among them is a collision.
        """
        ...


class Statements(Protocol):
    """The statements each database wants written its own way. They run in the connection's transaction."""

    @property
    def insert_new(self) -> InsertNew | None:
        """A shortcut for what collides with nothing, where there is one."""
        ...

    async def insert_events(self, connection: AsyncConnection, events: Sequence[StoredEvent]) -> Collection[UUID]:
        """Insert those events that collide with no stored one, and tell their ids."""
        ...

    async def upsert_states(
        self, connection: AsyncConnection, table: StateTable, states: Sequence[AggregateState]
    ) -> Collection[StatePlace]:
        """Write those states, distinct ones, that follow on the stored version, and tell their tenant and id."""
        ...

    async def recorded(self, connection: AsyncConnection, keys: Sequence[InboxKey]) -> Sequence[StoredEvent]:
        """The stored events of these commands, by ordinal."""
        ...


class SqlDecisionStore:
    """`DecisionStore` on PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._statements: Statements = SqliteStatements() if database.is_sqlite else PostgresqlStatements()

    async def recorded(self, keys: Collection[InboxKey]) -> Mapping[InboxKey, tuple[StoredEvent, ...]]:
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return {}
        return await self._opened(await self._recorded(wanted))

    async def commit(self, verdicts: Sequence[Verdict]) -> Sequence[CommitResult]:
        results: Results = {
            verdict.key: Unstorable(verdict.key, "a verdict has at least one event")
            for verdict in verdicts
            if not verdict.events
        }
        given = {verdict.key: verdict for verdict in verdicts if verdict.events}
        results |= await self._in_the_clear(await self._store_sealed(list(given.values())), given)
        return [results[verdict.key] for verdict in verdicts]

    async def _store_sealed(self, verdicts: Sequence[Verdict]) -> Results:
        """Seal and store; with other keys where an erasure has destroyed those that are remembered here.

        A key that is asked for again is never older than the erasure that made it necessary to ask, unless the keys
        were restored from before it.
        """
        for _ in range(_MOST_SEALINGS):
            try:
                return await self._seal_and_store(verdicts)
            except DestroyedKeyUsedError as used:
                self._database.seals.keys.forget(used.owners)
        raise UnavailableError(
            "the table owner_keys is from before an erasure: restore a newer one, or erase those owners again"
        )

    async def _seal_and_store(self, verdicts: Sequence[Verdict]) -> Results:
        """As `_store`: what cannot be sealed is refused alone, too."""
        try:
            sealed = await self._database.seals.verdicts(verdicts)
        except UnstorableRowError as error:
            if len(verdicts) == 1:
                key = verdicts[0].key
                return {key: Unstorable(key, error.reason)}
        else:
            return await self._store(sealed)
        half = len(verdicts) // 2
        return await self._seal_and_store(verdicts[:half]) | await self._seal_and_store(verdicts[half:])

    async def _in_the_clear(self, results: Results, given: Mapping[InboxKey, Verdict]) -> Results:
        """Results with events as they are to be published."""
        before = {
            key: result.events for key, result in results.items() if isinstance(result, Committed) and result.duplicate
        }
        if not before and not self._database.seals.is_on:
            return results
        opened = await self._opened(before)
        told: Results = {}
        for key, result in results.items():
            if not isinstance(result, Committed):
                told[key] = result
            elif not result.duplicate:
                told[key] = result._replace(events=given[key].events)
            elif key in opened:
                told[key] = result._replace(events=opened[key])
            else:  # its key is destroyed: the owner is being erased, and what was decided goes next
                told[key] = Erased(key, under_way=True)
        return told

    async def _opened(
        self, found: Mapping[InboxKey, tuple[StoredEvent, ...]]
    ) -> Mapping[InboxKey, tuple[StoredEvent, ...]]:
        """What was decided before, in the clear.

        What somebody changed behind our back can be neither published again nor decided anew: a command would have two
        outcomes. So it waits as for a database that is away, and says which row to restore.
        """
        try:
            return await self._database.seals.open_by_command(found)
        except BrokenSealError as error:
            raise UnavailableError(f"what was decided cannot be read, restore it from a backup: {error}") from None

    async def _recorded(self, keys: Sequence[InboxKey]) -> Mapping[InboxKey, tuple[StoredEvent, ...]]:
        try:
            async with self._database.connection(commits_itself=True) as connection:
                return by_key(await self._statements.recorded(connection, keys))
        except UnstorableRowError:
            return await self._recorded_one_by_one(keys)

    async def _store(self, verdicts: Sequence[Verdict]) -> Results:
        """Store together; where a row is refused for what is in it, halve until it stands alone."""
        try:
            return await self._store_together(verdicts)
        except UnstorableRowError as error:
            if len(verdicts) == 1:
                key = verdicts[0].key
                return {key: Unstorable(key, error.reason)}
        half = len(verdicts) // 2
        return await self._store(verdicts[:half]) | await self._store(verdicts[half:])

    async def _store_together(self, verdicts: Sequence[Verdict]) -> Results:
        if await self._store_new(verdicts):
            return {verdict.key: Committed(verdict.key, verdict.events) for verdict in verdicts}
        results: Results = {}
        pending = list(verdicts)
        while pending:
            refused = await self._attempt(pending)
            if not refused:
                return results | {verdict.key: Committed(verdict.key, verdict.events) for verdict in pending}
            results |= await self._judge(refused)
            pending = [verdict for verdict in pending if verdict.key not in results]
        return results

    async def _store_new(self, verdicts: Sequence[Verdict]) -> bool:
        """Try what nearly always holds, that all of it is new, at the price of one round trip."""
        if any(verdict.dead_letter or verdict.workflow for verdict in verdicts):
            return False
        states = [state for verdict in verdicts for state in verdict.states]
        insert_new = self._statements.insert_new
        if insert_new is None or any(state.version > 1 for state in states):
            return False
        rows = sorted((event for verdict in verdicts for event in verdict.events), key=_ROW_ORDER)
        async with self._database.connection(commits_itself=True) as connection:
            return await insert_new(connection, rows, by_table(states), sent_of(verdicts))

    async def _attempt(self, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        """Store all in one transaction; or, when some collide with what is stored, none, and tell which."""
        async with self._database.connection(writes=True) as connection:
            refused = await self._append(connection, verdicts) or await self._advance(connection, verdicts)
            # Behind the insert, which waits for whoever begins to erase: what is seen now holds until the commit.
            if not refused:
                late = await erased_among(connection, verdicts)
                refused = [verdict for verdict in verdicts if verdict.key in late]
            if not refused:
                if letters := [verdict.dead_letter for verdict in verdicts if verdict.dead_letter]:
                    await insert_dead_letters(connection, letters)
                if updates := [verdict.workflow for verdict in verdicts if verdict.workflow]:
                    await write_workflows(connection, updates)
                await connection.commit()
            return refused

    async def _append(self, connection: AsyncConnection, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        # All workers take row locks in this one order. It is the stream's and not the command's, since two commands
        # may meet in a stream, while one command nearly always means one stream. Of two in this batch the first wins.
        rows = sorted((event for verdict in verdicts for event in verdict.events), key=_ROW_ORDER)
        inserted = await self._statements.insert_events(connection, rows)
        return () if len(inserted) == len(rows) else _incomplete(verdicts, inserted)

    async def _advance(self, connection: AsyncConnection, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        refused: set[StatePlace] = set()
        for table, states in by_table(state for verdict in verdicts for state in verdict.states):
            for distinct in rounds(states):
                advanced = await self._statements.upsert_states(connection, table, distinct)
                if len(advanced) < len(distinct):
                    refused |= {(state.tenant, state.id) for state in distinct} - set(advanced)
        if not refused:
            return ()
        return [verdict for verdict in verdicts if any((state.tenant, state.id) in refused for state in verdict.states)]

    async def _judge(self, refused: Sequence[Verdict]) -> Results:
        """Tell of verdicts that collided whether they were decided before or lost against another command."""
        async with self._database.connection() as connection:
            # Ids first: an event that was there before we looked for its command, and is not that command's, is
            # another's. The other way round, a worker storing this very command in between would look like that.
            taken = await _taken_ids(connection, [event.id for verdict in refused for event in verdict.events])
            recorded = by_key(await self._statements.recorded(connection, [verdict.key for verdict in refused]))
            lost = [verdict for verdict in refused if verdict.key not in recorded]
            late = await erased_among(connection, lost)
            versions = await _current_versions(connection, lost)
        results: Results = {verdict.key: _judgement(verdict, recorded, taken, versions) for verdict in refused}
        return results | {key: Erased(key, under_way) for key, under_way in late.items()}

    async def _recorded_one_by_one(self, keys: Sequence[InboxKey]) -> Mapping[InboxKey, tuple[StoredEvent, ...]]:
        """A key the database cannot even ask for was never stored, and must not hide the others."""
        found: dict[InboxKey, tuple[StoredEvent, ...]] = {}
        for key in keys:
            try:
                async with self._database.connection() as connection:
                    found |= by_key(await self._statements.recorded(connection, [key]))
            except UnstorableRowError:
                continue
        return found


def _incomplete(verdicts: Sequence[Verdict], inserted: Collection[UUID]) -> Sequence[Verdict]:
    unclaimed = set(inserted)
    refused = []
    for verdict in verdicts:
        ids = {event.id for event in verdict.events}
        if ids <= unclaimed:
            unclaimed -= ids
        else:
            refused.append(verdict)
    return refused


def _judgement(
    verdict: Verdict,
    recorded: Mapping[InboxKey, tuple[StoredEvent, ...]],
    taken: Collection[UUID],
    versions: Mapping[_Place, int],
) -> CommitResult:
    if verdict.key in recorded:
        return Committed(verdict.key, recorded[verdict.key], duplicate=True)
    if any(event.id in taken for event in verdict.events):
        return Unstorable(verdict.key, "another command's event has the same id")
    for (tenant, stream), decided_on in sorted(_decided_on(verdict).items()):
        current = versions.get((tenant, stream), 0)
        if current != decided_on:
            return Conflicted(verdict.key, stream, current)
    return Conflicted(verdict.key)


def _decided_on(verdict: Verdict) -> dict[_Place, int]:
    """The version of each of its streams that a verdict follows on."""
    before: dict[_Place, int] = {}
    for event in verdict.events:
        place = (event.tenant, event.stream)
        before[place] = min(before.get(place, event.version - 1), event.version - 1)
    return before


async def _current_versions(connection: AsyncConnection, verdicts: Sequence[Verdict]) -> dict[_Place, int]:
    """Where the streams of these verdicts are; unknown ones are missing."""
    own, found = events.c, dict[_Place, int]()
    for chunk in chunks([*{place: None for verdict in verdicts for place in _decided_on(verdict)}]):
        newest = select(own.tenant, own.stream, func.max(own.version)).where(tuple_(own.tenant, own.stream).in_(chunk))
        for tenant, stream, version in await connection.execute(newest.group_by(own.tenant, own.stream)):
            found[tenant, stream] = version
    return found


async def _taken_ids(connection: AsyncConnection, ids: Sequence[UUID]) -> set[UUID]:
    taken: set[UUID] = set()
    for chunk in chunks(ids):
        found = await connection.execute(select(events.c.id).where(events.c.id.in_(chunk)))
        taken.update(found.scalars())
    return taken
