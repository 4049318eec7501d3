import numpy as np
from numpy.typing import NDArray

from adapters.inference.ocr.cutting import cuts_of_line, whole_line

MARGIN = 8


def cut(*inked: tuple[int, int], height: int = 56) -> NDArray[np.uint8]:
    """A light cut of that height whose rows from .. to carry ink."""
    page = np.full((height, 100), 230, np.uint8)
    for first, last in inked:
        page[first : last + 1, 10:30] = 20
    return page


def test_a_line_within_its_box_is_cut_there() -> None:
    assert len(whole_line(cut((12, 40)), MARGIN)) == 56 - 2 * MARGIN


def test_tones_and_vowels_that_the_box_goes_through_are_taken_in() -> None:
    assert len(whole_line(cut((4, 40)), MARGIN)) == 56 - 2 * MARGIN + 4
    assert len(whole_line(cut((12, 51)), MARGIN)) == 56 - 2 * MARGIN + 4


def test_a_neighbour_is_not_taken_in() -> None:
    assert len(whole_line(cut((0, 4), (12, 40), (51, 55)), MARGIN)) == 56 - 2 * MARGIN
    assert len(whole_line(cut((0, 40)), MARGIN)) == 56 - 2 * MARGIN


def test_a_slanting_line_is_cut_upright_and_a_standing_one_laid_down() -> None:
    page = np.full((300, 300, 3), 255, np.uint8)
    slanting = np.array([(20, 20), (220, 40), (218, 70), (18, 50)], np.float32)
    assert [cut.shape for cut in cuts_of_line(page, slanting)] == [(30, 201)]
    standing = np.array([(20, 20), (50, 20), (50, 220), (20, 220)], np.float32)
    assert [cut.shape for cut in cuts_of_line(page, standing)] == [(30, 200)]
    assert cuts_of_line(page, np.zeros((4, 2), np.float32))


def test_a_line_that_goes_on_beyond_its_box_is_cut_both_ways() -> None:
    page = np.full((300, 300, 3), 255, np.uint8)
    page[112:148, 60:90] = 0
    box = np.array([(20, 110), (220, 110), (220, 140), (20, 140)], np.float32)
    assert [len(cut) for cut in cuts_of_line(page, box)] == [30, 38]
