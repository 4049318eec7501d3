"""Everything of a dashboard is in its picture: curves over their ground, words beside words, nothing cut off."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import combinations
from operator import sub
from typing import Final, cast

import pytest
from matplotlib.text import Text
from PIL import Image, ImageColor

from infra.dashboards.every import DASHBOARDS
from infra.dashboards.layout import placed
from infra.dashboards.model import Dashboard, Kind, Panel, Query, Row, Unit, Variable
from tests.pictures.canvas import LIMIT, LINES, PANEL, PAPER, Box, Canvas, canvas_style
from tests.pictures.drawing import box_of, drawn, picture
from tests.pictures.page import ANSWERS
from tests.pictures.panels import NO_DATA, NONE, cells
from tests.pictures.seen import Answer, OtherDefinitionsError, Seen

AREAS: Final = ("texts", "spending", "insights", "workflows")
RATE: Final = Query("sum by (area) (rate(commands))", "{{area}}")
MAY_BE: Final = Query("vector(2)", "what may be")
NOW: Final = Query("sum by (area) (waiting)", "{{area}}")
LETTERS: Final = Query("sum by (area, code) (letters)", "{{area}} {{code}}")
OUTAGE: Final = Query("max by (area) (outage)", "{{area}} without broker")
FULLEST: Final = [one for one in DASHBOARDS if one.name in {"fleet", "objectives"}]
"""With the most panels, and with the widest numbers."""
NEARLY: Final = 60
MANY_COLOURS: Final = 256
MANY: Final = Query("max by (number) (distance)", "number {{number}}")
NEVER: Final = Query("sum(never)", "never")

DASHBOARD: Final = Dashboard(
    "planted",
    "Poon Workers: planted",
    "One panel of each kind.",
    (Variable("job", "it", "Release"), Variable("area", "it", "Area")),
    (
        Row("Numbers", (Panel("Waiting", "Now.", Unit.COUNT, (NOW,), Kind.NUMBER),)),
        Row(
            "Lines",
            (
                Panel("Finished", "A second.", Unit.PER_SECOND, (RATE, MAY_BE)),
                Panel("Away", "Or there.", Unit.YES_OR_NO, (OUTAGE,)),
                Panel("Never", "Not yet.", Unit.COUNT, (NEVER,), may_be_empty="nothing ever happened"),
                Panel("Not there", "Not at all.", Unit.COUNT, (NEVER,)),
                Panel("Many", "Too many to be named.", Unit.COUNT, (MANY,)),
            ),
        ),
        Row("Tables", (Panel("Letters", "Dead.", Unit.COUNT, (LETTERS,), Kind.TABLE),)),
    ),
)


def answered(**values: tuple[float | None, ...]) -> tuple[Answer, ...]:
    return tuple(Answer(labels={"area": area}, values=given) for area, given in values.items())


SEEN: Final = Seen(
    taken=date(2026, 11, 27),
    conditions={"fleet": "one process"},
    seconds=60,
    step=15,
    answers={
        RATE.expression: answered(
            texts=(1.0, 2.0, 3.0, 2.0, 1.0), spending=(0.0,) * 5, insights=(None, 1.0, None, 2.5, 2.5)
        ),
        MAY_BE.expression: (Answer(labels={}, values=(2.0,) * 5),),
        NOW.expression: answered(**dict.fromkeys(AREAS, (1.0, 2.0, 3.0, 12_000.0, 12_500.0))),
        OUTAGE.expression: answered(texts=(0.0, 1.0, 1.0, 0.0, 0.0)),
        LETTERS.expression: tuple(
            Answer(labels={"area": "texts", "code": f"code_{number}"}, values=(float(number),)) for number in range(20)
        ),
        NEVER.expression: (),
        MANY.expression: tuple(
            Answer(labels={"number": f"{number}"}, values=(0.0, float(number), None, None, 1.0)) for number in range(40)
        ),
    },
)


@pytest.fixture(scope="module")
def drawing() -> bytes:
    return picture(DASHBOARD, SEEN)


@pytest.fixture(scope="module")
def planted(drawing: bytes) -> Image.Image:
    with Image.open(BytesIO(drawing)) as image:
        assert image.mode == "P"
        return image.convert("RGB")


def panel_of(image: Image.Image, title: str) -> Image.Image:
    """The part of a picture that is a panel's."""
    box = next(box_of(place) for one, place in placed(DASHBOARD) if isinstance(one, Panel) and one.title == title)
    return image.crop((round(box.left), round(box.top), round(box.right), round(box.bottom)))


def dots(image: Image.Image, colour: str) -> int:
    """How many are of nearly this colour: a line between two rows of dots has it in neither."""
    sought = ImageColor.getrgb(colour)
    counted = cast("list[tuple[int, tuple[int, int, int]]]", image.getcolors(MANY_COLOURS))
    return sum(count for count, found in counted if max(map(abs, map(sub, found, sought))) <= NEARLY)


@pytest.mark.parametrize("colour", [*LINES[:3], LIMIT])
def test_every_curve_is_seen_in_its_colour_and_the_limit_in_that_of_limits(planted: Image.Image, colour: str) -> None:
    panel = panel_of(planted, "Finished")
    in_the_legend_alone = dots(panel.crop((0, panel.height - 30, panel.width, panel.height)), colour)
    assert 0 < in_the_legend_alone < dots(panel, colour)


def test_no_curve_is_seen_where_there_is_none(planted: Image.Image) -> None:
    assert not any(dots(panel_of(planted, "Never"), colour) for colour in LINES[:3])
    assert not dots(panel_of(planted, "Away"), LINES[1])


def test_panels_lie_on_white_and_the_sheet_is_as_wide_as_a_page(planted: Image.Image) -> None:
    for title in ("Waiting", "Finished", "Letters"):
        panel = panel_of(planted, title)
        assert dots(panel, PANEL) > 0.6 * panel.width * panel.height
    assert planted.getpixel((2, 2)) == ImageColor.getrgb(PAPER)
    assert planted.width == 1200


def test_the_same_answers_are_the_same_picture(drawing: bytes) -> None:
    assert picture(DASHBOARD, SEEN) == drawing


def test_a_dashboard_whose_queries_were_not_asked_is_not_drawn() -> None:
    unasked = SEEN.model_copy(update={"answers": {}})
    with pytest.raises(OtherDefinitionsError, match="waiting"):
        picture(DASHBOARD, unasked)


@dataclass(frozen=True, slots=True)
class Written:
    """Words, and where they are on the sheet, from its lower left corner."""

    words: str
    left: float
    bottom: float
    right: float
    top: float


def written(canvas: Canvas) -> list[Written]:
    canvas.figure.draw_without_rendering()
    extents = [(text.get_text(), text.get_window_extent()) for text in texts(canvas) if text.get_text()]
    return [Written(words, *map(float, box.extents)) for words, box in extents]


def texts(canvas: Canvas) -> Iterator[Text]:
    yield from canvas.figure.texts
    for axes in canvas.figure.axes:
        if axes.axison:
            for axis in (axes.xaxis, axes.yaxis):
                low, high = axis.get_view_interval()
                yield from (tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high)


def collisions(found: list[Written]) -> list[tuple[str, str]]:
    """Pairs of words of which one lies over the other."""
    return [
        (one.words, other.words)
        for one, other in combinations(found, 2)
        if min(one.right, other.right) - max(one.left, other.left) > 1
        and min(one.top, other.top) - max(one.bottom, other.bottom) > 1
    ]


def cut_off(canvas: Canvas, found: list[Written]) -> list[str]:
    left, bottom, right, top = canvas.figure.bbox.extents
    return [one.words for one in found if one.left < left or one.right > right or one.bottom < bottom or one.top > top]


@pytest.fixture(scope="module")
def words() -> list[str]:
    """Of the planted dashboard, in the order they were written."""
    with canvas_style():
        return [one.words for one in written(drawn(DASHBOARD, SEEN))]


def test_everything_is_named(words: list[str]) -> None:
    titles = [one.title for one, _ in placed(DASHBOARD) if isinstance(one, Panel)]
    headings = [f"▾ {row.title}" for row in DASHBOARD.rows]
    legend = [*AREAS[:3], "what may be", "texts without broker"]
    values = ["12.5 K", "19", "Yes", "No", "0/s"]
    empty = [NONE, "empty while nothing ever happened", NO_DATA]
    expected = {DASHBOARD.title, DASHBOARD.description, "Release", "Area", *titles, *headings, *legend, *values, *empty}
    assert expected <= set(words)


def test_of_curves_that_are_too_many_to_be_named_the_highest_are(words: list[str]) -> None:
    named = [word for word in words if word.startswith("number ")]
    assert named == [f"number {number}" for number in range(39, 39 - len(named), -1)]
    assert 3 < len(named) < 40
    assert f"and {40 - len(named)} more" in words


def test_a_table_has_the_largest_first_and_counts_the_rows_it_has_no_room_for(words: list[str]) -> None:
    shown = [word for word in words if word.startswith("code_")]
    assert shown[:2] == ["code_19", "code_18"]
    assert f"and {20 - len(shown)} more" in words


@pytest.mark.parametrize("dashboard", [DASHBOARD, *FULLEST], ids=lambda one: one.name)
def test_no_words_lie_over_others_and_none_are_cut_off(dashboard: Dashboard) -> None:
    seen = SEEN if dashboard is DASHBOARD else Seen.kept(ANSWERS.read_bytes())
    with canvas_style():
        canvas = drawn(dashboard, seen)
        found = written(canvas)
    assert collisions(found) == []
    assert cut_off(canvas, found) == []


def test_planted_words_over_others_and_beyond_the_sheet_are_noticed() -> None:
    with canvas_style():
        canvas = Canvas(400, 100)
        canvas.text(10, 50, "insights", 12)
        canvas.text(30, 52, "spending", 12)
        canvas.text(380, 90, "workflows", 12)
        found = written(canvas)
    assert collisions(found) == [("insights", "spending")]
    assert cut_off(canvas, found) == ["workflows"]


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (2, 1), (3, 2), (4, 2), (7, 2)])
def test_numbers_stand_in_one_row_or_two_and_none_over_another(count: int, rows: int) -> None:
    made = cells(count, Box(10, 20, 300, 100))
    assert len({cell.top for cell in made}) == rows
    assert len({(cell.left, cell.top) for cell in made}) == count
    assert {cell.height for cell in made} == {100 / rows}
    assert all(cell.right <= 310.001 for cell in made)
