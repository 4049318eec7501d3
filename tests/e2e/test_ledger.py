"""Real Kafka, a real database, faults in the middle: every promise is checked by the ledger."""

import os
from pathlib import Path

import pytest

from tests.e2e.ledger_run import TENANT, ledger_run
from tests.ledger.checker import republished, violations
from tests.ledger.plan import Size, make_plan
from tests.services.fixtures import note_finding
from tests.services.kafka import KafkaService, native_kafka, native_kafka_is_possible
from tests.services.postgres import PostgresService
from tests.services.waiting import wait_until

MISSED = '"ground":"database"'
SEED = int(os.environ.get("POON_TEST_SEED", "20261123"))

pytestmark = [pytest.mark.e2e, pytest.mark.alone, pytest.mark.xdist_group("load"), pytest.mark.timeout(600)]


def test_ten_thousand_commands_survive_two_kills_without_loss_doubling_or_disorder(
    kafka_service: KafkaService, fresh_database: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    plan = make_plan(SEED, Size(texts=10_000, records=1_000, keys=1_000, duplicates=0.01, poison=0.005), TENANT)
    with ledger_run(kafka_service.bootstrap_servers, fresh_database, tmp_path, plan) as run:
        run.start()
        for share in (0.3, 0.6):
            run.wait_for_share(share)
            run.fleet.kill()
            run.fleet.start_and_wait()
        evidence = run.finish()
    note = f"seed {SEED}, {len(plan)} records sent, {republished(plan, evidence)} outcomes published again"
    assert violations(plan, evidence) == [], note
    note_finding(pytestconfig, f"Ledger with two kills: {note}")


@pytest.mark.skipif(not native_kafka_is_possible(), reason="needs a Kafka whose broker can be killed")
def test_commands_survive_a_killed_database_and_a_killed_broker(
    postgres_service: PostgresService, fresh_database: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if postgres_service.server is None:
        pytest.skip("needs a PostgreSQL that is ours to kill")
    plan = make_plan(SEED, Size(texts=6_000, records=600, keys=300, duplicates=0.01, poison=0.005), TENANT)
    with native_kafka() as kafka, ledger_run(kafka.bootstrap_servers, fresh_database, tmp_path, plan) as run:
        assert kafka.cluster is not None
        run.start()
        run.wait_for_share(0.2)
        postgres_service.server.kill()
        wait_until(lambda: MISSED in run.fleet.log.read_text(), "the fleet to miss its database", timeout=60)
        postgres_service.server.start()
        run.wait_for_share(0.5)
        kafka.cluster.kill()
        kafka.cluster.restart()
        evidence = run.finish()
    note = f"seed {SEED}, {len(plan)} records sent, {republished(plan, evidence)} outcomes published again"
    assert violations(plan, evidence) == [], note
    note_finding(pytestconfig, f"Ledger with a killed database and a killed broker: {note}")
