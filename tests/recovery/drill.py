"""One restore drill: fill, copy while commands flow, destroy, restore, replay, and hold it all to what was sent."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg import sql

from adapters.clock import SystemClock
from adapters.database.schema import migrate
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from contracts.codec import encode
from contracts.commands.spending import RecordSpending
from contracts.envelope import Envelope
from contracts.money import Money
from contracts.topics import TopicRole, topic_name
from tests.e2e.fleet_process import FleetProcess
from tests.ledger.checker import Evidence, republished, violations
from tests.ledger.commands import Planned
from tests.ledger.observe import TopicTail, dead_letter_topics, header, lag, outcome_topics, reset_topics, seen
from tests.ledger.plan import Size, first_of_each, make_plan
from tests.ledger.stored import read_stored
from tests.services.kafka import fresh_name
from tests.services.postgres import PostgresService
from tests.services.waiting import wait_until
from workers.ports.messages import OutgoingRecord

AREAS: Final = ("texts", "spending")
TENANT: Final = "drill"
GONE_TENANT, GONE = "drill-erased", "planted-owner"
"""Who is erased after the backup, and comes back; of a tenant of its own, so that the ledger's stays whole."""
PLANTED, RETURNED = "Zzyzxplanted", "Came back"
SECONDS: Final = 1_800.0
BEFORE_COPY, WITH_COPY = 0.6, 0.8
"""The shares of the commands that are decided when the copying begins, and sent when it has ended."""
_BATCH: Final = 500
_MEMBERSHIP_SECONDS: Final = 60.0

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class State:
    """What a database says: entries and money by tenant and currency, and how many events there are."""

    entries: dict[str, tuple[int, str]]
    events: int


@dataclass(slots=True)
class Found:
    """What a drill measured and found; `problems` is empty where every promise was kept.

    Attributes:
        seconds: how long each step took.
        after_backup: events that were stored after the copy's moment: what the copy alone would lose.
        age: how old the copy was when the database was destroyed, seconds.
    """

    commands: int = 0
    entries: int = 0
    copy_bytes: int = 0
    copy_rows: int = 0
    after_backup: int = 0
    age: float = 0.0
    republished: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def recovery_seconds(self) -> float:
        """From the loss until everything that was sent is decided again."""
        return sum(self.seconds[step] for step in ("restore", "erase again", "rewind", "start", "replay"))


class Drill:
    """A fleet on one broker and one PostgreSQL; `folder` gets its data, logs and the backup."""

    def __init__(
        self, bootstrap_servers: str, postgres: PostgresService, folder: Path, entries: int, seed: int
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._postgres = postgres
        self._folder = folder
        self._group = fresh_name("drill")
        size = Size(texts=entries // 10, records=entries, keys=max(20, entries // 50), duplicates=0.01, poison=0.002)
        self.plan = make_plan(seed, size, TENANT)
        self.found = Found(commands=sum(1 for _ in first_of_each(self.plan)), entries=entries)

    def run(self, tell: Tell) -> Found:
        """Carry it out. Takes minutes: as long as deciding the commands 1.4 times, the copy and the restore."""
        reset_topics(self._bootstrap_servers)
        lost, backup = f"drill_{uuid4().hex[:12]}", self._folder / "backup"
        tail = TopicTail(self._bootstrap_servers, outcome_topics(AREAS))
        try:
            with self._database(lost) as url:
                before, erasures = self._worked(url, backup, tail, tell)
                self._execute("DROP DATABASE {} WITH (FORCE)", lost)
            tell("the database is gone, and the fleet with it")
            with self._database(f"{lost}_again") as url:
                self._recovered(url, backup, erasures, tell)
                self._judge(url, before, tail)
        finally:
            tail.close()
        return self.found

    def _worked(self, url: str, backup: Path, tail: TopicTail, tell: Tell) -> tuple[State, Path]:
        """A life until the loss: what the database held then, and who was erased."""
        migrate(url)
        with self._fleet(url) as fleet:
            cut, later = (int(len(self.plan) * share) for share in (BEFORE_COPY, WITH_COPY))
            self._send_owner(PLANTED)
            self._send(self.plan[:cut])
            self._until_decided(tail, self.plan[:cut])
            tell(f"{cut:,} records are decided; the others flow while the database is copied")
            others = threading.Thread(target=self._send, args=(self.plan[cut:later],))
            others.start()
            done = self._timed("copy", lambda: self._poon(url, "backup", "create", str(backup), "--json"))
            copied_at = time.monotonic()
            others.join()
            self._send(self.plan[later:])
            told = json.loads(done.stdout)
            self.found.copy_bytes, self.found.copy_rows = told["bytes"], told["rows"]
            self._until_decided(tail, self.plan)
            self._poon(url, "owners", "erase", GONE, "--tenant", GONE_TENANT, "--yes")
            self._send_owner(RETURNED)
            wait_until(lambda: not self._behind(), "committed offsets", timeout=SECONDS)
            erasures = self._folder / "erasures.jsonl"
            erasures.write_text(self._poon(url, "owners", "erasures", "--from-topic").stdout)
            before = state_of(url)
            self.found.after_backup = before.events - copied_events(backup)
            self.found.age = time.monotonic() - copied_at
            fleet.kill()
        return before, erasures

    def _recovered(self, url: str, backup: Path, erasures: Path, tell: Tell) -> None:
        told = self._timed("restore", lambda: self._poon(url, "backup", "restore", str(backup))).stdout
        tell(f"restored, and every sum is equal: {told.strip()}")
        self._timed("erase again", lambda: self._poon(url, "owners", "erase-again", str(erasures)))
        if rows_naming(url, PLANTED):
            self.found.problems.append("the owner who was erased is in the restored database")
        self._timed("rewind", lambda: self._rewind(url, backup))
        with self._fleet(url, start=False) as fleet:
            self._timed("start", lambda: self._start(fleet))
            self._timed("replay", lambda: wait_until(lambda: not self._behind(), "the replay", timeout=SECONDS))
            assert fleet.terminate() == 0, fleet.log.read_text()[-3000:]
        tell("what came after the copy is decided again")

    def _rewind(self, url: str, backup: Path) -> None:
        """A killed fleet is a member of its groups until its session times out."""
        deadline = time.monotonic() + _MEMBERSHIP_SECONDS
        done = self._asked(url, "backup", "rewind", str(backup))
        while done.returncode and "still has members" in done.stderr and time.monotonic() < deadline:
            done = self._asked(url, "backup", "rewind", str(backup))
        assert done.returncode == 0, done.stderr

    def _judge(self, url: str, before: State, tail: TopicTail) -> None:
        found, after = self.found, state_of(url)
        if after != before:
            found.problems.append(f"the database holds {after}, before the loss it held {before}")
        if rows_naming(url, PLANTED):
            found.problems.append("the owner who was erased came back by the replay")
        if not rows_naming(url, RETURNED):
            found.problems.append("what the owner sent after the erasure is lost")
        evidence = asyncio.run(self._evidence(url, tail))
        found.problems += violations(self.plan, evidence)
        found.republished = republished(self.plan, evidence)

    async def _evidence(self, url: str, tail: TopicTail) -> Evidence:
        tail.to_the_end()
        letters = TopicTail(self._bootstrap_servers, dead_letter_topics(AREAS))
        letters.to_the_end()
        letters.close()
        stored = await read_stored(url, TENANT)
        ours = {planned.command_id for planned in self.plan}
        return Evidence(
            outcomes=[seen(one) for one in tail.messages if header(one, "ce_tenantid") != GONE_TENANT],
            dead_letters=[header(one, "poon_outcome-id") for one in letters.messages],
            rows=[row for row in stored.rows if row[1] in ours],
            entries=stored.entries,
            lag=self._lag(),
        )

    def _until_decided(self, tail: TopicTail, sent: Sequence[Planned]) -> None:
        wanted = {planned.command_id for planned in sent}

        def decided() -> bool:
            tail.more()
            return wanted <= {header(one, "ce_causationid") for one in tail.messages}

        wait_until(decided, f"{len(wanted)} outcomes", timeout=SECONDS)

    def _send(self, plan: Sequence[Planned]) -> None:
        asyncio.run(self._publish([planned.record for planned in plan]))

    def _send_owner(self, merchant: str) -> None:
        command = RecordSpending(amount=Money.of("65"), merchant=merchant, raw_text=f"{merchant} 65")
        about = Envelope(
            id=f"owner-{merchant.replace(' ', '-')}",
            source="/drill",
            type=command.type,
            time=SystemClock().now(),
            tenant=GONE_TENANT,
            owner=GONE,
        )
        topic = topic_name(command.area, TopicRole.COMMANDS)
        asyncio.run(self._publish([OutgoingRecord(topic, about.key.encode(), encode(command), about.headers())]))

    async def _publish(self, records: Sequence[Any]) -> None:
        publisher = KafkaPublisher(KafkaConnection(self._bootstrap_servers), "drill")
        await publisher.start()
        for start in range(0, len(records), _BATCH):
            await publisher.publish(records[start : start + _BATCH])
        await publisher.stop()

    def _lag(self) -> dict[str, int]:
        return lag(self._bootstrap_servers, [f"{self._group}.{area}" for area in (*AREAS, "privacy")])

    def _behind(self) -> bool:
        return any(self._lag().values())

    @contextmanager
    def _fleet(self, url: str, *, start: bool = True) -> Iterator[FleetProcess]:
        fleet = FleetProcess(self._settings(url), self._folder, areas=",".join((*AREAS, "privacy")))
        try:
            if start:
                self._start(fleet)
            yield fleet
        finally:
            if fleet.alive:
                fleet.kill()

    def _start(self, fleet: FleetProcess) -> None:
        """As long as it takes: a drill is also run where a machine has much else to do."""

        def runs() -> int:
            return fleet.log.read_text().count('"fleet runs"') if fleet.log.exists() else 0

        seen = runs()
        fleet.start()
        wait_until(lambda: runs() > seen or not fleet.alive, "the fleet to run", timeout=SECONDS)
        assert fleet.alive, fleet.log.read_text()[-3000:]

    def _settings(self, url: str) -> dict[str, str]:
        return {
            "POON_KAFKA__BOOTSTRAP_SERVERS": self._bootstrap_servers,
            "POON_KAFKA__GROUP_ID": self._group,
            "POON_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
            "POON_DATABASE__URL": url,
        }

    def _asked(self, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("POON_")}
        return subprocess.run(
            [sys.executable, "-c", "from workers.entrypoints.cli import main; main()", *arguments],
            env={**clean, **self._settings(url), "POON_DATA_DIR": str(self._folder)},
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def _poon(self, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = self._asked(url, *arguments)
        assert done.returncode == 0, f"poon {' '.join(arguments)}: {done.stderr}{done.stdout}"
        return done

    def _timed(self, step: str, action: Callable[[], Any]) -> Any:  # noqa: ANN401  what the step gives
        begun = time.monotonic()
        result = action()
        self.found.seconds[step] = time.monotonic() - begun
        return result

    @contextmanager
    def _database(self, name: str) -> Iterator[str]:
        self._execute("CREATE DATABASE {}", name)
        before, _, query = self._postgres.url.partition("?")
        try:
            yield f"{before.rpartition('/')[0]}/{name}{'?' if query else ''}{query}"
        finally:
            self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _execute(self, statement: Any, name: str) -> None:  # noqa: ANN401  a literal string, which psycopg wants
        with psycopg.connect(self._postgres.url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def state_of(url: str) -> State:
    """What a database says now."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT tenant || ' ' || currency, count(*), sum(amount)::text FROM spending_entries GROUP BY 1 ORDER BY 1"
        ).fetchall()
        events = connection.execute("SELECT count(*) FROM events").fetchall()
    return State({name: (count, amount) for name, count, amount in rows}, events[0][0])


def copied_events(backup: Path) -> int:
    """How many events a backup holds."""
    sums = json.loads((backup / "backup.json").read_text())["sums"]
    return sum(one["rows"] for one in sums if one["table"] == "events")


def rows_naming(url: str, words: str) -> int:
    """How many entries and events have words in them."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM events WHERE data LIKE %(words)s)"
            " + (SELECT count(*) FROM spending_entries WHERE merchant LIKE %(words)s)",
            {"words": f"%{words}%"},
        ).fetchall()
    return int(found[0][0])
