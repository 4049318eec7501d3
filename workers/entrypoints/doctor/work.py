"""Judges what the database tells of the work: dead letters, workflows and projections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from workers.entrypoints.doctor.findings import Finding, notice, runbook, some, warning
from workers.ports.dead_letters import DeadLetterBox, DeadLetterFilter, DeadLetterStatus, FiledLetter
from workers.ports.projections import Generation, GenerationStatus
from workers.ports.workflows import Phase, TimerStore, WorkflowBoard, WorkflowRun

GROWING: Final = timedelta(minutes=30)
GROWN: Final = 10
"""As the alert has it: more of one code within that time."""
MOST_LETTERS: Final = 1_000
INTERRUPTED: Final = timedelta(minutes=10)
KEPT: Final = timedelta(days=7)
"""How long command topics keep records: later nobody can know the order any more."""
OVERDUE: Final = timedelta(minutes=5)
MOST_STUCK: Final = 100
SHARDS: Final = range(1_024)
"""Timers belong to partitions; there are never more."""


async def look_at_dead_letters(box: DeadLetterBox, now: datetime) -> Sequence[Finding]:
    """Whether they become more, or wait for too long."""
    recent = await box.find(DeadLetterFilter(since=now - GROWING), MOST_LETTERS)
    redriving = await box.find(
        DeadLetterFilter(statuses=(DeadLetterStatus.REDRIVING,), until=now - INTERRUPTED), MOST_LETTERS
    )
    old = await box.find(DeadLetterFilter(until=now - KEPT), 1)
    return [*_growing(recent), *_interrupted(redriving, now), *_old(old)]


def _growing(letters: Sequence[FiledLetter]) -> Iterator[Finding]:
    counts = Counter((filed.letter.area, filed.letter.code) for filed in letters)
    for (area, code), number in counts.most_common():
        if number > GROWN:
            yield warning(
                f"{number} commands of {area} became dead letters with {code} within half an hour",
                "Their senders have failed outcomes; the cause is most likely still there.",
                f"`poon dlq list --area {area} --code {code}`, mend the cause, then"
                f" `poon dlq redrive --area {area} --code {code} --dry-run`.",
                runbook("PoonDeadLetters"),
            )


def _interrupted(letters: Sequence[FiledLetter], now: datetime) -> Iterator[Finding]:
    left = [filed for filed in letters if filed.action is None or filed.action.at < now - INTERRUPTED]
    if left:
        yield warning(
            f"{len(left)} dead letters are being redriven since more than ten minutes",
            "A redrive was interrupted: whether their replacements were sent is not noted.",
            f"Redrive them again, which sends the same commands: `poon dlq redrive {left[0].letter.id}` and so on.",
            "docs/operators.md#what-a-redrive-does",
        )


def _old(letters: Sequence[FiledLetter]) -> Iterator[Finding]:
    if letters:
        yield notice(
            f"dead letters wait since {letters[0].letter.failed_at:%Y-%m-%d}",
            "Their topic has deleted what came after them, so a redrive cannot know whether it keeps the order.",
            "`poon dlq list --oldest-first`, then redrive with --out-of-order or discard them.",
            "docs/operators.md#order",
        )


async def look_at_workflows(board: WorkflowBoard, timers: TimerStore, now: datetime) -> Sequence[Finding]:
    """Whether any waits for an operator, and whether timers are fired."""
    stuck = await board.find([Phase.STUCK], MOST_STUCK)
    due = await timers.next_due(SHARDS)
    return [*_stuck(stuck), *_overdue(due, now)]


def _stuck(runs: Sequence[WorkflowRun]) -> Iterator[Finding]:
    if runs:
        steps = Counter(f"{run.workflow} at {run.step} ({run.code})" for run in runs)
        number = f"{len(runs)} or more" if len(runs) == MOST_STUCK else str(len(runs))
        yield warning(
            f"workflows are stuck ({number}): {some([f'{count} of {what}' for what, count in steps.most_common()])}",
            "They wait for an operator, for as long as it takes.",
            f"`poon workflows list --phase stuck`, `poon trace {runs[0].id}`; then resume, skip or abort them.",
            "docs/operators.md#workflows",
        )


def _overdue(due: datetime | None, now: datetime) -> Iterator[Finding]:
    if due is not None and now - due > OVERDUE:
        yield warning(
            f"a timer of a workflow is due since {due:%Y-%m-%d %H:%M:%S} UTC",
            "No worker fires timers: retries and time-outs of workflows stand still.",
            "Start workers of the area: `poon run --areas workflows`.",
            "docs/operators.md#workflows",
        )


def judge_projections(generations: Sequence[Generation], known: Sequence[str]) -> Iterator[Finding]:
    """Judge the read models.

    Args:
        generations: all there are.
        known: the projections this release has.
    """
    by_name: Mapping[str, list[Generation]] = {
        name: [generation for generation in generations if generation.projection == name] for name in known
    }
    unbuilt = [name for name, own in by_name.items() if not any(one.status is GenerationStatus.LIVE for one in own)]
    if unbuilt:
        yield warning(
            f"read models have never been built: {', '.join(unbuilt)}",
            "`poon totals`, `poon merchants` or `poon quality` have no answer.",
            "A worker of the area builds them by itself (`poon run --areas projections`); `poon projections status`"
            " shows how far it is.",
            "docs/operators.md#projections",
        )
