"""Has every case read and judged, some at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from contracts.money import Currency
from workers.bootstrap.evaluating import reading_pipeline
from workers.config import Settings
from workers.entrypoints.evaluation.material import LabelledPicture, LabelledText
from workers.entrypoints.images import read_image
from workers.evaluation.cases import Answer, Case, Judged, judge

Told = Callable[[int, int], None]
"""Told how many of how many are done."""


async def judged_texts(settings: Settings, cases: Sequence[LabelledText], at_once: int, told: Told) -> list[Judged]:
    """Read the texts and judge each; raises as `reading_pipeline` does."""
    async with reading_pipeline(settings, pictures=False, at_once=at_once) as pipeline:

        def ask(number: int) -> Awaitable[Answer]:
            return pipeline.read_text(cases[number].command)

        return await _judged([one.case for one in cases], ask, at_once, told)


async def judged_pictures(
    settings: Settings, cases: Sequence[LabelledPicture], currency: Currency, at_once: int, told: Told
) -> list[Judged]:
    """Read the pictures and judge each; raises as `reading_pipeline` does, and InputError for a file that is gone."""
    async with reading_pipeline(settings, pictures=True, at_once=at_once) as pipeline:

        def ask(number: int) -> Awaitable[Answer]:
            # Loaded when its turn has come, and not before.
            return pipeline.read_picture(read_image(cases[number].file), cases[number].day, currency)

        return await _judged([one.case for one in cases], ask, at_once, told)


async def _judged(
    cases: Sequence[Case], ask: Callable[[int], Awaitable[Answer]], at_once: int, told: Told
) -> list[Judged]:
    found: dict[int, Judged] = {}
    numbers = iter(range(len(cases)))

    async def work() -> None:
        for number in numbers:
            found[number] = judge(cases[number], await ask(number))
            told(len(found), len(cases))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, len(cases))):
            group.create_task(work())
    return [found[number] for number in range(len(cases))]
