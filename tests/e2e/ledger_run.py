"""A plan carried out by a real fleet process, and the evidence of what came of it."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from adapters.database.schema import migrate
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from tests.e2e.fleet_process import FleetProcess
from tests.ledger.checker import Evidence
from tests.ledger.commands import Planned
from tests.ledger.observe import TopicTail, dead_letter_topics, header, lag, outcome_topics, reset_topics, seen
from tests.ledger.plan import first_of_each
from tests.ledger.stored import read_stored
from tests.services.kafka import fresh_name
from tests.services.waiting import wait_until

AREAS: Final = ("texts", "spending")
TENANT: Final = "ledger"
SECONDS: Final = 240.0
_BATCH: Final = 1_000


class LedgerRun:
    """One fleet and one plan on one broker and one database; `arguments` are more for `poon run`."""

    def __init__(
        self,
        bootstrap_servers: str,
        database_url: str,
        folder: Path,
        plan: list[Planned],
        arguments: Sequence[str] = (),
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._database_url = database_url
        self.plan = plan
        group = fresh_name("ledger")
        self._groups = [f"{group}.{area}" for area in AREAS]
        self.expected = sum(1 for _ in first_of_each(plan))
        reset_topics(bootstrap_servers)
        migrate(database_url)
        self._outcomes = TopicTail(bootstrap_servers, outcome_topics(AREAS))
        self.fleet = FleetProcess(
            {
                "POON_KAFKA__BOOTSTRAP_SERVERS": bootstrap_servers,
                "POON_KAFKA__GROUP_ID": group,
                "POON_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
                "POON_KAFKA__REQUEST_TIMEOUT_SECONDS": "5",
                "POON_DATABASE__URL": database_url,
                "POON_DATABASE__CONNECT_TIMEOUT_SECONDS": "2",
            },
            folder,
            arguments=arguments,
        )

    def start(self) -> None:
        """Send everything and start the fleet."""
        self.send()
        self.fleet.start_and_wait()

    def send(self) -> None:
        """Send everything."""
        asyncio.run(self._publish())

    def wait_for_share(self, share: float) -> None:
        """Wait until that share of the commands has an outcome."""
        enough = int(self.expected * share)
        wait_until(lambda: self._distinct() >= enough, f"{enough} outcomes", timeout=SECONDS)

    def finish(self) -> Evidence:
        """Wait for all outcomes and offsets, stop the fleet as an operator does, and collect the evidence."""
        self.wait_for_share(1.0)
        wait_until(lambda: not any(self._lag().values()), "committed offsets", timeout=SECONDS)
        code = self.fleet.terminate()
        assert code == 0, self.fleet.log.read_text()[-3000:]
        return asyncio.run(self._evidence())

    def close(self) -> None:
        if self.fleet.alive:
            self.fleet.kill()
        self._outcomes.close()

    async def _publish(self) -> None:
        publisher = KafkaPublisher(KafkaConnection(self._bootstrap_servers), "ledger")
        await publisher.start()
        for start in range(0, len(self.plan), _BATCH):
            await publisher.publish([planned.record for planned in self.plan[start : start + _BATCH]])
        await publisher.stop()

    def _distinct(self) -> int:
        self._outcomes.more()
        return len({header(message, "ce_causationid") for message in self._outcomes.messages})

    def _lag(self) -> dict[str, int]:
        return lag(self._bootstrap_servers, self._groups)

    async def _evidence(self) -> Evidence:
        self._outcomes.to_the_end()
        letters = TopicTail(self._bootstrap_servers, dead_letter_topics(AREAS))
        letters.to_the_end()
        letters.close()
        stored = await read_stored(self._database_url, TENANT)
        return Evidence(
            outcomes=[seen(message) for message in self._outcomes.messages],
            dead_letters=[header(message, "poon_outcome-id") for message in letters.messages],
            rows=stored.rows,
            entries=stored.entries,
            lag=self._lag(),
        )


@contextmanager
def ledger_run(
    bootstrap_servers: str, database_url: str, folder: Path, plan: list[Planned], arguments: Sequence[str] = ()
) -> Iterator[LedgerRun]:
    run = LedgerRun(bootstrap_servers, database_url, folder, plan, arguments)
    try:
        yield run
    finally:
        run.close()
