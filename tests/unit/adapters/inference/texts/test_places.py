"""The taken places of a text."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.texts.places import Taken

SPANS = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda both: (min(both), max(both)))


@given(st.lists(SPANS), SPANS)
def test_a_span_touches_what_is_taken_if_they_share_a_place(
    spans: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    taken = Taken(20, spans)
    places = {place for start, end in spans for place in range(start, end)}
    assert taken.touches(*asked) == any(place in places for place in range(*asked))
    text = "abcdefghijklmnopqrst"
    assert taken.blanked(text) == "".join(" " if place in places else text[place] for place in range(20))
