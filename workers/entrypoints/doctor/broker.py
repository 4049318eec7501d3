"""Judges the broker, its topics, its consumer groups and how far they are behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from contracts.topics import FLEET_TOPICS
from workers.entrypoints.doctor.findings import Finding, critical, runbook, some, warning
from workers.entrypoints.lags import LagRow, total
from workers.ports.errors import UnavailableError
from workers.ports.examining import BrokerExaminer, BrokerState, GroupState
from workers.ports.messages import Partition
from workers.ports.topics import DifferenceKind, TopicAdmin, topic_differences

PROTOCOL: Final = "sticky"
"""How the fleet's groups share partitions out."""
MOST_SKEW: Final = 5.0
"""Seconds by which a record may be from the future."""
QUICK: Final = frozenset({"texts", "spending", "categories"})
QUICK_SECONDS: Final = 30.0
OTHER_SECONDS: Final = 300.0
"""What the objectives promise (docs/reference/alerts.md): an older message is late."""
HOPELESS: Final = 10
"""So many times as late as that is an outage."""
MANY: Final = 100
"""Messages above which more hands help; fewer that are old point at one that is stuck."""

_OPERATORS: Final = "docs/operators.md"


async def look_at_broker(examiner: Callable[[], BrokerExaminer]) -> Sequence[Finding]:
    """Whether it can be used and is whole. Finding out who asks it may fail, too: an embedded one may not run."""
    try:
        state = await examiner().state([topic.name for topic in FLEET_TOPICS])
    except UnavailableError as error:
        return [
            critical(
                str(error),
                "No command is taken and no outcome published. Nothing is lost: work goes on when it is back.",
                "Check what the message names, from the machine the workers run on.",
                runbook("PoonOutage"),
            )
        ]
    return list(judge_broker(state))


def judge_broker(state: BrokerState) -> Iterator[Finding]:
    """Judge a cluster that answers."""
    if not state.is_supported:
        yield critical(
            "the broker is older than Kafka 3.0",
            "The clients are not made for it; groups and time-stamps behave differently.",
            "Upgrade the cluster to Kafka 3.x or 4.x.",
            _OPERATORS,
        )
    if state.leaderless:
        yield critical(
            f"partitions without a leader: {some(list(map(_name, state.leaderless)))}",
            "Nobody can read or write them; commands of their keys wait.",
            "Bring the brokers back that held them (`kafka-topics.sh --describe --unavailable-partitions`).",
            runbook("PoonOutage"),
        )
    if thin := [place for place in state.thin if place not in state.leaderless]:
        yield warning(
            f"partitions with fewer copies in step than they should have: {some(list(map(_name, thin)))}",
            "The loss of one more broker may stop them.",
            "Bring the missing broker back (`kafka-topics.sh --describe --under-replicated-partitions`).",
            runbook("PoonOutage"),
        )


async def look_at_topics(admin: TopicAdmin) -> Sequence[Finding]:
    """How the topics differ from the registry."""
    states = await admin.describe(topic.name for topic in FLEET_TOPICS)
    found = topic_differences(FLEET_TOPICS, states)
    by_kind = {kind: [one for one in found if one.kind is kind] for kind in DifferenceKind}
    findings: list[Finding] = []
    if missing := by_kind[DifferenceKind.MISSING]:
        findings.append(
            critical(
                f"topics are missing: {some([one.topic.name for one in missing])}",
                "Workers of their areas do not start, and what is sent there is refused.",
                "Create them: `poon topics apply`.",
                _OPERATORS,
            )
        )
    if short := by_kind[DifferenceKind.PARTITIONS]:
        findings.append(
            warning(
                f"topics have too few partitions: {some(list(map(str, short)))}",
                "No more workers than partitions find work. Adding them moves keys, which breaks order unless the topic"
                " is drained.",
                "`poon topics diff` shows them all; `poon topics apply --add-partitions` adds them.",
                _OPERATORS,
            )
        )
    if other := by_kind[DifferenceKind.CONFIG]:
        findings.append(
            warning(
                f"topics have other settings than the registry's: {some(list(map(str, other)))}",
                "Records may be deleted before they are read or can be redriven, or large ones refused.",
                "`poon topics diff`, then `poon topics apply`.",
                _OPERATORS,
            )
        )
    return findings


async def look_at_clocks(
    examiner: BrokerExaminer, topics: Mapping[str, int], now: Callable[[], datetime]
) -> Sequence[Finding]:
    """Whether records come from the future: then a clock is wrong, theirs or ours."""
    latest = await examiner.latest(topics)
    present = now()  # only now: what was written while the broker was asked is not from the future
    ahead = {name: (at - present).total_seconds() for name, at in latest.items()}
    wrong = [f"{name} by {seconds:.0f} s" for name, seconds in sorted(ahead.items()) if seconds > MOST_SKEW]
    if not wrong:
        return []
    return [
        warning(
            f"records are stamped later than this machine's time: on {some(wrong)}",
            "Ages and lag are wrong by as much, and so is what “yesterday” means in a text, where a sender's clock is"
            " ahead; or this machine's is behind.",
            "Compare the clocks of senders, workers and this machine with a time server (`chronyc tracking`).",
            runbook("PoonFreshnessBudgetShrinks"),
        )
    ]


def judge_groups(
    groups: Mapping[str, GroupState] | None, rows: Sequence[LagRow], areas: Mapping[str, str]
) -> Iterator[Finding]:
    """Judge the groups of the areas, each with its lag.

    Args:
        groups: as the broker tells them; None where it cannot.
        rows: the lag of all of them.
        areas: the area of each group.
    """
    for group, area in areas.items():
        own = [row for row in rows if row.group == group]
        if groups is not None:
            yield from _judge_members(area, groups.get(group), own)
        yield from _judge_lag(area, own)


def _judge_members(area: str, state: GroupState | None, rows: Sequence[LagRow]) -> Iterator[Finding]:
    if state is None or state.members == 0:
        yield _nobody(area, sum(row.lag.messages for row in rows))
        return
    if state.protocol not in {"", PROTOCOL} or not state.is_classic:
        yield critical(
            f"the group of {area} shares partitions out by another protocol ({state.protocol or 'consumer'})",
            "A foreign client is in it, or a release before this one; workers of this release are refused.",
            "Stop the other members, or give the fleet another POON_KAFKA__GROUP_ID.",
            _OPERATORS,
        )
    if state.state not in {"stable", "empty"}:
        yield warning(
            f"the group of {area} is {state.state}",
            "Partitions move between members just now; nobody works meanwhile.",
            "Run again in half a minute. If it stays so, members come and go: look at their logs.",
            runbook("PoonRebalanceStorm"),
        )
        return
    places = [Partition(row.topic, row.partition) for row in rows]
    if orphans := [place for place in places if place not in state.owned]:
        yield critical(
            f"nobody owns {some(list(map(_name, orphans)))}",
            f"The {state.members} members of {area} leave these partitions out; their keys wait.",
            "Members that consume other topics (another release?) do that: restart them all with one release.",
            runbook("PoonWorkerNotStarted"),
        )


def _nobody(area: str, waiting: int) -> Finding:
    if waiting:
        return critical(
            f"nobody works for {area}, and {waiting} messages wait",
            "Its commands get no outcome.",
            f"Start workers: `poon run --areas {area}`; if they should run, look at why they end.",
            runbook("PoonWorkerNotStarted"),
        )
    return warning(
        f"nobody works for {area}; nothing waits",
        "The next command will.",
        f"Start workers (`poon run --areas {area}`), or leave the area out with --area.",
        runbook("PoonWorkerNotStarted"),
    )


def _judge_lag(area: str, rows: Sequence[LagRow]) -> Iterator[Finding]:
    if not rows:
        return
    whole, limit = total(rows), QUICK_SECONDS if area in QUICK else OTHER_SECONDS
    if whole.seconds is None or whole.seconds <= limit:
        return
    told = f"{area} is {whole.seconds:.0f} s behind with {whole.open} messages (it should be within {limit:.0f} s)"
    if whole.open >= MANY:
        means, do = (
            "More comes in than the workers of this area get done.",
            "Look whether a backend got slower (`poon top`); else start more workers, up to its partitions.",
        )
        page = runbook("PoonFreshnessBudgetGone")
    else:
        means, do = (
            "Little waits and is old: one key is stuck or slow, or the workers wait for something.",
            "`poon top` shows the slowest lanes and what is waited for, `poon lag --area …` the partition.",
        )
        page = runbook("PoonStuckCommand")
    say = critical if whole.seconds > HOPELESS * limit else warning
    yield say(told, means, do, page)


def _name(place: Partition) -> str:
    return f"{place.topic}-{place.number}"
