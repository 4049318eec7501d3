from itertools import pairwise

import pytest
from PIL import Image

from adapters.inference.ocr.pdf_process import STRIP, TOO_LARGE, UNREADABLE, RefusedError, cut, pictures
from tests.unit.adapters.inference.ocr.documents import BLACK_CORNER, frames, many, pdf, pdf_with_picture

MAX_SIDE = 2_000


def drawn(data: bytes, max_pages: int = 8) -> list[Image.Image]:
    return list(pictures(data, max_pages, MAX_SIDE))


def test_a_page_is_drawn_sharp_and_within_the_side() -> None:
    (page,) = drawn(pdf(BLACK_CORNER, "0 0 595 842"))
    assert max(page.size) <= MAX_SIDE
    assert min(page.size) > 1_200
    (small,) = drawn(pdf(BLACK_CORNER))
    assert small.getpixel((5, 5)) == (0, 0, 0)
    assert small.getpixel((small.width - 5, 5)) == (255, 255, 255)


def test_every_page_is_drawn_in_order() -> None:
    shades = [page.tobytes()[0] for page in drawn(many("PDF", frames(3)))]
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 3


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (many("PDF", frames(9)), TOO_LARGE),
        (pdf(b"", "0 0 14400 14400"), TOO_LARGE),
        (pdf(b"", "0 0 20 14400"), TOO_LARGE),
        (pdf_with_picture(100_000, 100_000), TOO_LARGE),
        (pdf(b"", "0 0 0.1 0.1"), UNREADABLE),
    ],
    ids=["too many pages", "too large a page", "too long a strip", "a bomb", "no size"],
)
def test_what_would_take_too_much_is_refused_before_it_is_drawn(data: bytes, code: int) -> None:
    with pytest.raises(RefusedError) as refused:
        drawn(data)
    assert refused.value.exit_code == code


def test_a_tills_strip_becomes_pictures_that_together_are_the_strip() -> None:
    strip = drawn(pdf(BLACK_CORNER, "0 0 226 2800"))
    assert len(strip) > 3
    assert all(picture.height <= STRIP * picture.width for picture in strip)
    assert {picture.width for picture in strip} == {691}
    assert sum(picture.height for picture in strip) == pytest.approx(691 * 2800 / 226, abs=8)


def test_a_strip_is_cut_where_nothing_is_printed() -> None:
    strip = Image.new("RGB", (100, 600), "white")
    for top in range(0, 600, 20):
        strip.paste("black", (10, top, 90, top + 15))
    parts = list(cut(strip))
    edges = [(part.getpixel((50, 0)), part.getpixel((50, part.height - 1))) for part in parts]
    assert len(parts) > 2
    assert all((255, 255, 255) in {above[1], below[0]} for above, below in pairwise(edges))
