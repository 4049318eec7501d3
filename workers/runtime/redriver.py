"""Redriving dead letters: plan what can be sent and whether it keeps its order, then send it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar
from uuid import UUID

from workers.ports.clock import Clock
from workers.ports.dead_letters import Action, DeadLetterBox, DeadLetterStateError, FiledLetter, Lane
from workers.ports.messages import OutgoingRecord, Publisher, UnpublishableError
from workers.runtime.redrive import NotRedrivableError, RedriveRules, Waiver, replacement
from workers.runtime.redrive_history import HistoryReader
from workers.runtime.redrive_order import LaneHistory, Later, disorders, in_order, overtaking

T = TypeVar("T")

CHUNK: Final = 50
"""Dead letters held with their contents at a time; each may be a megabyte."""

ELSEWHERE: Final = (
    "it goes to another topic or key than it came on, so its place among that key's commands is not known"
)
CHANGED: Final = "somebody else has changed it meanwhile"


@dataclass(frozen=True, slots=True)
class RedrivePorts:
    """What a redriver works with."""

    box: DeadLetterBox
    history: HistoryReader
    publisher: Publisher
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is to become of one dead letter.

    Attributes:
        filed: as it was when planned, without its contents.
        command_id: of the command to send; None where there is none to send.
        refusal: why it is not sent.
        disorder: why it cannot keep the order of its key, also where it is sent all the same.
        waiver: what would have it sent.
        checked_to: up to which offset of its partition the order was checked; None where there was nothing to check.
        sent_before: its replacement is on the log already: it was sent, and perhaps not noted.
    """

    filed: FiledLetter
    command_id: str | None = None
    refusal: str | None = None
    disorder: str | None = None
    waiver: Waiver | None = None
    checked_to: int | None = None
    sent_before: bool = False

    @property
    def goes(self) -> bool:
        """Whether it is sent."""
        return self.refusal is None

    @property
    def id(self) -> UUID:
        """The dead letter's id."""
        return self.filed.letter.id


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one dead letter that was to be sent.

    Attributes:
        trouble: why it was not sent; None when it was.
        overtaken_by: how many commands of its key came in between the check and the sending.
    """

    planned: Planned
    trouble: str | None = None
    overtaken_by: int = 0


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A letter on its way."""

    planned: Planned
    state: FiledLetter
    record: OutgoingRecord


class Redriver:
    """Redrives dead letters."""

    def __init__(self, ports: RedrivePorts, rules: RedriveRules) -> None:
        self._ports = ports
        self._rules = rules

    async def plan(self, ids: Sequence[UUID]) -> Sequence[Planned]:
        """What can be sent, in the order it would be; ids of unknown letters are left out.

        Raises:
            UnavailableError: database or broker cannot be reached.
        """
        planned = [one for chunk in _chunks(ids) for one in await self._planned(chunk)]
        chosen: dict[Lane, set[UUID]] = {}
        for one in planned:
            if one.goes and one.disorder is None and (lane := one.filed.letter.lane) is not None:
                chosen.setdefault(lane, set()).add(one.id)
        places: dict[UUID, int] = {}
        if chosen:
            all_go = Waiver.OUT_OF_ORDER in self._rules.waived
            for lane, history in (await self._ports.history.histories(chosen)).items():
                places |= {filed.letter.id: place for place, filed in enumerate(in_order(history.letters))}
                found = disorders(history, chosen[lane], all_go=all_go)
                planned = [_judged(one, history, found) if one.id in chosen[lane] else one for one in planned]
        return sorted(map(self._enforced, planned), key=lambda one: (*_lane_order(one), places.get(one.id, 0)))

    async def send(self, plan: Sequence[Planned], action: Action) -> Sequence[Sent]:
        """Send what goes, and note it. Repeating it after an error is safe: the same ids are sent again.

        Raises:
            UnavailableError: database or broker cannot be reached; some may have been sent.
        """
        going = [planned for planned in plan if planned.goes]
        sent = [one for chunk in _chunks(going) for one in await self._send(chunk, action)]
        return await self._looked_back(sent)

    async def _planned(self, ids: Sequence[UUID]) -> list[Planned]:
        now = self._ports.clock.now()
        found: list[Planned] = []
        for filed in await self._ports.box.get(ids):
            bare = replace(filed, letter=replace(filed.letter, contents=None))
            try:
                new = replacement(filed, self._rules, now)
            except NotRedrivableError as error:
                found.append(Planned(filed=bare, refusal=error.reason, waiver=error.waiver))
            else:
                moves = filed.letter.key is not None and new.record.partition is None
                found.append(Planned(filed=bare, command_id=new.command_id, disorder=ELSEWHERE if moves else None))
        return found

    def _enforced(self, planned: Planned) -> Planned:
        if planned.disorder is None or Waiver.OUT_OF_ORDER in self._rules.waived:
            return planned
        return replace(planned, refusal=planned.disorder, waiver=Waiver.OUT_OF_ORDER)

    async def _send(self, chunk: Sequence[Planned], action: Action) -> list[Sent]:
        ready, results = await self._prepared(chunk, action)
        # Noted before it is sent: whoever finds it in this state, after a crash, sends the same again or nothing.
        written = await self._ports.box.save([one.state for one in ready])
        results += [Sent(one.planned, CHANGED) for one in ready if one.planned.id not in written]
        sent, refused = await self._publish([one for one in ready if one.planned.id in written])
        await self._ports.box.save([one.state.redriven(action) for one in sent])
        await self._ports.box.save([one.state.returned(action) for one, _ in refused])
        results += [Sent(one.planned, reason) for one, reason in refused]
        return results + [Sent(one.planned) for one in sent]

    async def _prepared(self, chunk: Sequence[Planned], action: Action) -> tuple[list[_Outgoing], list[Sent]]:
        fresh = {filed.letter.id: filed for filed in await self._ports.box.get([one.id for one in chunk])}
        ready: list[_Outgoing] = []
        results: list[Sent] = []
        for planned in chunk:
            filed = fresh.get(planned.id)
            if filed is None or filed.revision != planned.filed.revision:
                results.append(Sent(planned, CHANGED))
                continue
            try:
                ready.append(self._outgoing(planned, filed, action))
            except (NotRedrivableError, DeadLetterStateError) as error:
                results.append(Sent(planned, str(error)))
        return ready, results

    def _outgoing(self, planned: Planned, filed: FiledLetter, action: Action) -> _Outgoing:
        new = replacement(filed, self._rules, self._ports.clock.now())
        state = filed.redriving(new.command_id, action, again=Waiver.FORCE in self._rules.waived)
        partition = None if planned.checked_to is None else new.record.partition  # it may be gone, or not matter
        return _Outgoing(planned, state, new.record._replace(partition=partition))

    async def _publish(self, ready: Sequence[_Outgoing]) -> tuple[Sequence[_Outgoing], list[tuple[_Outgoing, str]]]:
        """Publish all but what the broker will never take, which is told."""
        refused: list[tuple[_Outgoing, str]] = []
        while ready:
            try:
                await self._ports.publisher.publish([one.record for one in ready])
            except UnpublishableError as error:
                refused += [(one, error.reason) for one in ready if one.record is error.record]
                ready = [one for one in ready if one.record is not error.record]
            else:
                break
        return ready, refused

    async def _looked_back(self, sent: Sequence[Sent]) -> Sequence[Sent]:
        """Whether commands came in between the check and the sending: nobody can keep producers from it."""
        watched = {
            lane: one.planned.checked_to
            for one in sent
            if one.trouble is None and _is_watched(one.planned) and one.planned.checked_to is not None
            if (lane := one.planned.filed.letter.lane) is not None
        }
        if not watched:
            return sent
        came = await self._ports.history.since(watched)
        arranged = {one.planned.command_id or "" for one in sent}
        return [_with_overtakers(one, came, arranged) for one in sent]


def _judged(planned: Planned, history: LaneHistory, found: Mapping[UUID, str]) -> Planned:
    return replace(
        planned,
        disorder=found.get(planned.id),
        checked_to=history.extent.end if history.extent else None,
        sent_before=any(later.command_id == planned.command_id for later in history.laters),
    )


def _is_watched(planned: Planned) -> bool:
    """Whether its order was promised, and may still be lost."""
    return planned.disorder is None and not planned.sent_before


def _with_overtakers(sent: Sent, came: Mapping[Lane, Sequence[Later]], arranged: Collection[str]) -> Sent:
    lane = sent.planned.filed.letter.lane
    if lane is None or lane not in came or sent.trouble is not None or not _is_watched(sent.planned):
        return sent
    done, still_open = overtaking(-1, sent.planned.command_id or "", arranged, came[lane])
    return replace(sent, overtaken_by=len(done) + len(still_open))


def _lane_order(planned: Planned) -> tuple[str, int, bytes]:
    letter = planned.filed.letter
    return letter.topic, letter.partition, letter.key or b""


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
