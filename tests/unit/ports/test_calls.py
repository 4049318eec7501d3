"""Calls at backends are noted for the work at hand, and for no other."""

import asyncio

from workers.ports.calls import MOST, Call, note, note_calls

CALL = Call("text_extraction", "fake/model", 1.0, 2.0)


def test_nobody_notes_where_nobody_asked() -> None:
    note(CALL)  # of no effect


async def test_each_task_has_its_own_list_which_those_it_starts_share() -> None:
    async def work(number: int) -> list[Call]:
        noted = note_calls()

        async def deeper() -> None:
            note(CALL._replace(started=float(number)))

        async with asyncio.TaskGroup() as group:
            group.create_task(deeper())
            group.create_task(deeper())
        return noted

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(number)) for number in (1, 2)]
    assert [[call.started for call in task.result()] for task in tasks] == [[1.0, 1.0], [2.0, 2.0]]


async def test_what_is_kept_is_bounded() -> None:
    noted = note_calls()
    for _ in range(MOST + 5):
        note(CALL)
    assert len(noted) == MOST
