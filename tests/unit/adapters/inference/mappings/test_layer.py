import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.mappings import SortedLayer
from contracts.mappings import MappingMatch, MappingStatus, MatchedBy
from contracts.values import Category
from tests.unit.domain.mapping_examples import own_mapping
from workers.domain.mappings import CategoryMapping
from workers.ports.mappings import Wanted

FOOD, TRAVEL, BILLS = Category.FOOD, Category.TRAVEL, Category.BILLS


def phrase(text: str, category: Category = FOOD, **changes: object) -> CategoryMapping:
    return own_mapping(text, category, match=MappingMatch.PHRASE, **changes)


def found(wanted: Wanted, *mappings: CategoryMapping) -> tuple[Category, MatchedBy, str] | None:
    match = SortedLayer(mappings).find(wanted)
    return None if match is None else (match.mapping.category, match.matched_by, match.evidence)


@pytest.mark.parametrize("merchant", ["Villa Market", "VILLA-MARKET", "villa  market"])
def test_a_merchant_is_found_by_any_spelling_of_its_name(merchant: str) -> None:
    wanted = Wanted("eggs 120", merchant)

    assert found(wanted, own_mapping("Villa Market")) == (FOOD, MatchedBy.NAME, merchant)


@pytest.mark.parametrize("aliases", [("Villa",), ("v m", "VILLA!")])
def test_an_alias_is_as_good_as_the_name(aliases: tuple[str, ...]) -> None:
    assert found(Wanted("eggs", "villa"), own_mapping("Villa Market", aliases=aliases)) is not None


def test_the_name_as_written_comes_before_the_usual_one() -> None:
    wanted = Wanted("น้ำ 10", "7-Eleven Asok", ("7-Eleven",))
    chain, branch = own_mapping("7-Eleven", BILLS, priority=100), own_mapping("7-Eleven Asok", TRAVEL)

    assert found(wanted, chain, branch) == (TRAVEL, MatchedBy.NAME, "7-Eleven Asok")
    assert found(wanted, chain) == (BILLS, MatchedBy.NAME, "7-Eleven")


def test_a_mapping_of_that_very_name_comes_before_an_alias_of_another() -> None:
    corrected = own_mapping("Daeng", TRAVEL)

    assert found(Wanted("x", "Daeng"), own_mapping("Pa", aliases=("Daeng",), priority=100), corrected) == (
        TRAVEL, MatchedBy.NAME, "Daeng",
    )  # fmt: skip


def test_a_name_comes_before_words_and_patterns_whatever_their_priority() -> None:
    mappings = (
        own_mapping("GrabFood", FOOD, priority=0),
        phrase("lunch", TRAVEL, priority=100),
        phrase("never", BILLS, patterns=("grab",), priority=100),
    )

    assert found(Wanted("GrabFood lunch 120", "GrabFood"), *mappings) == (FOOD, MatchedBy.NAME, "GrabFood")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("หมอ", "ซื้อหมอน 200"),
        ("tea", "steak 300"),
        ("taxi 100", "taxi 300"),
        ("grab", "GrabFood 120"),
    ],
)
def test_words_are_found_as_whole_words_only(words: str, text: str) -> None:
    assert found(Wanted(text), phrase(words)) is None


@pytest.mark.parametrize(
    ("words", "text", "evidence"),
    [
        ("หมอ", "ไปหาหมอ 500", "หมอ"),
        ("grab to office", "Grab to Office 95", "Grab to Office"),
        ("7-eleven", "ที่ 7 eleven 45", None),
        ("McDonald's", "lunch at McDonald's 199", "McDonald's"),
        ("=tea", "Tea 60", "Tea"),
        ("ค่าน้ํา", "ค่าน้ำ ๓๐๐", "ค่าน้ำ"),
    ],
)
def test_words_are_found_wherever_they_stand(words: str, text: str, evidence: str | None) -> None:
    match = found(Wanted(text), phrase(words))

    assert match is not None
    assert match[:2] == (FOOD, MatchedBy.PHRASE)
    assert evidence is None or match[2] == evidence


@pytest.mark.parametrize(
    ("merchant", "is_found"),
    [(None, True), ("ป้าแดง", True), ("Central World", False), ("ร้านป้าแดง สาขา 2", False)],
)
def test_a_merchants_name_in_the_text_counts_unless_another_merchant_was_read(
    merchant: str | None,
    is_found: bool,  # noqa: FBT001  a column of the table
) -> None:
    wanted = Wanted("ข้าวแกง ร้านป้าแดง 60", merchant)

    assert (found(wanted, own_mapping("ร้านป้าแดง")) is not None) is is_found


@pytest.mark.parametrize(("text", "merchant"), [("grab a coffee 60", None), ("coffee, then 7-11 for water", None)])
def test_a_merchant_the_lexicon_knows_is_not_sought_where_it_was_not_read(text: str, merchant: str | None) -> None:
    assert found(Wanted(text, merchant), own_mapping("Grab"), own_mapping("7-Eleven")) is None


def test_a_whole_note_is_found_by_the_name_it_was_recorded_under() -> None:
    wanted = Wanted("ข้าวมันไก่เจ๊แดง 50", None, ("ข้าวมันไก่เจ๊แดง",))

    assert found(wanted, own_mapping("ข้าวมันไก่เจ๊แดง", TRAVEL)) == (TRAVEL, MatchedBy.NAME, "ข้าวมันไก่เจ๊แดง")


def test_a_pattern_is_found_anywhere_whatever_the_case_and_shows_the_words_it_fits() -> None:
    mapping = phrase("never said", TRAVEL, patterns=(r"\bgrab\b.*\b(office|work)\b",))

    assert found(Wanted("GRAB from home to Work 95"), mapping) == (
        TRAVEL, MatchedBy.PATTERN, "GRAB from home to Work",
    )  # fmt: skip
    assert found(Wanted("grab 95"), mapping) is None


def test_of_several_that_stand_in_a_text_priority_decides_then_words_then_merchants_then_length() -> None:
    text = Wanted("coffee and cake set at noon")
    plain, longer = phrase("coffee", FOOD), phrase("cake set", TRAVEL)
    shop, pattern = own_mapping("noon", BILLS), phrase("x", Category.MERIT, patterns=("coffee and cake",))

    def told(*mappings: CategoryMapping) -> Category | None:
        match = found(text, *mappings)
        return match and match[0]

    assert told(plain, longer) is TRAVEL
    assert told(plain._replace(priority=51), longer) is FOOD
    assert told(plain, longer, shop) is BILLS
    assert told(plain, pattern) is FOOD
    assert told(plain, pattern._replace(priority=51)) is Category.MERIT


@pytest.mark.parametrize("status", [MappingStatus.CANDIDATE, MappingStatus.RETIRED])
def test_what_is_not_active_is_not_found(status: MappingStatus) -> None:
    assert found(Wanted("eggs", "Villa"), own_mapping("Villa", status=status, patterns=("eggs",))) is None


NAMES = ["a", "b", "a b", "b c", "ป้าแดง"]
MAPPINGS = st.lists(
    st.builds(
        lambda name, match, priority, aliases, category: own_mapping(
            name, category, match=match, priority=priority, aliases=tuple(aliases), patterns=(f"{name} c",)
        ),
        st.sampled_from(NAMES),
        st.sampled_from(MappingMatch),
        st.integers(49, 51),
        st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
        st.sampled_from(Category),
    ),
    max_size=5,
    unique_by=lambda mapping: mapping.key,
)


@given(MAPPINGS, st.lists(st.sampled_from(NAMES), max_size=4), st.sampled_from([None, *NAMES]), st.randoms())
def test_the_order_in_which_mappings_were_read_changes_nothing(
    mappings: list[CategoryMapping], words: list[str], merchant: str | None, luck: random.Random
) -> None:
    wanted = Wanted(" ".join(words), merchant)
    shuffled = list(mappings)
    luck.shuffle(shuffled)

    assert SortedLayer(mappings).find(wanted) == SortedLayer(shuffled).find(wanted)


@given(MAPPINGS, st.sampled_from(NAMES))
def test_a_merchant_with_a_mapping_of_its_own_always_means_that(mappings: list[CategoryMapping], merchant: str) -> None:
    own = [mapping for mapping in mappings if mapping.key == merchant]

    match = SortedLayer(mappings).find(Wanted("a b c", merchant))

    assert [match.mapping if match else None] == own or not own
