"""All checks there are, made from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from contracts.topics import FLEET_TOPICS
from workers.bootstrap.clients import consumed_topics, consumer_group, system_clock
from workers.bootstrap.examining import Examination
from workers.config import PROJECTIONS, Settings
from workers.config.models import LOCAL
from workers.entrypoints.doctor import broker, database, fleet, services, work
from workers.entrypoints.doctor.findings import Finding
from workers.entrypoints.doctor.keys import judge_keys
from workers.entrypoints.doctor.rounds import Check
from workers.entrypoints.doctor.settings import contradictions
from workers.entrypoints.lags import lag_rows
from workers.projections.catalogue import PROJECTIONS as READ_MODELS


class Doctor:
    """Makes the checks of the settings' services.

    Args:
        settings: name the services.
        examination: looks at them.
        areas: whose groups have to have members.
    """

    def __init__(self, settings: Settings, examination: Examination, areas: Sequence[str]) -> None:
        self._settings = settings
        self._look = examination
        self._areas = areas

    def checks(self, workers: Sequence[str]) -> Sequence[Check]:
        """All of them, in the order they are told.

        Args:
            workers: addresses of workers to be asked.
        """
        return [
            Check("settings", self._contradictions),
            Check("broker", self._broker),
            Check("topics", self._topics, needs="broker"),
            Check("clocks", self._clocks, needs="broker"),
            Check("consumer groups", self._groups, needs="topics"),
            Check("database", self._database),
            *([Check("replica", self._replica)] if self._look.replica() is not None else []),
            Check("cache", self._cache),
            *(Check(f"model server {name}", partial(self._model, name)) for name in self._models()),
            Check("images", self._images),
            Check("dead letters", self._dead_letters, needs="database"),
            Check("workflows", self._workflows, needs="database"),
            Check("keys", self._keys, needs="database"),
            *([Check("projections", self._projections, needs="database")] if PROJECTIONS in self._areas else []),
            Check("heartbeat", self._heartbeat),
            *(Check(f"worker {url}", partial(self._worker, url)) for url in workers),
        ]

    async def _contradictions(self) -> Sequence[Finding]:
        return contradictions(self._settings)

    async def _broker(self) -> Sequence[Finding]:
        return await broker.look_at_broker(self._look.broker)

    async def _topics(self) -> Sequence[Finding]:
        return await broker.look_at_topics(self._look.topics())

    async def _clocks(self) -> Sequence[Finding]:
        states = await self._look.topics().describe(topic.name for topic in FLEET_TOPICS)
        partitions = {name: state.partitions for name, state in states.items()}
        examiner = self._look.broker()
        return await broker.look_at_clocks(examiner, partitions, system_clock().now)

    async def _groups(self) -> Sequence[Finding]:
        topics = consumed_topics(self._settings, self._areas)
        examiner = self._look.broker()
        groups = await examiner.groups(list(topics))
        rows = lag_rows(await self._look.lag(topics), system_clock().now())
        areas = {consumer_group(self._settings, area): area for area in self._areas}
        return list(broker.judge_groups(groups, rows, areas))

    async def _database(self) -> Sequence[Finding]:
        chosen = self._settings.database
        expected = database.Expected(chosen.pool_size, chosen.accept_newer_schema)
        return await database.look_at_database(self._look.database(), expected, system_clock().now)

    async def _replica(self) -> Sequence[Finding]:
        replica = self._look.replica()
        return [] if replica is None else await database.look_at_replica(replica)

    async def _cache(self) -> Sequence[Finding]:
        servers = self._settings.models.servers.values()
        counts = any(server.calls_per_day is not None or server.money_per_day is not None for server in servers)
        return await services.look_at_cache(self._look.cache(), counts_budgets=counts)

    def _models(self) -> list[str]:
        chains = self._settings.chains.by_capability.values()
        return sorted({link.name for chain in chains for link in chain} - LOCAL)

    async def _model(self, name: str) -> Sequence[Finding]:
        chains = {
            capability: [link.name for link in chain]
            for capability, chain in self._settings.chains.by_capability.items()
        }
        server = services.ModelServer(
            self._look.model(name), self._settings.models.servers[name].model, services.only_backends(chains, name)
        )
        return await services.look_at_model(name, server)

    async def _images(self) -> Sequence[Finding]:
        return await services.look_at_images(self._look.images())

    async def _dead_letters(self) -> Sequence[Finding]:
        async with self._look.work() as stored:
            return await work.look_at_dead_letters(stored.letters, system_clock().now())

    async def _workflows(self) -> Sequence[Finding]:
        async with self._look.work() as stored:
            return await work.look_at_workflows(stored.board, stored.timers, system_clock().now())

    async def _projections(self) -> Sequence[Finding]:
        async with self._look.work() as stored:
            return list(work.judge_projections(await stored.projections.generations(), list(READ_MODELS)))

    async def _keys(self) -> Sequence[Finding]:
        async with self._look.work() as stored:
            return list(judge_keys(await stored.keys.state()))

    async def _heartbeat(self) -> Sequence[Finding]:
        beat = fleet.beat_of(self._settings.data_dir)
        return list(fleet.judge_beat(beat, system_clock().now()))

    async def _worker(self, url: str) -> Sequence[Finding]:
        return await fleet.look_at_worker(self._look.fleet(url), url, self._look.release)
