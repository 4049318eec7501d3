"""A fleet at work loses its database; a backup and the log bring everything back but who was erased."""

from pathlib import Path

import pytest

from tests.recovery.drill import Drill
from tests.services.fixtures import note_finding
from tests.services.kafka import KafkaService
from tests.services.postgres import PostgresService

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def test_a_lost_database_comes_back_from_a_backup_and_the_log_with_nothing_lost_doubled_or_brought_back(
    kafka_service: KafkaService, postgres_service: PostgresService, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker lets nobody set a group's offsets")
    found = Drill(kafka_service.bootstrap_servers, postgres_service, tmp_path, entries=1_000, seed=20261126).run(print)
    assert found.problems == []
    assert found.after_backup > 0, "nothing was decided after the copy, so nothing shows that it was replayed"
    note_finding(
        pytestconfig,
        f"Database lost and restored: {found.commands} commands, {found.recovery_seconds:.1f} s, the copy alone would"
        f" have lost {found.after_backup} events",
    )
