"""`poon dlq` beside a real worker on Kafka and PostgreSQL: what fails is found, mended, sent again, and done once."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from adapters.database.schema import migrate
from contracts.commands.texts import ParseText
from contracts.topics import TOPICS
from tests.fakes.clock import NOON
from tests.fakes.commands import TEXT_COMMANDS
from tests.integration.cli.dead_letter_bench import TENANT, Bench, working
from tests.ledger.observe import TopicTail, header
from tests.services.kafka import KafkaService
from tests.services.kafka_admin import admin, delete_all_records
from tests.services.waiting import eventually, wait_until
from workers.config import load_settings
from workers.entrypoints.dead_letter_input import Selection
from workers.entrypoints.dead_letter_work import redrive
from workers.entrypoints.exits import ExitCode
from workers.ports.dead_letters import Action, DeadLetterFilter
from workers.ports.messages import OutgoingRecord

pytestmark = pytest.mark.integration

SECRET = "somebody's private coffee 65"
FAILED, PARSED = "poon.text.failed.v1", "poon.text.parsed.v1"
BEN = Action(NOON, "ben")


def empty_topics(kafka: KafkaService) -> None:
    """The topics are everybody's: a group of this test's own must not find what others left."""
    there = admin(kafka.bootstrap_servers).list_topics(timeout=10).topics
    for topic in TOPICS.values():
        if topic.name not in there:
            kafka.create_topic(topic.name, topic.partitions, topic.config)
        elif topic.area == "texts":
            delete_all_records(kafka.bootstrap_servers, topic.name, topic.partitions)


@pytest.fixture
async def bench(
    kafka_service: KafkaService, fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bench]:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker deletes no records")
    monkeypatch.chdir(tmp_path)
    await asyncio.to_thread(empty_topics, kafka_service)
    await asyncio.to_thread(migrate, fresh_database)
    async with working(kafka_service.bootstrap_servers, fresh_database) as working_bench:
        yield working_bench


async def test_a_failed_command_is_listed_edited_and_redriven_with_one_effect(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    await bench.send("c-1", SECRET)
    (letter,) = await bench.dead(1)
    assert (letter["command_id"], letter["code"], letter["attempts"]) == ("c-1", "backend_unavailable", 2)
    edited = await bench.poon("dlq", "edit", letter["id"], "--set", 'text="tea 40"')
    assert edited.exit_code == ExitCode.OK, edited.output
    bench.backend.broken = False

    sent = await bench.poon("dlq", "redrive", letter["id"], "--json", "--reason", "engine is back")

    assert sent.exit_code == ExitCode.OK, sent.output
    told = json.loads(sent.stdout)
    assert told["sent"]
    assert await bench.decided(told["command_id"]) == [PARSED]
    assert (await bench.outcomes("c-1"), bench.backend.read) == ([FAILED], ["tea 40"])
    (after,) = await bench.letters("--status", "redriven")
    assert (after["redriven_as"], after["last_action"]["reason"]) == (told["command_id"], "engine is back")
    assert SECRET not in caplog.text


async def test_a_repeated_redrive_has_no_second_effect(bench: Bench) -> None:
    await bench.send("c-1", "tea 40")
    (letter,) = await bench.dead(1)
    bench.backend.broken = False
    first = json.loads((await bench.poon("dlq", "redrive", letter["id"], "--json")).stdout)
    await bench.decided(first["command_id"])

    refused = await bench.poon("dlq", "redrive", letter["id"])
    assert refused.exit_code == ExitCode.NO
    assert "it was redriven before" in refused.stdout
    forced = await bench.poon("dlq", "redrive", letter["id"], "--force", "--json")
    await bench.forget_the_sending()
    repeated = await bench.poon("dlq", "redrive", letter["id"], "--json")

    assert {json.loads(result.stdout)["command_id"] for result in (forced, repeated)} == {first["command_id"]}
    await bench.send("c-2", "the last one, fine")
    await bench.decided("c-2")  # of the same key: whatever was sent before it has been settled
    assert bench.backend.read == ["tea 40", "the last one, fine"]
    assert await bench.outcomes(first["command_id"]) == [PARSED]


async def test_of_operators_who_redrive_the_same_letters_at_once_each_letter_has_one_effect(bench: Bench) -> None:
    for number in range(10):
        await bench.send(f"c-{number}", f"tea {number}", owner=f"owner-{number}")
    letters = await bench.dead(10)
    bench.backend.broken = False
    chosen = Selection([UUID(letter["id"]) for letter in letters], DeadLetterFilter(), 100)
    settings = load_settings(bench.environ, Path())
    results = await asyncio.gather(*(redrive(settings, chosen, (), BEN) for _ in range(3)))

    ids = {one.planned.command_id or "" for _, sent in results for one in sent if one.trouble is None}
    assert len(ids) == 10
    for command_id in ids:
        assert await bench.decided(command_id) == [PARSED]
    assert sorted(bench.backend.read) == [f"tea {number}" for number in range(10)]


async def test_a_command_that_keeps_failing_is_redriven_up_to_the_cap(bench: Bench) -> None:
    await bench.send("c-1", "tea 40")
    cap = {"DEAD_LETTERS__MAX_REDRIVES": "1"}
    (letter,) = await bench.dead(1)
    assert (await bench.poon("dlq", "redrive", letter["id"], **cap)).exit_code == ExitCode.OK
    (again,) = await bench.dead(1)
    assert (again["redrives"], again["id"] != letter["id"]) == (1, True)

    refused = await bench.poon("dlq", "redrive", again["id"], **cap)
    assert refused.exit_code == ExitCode.NO
    assert "the cap is 1" in refused.stdout
    assert "--force" in refused.stdout
    bench.backend.broken = False
    forced = await bench.poon("dlq", "redrive", again["id"], "--force", "--json", **cap)
    assert await bench.decided(json.loads(forced.stdout)["command_id"]) == [PARSED]


async def test_a_letter_that_was_overtaken_says_so_and_goes_only_when_told_to(bench: Bench) -> None:
    await bench.send("c-1", "tea 40")
    await bench.send("c-2", "fine 50")
    await bench.send("c-3", "of somebody else, fine", owner="ann")
    (letter,) = await bench.dead(1)
    await bench.decided("c-2")
    bench.backend.broken = False

    dry = await bench.poon("dlq", "redrive", letter["id"], "--dry-run")
    refused = await bench.poon("dlq", "redrive", letter["id"])
    assert (dry.exit_code, refused.exit_code) == (ExitCode.NO, ExitCode.NO)
    assert "would leave" in dry.stdout
    assert "later commands of its key: 1 have taken effect and 0 are on their way" in refused.stdout
    assert "--out-of-order" in refused.stdout
    assert [one["id"] for one in await bench.letters()] == [letter["id"]]

    insisted = await bench.poon("dlq", "redrive", letter["id"], "--out-of-order")
    assert insisted.exit_code == ExitCode.OK
    assert "out of order" in insisted.stdout
    await eventually(lambda: "tea 40" in bench.backend.read, "the redriven command")


async def test_letters_of_one_key_take_effect_in_the_order_they_were_sent(bench: Bench) -> None:
    for number in range(5):
        await bench.send(f"c-{number}", f"tea {number}")
    letters = await bench.dead(5)
    bench.backend.broken = False

    alone = await bench.poon("dlq", "redrive", letters[3]["id"])
    assert alone.exit_code == ExitCode.NO
    assert f"an earlier dead letter of its key is not redriven: {letters[0]['id']}" in alone.stdout
    together = await bench.poon("dlq", "redrive", "--code", "backend_unavailable", "--yes")

    assert together.exit_code == ExitCode.OK, together.output
    await eventually(lambda: len(bench.backend.read) == 5, "all of them")
    assert bench.backend.read == [f"tea {number}" for number in range(5)]


async def test_an_unreadable_record_is_redriven_once_it_was_made_a_command(bench: Bench, tmp_path: Path) -> None:
    await bench.send_raw(OutgoingRecord(TEXT_COMMANDS, f"{TENANT}/nok".encode(), b"{", (("ce_id", b"c-1"),)))
    (letter,) = await bench.dead(1)
    assert (letter["tenant"], letter["code"]) == ("unknown", "invalid_envelope")
    bench.backend.broken = False

    refused = await bench.poon("dlq", "redrive", letter["id"])
    assert refused.exit_code == ExitCode.NO
    assert "header ce_specversion: is missing or empty; edit it first" in refused.stdout
    half = await bench.poon("dlq", "edit", letter["id"], "--type", ParseText.type, "--set", 'text="tea 40"')
    assert half.exit_code == ExitCode.BAD_INPUT
    assert "give the whole payload" in half.stderr
    (tmp_path / "mended.json").write_text('{"text": "tea 40"}')
    whole = ("--data", "mended.json", "--type", ParseText.type, "--tenant", TENANT, "--owner", "nok")
    assert (await bench.poon("dlq", "edit", letter["id"], *whole)).exit_code == ExitCode.OK

    sent = await bench.poon("dlq", "redrive", letter["id"], "--json")
    assert sent.exit_code == ExitCode.OK, sent.output
    assert await bench.decided(json.loads(sent.stdout)["command_id"]) == [PARSED]
    assert bench.backend.read == ["tea 40"]


async def test_outcomes_of_the_redriven_command_belong_to_the_same_conversation(
    bench: Bench, kafka_service: KafkaService
) -> None:
    await bench.send("c-1", "tea 40")
    (letter,) = await bench.dead(1)
    bench.backend.broken = False
    sent = json.loads((await bench.poon("dlq", "redrive", letter["id"], "--json")).stdout)
    await bench.decided(sent["command_id"])

    tail = TopicTail(kafka_service.bootstrap_servers, ["poon.texts.events", "poon.texts.commands"])
    await asyncio.to_thread(wait_until, lambda: tail.more() >= 4, "commands and outcomes")
    tail.close()
    by_type = {header(message, "ce_type"): message for message in tail.messages if header(message, "ce_id") != "c-1"}
    assert set(by_type) == {FAILED, PARSED, ParseText.type}
    assert {header(message, "ce_correlationid") for message in by_type.values()} == {"c-1"}
    replacing = by_type[ParseText.type]
    assert header(replacing, "ce_causationid") == "c-1"
    assert header(replacing, "poon_redrive-count") == "1"
    assert header(by_type[PARSED], "ce_causationid") == sent["command_id"]
