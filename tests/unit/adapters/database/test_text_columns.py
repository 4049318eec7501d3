"""A column of texts is written as psycopg would write it, byte for byte."""

from hypothesis import given
from hypothesis import strategies as st
from psycopg.adapt import PyFormat, Transformer

from adapters.database.text_columns import TextColumn

TEXTS = st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]))), max_size=20)


def dumped(value: object) -> bytes:
    return bytes(Transformer().get_dumper(value, PyFormat.BINARY).dump(value) or b"")


@given(TEXTS.filter(lambda texts: None in texts and any(texts)))
def test_a_column_with_missing_texts_is_written_as_a_list_is(texts: list[str | None]) -> None:
    assert dumped(TextColumn(texts)) == dumped(texts)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=20))
def test_a_column_without_them_differs_in_nothing_but_the_flag_that_they_may_occur(texts: list[str]) -> None:
    ours, theirs = dumped(TextColumn(texts)), dumped(texts)
    assert (ours[:4], ours[8:]) == (theirs[:4], theirs[8:])


def test_an_empty_column_is_an_array_without_dimensions() -> None:
    assert dumped(TextColumn()) == bytes.fromhex("000000000000000000000019")
