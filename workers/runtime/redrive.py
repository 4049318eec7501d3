"""From a dead letter to the command that replaces it. Pure.

A redrive never changes what was said of a command: its failed or rejected outcome stays. It sends a new command that
names the one it replaces and whose id is derived from it, so that the inbox recognises a redrive that is repeated,
after a crash or by a second operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import uuid5

from contracts.base import Command
from contracts.codec import PayloadError, decode_command, encode
from contracts.envelope import EVENT_NAMESPACE, Envelope, EnvelopeError, parse_envelope
from contracts.headers import CONTENT_TYPE, HEADERS, REDRIVE_COUNT, SPEC_VERSION
from contracts.topics import WORKFLOW_REPLIES, TopicRole, topic_name
from workers.ports.dead_letters import DeadLetter, DeadLetterStatus, Edit, FiledLetter
from workers.ports.messages import OutgoingRecord
from workers.runtime.deliveries import LATEST_MS

SOURCE: Final = "urn:poon:redrive"
EDIT_FIRST: Final = "; edit it first"

RawHeaders = tuple[tuple[str, bytes | None], ...]


class Waiver(StrEnum):
    """What an operator may insist on."""

    FORCE = "force"
    """Beyond the cap, and also what was redriven before."""
    IGNORE_EXPIRY = "ignore-expiry"
    OUT_OF_ORDER = "out-of-order"


@dataclass(frozen=True, slots=True)
class RedriveRules:
    """What may be redriven.

    Attributes:
        cap: the most redrives that may lead from a command to the one that replaces it last.
        waived: what the operator insists on.
    """

    cap: int
    waived: frozenset[Waiver] = frozenset()


class NotRedrivableError(Exception):
    """A dead letter cannot be redriven; `reason` says why, `waiver` what would allow it all the same."""

    def __init__(self, reason: str, waiver: Waiver | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.waiver = waiver


@dataclass(frozen=True, slots=True)
class Replacement:
    """The command that is sent instead of a dead letter.

    Attributes:
        record: names the partition the dead letter came from, where it goes among the same key's commands again.
    """

    command_id: str
    record: OutgoingRecord


def replacement_id(letter: DeadLetter) -> str:
    """The id of the command that replaces a dead letter, always the same one."""
    name = f"redrive|{letter.area}|{letter.tenant}|{letter.command_id}|{letter.redrives + 1}"
    return str(uuid5(EVENT_NAMESPACE, name))


def replacement(filed: FiledLetter, rules: RedriveRules, now: datetime) -> Replacement:
    """The command to send for a dead letter, which comes with its contents.

    Raises:
        NotRedrivableError: it is done with, was redriven too often, is no command, or has expired.
    """
    letter = filed.letter
    _refuse_by_status(filed, rules)
    if letter.redrives >= rules.cap and Waiver.FORCE not in rules.waived:
        raise NotRedrivableError(
            f"{letter.redrives} redrives led to it and the cap is {rules.cap}: find out why it keeps failing",
            Waiver.FORCE,
        )
    envelope, command = _read(filed)
    if envelope.reply_to == WORKFLOW_REPLIES.name:
        # The workflow knows that it failed. Were it carried out now, something would be left of what was undone.
        raise NotRedrivableError("a workflow sent it and has gone on since: see `poon workflows show`")
    if envelope.expiry_time is not None and envelope.expiry_time < now:
        if Waiver.IGNORE_EXPIRY not in rules.waived:
            raise NotRedrivableError(f"it expired at {envelope.expiry_time.isoformat()}", Waiver.IGNORE_EXPIRY)
        envelope = envelope._replace(expiry_time=None)
    return _replacement(letter, envelope, command, _key(filed, envelope))


def readable_envelope(letter: DeadLetter) -> Envelope | None:
    """What the record itself says; None where its headers cannot be read."""
    try:
        return parse_envelope(_headers(letter), _record_time(letter))
    except EnvelopeError:
        return None


def _refuse_by_status(filed: FiledLetter, rules: RedriveRules) -> None:
    if filed.status is DeadLetterStatus.DISCARDED:
        raise NotRedrivableError("it was discarded, and its contents are erased")
    if filed.status is DeadLetterStatus.REDRIVEN and Waiver.FORCE not in rules.waived:
        raise NotRedrivableError(f"it was redriven before, as {filed.redriven_as}", Waiver.FORCE)


def _read(filed: FiledLetter) -> tuple[Envelope, Command]:
    """Envelope and command as a worker would read them, upcast to their current version."""
    letter, edit = filed.letter, filed.edit
    try:
        if edit is not None:
            return _mended(letter, edit), decode_command(edit.type, edit.data.encode())
        envelope = parse_envelope(_headers(letter), _record_time(letter))
        return envelope, decode_command(envelope.type, letter.contents.value if letter.contents else None)
    except EnvelopeError as error:
        raise NotRedrivableError(f"header {error}{EDIT_FIRST}") from None
    except PayloadError as error:
        raise NotRedrivableError(f"{error}{EDIT_FIRST}") from None


def _mended(letter: DeadLetter, edit: Edit) -> Envelope:
    """The envelope of an edited letter: what its headers tell, the edit in place of what they do not."""
    given = {"ce_type": edit.type, "ce_tenantid": edit.tenant, "ce_subject": edit.owner}
    fixed = {"ce_specversion": SPEC_VERSION, "content-type": CONTENT_TYPE, "ce_source": SOURCE}
    fixed |= {"ce_id": letter.command_id} | {name: value for name, value in given.items() if value is not None}
    found = dict(_headers(letter)) | {name: value.encode() for name, value in fixed.items()}
    while True:
        try:
            return parse_envelope(tuple(found.items()), _record_time(letter))
        except EnvelopeError as error:
            known = HEADERS.get(error.field)
            if (known is not None and known.required) or error.field not in found:
                raise
            del found[error.field]  # a command may go without it


def _replacement(letter: DeadLetter, envelope: Envelope, command: Command, key: bytes | None) -> Replacement:
    # The time stays: it is what "today" means in the command, and today's answer must be that day's.
    replacing = envelope._replace(
        id=replacement_id(letter),
        source=SOURCE,
        type=command.type,
        correlation_id=envelope.correlation_id or letter.command_id,
        causation_id=letter.command_id,
        sequence=None,
    )
    topic = topic_name(command.area, TopicRole.COMMANDS)
    # The partition it came from and not the key's by our own count: producers in other languages count differently.
    partition = letter.partition if (topic, key) == (letter.topic, letter.key) else None
    headers = (*replacing.headers(), (REDRIVE_COUNT, str(letter.redrives + 1).encode()))
    return Replacement(replacing.id, OutgoingRecord(topic, key, encode(command), headers, partition))


def _key(filed: FiledLetter, envelope: Envelope) -> bytes | None:
    """The record's own key, unless an operator had to say whose command it is."""
    edit = filed.edit
    mended = edit is not None and (edit.tenant is not None or edit.owner is not None)
    return envelope.key.encode() if mended else filed.letter.key


def _headers(letter: DeadLetter) -> RawHeaders:
    return letter.contents.headers if letter.contents else ()


def _record_time(letter: DeadLetter) -> datetime:
    return datetime.fromtimestamp(min(max(letter.timestamp, 0), LATEST_MS) / 1000, UTC)
