"""Sends the material, follows up what was understood, and collects every outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from contracts.envelope import Envelope
from workers.bootstrap.clients import Addressed
from workers.entrypoints.demo.material import Item
from workers.entrypoints.demo.recording import recording_of
from workers.entrypoints.waiting import POLL_SECONDS
from workers.ports.clock import Clock
from workers.ports.outcomes import Outcome, OutcomeReader


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that was sent, and the item it belongs to."""

    envelope: Envelope
    item: Item
    is_recording: bool = False


@dataclass(slots=True)
class Play:
    """Everything sent and everything that came back."""

    sent: list[Sent] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def answers(self) -> dict[str, Outcome]:
        """The first outcome of each command."""
        found: dict[str, Outcome] = {}
        for outcome in self.outcomes:
            if outcome.envelope and outcome.envelope.causation_id:
                found.setdefault(outcome.envelope.causation_id, outcome)
        return found


class Out(Protocol):
    """Sends commands."""

    async def send_all(self, commands: Sequence[Addressed]) -> list[Envelope]:
        """Publish in order, all acknowledged on return."""
        ...


class Progress(Protocol):
    """Told how far it is."""

    def update(self, done: int, total: int, note: str = "") -> None:
        """So many of so many texts and pictures have their outcome; the note tells of the recordings."""
        ...


async def play(
    items: Sequence[Item], out: Out, reader: OutcomeReader, clock: Clock, progress: Progress, timeout_seconds: float
) -> Play:
    """Send every item, record what is understood of it, and wait until every command has its outcome, or too long."""
    story = Play()
    envelopes = await out.send_all([item.command for item in items])
    story.sent = [Sent(envelope, item) for envelope, item in zip(envelopes, items, strict=True)]
    waiting = {sent.envelope.id: sent for sent in story.sent}
    _tell(progress, story, waiting)
    deadline = clock.monotonic() + timeout_seconds
    while waiting and clock.monotonic() < deadline:
        arrived = await reader.read(POLL_SECONDS)
        story.outcomes.extend(arrived)
        answered = [(outcome, sent) for outcome in arrived if (sent := _answered(outcome, waiting))]
        recorded = await _record(answered, out)
        story.sent.extend(recorded)
        waiting |= {sent.envelope.id: sent for sent in recorded}
        _tell(progress, story, waiting)
    return story


async def collect_rest(story: Play, reader: OutcomeReader) -> None:
    """Read what is left once the fleet has stopped: a second outcome of a command would be there."""
    while arrived := await reader.read(POLL_SECONDS):
        story.outcomes.extend(arrived)


def _tell(progress: Progress, story: Play, waiting: Mapping[str, Sent]) -> None:
    # Recordings are counted apart: each answer may add one, and a total that grows tells nobody how far it is.
    recordings = sum(sent.is_recording for sent in story.sent)
    open_recordings = sum(sent.is_recording for sent in waiting.values())
    items, open_items = len(story.sent) - recordings, len(waiting) - open_recordings
    progress.update(items - open_items, items, f"{recordings - open_recordings} recorded")


def _answered(outcome: Outcome, waiting: dict[str, Sent]) -> Sent | None:
    command_id = outcome.envelope.causation_id if outcome.envelope else None
    return waiting.pop(command_id, None) if command_id else None


async def _record(answered: Sequence[tuple[Outcome, Sent]], out: Out) -> list[Sent]:
    wanted = [(command, sent) for outcome, sent in answered if (command := recording_of(outcome, sent.item))]
    if not wanted:
        return []
    envelopes = await out.send_all([command for command, _ in wanted])
    return [Sent(envelope, sent.item, is_recording=True) for envelope, (_, sent) in zip(envelopes, wanted, strict=True)]
