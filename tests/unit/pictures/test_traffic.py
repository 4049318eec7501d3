"""What is sent for the pictures: every fate a command can have, and a model server that is slow and away by plan."""

from itertools import pairwise
from typing import Any, Final

from tests.pictures.traffic import behaviour, plan, waves

SECONDS: Final = 300.0
REQUEST: Final[dict[str, Any]] = {"messages": [{"role": "user", "content": "blorgo 100"}]}


def test_waves_follow_each_other_until_the_end() -> None:
    times = [wave.at for wave in waves(SECONDS)]
    assert times[0] == 0
    assert all(before < after for before, after in pairwise(times))
    assert SECONDS - 10 < times[-1] < SECONDS


def test_they_are_densest_in_the_middle() -> None:
    times = [wave.at for wave in waves(SECONDS)]
    busy = [at for at in times if 0.3 * SECONDS <= at < 0.55 * SECONDS]
    calm = [at for at in times if at < 0.25 * SECONDS]
    assert len(busy) > 2 * len(calm)


def test_a_command_comes_twice_only_from_the_owner_who_sent_it() -> None:
    senders: dict[str, set[str]] = {}
    times: dict[str, int] = {}
    for wave in waves(SECONDS):
        for command_id in wave.commands:
            senders.setdefault(command_id, set()).add(wave.owner)
            times[command_id] = times.get(command_id, 0) + 1
    assert all(len(owners) == 1 for owners in senders.values())
    assert max(times.values()) == 2


def test_some_fail_some_are_rejected_and_some_are_no_commands() -> None:
    sent = list(waves(SECONDS))
    assert any(f"w{number}-unreadable" in wave.commands for number, wave in enumerate(sent))
    assert any(f"w{number}-wrong" in wave.commands for number, wave in enumerate(sent))
    assert any(wave.with_no_command for wave in sent)


def test_the_model_server_is_away_twice_and_slow_in_between() -> None:
    responses = [behaviour(REQUEST, percent / 100) for percent in range(100)]
    away = [response.status.startswith("503") for response in responses]
    assert sum(after and not before for before, after in pairwise(away)) == 2
    slow = [place for place, response in enumerate(responses) if response.late > 0.5]
    assert away.index(True) < slow[0] < slow[-1] < 99 - away[::-1].index(True)
    assert 0 < responses[0].late < 0.5


def test_the_plan_is_told_with_its_times() -> None:
    told = "most is sent from 1:30 to 2:45; the model server is slow from 2:00 to 2:30; it is away from 0:36 to 0:54"
    assert plan(SECONDS) == f"{told} and from 3:30 to 3:57"
