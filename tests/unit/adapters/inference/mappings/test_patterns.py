import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.mappings.patterns import LARGEST_PROGRAM, LONGEST_TEXT, OwnerPattern, check_pattern
from workers.ports.mappings import InvalidPatternError


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*", r"(a)\1", "(?=a)", "(?<=a)b", r"\p{Nothing}"])
def test_what_is_no_regular_expression_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidPatternError, match="RE2 says"):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["a{1000}", "((a{9}){9}){9}", r"\pL{300}", "(?:[ก-๙]{50}){20}"])
def test_a_pattern_with_a_large_program_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidPatternError, match=r"too large|repetition"):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["", "a*", "(b)?", "^", "$", r"\b", "x|"])
def test_a_pattern_that_fits_where_nothing_is_written_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidPatternError, match="nothing is written"):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", [r"\bgrab\b.*\b(office|work)\b", "ร้าน.{0,20}แดง", r"^MEA\s+\d{3}", "(?i)Café"])
def test_what_people_write_is_taken(pattern: str) -> None:
    check_pattern(pattern)


def test_the_reason_does_not_repeat_the_pattern() -> None:
    with pytest.raises(InvalidPatternError) as refused:
        check_pattern("my secret shop (")

    assert "secret" not in refused.value.reason


@pytest.mark.parametrize(("text", "words"), [("Café Daeng", "Café"), ("CAFÉ", "CAFÉ"), ("tea", None)])
def test_a_pattern_finds_words_as_they_stand(text: str, words: str | None) -> None:
    assert OwnerPattern("café").find(text) == words


def test_blanks_are_no_words() -> None:
    assert OwnerPattern(r"\s+").find("a  b") is None


def test_a_long_text_is_searched_as_far_as_a_spending_text_goes() -> None:
    assert OwnerPattern("end").find("x" * (LONGEST_TEXT - 3) + "end") == "end"
    assert OwnerPattern("end").find("x" * LONGEST_TEXT + "end") is None


@given(st.text(max_size=30), st.text(max_size=50))
def test_any_pattern_is_refused_or_searches_any_text(pattern: str, text: str) -> None:
    try:
        compiled = OwnerPattern(pattern)
    except (InvalidPatternError, UnicodeEncodeError):
        return
    words = compiled.find(text)
    assert words is None or words in text


HOSTILE = [
    ("(a+)+$", "a", "!"),
    ("(a|aa)+$", "a", "!"),
    ("(a|a?)+$", "a", "!"),
    ("(.*)*x(.*)*y(.*)*z", "xy", ""),
    ("([a-z]+)*[0-9]q", "abc", ""),
    ("(?:a?){30}a{30}b", "a", ""),
]
"""Each with the piece a text is made of and its end. One that backtracks takes years for them, or days at best."""


@pytest.mark.parametrize(("pattern", "piece", "end"), HOSTILE)
def test_a_hostile_pattern_comes_to_its_end_on_a_text_far_beyond_the_bound(pattern: str, piece: str, end: str) -> None:
    compiled = OwnerPattern(pattern)._compiled  # noqa: SLF001  beyond the bound on the text, which hides growth

    found = compiled.search(piece * (1_000_000 // len(piece)) + end)

    assert found is None or found.group() == ""


@pytest.mark.parametrize(("pattern", "piece", "end"), HOSTILE)
def test_a_hostile_pattern_has_a_bounded_program_and_a_bounded_text(pattern: str, piece: str, end: str) -> None:
    compiled = OwnerPattern(pattern)

    assert compiled._compiled.programsize <= LARGEST_PROGRAM  # noqa: SLF001  steps are this times the text
    assert len(compiled.find(piece * 5_000 + end) or "") <= LONGEST_TEXT
