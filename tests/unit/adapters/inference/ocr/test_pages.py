from adapters.inference.ocr.engine import PageText
from adapters.inference.ocr.pages import stacked
from workers.ports.inference import Box, TextLine


def page(word: str, width: int, height: int, *codes: str) -> PageText:
    return PageText((TextLine(word, Box(10, 20, 90, 40), 0.9),), width, height, "application/pdf", codes)


def test_one_page_stays_as_it_is() -> None:
    assert stacked([page("TOTAL", 100, 200, "A")]) == page("TOTAL", 100, 200, "A")


def test_a_later_page_stands_below_the_earlier_ones() -> None:
    whole = stacked(iter([page("FIRST", 100, 200, "A"), page("SECOND", 120, 50, "B", "A"), page("THIRD", 90, 300)]))
    assert [(line.text, line.box.top, line.box.bottom) for line in whole.lines] == [
        ("FIRST", 20, 40),
        ("SECOND", 220, 240),
        ("THIRD", 270, 290),
    ]
    assert (whole.width, whole.height, whole.media_type, whole.codes) == (120, 550, "application/pdf", ("A", "B"))
