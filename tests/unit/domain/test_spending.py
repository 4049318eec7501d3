from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest

from contracts.commands.spending import RecordSpending
from contracts.errors import ERRORS, ErrorCode, Permanence
from contracts.events.spending import SpendingCorrected, SpendingDeleted, SpendingRecorded
from contracts.money import Money
from contracts.spending import DuplicateReason, DuplicateStrength, EntryChanges, PossibleDuplicate, Source
from contracts.values import Confidence, ProcessingMethod
from tests.unit.domain.examples import (
    ENTRY_ID,
    OWNER,
    SENT_AT,
    STRANGER,
    TODAY,
    TOMORROW,
    YESTERDAY,
    Change,
    correct_command,
    delete_command,
    deleted_entry,
    enhance_command,
    entry,
    folded,
    full_record_command,
    record_command,
)
from workers.domain.errors import RejectionError
from workers.domain.spending import (
    SpendingEntry,
    SpendingEvent,
    apply,
    correct,
    delete,
    enhance,
    entry_stream,
    local_date,
    new_entry_id,
    record,
)


class TestIdentity:
    def test_a_derived_id_depends_on_tenant_and_command_alone(self) -> None:
        assert new_entry_id("acme", "c-1") == new_entry_id("acme", "c-1")
        assert len({new_entry_id(tenant, command) for tenant in "ab" for command in ("1", "2")}) == 4

    def test_a_stream_is_named_after_its_entry(self) -> None:
        assert entry_stream(ENTRY_ID) == "entry-7c2f3a90-0000-4000-8000-000000000001"


class TestLocalDate:
    @pytest.mark.parametrize(
        ("moment", "time_zone", "expected"),
        [
            (datetime(2026, 3, 1, 16, 59, 59, tzinfo=UTC), "Asia/Bangkok", date(2026, 3, 1)),
            (datetime(2026, 3, 1, 17, 0, tzinfo=UTC), "Asia/Bangkok", date(2026, 3, 2)),
            (datetime(2026, 3, 1, 10, 0, tzinfo=UTC), "Pacific/Kiritimati", date(2026, 3, 2)),
            (datetime(2026, 3, 2, 11, 59, tzinfo=UTC), "Etc/GMT+12", date(2026, 3, 1)),
        ],
    )
    def test_midnight_comes_at_the_zones_own_time(self, moment: datetime, time_zone: str, expected: date) -> None:
        assert local_date(moment, time_zone) == expected

    def test_a_moment_beyond_the_calendar_is_the_envelopes_fault(self) -> None:
        with pytest.raises(RejectionError) as refused:
            local_date(datetime(9999, 12, 31, 23, 0, tzinfo=UTC), "Asia/Bangkok")

        assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_ENVELOPE, "ce_time")


class TestRecord:
    def test_everything_said_is_recorded(self) -> None:
        command = full_record_command(source=Source(command_id="c-1"))

        event = record(None, command, OWNER, ENTRY_ID, SENT_AT)

        assert event.entry_id == ENTRY_ID
        assert event.version == 1
        said = command.model_dump(exclude={"entry_id"})
        assert event.model_dump(exclude={"entry_id", "version", "possible_duplicates"}) == said

    def test_a_missing_date_is_the_commands_own_in_its_zone(self) -> None:
        late = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)

        event = record(None, record_command(), OWNER, ENTRY_ID, late)

        assert event.spent_on == date(2026, 3, 3)

    @pytest.mark.parametrize(
        "when",
        [
            {"spent_on": TODAY},
            {"spent_on": date.min, "spent_at": time(23, 59)},
            {"spent_on": TODAY, "spent_at": time(12, 0)},
            {"spent_on": TODAY, "spent_at": time(0, 0)},
            {"spent_on": YESTERDAY, "spent_at": time(23, 59)},
            {"spent_on": TODAY, "spent_at": time(19, 0), "time_zone": "Pacific/Kiritimati"},
        ],
    )
    def test_a_time_up_to_the_commands_is_taken(self, when: dict[str, Any]) -> None:
        event = record(None, record_command(**when), OWNER, ENTRY_ID, SENT_AT)

        assert event.spent_on == when["spent_on"]

    @pytest.mark.parametrize(
        ("when", "field"),
        [
            ({"spent_on": TOMORROW}, "spent_on"),
            ({"spent_on": date.max}, "spent_on"),
            ({"spent_on": TODAY, "time_zone": "Etc/GMT+12"}, "spent_on"),
            ({"spent_on": TODAY, "spent_at": time(12, 0, 1)}, "spent_at"),
            ({"spent_at": time(23, 59)}, "spent_at"),
        ],
    )
    def test_a_time_after_the_commands_is_refused(self, when: dict[str, Any], field: str) -> None:
        with pytest.raises(RejectionError) as refused:
            record(None, record_command(**when), OWNER, ENTRY_ID, SENT_AT)

        assert (refused.value.code, refused.value.field) == (ErrorCode.DATE_IN_FUTURE, field)

    def test_of_an_hour_that_comes_twice_the_first_is_meant(self) -> None:
        second_half_past_one = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
        command = record_command(spent_on=date(2026, 11, 1), spent_at=time(1, 45), time_zone="America/New_York")

        event = record(None, command, OWNER, ENTRY_ID, second_half_past_one)

        assert event.spent_at == time(1, 45)

    def test_nothing_spent_is_no_spending(self) -> None:
        with pytest.raises(RejectionError) as refused:
            record(None, record_command(amount=Money.of("0")), OWNER, ENTRY_ID, SENT_AT)

        assert (refused.value.code, refused.value.field) == (ErrorCode.AMOUNT_OUT_OF_RANGE, "amount")

    @pytest.mark.parametrize("taken_by", [entry(), deleted_entry()])
    def test_an_id_is_used_once_even_after_deletion(self, taken_by: SpendingEntry) -> None:
        with pytest.raises(RejectionError) as refused:
            record(taken_by, record_command(), OWNER, ENTRY_ID, SENT_AT)

        assert refused.value.code is ErrorCode.ENTRY_EXISTS
        assert refused.value.current_version == taken_by.version

    def test_nothing_is_told_of_another_owners_entry(self) -> None:
        with pytest.raises(RejectionError) as refused:
            record(entry(owner=STRANGER), record_command(), OWNER, ENTRY_ID, SENT_AT)

        assert refused.value.code is ErrorCode.ENTRY_EXISTS
        assert refused.value.current_version is None


class TestChangeable:
    """What correcting, enhancing and deleting refuse alike."""

    CHANGES: tuple[Change, ...] = (
        lambda state, version: correct(state, correct_command(version or 1, merchant="Inthanin"), OWNER, SENT_AT),
        lambda state, version: enhance(state, enhance_command(0.9, version), OWNER, SENT_AT),
        lambda state, version: delete(state, delete_command(version), OWNER),
    )

    @pytest.mark.parametrize("change", CHANGES)
    def test_an_unknown_entry_and_another_owners_look_the_same(self, change: Change) -> None:
        refusals = []
        for state in (None, entry(owner=STRANGER)):
            with pytest.raises(RejectionError) as refused:
                change(state, None)
            refusals.append(vars(refused.value))

        assert refusals[0] == refusals[1]
        assert refusals[0]["code"] is ErrorCode.ENTRY_NOT_FOUND

    @pytest.mark.parametrize("change", CHANGES)
    def test_a_deleted_entry_stays_as_it_is(self, change: Change) -> None:
        with pytest.raises(RejectionError) as refused:
            change(deleted_entry(), None)

        assert (refused.value.code, refused.value.current_version) == (ErrorCode.ENTRY_DELETED, 2)

    @pytest.mark.parametrize("change", CHANGES)
    def test_another_version_than_expected_is_a_conflict_that_tells_the_current_one(self, change: Change) -> None:
        with pytest.raises(RejectionError) as refused:
            change(entry(), 7)

        assert (refused.value.code, refused.value.current_version) == (ErrorCode.VERSION_CONFLICT, 1)
        assert refused.value.field == "expected_version"


class TestEnhance:
    def test_a_surer_reading_replaces_fields_confidence_and_method(self) -> None:
        before = entry()

        after = folded(before, enhance(before, enhance_command(0.71, 1, merchant="Amazon"), OWNER, SENT_AT))

        assert (after.merchant, after.description) == ("Amazon", "iced latte")
        assert after.confidence == Confidence(0.71)
        assert after.processing_method is ProcessingMethod.OCR_RULES

    def test_confidence_may_rise_by_itself(self) -> None:
        event = enhance(entry(), enhance_command(0.8, merchant="Cafe Amazon"), OWNER, SENT_AT)

        assert event.changes.named() == {}

    @pytest.mark.parametrize("offered", [0.0, 0.69, 0.7])
    def test_confidence_must_rise(self, offered: float) -> None:
        with pytest.raises(RejectionError) as refused:
            enhance(entry(), enhance_command(offered, merchant="Amazon"), OWNER, SENT_AT)

        assert (refused.value.code, refused.value.field) == (ErrorCode.CONFIDENCE_NOT_HIGHER, "confidence")

    def test_what_a_person_corrected_is_never_overruled(self) -> None:
        before = entry()
        corrected = folded(before, correct(before, correct_command(merchant="Inthanin"), OWNER, SENT_AT))

        with pytest.raises(RejectionError) as refused:
            enhance(corrected, enhance_command(1.0, merchant="Amazon"), OWNER, SENT_AT)

        assert refused.value.code is ErrorCode.CONFIDENCE_NOT_HIGHER

    def test_what_a_person_entered_is_overruled_by_no_reading_but_may_be_improved_by_hand(self) -> None:
        typed = entry(full_record_command(processing_method=ProcessingMethod.MANUAL))
        by_hand = enhance_command(0.9, merchant="Amazon").model_copy(
            update={"processing_method": ProcessingMethod.MANUAL}
        )

        with pytest.raises(RejectionError) as refused:
            enhance(typed, enhance_command(1.0, merchant="Amazon"), OWNER, SENT_AT)

        assert (refused.value.code, refused.value.current_version) == (ErrorCode.CONFIDENCE_NOT_HIGHER, 1)
        assert folded(typed, enhance(typed, by_hand, OWNER, SENT_AT)).merchant == "Amazon"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"amount": Money.of("0")}, ErrorCode.AMOUNT_OUT_OF_RANGE),
            ({"spent_on": TOMORROW}, ErrorCode.DATE_IN_FUTURE),
        ],
    )
    def test_a_surer_reading_is_no_better_when_it_is_impossible(self, changes: dict[str, Any], code: ErrorCode) -> None:
        with pytest.raises(RejectionError) as refused:
            enhance(entry(), enhance_command(0.9, **changes), OWNER, SENT_AT)

        assert refused.value.code is code


class TestDelete:
    def test_the_reason_is_kept_with_what_was_recorded(self) -> None:
        before = entry()

        after = folded(before, delete(before, delete_command(1, "entered twice"), OWNER))

        assert after.is_deleted
        assert not before.is_deleted
        assert (after.deleted_reason, after.merchant, after.version) == ("entered twice", "Cafe Amazon", 2)


class TestApply:
    def test_tenant_and_owner_come_from_the_envelope(self) -> None:
        event = record(None, record_command(), OWNER, ENTRY_ID, SENT_AT)

        state = apply(None, event, "other", STRANGER)

        assert (state.tenant, state.owner, state.id) == ("other", STRANGER, ENTRY_ID)

    @pytest.mark.parametrize(
        ("state", "event"),
        [
            (None, SpendingDeleted(entry_id=ENTRY_ID, version=1, reason="r")),
            (entry(), record(None, record_command(), OWNER, ENTRY_ID, SENT_AT)),
            (None, record(None, record_command(), OWNER, ENTRY_ID, SENT_AT).model_copy(update={"version": 2})),
            (entry(), SpendingDeleted(entry_id=ENTRY_ID, version=1, reason="r")),
            (entry(), SpendingDeleted(entry_id=ENTRY_ID, version=3, reason="r")),
            (entry(), SpendingDeleted(entry_id=UUID(int=1), version=2, reason="r")),
            (entry(owner=STRANGER), SpendingDeleted(entry_id=ENTRY_ID, version=2, reason="r")),
            (deleted_entry(), SpendingCorrected(entry_id=ENTRY_ID, version=3, changes=EntryChanges())),
        ],
    )
    def test_an_event_that_does_not_follow_is_an_error(self, state: SpendingEntry | None, event: SpendingEvent) -> None:
        with pytest.raises(ValueError, match="does not follow"):
            folded(state, event)


def test_every_refusal_of_the_domain_is_permanent() -> None:
    codes = (
        ErrorCode.ENTRY_EXISTS,
        ErrorCode.ENTRY_NOT_FOUND,
        ErrorCode.ENTRY_DELETED,
        ErrorCode.VERSION_CONFLICT,
        ErrorCode.NOTHING_TO_CHANGE,
        ErrorCode.CONFIDENCE_NOT_HIGHER,
        ErrorCode.DATE_IN_FUTURE,
        ErrorCode.AMOUNT_OUT_OF_RANGE,
        ErrorCode.INVALID_COMMAND,
        ErrorCode.INVALID_ENVELOPE,
    )

    assert {ERRORS[code].permanence for code in codes} == {Permanence.PERMANENT}


def test_what_an_outcome_tells_of_other_entries_is_no_part_of_the_entry() -> None:
    event = record(None, record_command(), OWNER, ENTRY_ID, SENT_AT)
    alike = PossibleDuplicate(
        entry_id=UUID(int=1), reason=DuplicateReason.SAME_MINUTE, strength=DuplicateStrength.MEDIUM
    )

    told = event.model_copy(update={"possible_duplicates": (alike,)})

    assert event.possible_duplicates == ()
    assert folded(None, told) == folded(None, event)


def test_a_recorded_event_says_all_that_its_command_says_in_the_same_order() -> None:
    said = list(RecordSpending.model_fields)
    assert list(SpendingRecorded.model_fields) == [said[0], "version", *said[1:], "possible_duplicates"]
    for name in said[1:]:
        if name != "spent_on":
            ours, theirs = SpendingRecorded.model_fields[name], RecordSpending.model_fields[name]
            assert (ours.annotation, ours.metadata) == (theirs.annotation, theirs.metadata)
