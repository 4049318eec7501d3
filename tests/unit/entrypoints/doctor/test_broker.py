"""Judging the broker, topics, clocks and groups: each finding is provoked, and a healthy cluster has none."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from contracts.topics import FLEET_TOPICS
from tests.fakes.clock import NOON
from workers.entrypoints.doctor.broker import (
    judge_broker,
    judge_groups,
    look_at_broker,
    look_at_clocks,
    look_at_topics,
)
from workers.entrypoints.doctor.findings import Finding, Severity
from workers.entrypoints.lags import Lag, LagRow
from workers.ports.errors import UnavailableError
from workers.ports.examining import BrokerExaminer, BrokerState, GroupState
from workers.ports.messages import Partition
from workers.ports.topics import TopicAdmin, TopicDifference, TopicState

HEALTHY = BrokerState(brokers=3, is_supported=True, is_managed=True, leaderless=(), thin=())
TEXTS = "poon.texts.commands"
PLACES = (Partition(TEXTS, 0), Partition(TEXTS, 1))
MEMBERS = GroupState("stable", "sticky", is_classic=True, members=2, owned=frozenset(PLACES))
AREAS = {"poon-workers.texts": "texts"}
RECEIPTS = {"poon-workers.texts": "receipts"}


@dataclass
class FakeExaminer:
    """A broker that answers what it is told to."""

    answer: BrokerState | Exception = HEALTHY
    stamps: Mapping[str, datetime] | None = None

    async def state(self, topics: Collection[str]) -> BrokerState:
        assert TEXTS in topics
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def groups(self, names: Sequence[str]) -> Mapping[str, GroupState] | None:
        return dict.fromkeys(names, MEMBERS)

    async def latest(self, topics: Mapping[str, int]) -> Mapping[str, datetime]:
        assert topics
        return self.stamps or {}


@dataclass
class FakeAdmin:
    """Topics as they are told."""

    states: Mapping[str, TopicState]

    async def check_broker(self) -> None: ...

    async def describe(self, names: Iterable[str]) -> Mapping[str, TopicState]:
        return {name: self.states[name] for name in names if name in self.states}

    async def apply(self, differences: Sequence[TopicDifference]) -> None:
        raise AssertionError(f"a doctor changes nothing: {differences}")


def row(partition: int, messages: int = 0, seconds: float | None = None) -> LagRow:
    return LagRow("poon-workers.texts", TEXTS, partition, 0, messages, Lag(messages, 0, seconds))


def groups_of(state: GroupState | None, rows: Sequence[LagRow] = (), areas: Mapping[str, str] = AREAS) -> list[Finding]:
    groups = {} if state is None else {"poon-workers.texts": state}
    return list(judge_groups(groups, rows or (row(0), row(1)), areas))


def registry() -> dict[str, TopicState]:
    return {topic.name: TopicState(topic.name, topic.partitions, topic.config) for topic in FLEET_TOPICS}


def examiner(answer: BrokerState | Exception) -> BrokerExaminer:
    return FakeExaminer(answer)


def admin(states: Mapping[str, TopicState]) -> TopicAdmin:
    return FakeAdmin(states)


async def test_a_healthy_broker_has_no_findings() -> None:
    assert await look_at_broker(lambda: examiner(HEALTHY)) == []
    assert await look_at_topics(admin(registry())) == []
    assert (
        await look_at_clocks(FakeExaminer(stamps={TEXTS: NOON + timedelta(seconds=1)}), {TEXTS: 1}, lambda: NOON) == []
    )
    assert groups_of(MEMBERS) == []
    assert groups_of(MEMBERS, [row(0, 500, 29.0), row(1)]) == []
    assert groups_of(MEMBERS, [row(0, 500, 290.0), row(1)], RECEIPTS) == []
    assert list(judge_groups(None, [row(0)], AREAS)) == []


async def test_a_broker_that_is_away_is_told_in_its_own_words() -> None:
    (finding,) = await look_at_broker(lambda: examiner(UnavailableError("Kafka at k:9092 cannot be used")))
    assert (finding.severity, finding.what) == (Severity.CRITICAL, "Kafka at k:9092 cannot be used")
    assert finding.page == "docs/runbooks/PoonOutage.md"


@pytest.mark.parametrize(
    ("state", "words", "severity"),
    [
        (HEALTHY._replace(is_supported=False), "older than Kafka 3.0", Severity.CRITICAL),
        (HEALTHY._replace(leaderless=PLACES, thin=PLACES), f"without a leader: {TEXTS}-0", Severity.CRITICAL),
        (HEALTHY._replace(thin=PLACES), "fewer copies in step", Severity.WARNING),
    ],
)
def test_a_broken_cluster_is_told(state: BrokerState, words: str, severity: Severity) -> None:
    (finding,) = judge_broker(state)
    assert words in finding.what
    assert finding.severity is severity


async def test_topics_that_differ_from_the_registry_are_told_with_the_command_that_mends_it() -> None:
    states = registry()
    del states[TEXTS]
    short, other = "poon.texts.events", "poon.texts.dlt"
    states[short] = TopicState(short, 3, states[short].config)
    states[other] = TopicState(other, 12, {**(states[other].config or {}), "retention.ms": "1000"})
    missing, few, config = await look_at_topics(admin(states))
    assert (missing.severity, missing.what) == (Severity.CRITICAL, f"topics are missing: {TEXTS}")
    assert "partitions is 3, the registry says 12" in few.what
    assert "retention.ms is 1000" in config.what
    assert "poon topics apply" in missing.do


async def test_records_from_the_future_mean_that_a_clock_is_wrong() -> None:
    ahead = FakeExaminer(stamps={TEXTS: NOON + timedelta(seconds=42), "poon.texts.events": NOON})
    (finding,) = await look_at_clocks(ahead, {TEXTS: 12}, lambda: NOON)
    assert f"on {TEXTS} by 42 s" in finding.what


@pytest.mark.parametrize(
    ("state", "rows", "words", "severity"),
    [
        (None, (row(0, 7, 1.0),), "nobody works for texts, and 7 messages wait", Severity.CRITICAL),
        (MEMBERS._replace(members=0, state="empty"), (), "nobody works for texts; nothing waits", Severity.WARNING),
        (MEMBERS._replace(protocol="range"), (), "by another protocol (range)", Severity.CRITICAL),
        (MEMBERS._replace(is_classic=False, protocol=""), (), "by another protocol (consumer)", Severity.CRITICAL),
        (MEMBERS._replace(state="preparing rebalancing"), (), "is preparing rebalancing", Severity.WARNING),
        (MEMBERS._replace(owned=frozenset(PLACES[:1])), (), f"nobody owns {TEXTS}-1", Severity.CRITICAL),
    ],
)
def test_a_group_in_trouble_is_told(
    state: GroupState | None, rows: Sequence[LagRow], words: str, severity: Severity
) -> None:
    (finding,) = groups_of(state, rows)
    assert words in finding.what
    assert finding.severity is severity


@pytest.mark.parametrize(
    ("rows", "areas", "words", "severity", "page"),
    [
        (
            (row(0, 500, 31.0), row(1)),
            AREAS,
            "texts is 31 s behind with 500",
            Severity.WARNING,
            "PoonFreshnessBudgetGone",
        ),
        ((row(0, 2, 299.0), row(1)), AREAS, "texts is 299 s behind with 2", Severity.WARNING, "PoonStuckCommand"),
        ((row(0, 2, 301.0), row(1)), AREAS, "texts is 301 s behind", Severity.CRITICAL, "PoonStuckCommand"),
        ((row(0, 500, 301.0), row(1)), RECEIPTS, "receipts is 301 s", Severity.WARNING, "PoonFreshnessBudgetGone"),
    ],
)
def test_lag_is_told_by_its_age_and_many_from_few(
    rows: Sequence[LagRow], areas: Mapping[str, str], words: str, severity: Severity, page: str
) -> None:
    (finding,) = groups_of(MEMBERS, rows, areas)
    assert words in finding.what
    assert (finding.severity, finding.page) == (severity, f"docs/runbooks/{page}.md")
