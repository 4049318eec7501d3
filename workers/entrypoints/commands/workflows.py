"""`poon workflows`: where workflows stand, and what an operator may do about it."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from contracts.commands.workflows import WorkflowAction
from workers.entrypoints.commands.options import By, JsonLines, Patience
from workers.entrypoints.commands.send import Answer, deliver
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.dead_letter_input import moment, operator
from workers.entrypoints.output import console, say, say_json
from workers.entrypoints.workflow_lines import history_json, history_table, run_json, runs_table
from workers.ports.workflows import Phase

# A light command loads neither the database's libraries nor the definitions: they are imported where they are used.

app = typer.Typer(
    no_args_is_help=True, help="See workflows and how they fare; resume, skip or abort those that are stuck."
)

OPEN: Final = (Phase.STUCK, Phase.COMPENSATING, Phase.RUNNING)

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Workflows by id.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays in the workflow's history.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Send, and do not wait for the outcome.")]


@app.command("list")
def list_workflows(
    *,
    phase: Annotated[
        list[Phase] | None, typer.Option("--phase", help="In this phase; repeatable. Default: those that go on.")
    ] = None,
    tenant: Annotated[str | None, typer.Option("--tenant", help="Of this tenant only.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Of this owner only.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="At most this many.")] = 50,
    as_json: JsonLines = False,
) -> None:
    """List workflows, the most recently changed first.

    For instance:

    ```
    poon workflows list --phase stuck
    ```
    """
    from workers.entrypoints.workflow_work import listed  # noqa: PLC0415

    settings = client_settings()
    runs = run_async(lambda: listed(settings, phase or OPEN, limit, tenant, owner))
    if as_json:
        for run in runs:
            say_json(run_json(run))
    elif runs:
        console().print(runs_table(runs))
    else:
        say("no workflows")


@app.command()
def show(
    workflow_id: Annotated[str, typer.Argument(metavar="ID", help="The workflow's id.")], *, as_json: JsonLines = False
) -> None:
    """Show where a workflow stands and its history. What its commands say is personal, and left out.

    For instance:

    ```
    poon workflows show 2b7d9a58-6a0e-5d37-a0bb-0c4ff6a37f52
    ```
    """
    from workers.entrypoints.workflow_work import shown  # noqa: PLC0415

    settings = client_settings()
    run, rows = run_async(lambda: shown(settings, workflow_id))
    if as_json:
        say_json({**run_json(run), "history": history_json(rows)})
    else:
        console().print(runs_table([run]))
        console().print(history_table(rows))


@app.command()
def stats(
    *,
    name: Annotated[str | None, typer.Option("--name", help="Of this kind only, for instance process_receipt.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Begun then or later; UTC unless it has an offset.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Begun before.")] = None,
    tenant: Annotated[str | None, typer.Option("--tenant", help="Of this tenant only.")] = None,
    as_json: JsonLines = False,
) -> None:
    """Show how workflows fare: completion, durations, and at which step how many drop off and why.

    It is counted from their histories, so it may take a while for many: --since restricts it.

    For instance:

    ```
    poon workflows stats --name process_receipt --since 2026-01-15
    ```
    """
    from workers.entrypoints.workflow_statistics import figures_json, step_table, workflow_table  # noqa: PLC0415
    from workers.entrypoints.workflow_work import counted  # noqa: PLC0415
    from workers.ports.workflow_histories import Window  # noqa: PLC0415

    settings = client_settings()
    window = Window(moment(since, "--since"), moment(until, "--until"), name, tenant)
    figures = run_async(lambda: counted(settings, window))
    if as_json:
        for one in figures:
            say_json(figures_json(one))
    elif figures:
        console().print(workflow_table(figures))
        console().print(step_table(figures))
    else:
        say("no workflows")


@app.command()
def resume(
    ids: Ids,
    *,
    reason: Reason,
    by: By = None,
    no_wait: NoWait = False,
    timeout: Patience = 30.0,
    as_json: JsonLines = False,
) -> None:
    """Try what a stuck workflow is stuck at once more.

    For instance:

    ```
    poon workflows resume 2b7d9a58-6a0e-5d37-a0bb-0c4ff6a37f52 --reason "the database is back"
    ```
    """
    _steer(WorkflowAction.RESUME, ids, operator(by), reason, Answer(not no_wait, timeout, as_json))


@app.command()
def skip(
    ids: Ids,
    *,
    reason: Reason,
    by: By = None,
    no_wait: NoWait = False,
    timeout: Patience = 30.0,
    as_json: JsonLines = False,
) -> None:
    """Take what a stuck workflow is stuck at for done: somebody has seen to it by hand.

    For instance:

    ```
    poon workflows skip 2b7d9a58-6a0e-5d37-a0bb-0c4ff6a37f52 --reason "deleted by hand"
    ```
    """
    _steer(WorkflowAction.SKIP, ids, operator(by), reason, Answer(not no_wait, timeout, as_json))


@app.command()
def abort(
    ids: Ids,
    *,
    reason: Reason,
    by: By = None,
    no_wait: NoWait = False,
    timeout: Patience = 30.0,
    as_json: JsonLines = False,
) -> None:
    """End a workflow that goes on, or is stuck going on: what it did is undone.

    For instance:

    ```
    poon workflows abort 2b7d9a58-6a0e-5d37-a0bb-0c4ff6a37f52 --reason "sent by mistake"
    ```
    """
    _steer(WorkflowAction.ABORT, ids, operator(by), reason, Answer(not no_wait, timeout, as_json))


def _steer(action: WorkflowAction, ids: list[str], by: str, reason: str, answer: Answer) -> None:
    from workers.entrypoints.workflow_work import steering  # noqa: PLC0415

    settings = client_settings()
    commands = run_async(lambda: steering(settings, ids, action, by, reason))
    deliver(settings, commands, answer)
