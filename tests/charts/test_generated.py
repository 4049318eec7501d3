"""What the chart is told by the code is what the code says now."""

import json
from pathlib import Path

import pytest
import yaml

from contracts.topics import FLEET_TOPICS
from infra.tools.generate import CHART, generators, problems, write
from infra.tools.generators.chart_schema import OWNED
from tests.charts.tools import ROOT
from workers.bootstrap.clients import topics_of_area
from workers.config import WORKER_AREAS, RuntimeSettings
from workers.config.leaves import leaves

FILES = {path: generator for path, generator in generators().items() if path.is_relative_to(CHART)}


def test_partitions_and_topics_come_from_the_registry() -> None:
    fleet = yaml.safe_load((ROOT / CHART / "files/fleet.yaml").read_text())
    partitions = {topic.name: topic.partitions for topic in FLEET_TOPICS}
    assert fleet["areas"].keys() == set(WORKER_AREAS)
    for area, told in fleet["areas"].items():
        assert told["topics"] == list(topics_of_area(area))
        assert told["partitions"] == max(partitions[topic] for topic in told["topics"])


def test_the_default_time_of_an_attempt_is_the_fleets() -> None:
    values = yaml.safe_load((ROOT / CHART / "values.yaml").read_text())
    assert values["defaults"]["handlerTimeoutSeconds"] == RuntimeSettings().handler_timeout_seconds


def test_what_the_chart_sets_itself_are_settings_there_are() -> None:
    assert {leaf.env_name for leaf in leaves()} >= OWNED


def test_every_value_is_explained_and_none_is_explained_that_there_is_not() -> None:
    page = (ROOT / CHART / "README.md").read_text()
    schema = json.loads((ROOT / CHART / "values.schema.json").read_text())
    values = yaml.safe_load((ROOT / CHART / "values.yaml").read_text())
    assert set(values) == set(schema["properties"]) - {"global"}
    assert set(values["defaults"]) == set(schema["definitions"]["worker"]["properties"])
    assert all(f"`{name}" in page for name in values)


def test_generated_files_are_current() -> None:
    stale = [line for line in problems(ROOT, FILES) if str(CHART) in line]
    assert stale == []


@pytest.mark.parametrize("name", sorted(path.name for path in FILES))
def test_a_planted_difference_is_noticed(name: str, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    path = next(path for path in FILES if path.name == name)
    (tmp_path / path).write_text((tmp_path / path).read_text() + " ")
    assert f"{path} is stale" in list(problems(tmp_path, FILES))
