from datetime import time
from itertools import permutations
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.commands.spending import DistinguishSpending
from contracts.errors import ErrorCode
from contracts.money import Currency, Money
from contracts.spending import (
    MAX_POSSIBLE_DUPLICATES,
    DuplicateReason,
    DuplicateStrength,
    PossibleDuplicate,
    Source,
    SourceKind,
)
from tests.unit.domain.examples import OWNER, STRANGER, TENANT, TODAY, YESTERDAY, entry, record_command
from workers.domain.duplicates import (
    DuplicatePair,
    among,
    apply,
    distinguish,
    likeness,
    pair_id,
    pair_stream,
    place_of,
)
from workers.domain.errors import RejectionError
from workers.domain.mapping_keys import key_of
from workers.domain.spending import SpendingEntry

IMAGE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SLIP = Source(kind=SourceKind.RECEIPT, reference="014180553BPM01234")
PICTURE = Source(kind=SourceKind.RECEIPT, reference=IMAGE)
RECEIPT = Source(kind=SourceKind.RECEIPT)
TEXT = Source(kind=SourceKind.TEXT)
MANUAL = Source(kind=SourceKind.MANUAL)
ONE, TWO = UUID(int=1), UUID(int=2)
LOW = DistinguishSpending(entry_id=ONE, other_id=TWO)


def row(number: int, statement: str = "statement-7") -> Source:
    return Source(kind=SourceKind.STATEMENT, reference=statement, row=number)


def spent(number: int, source: Source = MANUAL, at: time | None = None, **changes: Any) -> SpendingEntry:  # noqa: ANN401  any field of an entry
    recorded = entry(record_command(spent_on=TODAY, source=source))
    return recorded._replace(id=UUID(int=number), spent_at=at, **changes)


def found(one: SpendingEntry, two: SpendingEntry) -> tuple[str, str] | None:
    """Reason and strength, which are the same from either side."""
    there, back = likeness(one, two, key_of), likeness(two, one, key_of)
    if there is None or back is None:
        assert there is back
        return None
    assert (there.entry_id, back.entry_id) == (two.id, one.id)
    assert (there.reason, there.strength) == (back.reason, back.strength)
    return there.reason, there.strength


class TestReference:
    @pytest.mark.parametrize(("source", "reason"), [(SLIP, "same_reference"), (PICTURE, "same_image")])
    def test_the_same_slip_or_picture_is_strong_whatever_else_was_read(self, source: Source, reason: str) -> None:
        again = spent(2, source, time(9, 30), merchant="something else", spent_on=YESTERDAY)

        assert found(spent(1, source), again) == (reason, "strong")

    def test_another_sum_weakens_it_for_a_receipt_may_be_told_in_parts(self) -> None:
        assert found(spent(1, PICTURE), spent(2, PICTURE, amount=Money.of("1"))) == ("same_image", "medium")

    def test_a_reference_is_no_picture_because_it_is_long_nor_because_of_a_receipt(self) -> None:
        assert found(spent(1, Source(reference=IMAGE)), spent(2, Source(reference=IMAGE))) == (
            "same_reference",
            "strong",
        )
        longer = Source(kind=SourceKind.RECEIPT, reference=f"{IMAGE}0")
        assert found(spent(1, longer), spent(2, longer)) == ("same_reference", "strong")

    def test_a_picture_told_once_as_a_receipt_is_a_picture(self) -> None:
        assert found(spent(1, PICTURE), spent(2, Source(reference=IMAGE))) == ("same_image", "strong")

    def test_entries_without_a_reference_do_not_share_one(self) -> None:
        assert found(spent(1), spent(2, merchant="Inthanin")) is None

    def test_two_slips_of_one_moment_are_judged_by_the_moment(self) -> None:
        other = Source(kind=SourceKind.RECEIPT, reference="another")

        assert found(spent(1, SLIP, time(9, 30)), spent(2, other, time(9, 30))) == ("same_minute", "medium")


class TestStatementRows:
    def test_rows_of_one_statement_are_movements_of_their_own(self) -> None:
        assert found(spent(1, row(1), time(9, 30)), spent(2, row(2), time(9, 30))) is None

    def test_the_same_row_imported_twice_is_a_duplicate(self) -> None:
        assert found(spent(1, row(1)), spent(2, row(1))) == ("same_reference", "strong")

    @pytest.mark.parametrize(
        ("one", "two", "alike"),
        [
            (("import 1", "R-1", 1), ("import 1", "R-2", 2), False),
            (("import 1", None, 1), ("import 1", None, 2), False),
            (("import 1", None, 1), ("import 2", None, 2), True),
            (("import 1", "R-1", 1), ("import 2", "R-2", 2), True),
            ((None, None, 1), (None, None, 2), False),
            ((None, None, 1), ("import 1", None, 2), True),
            (("command 1", "file", 1), ("command 2", "file", 2), False),
        ],
    )
    def test_imported_rows_are_of_one_statement_by_their_import_and_others_by_their_reference(
        self, one: tuple[str | None, str | None, int], two: tuple[str | None, str | None, int], *, alike: bool
    ) -> None:
        sources = [
            Source(kind=SourceKind.STATEMENT, command_id=command, reference=reference, row=number)
            for command, reference, number in (one, two)
        ]
        first, second = (spent(number, source, at=time(9, 30)) for number, source in enumerate(sources, 1))
        assert found(first, second) == (("same_minute", "medium") if alike else None)

    def test_rows_of_two_statements_are_judged_as_any_entries_are(self) -> None:
        assert found(spent(1, row(1), time(9, 30)), spent(2, row(2, "another"), time(9, 30))) == (
            "same_minute",
            "medium",
        )
        assert found(spent(1, row(1)), spent(2, row(2, "another"))) is None

    def test_a_row_and_a_note_that_name_one_reference_are_alike(self) -> None:
        typed = Source(reference="statement-7")

        assert found(spent(1, row(1)), spent(2, typed)) == ("same_reference", "strong")


class TestTime:
    @pytest.mark.parametrize(
        ("one", "two", "expected"),
        [
            (time(9, 30), time(9, 30), ("same_minute", "medium")),
            (time(9, 30, 0), time(9, 30, 59), ("same_minute", "medium")),
            (time(9, 30), time(9, 31), None),
            (time(9, 30), time(9, 29), None),
            (time(9, 30), time(10, 30), None),
            (time(0, 0), time(0, 0), ("same_minute", "medium")),
            (time(0, 0), time(0, 1), None),
        ],
    )
    def test_two_known_times_are_compared_by_the_minute(
        self, one: time, two: time, expected: tuple[str, str] | None
    ) -> None:
        assert found(spent(1, TEXT, one), spent(2, RECEIPT, two)) == expected

    @pytest.mark.parametrize("at", [None, time(8, 5), time(0, 0)])
    @pytest.mark.parametrize(
        ("one", "two", "alike"),
        [
            (MANUAL, MANUAL, False),
            (TEXT, TEXT, False),
            (MANUAL, TEXT, False),
            (TEXT, RECEIPT, True),
            (MANUAL, RECEIPT, True),
            (RECEIPT, RECEIPT, True),
            (RECEIPT, row(1), True),
            (TEXT, row(1), True),
            (row(1, "a"), row(1, "b"), False),
        ],
    )
    def test_without_a_time_only_two_ways_of_telling_make_one_purchase_likely(
        self, one: Source, two: Source, at: time | None, *, alike: bool
    ) -> None:
        assert found(spent(1, one), spent(2, two, at)) == (("same_day", "weak") if alike else None)

    def test_two_rides_of_one_price_noted_in_words_are_two_rides(self) -> None:
        morning, evening = spent(1, TEXT, merchant="BTS"), spent(2, TEXT, merchant="BTS")

        assert found(morning, evening) is None

    def test_a_wrong_time_zone_hides_nothing(self) -> None:
        there = spent(2, TEXT, time(9, 30), time_zone="Asia/Tokyo")

        assert found(spent(1, TEXT, time(9, 30)), there) == ("same_minute", "medium")


class TestWhatDiffers:
    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": Money.of("120.51")},
            {"amount": Money.of("120.50", Currency.USD)},
            {"spent_on": YESTERDAY},
            {"merchant": "Cafe Amazon Asok"},
            {"owner": STRANGER},
            {"tenant": "rival"},
            {"deleted_reason": "twice"},
            {"id": ONE},
        ],
    )
    def test_another_sum_day_merchant_owner_or_tenant_is_another_purchase(self, changes: dict[str, object]) -> None:
        at = time(9, 30)

        assert found(spent(1, TEXT, at), spent(2, TEXT, at)) is not None
        assert found(spent(1, TEXT, at), spent(2, TEXT, at)._replace(**changes)) is None  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "changes", [{"owner": STRANGER}, {"tenant": "rival"}, {"deleted_reason": "x"}, {"id": ONE}]
    )
    def test_no_reference_reaches_another_owner_or_a_deleted_entry(self, changes: dict[str, object]) -> None:
        assert found(spent(1, SLIP), spent(2, SLIP)._replace(**changes)) is None  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("one", "two", "same"),
        [
            ("CAFÉ  Amazon", "café amazon", True),
            ("ร้านป้าแดง", "ร้านป้าแดง!", True),
            ("-", "-", False),
            ("🍗", "🍜", False),
            ("-", "Cafe", False),
        ],
    )
    def test_merchants_are_compared_by_their_keys_and_an_unreadable_one_is_like_none(
        self, one: str, two: str, *, same: bool
    ) -> None:
        at = time(9, 30)

        assert (found(spent(1, TEXT, at, merchant=one), spent(2, TEXT, at, merchant=two)) is not None) is same


class TestAmong:
    def test_those_with_the_most_to_speak_for_them_come_first_then_by_id(self) -> None:
        new = spent(9, SLIP, time(9, 30))
        weak, medium, strong = spent(1, TEXT), spent(2, TEXT, time(9, 30)), spent(3, SLIP)
        other = spent(4, SLIP)

        for order in permutations([weak, medium, strong, other, spent(5, TEXT, time(9, 31))]):
            assert [each.entry_id.int for each in among(new, order, key_of)] == [3, 4, 2, 1]

    @pytest.mark.parametrize(("stored", "told"), [(19, 19), (20, 20), (21, 20)])
    def test_an_outcome_tells_of_so_many_and_not_more(self, stored: int, told: int) -> None:
        others = [spent(number, SLIP) for number in range(1, stored + 1)]

        assert len(among(spent(99, SLIP), others, key_of)) == told
        assert MAX_POSSIBLE_DUPLICATES == 20

    def test_nothing_alike_is_nothing_told(self) -> None:
        assert among(spent(1), [spent(2, merchant="Inthanin")], key_of) == ()


entries = st.builds(
    lambda number, source, at, amount, merchant, day: spent(
        number, source, at, amount=Money.of(amount), merchant=merchant, spent_on=day
    ),
    st.integers(1, 50),
    st.sampled_from([MANUAL, TEXT, RECEIPT, SLIP, PICTURE, row(1), row(2), row(1, "another")]),
    st.sampled_from([None, time(9, 30), time(9, 30, 5), time(9, 31)]),
    st.sampled_from(["44", "65"]),
    st.sampled_from(["BTS", "bts", "Cafe"]),
    st.sampled_from([TODAY, YESTERDAY]),
)


@given(st.lists(entries, max_size=7, unique_by=lambda each: each.id), st.randoms(use_true_random=False))
def test_whatever_the_order_entries_are_recorded_in_the_same_ones_are_linked(
    recorded: list[SpendingEntry], random: Random
) -> None:
    shuffled = list(recorded)
    random.shuffle(shuffled)

    assert links(recorded) == links(shuffled)


def links(recorded: list[SpendingEntry]) -> set[tuple[frozenset[UUID], DuplicateReason, DuplicateStrength]]:
    """What was told of entries recorded one after the other."""
    return {
        (frozenset({new.id, alike.entry_id}), alike.reason, alike.strength)
        for place, new in enumerate(recorded)
        for alike in among(new, recorded[:place], key_of)
    }


class TestDistinguish:
    def test_the_pair_is_the_same_whichever_entry_is_named_first(self) -> None:
        one, two = spent(1), spent(2)
        events = [
            distinguish(LOW, one, two, None, OWNER),
            distinguish(DistinguishSpending(entry_id=TWO, other_id=ONE), two, one, None, OWNER),
        ]

        assert events[0] == events[1]
        assert (events[0].entry_id, events[0].other_id, events[0].version) == (ONE, TWO, 1)
        pair = apply(events[0], TENANT, OWNER)
        assert pair == DuplicatePair(pair_id(place_of(TENANT, TWO, ONE)), TENANT, OWNER, 1, ONE, TWO)
        assert pair_stream(pair.id) == f"pair-{pair.id}"

    def test_pairs_of_tenants_are_apart(self) -> None:
        assert pair_id(place_of("acme", ONE, TWO)) != pair_id(place_of("rival", ONE, TWO))

    @pytest.mark.parametrize(
        ("one", "two", "code", "field"),
        [
            (None, spent(2), ErrorCode.ENTRY_NOT_FOUND, "entry_id"),
            (spent(1), None, ErrorCode.ENTRY_NOT_FOUND, "other_id"),
            (spent(1, owner=STRANGER), spent(2), ErrorCode.ENTRY_NOT_FOUND, "entry_id"),
            (spent(1), spent(2, owner=STRANGER), ErrorCode.ENTRY_NOT_FOUND, "other_id"),
            (spent(1, deleted_reason="x"), spent(2), ErrorCode.ENTRY_DELETED, "entry_id"),
            (spent(1), spent(2, deleted_reason="x"), ErrorCode.ENTRY_DELETED, "other_id"),
        ],
    )
    def test_only_two_entries_the_owner_has_are_two_purchases(
        self, one: SpendingEntry | None, two: SpendingEntry | None, code: ErrorCode, field: str
    ) -> None:
        with pytest.raises(RejectionError) as refused:
            distinguish(LOW, one, two, None, OWNER)

        assert (refused.value.code, refused.value.field) == (code, field)
        assert refused.value.current_version == (1 if code is ErrorCode.ENTRY_DELETED else None)

    def test_it_is_said_once(self) -> None:
        pair = apply(distinguish(LOW, spent(1), spent(2), None, OWNER), TENANT, OWNER)

        with pytest.raises(RejectionError) as refused:
            distinguish(LOW, spent(1), spent(2), pair, OWNER)

        assert (refused.value.code, refused.value.current_version) == (ErrorCode.NOTHING_TO_CHANGE, 1)

    def test_an_entry_is_not_two_purchases_with_itself(self) -> None:
        with pytest.raises(RejectionError) as refused:
            distinguish(DistinguishSpending(entry_id=ONE, other_id=ONE), spent(1), spent(1), None, OWNER)

        assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_COMMAND, "other_id")


def test_a_strength_is_as_good_as_its_name() -> None:
    alike = PossibleDuplicate(entry_id=ONE, reason=DuplicateReason.SAME_DAY, strength=DuplicateStrength.WEAK)

    assert [strength.value for strength in DuplicateStrength] == ["strong", "medium", "weak"]
    assert alike.model_dump(mode="json") == {"entry_id": str(ONE), "reason": "same_day", "strength": "weak"}
