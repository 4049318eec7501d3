"""The play: everything is sent, what was understood is recorded, every outcome is waited for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from contracts.commands.spending import RecordSpending
from contracts.spending import SourceKind
from contracts.values import TransactionKind
from tests.fakes.broker import FakePublisher
from tests.fakes.clock import FakeClock
from tests.fakes.commands import parsed
from tests.fakes.ids import SequentialIds
from tests.unit.entrypoints.outcomes import outcome, rejected
from workers.bootstrap.clients import CommandSender
from workers.entrypoints.demo.material import Item, TextItem, text_command_item
from workers.entrypoints.demo.play import Play, collect_rest, play
from workers.entrypoints.demo.recording import recording_of
from workers.ports.outcomes import Outcome

FIRST, SECOND, RECORDING = (f"00000000-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))


class ScriptedReader:
    """`OutcomeReader` that gives prepared batches, and lets time pass when it has none."""

    def __init__(self, clock: FakeClock, *batches: Sequence[Outcome]) -> None:
        self._clock = clock
        self._batches = list(batches)

    async def start(self) -> None:
        """Nothing to connect."""

    async def read(self, timeout_seconds: float) -> Sequence[Outcome]:
        if self._batches:
            return self._batches.pop(0)
        self._clock.jump(timeout_seconds)
        return []

    async def stop(self) -> None:
        """Nothing to disconnect."""


class NotedProgress:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int, str]] = []

    def update(self, done: int, total: int, note: str = "") -> None:
        self.told.append((done, total, note))


def items() -> list[Item]:
    return [text_command_item(TextItem("กาแฟ 65 บาท")), text_command_item(TextItem("nothing"))]


async def performed(*batches: Sequence[Outcome]) -> tuple[Play, FakePublisher, NotedProgress]:
    clock, publisher, progress = FakeClock(), FakePublisher(), NotedProgress()
    out = CommandSender(publisher, clock, SequentialIds())
    story = await play(items(), out, ScriptedReader(clock, *batches), clock, progress, timeout_seconds=10)
    return story, publisher, progress


async def test_a_purchase_is_recorded_and_its_outcome_waited_for() -> None:
    answers = [outcome(parsed(), FIRST), outcome(rejected(SECOND), SECOND)]

    story, publisher, progress = await performed(answers, [outcome(rejected(), RECORDING)])

    assert [record.topic for record in publisher.records] == ["poon.texts.commands"] * 2 + ["poon.spending.commands"]
    assert [sent.is_recording for sent in story.sent] == [False, False, True]
    assert progress.told == [
        (0, 2, "0 recorded"),
        (2, 2, "0 recorded"),
        (2, 2, "1 recorded"),
    ]
    assert set(story.answers()) == {FIRST, SECOND, RECORDING}


async def test_the_play_ends_when_time_is_up() -> None:
    story, _, progress = await performed([outcome(rejected(SECOND), SECOND)])

    assert set(story.answers()) == {SECOND}
    assert progress.told[-1] == (1, 2, "0 recorded")


async def test_a_second_outcome_of_a_command_records_nothing_more() -> None:
    twice = [outcome(parsed(), FIRST), outcome(parsed(), FIRST)]

    story, _, _ = await performed(twice)

    assert sum(sent.is_recording for sent in story.sent) == 1
    assert len(story.outcomes) == 2


async def test_what_was_published_last_is_collected_too() -> None:
    story = Play()
    late = outcome(rejected(SECOND), SECOND)

    await collect_rest(story, ScriptedReader(FakeClock(), [late], [late]))

    assert story.outcomes == [late, late]


def test_a_recording_carries_conversation_cause_and_source() -> None:
    item = text_command_item(TextItem("กาแฟ 65 บาท"))

    recording = recording_of(outcome(parsed(), "c-1", event_id="e-1", correlation_id="c-0"), item)

    assert recording is not None
    assert isinstance(recording.command, RecordSpending)
    assert (recording.correlation_id, recording.causation_id) == ("c-0", "e-1")
    assert recording.command.source.kind is SourceKind.TEXT
    assert recording.command.source.command_id == "c-1"
    assert recording.command.amount == parsed().amount.value
    assert recording.command.raw_text == "กาแฟ 65 บาท"
    assert recording.command.spent_on == date(2026, 3, 2)


def test_neither_a_refund_nor_a_rejection_is_recorded() -> None:
    (item, _) = items()
    refund = parsed().model_copy(update={"kind": TransactionKind.REFUND})

    assert recording_of(outcome(refund), item) is None
    assert recording_of(outcome(rejected()), item) is None
    assert recording_of(replace(outcome(parsed()), envelope=None), item) is None
