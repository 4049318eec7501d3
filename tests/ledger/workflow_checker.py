"""Decides whether workflows kept the promises: each ended once, as it has to, and left nothing behind. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from contracts.registry import COMMANDS
from contracts.topics import TOPICS, TopicRole
from tests.ledger.checker import differences, disorder
from tests.ledger.effects import effects
from tests.ledger.scenarios import Ask, Plot, Scenario
from tests.ledger.steps import ENDS, step_violations
from tests.ledger.told import Told, WorkflowEvidence

COMPLETED: Final = "workflow.completed"
COMPENSATED: Final = "workflow.compensated"
ABORTED: Final = "workflow_aborted"
STEERED: Final = "poon.workflow.steered.v1"
_WITHOUT_GAPS: Final = ("workflow-", "entry-", "month-")
_AFTER_THE_END: Final = frozenset({"workflow.steered", "timer.fired"})
"""What the transition that ends a workflow tells behind its end: who brought it about."""


class Disorder(NamedTuple):
    """A stream whose events did not come in the order of its versions.

    Attributes:
        versions: as they came to the topic, the first time each.
        publishers: whose workers published those that came too early.
    """

    topic: str
    stream: str
    versions: Sequence[int]
    publishers: Collection[str]

    def __str__(self) -> str:
        told = " and ".join(sorted(filter(None, self.publishers)))
        return f"{self.stream} came to {self.topic} as {list(self.versions)}" + (f", by {told}" if told else "")


def workflow_violations(
    scenarios: Sequence[Scenario],
    asked: Sequence[Ask],
    evidence: WorkflowEvidence,
    unordered: Collection[str] = (),
) -> list[str]:
    """Everything that is wrong, a sentence each; empty when all promises were kept.

    Args:
        scenarios: those of which anything was sent.
        asked: what was sent of them, in order; a command that was sent twice is there twice.
        evidence: what came of it.
        unordered: releases that do not promise the order of streams, so that only what others published is judged.
    """
    return [
        *_asks(asked, evidence),
        *_strangers(scenarios, asked, evidence),
        *_rows_differ(evidence),
        *(f"order: {one}" for one in disorders(evidence) if not set(one.publishers) <= set(unordered)),
        *_gaps(evidence),
        *(sentence for scenario in scenarios for sentence in _workflow(scenario, evidence)),
        *effects(scenarios, evidence),
        *_left_behind(scenarios, evidence),
    ]


def _asks(asked: Sequence[Ask], evidence: WorkflowEvidence) -> Iterator[str]:
    """What was sent from outside is answered once, as it may be, and in its order."""
    first = {ask.command_id: ask for ask in asked}
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for outcome in evidence.outcomes:
        seen[outcome.topic.split(".")[1], outcome.command_id].add(outcome.event_id)
    for ask in first.values():
        yield from _ended_once(ask.command_id, ask.area, evidence)
        for row in evidence.ends.get((ask.area, ask.command_id), ())[:1]:
            if row.type not in ask.ends:
                yield f"wrong: {ask.command_id} ended as {row.type}"
            if str(row.id) not in seen[ask.area, ask.command_id]:
                yield f"lost: the outcome of {ask.command_id} was never published"
    lanes = ((ask.area, ask.record.key, ask.command_id) for ask in first.values())
    yield from disorder(lanes, evidence.outcomes)


def _ended_once(command_id: str, area: str, evidence: WorkflowEvidence) -> Iterator[str]:
    ends = evidence.ends.get((area, command_id), ())
    if not ends:
        yield f"lost: no outcome of {command_id}, a command of {area}"
    if len(ends) > 1:
        yield f"doubled: {len(ends)} outcomes of {command_id}, a command of {area}"


def _strangers(scenarios: Sequence[Scenario], asked: Sequence[Ask], evidence: WorkflowEvidence) -> Iterator[str]:
    """Rows that nothing caused: no command from outside, none of a workflow, and no outcome of one."""
    known = {ask.command_id for ask in asked} | {str(row.id) for row in evidence.rows}
    workflows = {f"workflow-{scenario.workflow_id}" for scenario in scenarios}
    for row in evidence.rows:
        if row.causation_id not in known and row.type != "poon.timer.fired.v1" and row.terminal:
            yield f"unknown: an outcome of {row.causation_id}"
        if row.stream.startswith("workflow-") and row.stream not in workflows:
            yield f"unknown: {row.stream}"


def _rows_differ(evidence: WorkflowEvidence) -> Iterator[str]:
    """Every event of the table is on its topic, and the other way round."""
    stored = {str(row.id) for row in evidence.rows if TOPICS[row.topic].role is TopicRole.EVENTS}
    published = {outcome.event_id for outcome in evidence.outcomes}
    yield from differences("row without outcome", stored - published)
    yield from differences("outcome without row", published - stored)
    if len({row.id for row in evidence.rows}) != len(evidence.rows):
        yield "rows: an event is stored twice"


def disorders(evidence: WorkflowEvidence) -> Iterator[Disorder]:
    """Where events of a stream came in another order than its versions, topic by topic; repetitions do not count."""
    places = {str(row.id): row for row in evidence.rows}
    came: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for outcome in evidence.outcomes:
        if (row := places.get(outcome.event_id)) is not None:
            came[outcome.topic, row.stream].setdefault(row.version, outcome.publisher)
    for (topic, stream), publishers in came.items():
        versions = list(publishers)
        early = {publishers[one] for place, one in enumerate(versions) if one > min(versions[place:])}
        if early:
            yield Disorder(topic, stream, versions, early)


def _gaps(evidence: WorkflowEvidence) -> Iterator[str]:
    for stream, history in evidence.streams.items():
        # What is decided of no aggregate has its place in the decision for a version: the rows of a chunk leave gaps.
        if not stream.startswith(_WITHOUT_GAPS):
            continue
        if [told.row.version for told in history] != list(range(1, len(history) + 1)):
            yield f"rows: {stream} has a gap, or a version twice"


def _workflow(scenario: Scenario, evidence: WorkflowEvidence) -> Iterator[str]:
    """One workflow: it began and ended once, its steps were done or undone, and it ended as its input calls for."""
    name = f"{scenario.plot} {scenario.workflow_id}"
    history = evidence.of_workflow(scenario.workflow_id)
    if not history:
        yield f"lost: {name} never began"
        return
    counts = Counter(told.short for told in history)
    if counts["workflow.started"] != 1:
        yield f"doubled: {name} began {counts['workflow.started']} times"
    if counts["workflow.stuck"]:
        yield f"wrong: {name} got stuck"
    for command in evidence.sent_by(scenario.workflow_id):
        yield from _ended_once(str(command.row.id), COMMANDS[command.row.type].area, evidence)
    ends = [told for told in history if told.short in ENDS]
    if not ends:
        yield f"lost: {name} never ended"
        return
    if len(ends) > 1:
        yield f"doubled: {name} ended {len(ends)} times"
    yield from _nothing_after(name, history, ends[0])
    yield from _as_called_for(scenario, name, ends[0], evidence)
    yield from step_violations(name, history)


def _nothing_after(name: str, history: Sequence[Told], end: Told) -> Iterator[str]:
    for told in history[end.row.version :]:
        if told.short not in _AFTER_THE_END or told.row.causation_id != end.row.causation_id:
            yield f"wrong: {name} went on behind its end with {told.short}"


def _as_called_for(scenario: Scenario, name: str, end: Told, evidence: WorkflowEvidence) -> Iterator[str]:
    wanted = _possible_ends(scenario, evidence)
    found = (end.short, end.data.get("step"), end.data.get("code"))
    # An operator's abort may come while any step is under way; nothing failed at it.
    if not any(found == one or (one[2] == ABORTED and (found[0], found[2]) == (one[0], one[2])) for one in wanted):
        yield f"wrong: {name} ended as {found}, to be {' or '.join(map(str, wanted))}"
    if end.short == COMPLETED and scenario.plot in _RECORDING:
        recorded = evidence.answers(scenario.workflow_id, "poon.spending.recorded.v1")
        if [told.data["entry_id"] for told in recorded] != [end.data.get("entry_id")]:
            yield f"wrong: {name} tells of entry {end.data.get('entry_id')}"


_RECORDING: Final = frozenset({Plot.RECEIPT, Plot.RECEIPT_ABORTED})


def _possible_ends(scenario: Scenario, evidence: WorkflowEvidence) -> Sequence[tuple[str, str | None, str | None]]:
    completed = (COMPLETED, None, None)
    if scenario.abort is not None and _took_effect(scenario.abort, evidence):
        return [(COMPENSATED, None, ABORTED)]
    if scenario.refusal is None:
        return [completed]
    refused = (COMPENSATED, scenario.refusal.step, scenario.refusal.code)
    return [refused, completed] if scenario.or_completes else [refused]


def _took_effect(abort: str, evidence: WorkflowEvidence) -> bool:
    """Whether an operator was in time; else the workflow has ended as if nobody had come."""
    return any(row.type == STEERED for row in evidence.ends.get(("workflows", abort), ()))


def _left_behind(scenarios: Sequence[Scenario], evidence: WorkflowEvidence) -> Iterator[str]:
    """Boards, timers, kept rows, dead letters and unread records."""
    for scenario in scenarios:
        yield from _on_the_board(scenario, evidence)
    strangers = set(evidence.runs) - {scenario.workflow_id for scenario in scenarios}
    yield from differences("unknown: on the board", map(str, strangers))
    yield from differences("left behind: a timer of", evidence.timers)
    yield from differences("left behind: kept rows", evidence.kept)
    yield from differences("dead letter without reason", evidence.dead_letters)
    yield from (f"left over: {count} records in {partition}" for partition, count in evidence.lag.items() if count)


def _on_the_board(scenario: Scenario, evidence: WorkflowEvidence) -> Iterator[str]:
    history, run = evidence.of_workflow(scenario.workflow_id), evidence.runs.get(scenario.workflow_id)
    ends: Mapping[str, str] = {COMPLETED: "completed", COMPENSATED: "compensated"}
    end = next((ends[told.short] for told in history if told.short in ENDS), None)
    if run is None or (run.phase, run.version) != (end, len(history)):
        yield f"board: {scenario.workflow_id} stands at {run}, its history at {end}, {len(history)}"
