"""`poon events`: the store of all events, kept small."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from contracts.topics import TOPICS, TopicRole
from workers.config import Settings
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.failures import InputError
from workers.entrypoints.moments import BANGKOK, moment_of
from workers.entrypoints.output import say, say_json
from workers.ports.archive import Month
from workers.runtime.archiving import Progress, Step, Tell, TooEarlyError
from workers.runtime.forgetting import Forgotten

# A light command does not load the database's libraries: `workers.bootstrap.history` is imported where it is used.

app = typer.Typer(
    no_args_is_help=True, help="Archive stored events, delete what nobody needs any more, and publish them again."
)


@app.command()
def archive(
    *,
    before: Annotated[str, typer.Option("--before", metavar="MONTH", help="Months before this one, such as 2026-05.")],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", file_okay=False, help="Where the files go.")],
    delete: Annotated[
        bool, typer.Option("--delete", help="Then delete from the database what is archived and not needed any more.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write complete months of the event store to Parquet; repeating it after a crash is safe.

    For instance:

    ```
    poon events archive --before 2026-05 --to /archive/poon
    poon events archive --before 2026-05 --to /archive/poon --delete
    ```
    """
    settings, month = client_settings(), _month(before)
    try:
        done = run_async(lambda: _archived(settings, month, to, delete=delete, tell=_say_kept(to, as_json=as_json)))
    except TooEarlyError as error:
        raise InputError(str(error)) from None
    if as_json:
        say_json({"archived": done[Step.KEPT], "compared": done[Step.COMPARED], "deleted": done[Step.DELETED]})
    elif delete:
        say(f"deleted {done[Step.DELETED]:,} of {done[Step.COMPARED]:,} events; the others are still needed")
    elif not done[Step.KEPT]:
        say(f"no events before {month} that are not archived")


@app.command()
def forget(
    *,
    folder: Annotated[
        Path, typer.Option("--in", metavar="FOLDER", file_okay=False, exists=True, help="Where months were archived.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a month.")] = False,
) -> None:
    """Rewrite archived months without the owners that were erased since; repeating it after a crash is safe.

    For instance:

    ```
    poon events forget --in /archive/poon
    ```
    """

    def tell(month: Forgotten) -> None:
        if as_json:
            say_json({"month": str(month.month), "removed": month.events, "changed": month.changed})
        else:
            say(f"{month.month}: {month.events:,} events removed")

    settings = client_settings()
    run_async(lambda: _forgotten(settings, folder, tell))


@app.command()
def read(
    *,
    folder: Annotated[
        Path, typer.Option("--in", metavar="FOLDER", file_okay=False, exists=True, help="Where months were archived.")
    ],
    month: Annotated[str, typer.Option("--month", metavar="MONTH", help="Which one, such as 2026-05.")],
    owner: Annotated[str | None, typer.Option("--owner", metavar="NAME", help="Of this owner alone.")] = None,
) -> None:
    """Print an archived month, a JSON object a line, encrypted texts opened with the keys there are.

    Events of owners whose key was destroyed are left out: nobody can read them.

    For instance:

    ```
    poon events read --in /archive/poon --month 2026-04 --owner anong
    ```
    """
    settings, wanted = client_settings(), _month(month)
    run_async(lambda: _read(settings, folder, wanted, owner))


async def _read(settings: Settings, folder: Path, month: Month, owner: str | None) -> None:
    from workers.bootstrap.history import archive_reader  # noqa: PLC0415

    async with archive_reader(settings, folder) as ready:
        async for event, recorded_at in ready.read(month):
            if owner is None or event.owner == owner:
                times = {"occurred_at": event.occurred_at.isoformat(), "recorded_at": recorded_at.isoformat()}
                say_json({**event._asdict(), "id": str(event.id), **times, "data": json.loads(event.data)})


@app.command()
def republish(
    *,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="What was stored then or later; a date means its beginning.")
    ],
    topics: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="TOPIC", help="Only what belongs there; several times for more."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Publish stored events again, to a topic that was lost: the same ids and bytes, in the order they were stored.

    Repeating it is safe: consumers know by its id what they have seen, workers by the inbox. What no worker had decided
    is not in the store; its producers send it again.

    For instance:

    ```
    poon events republish --topic poon.spending.events --since 2026-11-01T00:00+07:00
    ```
    """
    settings = client_settings()
    wanted = _known(topics)
    moment = moment_of(_beginning(since), BANGKOK)
    published = run_async(lambda: _republished(settings, moment, wanted))
    if as_json:
        say_json(published)
        return
    for topic in sorted(published):
        say(f"{topic}: {published[topic]:,} records")
    say(f"{sum(published.values()):,} records published again")


async def _republished(settings: Settings, since: datetime, topics: Sequence[str]) -> Mapping[str, int]:
    from workers.bootstrap.backups import republisher  # noqa: PLC0415

    async with republisher(settings) as ready:
        return await ready.run(since, topics)


def _beginning(text: str) -> str:
    """A date as its first moment: its last one, which a date means elsewhere, would leave a day out."""
    day = text.strip()
    return f"{day}T00:00" if len(day) == len("2026-11-01") else day


def _known(topics: Sequence[str] | None) -> Sequence[str]:
    """The topics named, all that events are stored for where none is."""
    stored = [topic.name for topic in TOPICS.values() if topic.role is not TopicRole.DEAD_LETTERS]
    unknown = [name for name in topics or () if name not in stored]
    if unknown:
        raise typer.BadParameter(f"no events are stored for {unknown[0]!r}: choose from {', '.join(stored)}")
    return topics or stored


async def _forgotten(settings: Settings, folder: Path, tell: Callable[[Forgotten], None]) -> None:
    from workers.bootstrap.history import forgetter  # noqa: PLC0415

    async with forgetter(settings, folder, tell) as ready:
        await ready.run()


async def _archived(settings: Settings, before: Month, folder: Path, *, delete: bool, tell: Tell) -> dict[Step, int]:
    """How many events each step was done to."""
    from workers.bootstrap.history import archiver  # noqa: PLC0415

    done = dict.fromkeys(Step, 0)

    def count(progress: Progress) -> None:
        done[progress.step] += progress.events
        tell(progress)

    async with archiver(settings, folder, count) as ready:
        await ready.run(before, delete=delete)
    return done


def _month(text: str) -> Month:
    try:
        return Month.of(text)
    except ValueError as error:
        raise InputError(str(error)) from None


def _say_kept(folder: Path, *, as_json: bool) -> Tell:
    def tell(progress: Progress) -> None:
        if progress.step is Step.KEPT and not as_json:
            say(f"{progress.month}: {progress.events:,} events in {folder / f'month={progress.month}'}")

    return tell
