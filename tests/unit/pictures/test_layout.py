"""Panels stand beside each other where they fit, beneath their heading, and none over another."""

from itertools import combinations

from infra.dashboards.every import DASHBOARDS
from infra.dashboards.layout import WIDTH, Place, placed
from infra.dashboards.model import Dashboard, Kind, Panel, Query, Row, Unit


def dashboard(*rows: tuple[Kind, ...]) -> Dashboard:
    return Dashboard("it", "Poon Workers: it", "It.", (), tuple(map(row, rows)))


def row(kinds: tuple[Kind, ...]) -> Row:
    return Row("Row", tuple(Panel("It", "It.", Unit.COUNT, (Query("it", "it"),), kind) for kind in kinds))


def overlap(one: Place, other: Place) -> bool:
    beside = one.left + one.width <= other.left or other.left + other.width <= one.left
    return not beside and one.top < other.bottom and other.top < one.bottom


def test_what_does_not_fit_beside_the_others_begins_the_next_line() -> None:
    places = [place for _, place in placed(dashboard((Kind.LINES, Kind.LINES, Kind.LINES)))]
    assert places == [Place(0, 0, 24, 1), Place(0, 1, 12, 8), Place(12, 1, 12, 8), Place(0, 9, 12, 8)]


def test_a_line_is_as_high_as_its_highest_panel() -> None:
    places = [place for _, place in placed(dashboard((Kind.NUMBER, Kind.LINES, Kind.LINES)))]
    assert places[3] == Place(0, 9, 12, 8)


def test_the_next_heading_stands_beneath_all_panels_of_the_row_before() -> None:
    places = [place for _, place in placed(dashboard((Kind.LINES, Kind.NUMBER), (Kind.TABLE,)))]
    assert places[3:] == [Place(0, 9, 24, 1), Place(0, 10, 24, 8)]


def test_no_panel_of_any_dashboard_lies_over_another_or_beyond_the_grid() -> None:
    for one in DASHBOARDS:
        places = [place for _, place in placed(one)]
        assert not [pair for pair in combinations(places, 2) if overlap(*pair)]
        assert all(place.left + place.width <= WIDTH for place in places)


def test_a_planted_overlap_is_noticed() -> None:
    assert overlap(Place(0, 0, 12, 8), Place(11, 7, 12, 8))
    assert not overlap(Place(0, 0, 12, 8), Place(12, 0, 12, 8))
