"""Several processes on one database, and one that is killed."""

import subprocess

import pytest

from adapters.database.engine import open_database
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from tests.conformance.database.samples import TENANT
from tests.integration.database.conftest import StartWriter
from tests.integration.database.writing import BATCH, EVENTS, whole

pytestmark = pytest.mark.integration


async def stored_causes(url: str) -> set[str]:
    """The commands whose verdicts are stored; fails if one is there in part."""
    database = open_database(url)
    found: dict[str, list[int]] = {}
    async for event in SqlEventReader(database).scan():
        found.setdefault(event.causation_id, []).append(event.ordinal)
    entries = {entry.merchant for entry in await SqlSpendingRepository(database).of_tenant(TENANT)}
    await database.close()
    assert {cause for cause, ordinals in found.items() if sorted(ordinals) != list(range(EVENTS))} == set()
    assert entries == set(found)
    return set(found)


def reported(process: "subprocess.Popen[str]") -> list[tuple[int, int]]:
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return [(int(number), int(stored)) for number, stored in (line.split() for line in said.splitlines())]


async def test_a_killed_writer_leaves_whole_verdicts_and_all_it_acknowledged(
    any_url: str, start_writer: StartWriter
) -> None:
    writer = start_writer(any_url, "w", 100_000)
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline().split()[0]) for _ in range(30)]
    writer.kill()
    acknowledged += [int(line.split()[0]) for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    causes = await stored_causes(any_url)
    assert {f"w-{number}-{place}" for number in acknowledged for place in range(BATCH)} <= causes
    assert len(causes) % BATCH == 0  # a batch is one transaction


async def test_after_a_kill_the_next_process_goes_on_where_the_last_one_ended(
    any_url: str, start_writer: StartWriter
) -> None:
    killed = start_writer(any_url, "w", 100_000)
    assert killed.stdout is not None
    for _ in range(5):
        killed.stdout.readline()
    killed.kill()
    killed.wait()
    before = await stored_causes(any_url)
    batches = reported(start_writer(any_url, "w", 40))
    everything = {f"w-{number}-{place}" for number in range(40) for place in range(BATCH)}
    assert await stored_causes(any_url) == before | everything
    assert sum(stored for _, stored in batches) == len(everything - before)


async def test_two_processes_with_the_same_commands_store_each_once(any_url: str, start_writer: StartWriter) -> None:
    writers = [start_writer(any_url, "same", 40) for _ in range(2)]
    reports = [reported(writer) for writer in writers]
    assert sum(stored for report in reports for _, stored in report) == 40 * BATCH
    assert len(await stored_causes(any_url)) == 40 * BATCH


async def test_two_processes_with_different_commands_store_all(any_url: str, start_writer: StartWriter) -> None:
    writers = [start_writer(any_url, prefix, 40) for prefix in ("one", "two")]
    for writer in writers:
        assert sum(stored for _, stored in reported(writer)) == 40 * BATCH
    assert len(await stored_causes(any_url)) == 2 * 40 * BATCH


def test_the_writers_verdicts_have_many_parts() -> None:
    assert len(whole("x").events) == EVENTS
    assert whole("x").states
