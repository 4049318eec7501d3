"""`poon topics`: the topics of the registry and those of the broker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from contracts.topics import FLEET_TOPICS, Topic, TopicRole, reply_topic
from workers.bootstrap.clients import topic_admin
from workers.entrypoints.commands.options import JsonPage
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

AddPartitions = Annotated[
    bool,
    typer.Option(
        "--add-partitions",
        help="Also add missing partitions. Keys then move to other partitions: drain the command topics first, or the"
        " order of an owner's commands is lost.",
    ),
]
Replies = Annotated[
    list[str] | None,
    typer.Option("--replies", metavar="NAME", help="Also the reply topic poon.replies.NAME of a caller; repeatable."),
]


@app.command()
def show(*, replies: Replies = None, as_json: JsonPage = False) -> None:
    """Show every topic of the registry and how the broker has it.

    For instance:

    ```
    poon topics show
    ```
    """
    topics = _wanted(replies)
    states = run_async(lambda: _states(topics))
    if as_json:
        say_json([_topic_json(topic, states.get(topic.name)) for topic in topics])
        return
    rows = [
        (
            topic.name,
            str(topic.partitions),
            _partitions_text(states.get(topic.name)),
            topic.kept_for,
            topic.key,
            _types_text(topic),
        )
        for topic in topics
    ]
    columns = ("Topic", "Partitions", "On the broker", "Retention", "Key", "Types")
    console().print(table(columns, rows, right=("Partitions", "On the broker")))


@app.command()
def diff(*, replies: Replies = None, as_json: JsonPage = False) -> None:
    """Compare the broker's topics with the registry; ends with 1 when something differs.

    For instance:

    ```
    poon topics diff --json
    ```
    """
    topics = _wanted(replies)
    differences = topic_differences(topics, run_async(lambda: _states(topics)))
    if as_json:
        say_json([_difference_json(found) for found in differences])
    else:
        for found in differences:
            say(str(found))
        say(f"{len(differences)} differences" if differences else "the broker has every topic as it should be")
    if differences:
        raise typer.Exit(ExitCode.NO)


@app.command()
def apply(*, replies: Replies = None, add_partitions: AddPartitions = False, as_json: JsonPage = False) -> None:
    """Create missing topics and correct their settings; never takes a partition or a topic away.

    For instance:

    ```
    poon topics apply
    poon topics apply --replies mobile
    ```
    """
    topics = _wanted(replies)
    done, left = run_async(lambda: _apply(topic_admin(client_settings()), topics, add_partitions=add_partitions))
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


def _wanted(replies: Sequence[str] | None) -> list[Topic]:
    """The topics of all areas, the shared reply topic and those of the callers named."""
    try:
        own = [reply_topic(name) for name in replies or ()]
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--replies") from None
    return list(dict.fromkeys([*FLEET_TOPICS, *own]))


async def _states(topics: Sequence[Topic]) -> dict[str, TopicState]:
    return dict(await topic_admin(client_settings()).describe(topic.name for topic in topics))


async def _apply(
    admin: TopicAdmin, topics: Sequence[Topic], *, add_partitions: bool
) -> tuple[Sequence[TopicDifference], Sequence[TopicDifference]]:
    differences = topic_differences(topics, await admin.describe(topic.name for topic in topics))
    left = [found for found in differences if found.kind is DifferenceKind.PARTITIONS and not add_partitions]
    todo = [found for found in differences if found not in left]
    await admin.apply(todo)
    return todo, left


def _partitions_text(state: TopicState | None) -> str:
    return "missing" if state is None else str(state.partitions)


def _types_text(topic: Topic) -> str:
    match topic.role:
        case TopicRole.DEAD_LETTERS:
            return "whatever was dead-lettered"
        case TopicRole.REPLIES:
            return "any outcome, for a caller who awaits it"
        case _:
            return "\n".join(topic.types)


def _topic_json(topic: Topic, state: TopicState | None) -> dict[str, Any]:
    return {
        "name": topic.name,
        "area": topic.area or None,
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
