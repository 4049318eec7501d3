from datetime import time
from typing import Any

import pytest

from contracts.commands.spending import CorrectSpending
from contracts.errors import ErrorCode
from contracts.money import Currency, Money
from contracts.spending import Clearable, EntryChanges
from contracts.values import Category, Confidence, PaymentMethod, ProcessingMethod
from tests.unit.domain.examples import (
    OWNER,
    SENT_AT,
    TODAY,
    TOMORROW,
    correct_command,
    entry,
    folded,
    full_record_command,
)
from workers.domain.errors import RejectionError
from workers.domain.spending import (
    correct,
)


class TestCorrect:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("amount", Money.of("99")),
            ("amount", Money.of("120.50", Currency.USD)),
            ("merchant", "Inthanin"),
            ("description", "hot latte"),
            ("spent_on", TODAY),
            ("spent_at", time(10, 0)),
            ("time_zone", "Asia/Singapore"),
            ("category", Category.TRAVEL),
            ("subcategory", "breakfast"),
            ("payment_method", PaymentMethod.CASH),
            ("location", "Siam"),
            ("tags", ("work",)),
            ("tags", ()),
        ],
    )
    def test_any_field_can_be_corrected_and_is_certain_from_then_on(self, field: str, value: object) -> None:
        before = entry()
        command = correct_command().model_copy(update={"changes": EntryChanges.model_validate({field: value})})

        event = correct(before, command, OWNER, SENT_AT)
        after = folded(before, event)

        assert event.changes.named() == {field: value}
        assert getattr(after, field) == value
        assert after.confidence == Confidence(1.0)
        assert after.processing_method is ProcessingMethod.MANUAL
        assert after.version == 2

    @pytest.mark.parametrize("field", list(Clearable))
    def test_optional_fields_can_be_emptied(self, field: Clearable) -> None:
        before = entry()

        event = correct(before, correct_command(clear=(field, field)), OWNER, SENT_AT)

        assert event.cleared == (field,)
        assert not getattr(folded(before, event), field)

    def test_what_is_as_named_already_is_left_out(self) -> None:
        before = entry(full_record_command(location=None))

        event = correct(
            before, correct_command(merchant="Cafe Amazon", description="mocha", clear=("location",)), OWNER, SENT_AT
        )

        assert event.changes == EntryChanges(description="mocha")
        assert event.cleared == ()

    @pytest.mark.parametrize(
        "command",
        [
            correct_command(),
            correct_command(merchant="Cafe Amazon", amount=Money.of("120.5")),
            correct_command(clear=("location",)),
        ],
    )
    def test_a_correction_that_changes_nothing_is_refused(self, command: CorrectSpending) -> None:
        with pytest.raises(RejectionError) as refused:
            correct(entry(full_record_command(location=None)), command, OWNER, SENT_AT)

        assert (refused.value.code, refused.value.field) == (ErrorCode.NOTHING_TO_CHANGE, "changes")

    def test_a_field_is_not_both_changed_and_cleared(self) -> None:
        command = correct_command(location="Siam", clear=("location", "tags"))

        with pytest.raises(RejectionError) as refused:
            correct(entry(), command, OWNER, SENT_AT)

        assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_COMMAND, "clear")
        assert "location" in refused.value.reason

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"spent_on": TOMORROW}, "changes.spent_on"),
            ({"spent_on": TOMORROW, "spent_at": time(1, 0)}, "changes.spent_on"),
            ({"spent_on": TODAY, "spent_at": time(12, 1)}, "changes.spent_at"),
            ({"spent_on": TODAY, "time_zone": "Etc/GMT+12"}, "changes.spent_on"),
        ],
    )
    def test_the_corrected_time_does_not_lie_ahead(self, changes: dict[str, Any], field: str) -> None:
        with pytest.raises(RejectionError) as refused:
            correct(entry(), correct_command(**changes), OWNER, SENT_AT)

        assert (refused.value.code, refused.value.field) == (ErrorCode.DATE_IN_FUTURE, field)

    @pytest.mark.parametrize(
        ("recorded", "changes", "field"),
        [
            ({"spent_on": TODAY, "spent_at": None}, {"time_zone": "Etc/GMT+12"}, "changes.time_zone"),
            ({"spent_at": time(18, 0)}, {"spent_on": TODAY}, "changes.spent_on"),
            ({"spent_on": TODAY, "spent_at": None}, {"spent_at": time(18, 0)}, "changes.spent_at"),
        ],
    )
    def test_a_change_is_judged_with_what_stays(
        self, recorded: dict[str, Any], changes: dict[str, Any], field: str
    ) -> None:
        before = entry(full_record_command(**recorded))

        with pytest.raises(RejectionError) as refused:
            correct(before, correct_command(**changes), OWNER, SENT_AT)

        assert (refused.value.code, refused.value.field) == (ErrorCode.DATE_IN_FUTURE, field)

    def test_a_time_that_is_cleared_does_not_count(self) -> None:
        before = entry(full_record_command(spent_at=time(18, 0)))

        event = correct(before, correct_command(spent_on=TODAY, clear=("spent_at",)), OWNER, SENT_AT)

        after = folded(before, event)
        assert (after.spent_on, after.spent_at) == (TODAY, None)

    def test_an_amount_is_not_corrected_to_nothing(self) -> None:
        with pytest.raises(RejectionError) as refused:
            correct(entry(), correct_command(amount=Money.of("0")), OWNER, SENT_AT)

        assert (refused.value.code, refused.value.field) == (ErrorCode.AMOUNT_OUT_OF_RANGE, "changes.amount")
