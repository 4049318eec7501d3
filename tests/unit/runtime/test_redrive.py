"""From a dead letter to the command that replaces it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.codec import decode_command
from contracts.commands.texts import ParseText
from contracts.envelope import format_time, parse_envelope
from contracts.headers import REDRIVE_COUNT
from contracts.topics import WORKFLOW_REPLIES
from contracts.upcasters import UPCASTERS, Upcaster
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON
from tests.fakes.commands import TEXT_COMMANDS, text_record
from tests.fakes.dead_letters import filed_of, letter_of
from workers.ports.dead_letters import Action, Contents, DeadLetterStatus, Edit
from workers.runtime.redrive import (
    SOURCE,
    NotRedrivableError,
    RedriveRules,
    Replacement,
    Waiver,
    readable_envelope,
    replacement,
    replacement_id,
)

RULES = RedriveRules(cap=3)
LATER = NOON + timedelta(hours=5)
BEN = Action(NOON, "ben")
TEA = Edit(type=ParseText.type, data='{"text":"tea 40"}')


def with_headers(record: FakeRecord, **changed: bytes | None) -> FakeRecord:
    """The record with some headers changed, or left out where None."""
    headers = {
        **dict(record.headers),
        **{name.replace("content_type", "content-type"): v for name, v in changed.items()},
    }
    return replace(record, headers=[(name, value) for name, value in headers.items() if value is not None])


def envelope_of(new: Replacement) -> object:
    return parse_envelope(new.record.headers, NOON)


def test_a_redrive_is_a_new_command_that_names_the_one_it_replaces() -> None:
    filed = filed_of()
    new = replacement(filed, RULES, LATER)
    before, after = readable_envelope(filed.letter), parse_envelope(new.record.headers, LATER)
    assert before is not None
    assert after == before._replace(
        id=new.command_id, source=SOURCE, causation_id="c-5", correlation_id=before.correlation_id
    )
    assert new.command_id == replacement_id(filed.letter) != "c-5"
    assert dict(new.record.headers)[REDRIVE_COUNT] == b"1"


def test_key_payload_and_partition_stay() -> None:
    record = text_record(5, "c-5", partition=2)
    sent = replacement(filed_of(record), RULES, LATER).record
    assert (sent.topic, sent.partition, sent.key, sent.value) == (TEXT_COMMANDS, 2, record.key, record.value)


def test_the_moment_a_command_was_sent_stays_so_that_yesterday_means_the_same_day() -> None:
    sent = replacement(filed_of(), RULES, LATER).record
    assert dict(sent.headers)["ce_time"] == format_time(NOON).encode()


def test_a_conversation_goes_on() -> None:
    record = with_headers(text_record(5, "c-5"), ce_correlationid=b"talk-1", ce_replyto=b"poon.replies.acme")
    sent = dict(replacement(filed_of(record), RULES, LATER).record.headers)
    assert (sent["ce_correlationid"], sent["ce_replyto"]) == (b"talk-1", b"poon.replies.acme")


def test_the_id_is_the_same_however_often_it_is_asked_for_and_whatever_was_edited() -> None:
    filed = filed_of()
    edited = filed.edited(TEA, BEN)
    assert replacement(filed, RULES, NOON).command_id == replacement(edited, RULES, LATER).command_id


@pytest.mark.parametrize(
    "changes", [{"redrives": 1}, {"tenant": "globex"}, {"area": "spending"}, {"command_id": "c-6"}]
)
def test_the_ids_of_different_redrives_differ(changes: dict[str, object]) -> None:
    assert replacement_id(letter_of()) != replacement_id(letter_of(None, **changes))


def test_an_edit_is_sent_instead_of_what_was_written() -> None:
    sent = replacement(filed_of().edited(TEA, BEN), RULES, LATER).record
    assert decode_command(ParseText.type, sent.value) == ParseText(text="tea 40")
    assert sent.partition == 0


def test_a_payload_of_an_older_version_is_sent_in_the_current_one(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Upcaster(ParseText.type, lambda payload: {"text": payload["words"]})
    monkeypatch.setitem(UPCASTERS, "poon.text.parse.v0", step)
    record = replace(
        with_headers(text_record(5, "c-5"), ce_type=b"poon.text.parse.v0"), value=b'{"words": "coffee 65"}'
    )
    sent = replacement(filed_of(record), RULES, LATER).record
    assert dict(sent.headers)["ce_type"] == ParseText.type.encode()
    assert decode_command(ParseText.type, sent.value) == ParseText(text="coffee 65")


def test_above_the_cap_it_is_refused_unless_forced() -> None:
    filed = filed_of(redrives=3)
    with pytest.raises(NotRedrivableError, match="cap is 3") as caught:
        replacement(filed, RULES, LATER)
    assert caught.value.waiver is Waiver.FORCE
    forced = replacement(filed, RedriveRules(3, frozenset({Waiver.FORCE})), LATER)
    assert dict(forced.record.headers)[REDRIVE_COUNT] == b"4"
    below = replacement(filed_of(redrives=2), RULES, LATER)
    assert dict(below.record.headers)[REDRIVE_COUNT] == b"3"


def test_an_expired_command_is_refused_unless_its_expiry_is_ignored() -> None:
    record = with_headers(text_record(5, "c-5"), ce_expirytime=format_time(NOON).encode())
    in_time = replacement(filed_of(record), RULES, NOON).record
    assert "ce_expirytime" in dict(in_time.headers)
    with pytest.raises(NotRedrivableError, match="expired at") as caught:
        replacement(filed_of(record), RULES, LATER)
    assert caught.value.waiver is Waiver.IGNORE_EXPIRY
    sent = replacement(filed_of(record), RedriveRules(3, frozenset({Waiver.IGNORE_EXPIRY})), LATER).record
    assert "ce_expirytime" not in dict(sent.headers)


def test_a_discarded_letter_is_refused_and_nothing_waives_it() -> None:
    with pytest.raises(NotRedrivableError, match="discarded") as caught:
        replacement(filed_of().discarded(BEN), RedriveRules(3, frozenset(Waiver)), LATER)
    assert caught.value.waiver is None


def test_a_redriven_letter_is_sent_again_only_when_forced_and_with_the_same_id() -> None:
    filed = filed_of().redriving("x", BEN).redriven(BEN)
    with pytest.raises(NotRedrivableError, match="redriven before, as x"):
        replacement(filed, RULES, LATER)
    again = replacement(filed, RedriveRules(3, frozenset({Waiver.FORCE})), LATER)
    assert again.command_id == replacement_id(filed.letter)


def test_a_letter_whose_sending_was_interrupted_is_sent_again() -> None:
    assert replacement(filed_of().redriving("x", BEN), RULES, LATER).command_id == replacement_id(letter_of())


@pytest.mark.parametrize(
    ("record", "named"),
    [
        (replace(text_record(5, "c-5"), value=b"{"), "edit it first"),
        (replace(text_record(5, "c-5"), value=None), "the record has no value"),
        (replace(text_record(5, "c-5"), value=b'{"text": "", "secret": "x"}'), "text: is empty or blank"),
        (with_headers(text_record(5, "c-5"), ce_type=b"poon.text.pars.v1"), "ce_type: is no type this fleet knows"),
        (with_headers(text_record(5, "c-5"), ce_subject=None), "header ce_subject: is missing or empty"),
        (replace(text_record(5, "c-5"), headers=[]), "header ce_specversion"),
    ],
)
def test_what_is_no_command_is_refused_with_its_reason_until_it_is_edited(record: FakeRecord, named: str) -> None:
    filed = filed_of(record)
    with pytest.raises(NotRedrivableError, match=named) as caught:
        replacement(filed, RULES, LATER)
    assert caught.value.waiver is None
    mended = filed.edited(replace(TEA, tenant="acme", owner="nok"), BEN)
    sent = replacement(mended, RULES, LATER).record
    after = parse_envelope(sent.headers, LATER)
    assert (after.tenant, after.owner, after.causation_id) == ("acme", "nok", filed.letter.command_id)
    assert sent.key == b"acme/nok"


def test_a_mended_command_keeps_of_its_headers_what_can_be_read() -> None:
    record = with_headers(
        text_record(5, "c-5"), content_type=b"text/plain", ce_time=b"yesterday", ce_correlationid=b"talk-1"
    )
    after = parse_envelope(replacement(filed_of(record).edited(TEA, BEN), RULES, LATER).record.headers, LATER)
    assert (after.correlation_id, after.owner, after.id) == ("talk-1", "nok", replacement_id(letter_of(record)))
    assert after.time == parse_envelope(text_record(0).headers, NOON).time  # the record's own, which is that moment


def test_a_command_on_the_wrong_topic_goes_to_its_own_by_its_key() -> None:
    record = replace(text_record(5, "c-5"), topic="poon.spending.commands")
    sent = replacement(filed_of(record), RULES, LATER).record
    assert (sent.topic, sent.partition, sent.key) == (TEXT_COMMANDS, None, record.key)


def test_a_letter_without_contents_is_refused() -> None:
    with pytest.raises(NotRedrivableError):
        replacement(filed_of(contents=None), RULES, LATER)
    headers = tuple(text_record(5, "c-5").headers)
    with pytest.raises(NotRedrivableError, match="no value"):
        replacement(filed_of(contents=Contents(None, headers)), RULES, LATER)


def test_states_follow_each_other() -> None:
    filed = filed_of()
    assert filed.redriving("x", BEN).returned(BEN).redriven_as is None
    assert filed.discarded(BEN).status is DeadLetterStatus.DISCARDED
    assert [
        state.revision for state in (filed, filed.edited(TEA, BEN), filed.edited(TEA, BEN).redriving("x", BEN))
    ] == [
        1,
        2,
        3,
    ]


def test_what_a_workflow_sent_is_left_to_the_workflow() -> None:
    record = with_headers(text_record(5, "c-5"), ce_replyto=WORKFLOW_REPLIES.name.encode())
    with pytest.raises(NotRedrivableError, match="poon workflows show"):
        replacement(filed_of(record), RedriveRules(cap=3, waived=frozenset(Waiver)), LATER)
