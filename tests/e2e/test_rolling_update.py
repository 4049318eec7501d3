"""A rolling update and the way back with two releases of the code, under load: nothing lost, doubled or disordered."""

import asyncio
import os
from pathlib import Path

import pytest

from adapters.clock import SystemClock
from tests.rolling.fleet import Place
from tests.rolling.parts import update
from tests.rolling.releases import NoReleaseError, Release, older_release, this_release
from tests.rolling.run import Options, play
from tests.services.fixtures import note_finding
from tests.services.kafka import KafkaService

SEED = int(os.environ.get("POON_TEST_SEED", "20261127"))
OPTIONS = Options(rate=25.0, seconds=3.0, seed=SEED, workflows=0.5)
WORKERS = 2

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.alone,
    pytest.mark.xdist_group("load"),
    pytest.mark.slow,
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def older() -> Release:
    try:
        return older_release()
    except NoReleaseError as error:
        pytest.skip(f"no older release to update from: {error}")


def test_two_releases_side_by_side_lose_double_and_disorder_nothing(
    older: Release, kafka_service: KafkaService, fresh_database: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker gives a group's partitions to one process only")
    part = update(older, this_release(), WORKERS)
    place = Place(kafka_service.bootstrap_servers, fresh_database)
    result = asyncio.run(
        play(
            part.name,
            part.prepare,
            part.play,
            place=place,
            options=OPTIONS,
            folder=tmp_path,
            clock=SystemClock(),
            tell=lambda _: None,
        )
    )
    # How long it takes is `make rolling`'s to judge: this machine may do other things meanwhile.
    assert result.violations == (), f"repeat with POON_TEST_SEED={SEED}"
    note_finding(
        pytestconfig,
        f"Rolling update from {older.revision} (schema {result.notes['schema before']} to"
        f" {result.notes['schema after']}) and back: {result.commands} commands, {result.workflows} workflows,"
        f" {result.republished} outcomes published again",
    )
