"""`poon topics`: the topics of the registry and those of the broker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from contracts.topics import TOPICS
from workers.bootstrap.clients import topic_admin
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import console, say, say_json, table
from workers.ports.topics import (
    DifferenceKind,
    TopicAdmin,
    TopicDifference,
    TopicState,
    topic_differences,
)

app = typer.Typer(no_args_is_help=True, help="Show, compare and create the topics of the fleet.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AddPartitions = Annotated[
    bool,
    typer.Option(
        "--add-partitions",
        help="Also add missing partitions. Keys then move to other partitions: drain the command topics first, or the"
        " order of an owner's commands is lost.",
    ),
]


@app.command()
def show(*, as_json: Json = False) -> None:
    """Show every topic of the registry and how the broker has it.

    For instance:

    ```
    poon topics show
    ```
    """
    states = run_async(_states)
    if as_json:
        say_json([_topic_json(name, states.get(name)) for name in TOPICS])
        return
    rows = [
        (
            topic.name,
            str(topic.partitions),
            _partitions_text(states.get(topic.name)),
            f"{topic.retention_ms // 86_400_000} days",
            topic.key,
            "\n".join(topic.types) or "whatever was dead-lettered",
        )
        for topic in TOPICS.values()
    ]
    columns = ("Topic", "Partitions", "On the broker", "Retention", "Key", "Types")
    console().print(table(columns, rows, right=("Partitions", "On the broker")))


@app.command()
def diff(*, as_json: Json = False) -> None:
    """Compare the broker's topics with the registry; ends with 1 when something differs.

    For instance:

    ```
    poon topics diff --json
    ```
    """
    differences = topic_differences(TOPICS.values(), run_async(_states))
    if as_json:
        say_json([_difference_json(found) for found in differences])
    else:
        for found in differences:
            say(str(found))
        say(f"{len(differences)} differences" if differences else "the broker has every topic as it should be")
    if differences:
        raise typer.Exit(ExitCode.NO)


@app.command()
def apply(*, add_partitions: AddPartitions = False, as_json: Json = False) -> None:
    """Create missing topics and correct their settings; never takes a partition or a topic away.

    For instance:

    ```
    poon topics apply
    ```
    """
    done, left = run_async(lambda: _apply(topic_admin(client_settings()), add_partitions=add_partitions))
    if as_json:
        say_json({"applied": [_difference_json(found) for found in done], "left": [_difference_json(f) for f in left]})
    else:
        for found in done:
            say(f"applied: {found}")
        for found in left:
            say(f"left as it is: {found}; see --add-partitions")
        if not done and not left:
            say("nothing to do: the broker has every topic as it should be")
    if left:
        raise typer.Exit(ExitCode.NO)


async def _states() -> dict[str, TopicState]:
    return dict(await topic_admin(client_settings()).describe(TOPICS))


async def _apply(
    admin: TopicAdmin, *, add_partitions: bool
) -> tuple[Sequence[TopicDifference], Sequence[TopicDifference]]:
    differences = topic_differences(TOPICS.values(), await admin.describe(TOPICS))
    left = [found for found in differences if found.kind is DifferenceKind.PARTITIONS and not add_partitions]
    todo = [found for found in differences if found not in left]
    await admin.apply(todo)
    return todo, left


def _partitions_text(state: TopicState | None) -> str:
    return "missing" if state is None else str(state.partitions)


def _topic_json(name: str, state: TopicState | None) -> dict[str, Any]:
    topic = TOPICS[name]
    return {
        "name": name,
        "area": topic.area,
        "role": topic.role,
        "key": topic.key,
        "partitions": topic.partitions,
        "config": topic.config,
        "types": topic.types,
        "broker": state and {"partitions": state.partitions, "config": state.config},
    }


def _difference_json(found: TopicDifference) -> dict[str, Any]:
    return {
        "topic": found.topic.name,
        "kind": found.kind,
        "setting": found.setting,
        "wanted": found.wanted,
        "found": found.found,
    }
