"""The pictures in docs are of today's dashboards, all from one run, and light enough for a page.

Where one of these fails after a dashboard has changed: `make dashboard-pictures`.
"""

import json
from dataclasses import replace
from typing import Any, Final

import pytest
from PIL import Image

from infra.dashboards.every import DASHBOARDS
from infra.dashboards.model import Dashboard, Panel, Query, Unit
from tests.architecture.tree import ROOT
from tests.pictures.drawing import DEFINITION, RUN, definition
from tests.pictures.page import ANSWERS, PICTURES, conditions_page, name_of_picture
from tests.pictures.seen import Seen

MOST_BYTES: Final = 150_000


def told(dashboard: Dashboard) -> dict[str, str]:
    """What a published picture says of itself."""
    with Image.open(PICTURES / name_of_picture(dashboard.name)) as image:
        return {str(keyword): str(words) for keyword, words in image.info.items()}


def outdated(drawn: str, defined: str) -> list[str]:
    """The titles of what was drawn otherwise than it is defined, or was not drawn, or is no more."""

    def parts(text: str) -> list[tuple[str, Any]]:
        everything = json.loads(text)
        return [(one["title"], one) for one in everything.pop("panels")] + [("the dashboard", everything)]

    was, is_ = parts(drawn), parts(defined)
    return sorted({title for title, _ in [one for one in was + is_ if one not in was or one not in is_]})


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.name)
def test_a_picture_shows_its_dashboard_as_it_is_defined_today(dashboard: Dashboard) -> None:
    assert outdated(told(dashboard)[DEFINITION], definition(dashboard)) == []
    assert told(dashboard)[DEFINITION] == definition(dashboard)


def test_all_are_from_the_run_whose_answers_are_kept() -> None:
    seen = Seen.kept(ANSWERS.read_bytes())
    assert {told(dashboard)[RUN] for dashboard in DASHBOARDS} == {seen.digest}
    assert (PICTURES / "README.md").read_text() == conditions_page(seen)


def test_the_answers_are_to_the_queries_of_the_dashboards_and_no_others() -> None:
    asked = {query.expression for one in DASHBOARDS for panel in one.panels() for query in panel.queries}
    assert Seen.kept(ANSWERS.read_bytes()).answers.keys() == asked


def test_there_is_no_picture_of_what_is_no_dashboard() -> None:
    expected = {ANSWERS.name, "README.md", *(name_of_picture(one.name) for one in DASHBOARDS)}
    assert {path.name for path in PICTURES.iterdir()} == expected


def test_every_picture_is_light_enough_for_a_page_and_shown_on_it() -> None:
    page = (ROOT / "docs/observability.md").read_text()
    for one in DASHBOARDS:
        path = PICTURES / name_of_picture(one.name)
        assert path.stat().st_size <= MOST_BYTES
        assert f"](pictures/{path.name})" in page


def changed(**changes: Any) -> Dashboard:  # noqa: ANN401
    """The first dashboard with a change in its first panel."""
    first = DASHBOARDS[0]
    row = first.rows[0]
    panels = (replace(row.panels[0], **changes), *row.panels[1:])
    return replace(first, rows=(replace(row, panels=panels), *first.rows[1:]))


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": Unit.SECONDS},
        {"queries": (Query("sum(poon_outage)", "outages"),)},
        {"may_be_empty": "nothing fires"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_planted_change_of_a_panel_is_named(changes: dict[str, Any]) -> None:
    title = DASHBOARDS[0].rows[0].panels[0].title
    assert outdated(definition(DASHBOARDS[0]), definition(changed(**changes))) == [title]


def test_a_planted_panel_is_named() -> None:
    first = DASHBOARDS[0]
    panel = Panel("Planted", "It.", Unit.COUNT, (Query("sum(poon_outage)", "it"),))
    last = replace(first.rows[-1], panels=(*first.rows[-1].panels, panel))
    more = replace(first, rows=(*first.rows[:-1], last))
    assert outdated(definition(first), definition(more)) == ["Planted"]
    assert outdated(definition(more), definition(first)) == ["Planted"]


def test_what_a_panels_tooltip_says_is_not_drawn() -> None:
    assert definition(changed(description="Said otherwise.")) == definition(DASHBOARDS[0])
