"""`poon dlq redrive` and `poon dlq discard`: one dead letter or many."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from workers.bootstrap.clients import system_clock
from workers.entrypoints.commands.dlq_options import (
    Area,
    Code,
    Contains,
    DryRun,
    Everything,
    Ids,
    Limit,
    Owner,
    Reason,
    Since,
    Tenant,
    Type,
    Until,
    Yes,
)
from workers.entrypoints.commands.options import By, JsonLines
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.dead_letter_input import Selection, action, known_area, moment, selection
from workers.entrypoints.dead_letter_lines import planned_json, planned_line, sent_json, sent_line
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import say, say_json
from workers.ports.dead_letters import OPEN, DeadLetterFilter, FiledLetter
from workers.runtime.redrive import Waiver
from workers.runtime.redriver import Planned, Sent

# A light command does not load the database's libraries: `dead_letter_work` is imported where it is used.


def redrive(  # noqa: PLR0913  each is an option
    ids: Ids = None,
    *,
    area: Area = None,
    tenant: Tenant = None,
    owner: Owner = None,
    code: Code = None,
    command_type: Type = None,
    since: Since = None,
    until: Until = None,
    text: Contains = None,
    everything: Everything = False,
    limit: Limit = 100,
    dry_run: DryRun = False,
    yes: Yes = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Beyond the cap of redrives, and also what was redriven before."),
    ] = False,
    out_of_order: Annotated[
        bool, typer.Option("--out-of-order", help="Also what cannot keep the order of its key any more.")
    ] = False,
    ignore_expiry: Annotated[
        bool, typer.Option("--ignore-expiry", help="Also what has expired; it is sent without its expiry time.")
    ] = False,
    reason: Reason = None,
    by: By = None,
    as_json: JsonLines = False,
) -> None:
    """Send dead letters again, each as a new command that names the one it replaces. Repeating it has no second effect.

    One that cannot keep the order of its key is left and says why; `poon tail` shows what becomes of the others.

    For instance:

    ```
    poon dlq redrive --code backend_unavailable --dry-run
    poon dlq redrive 3f0a6c8e-9c55-5d0e-8f6a-4c8d1b7a2e11 --reason "engine is back"
    ```
    """
    from workers.entrypoints import dead_letter_work  # noqa: PLC0415

    wanted = DeadLetterFilter(
        statuses=OPEN,
        area=known_area(area),
        tenant=tenant,
        owner=owner,
        code=code,
        command_type=command_type,
        since=moment(since, "--since"),
        until=moment(until, "--until"),
        text=text,
    )
    chosen = selection(ids, wanted, limit, everything=everything)
    given = {Waiver.FORCE: force, Waiver.OUT_OF_ORDER: out_of_order, Waiver.IGNORE_EXPIRY: ignore_expiry}
    waived = frozenset(waiver for waiver, is_given in given.items() if is_given)
    settings = client_settings()
    if dry_run or _must_ask(chosen, yes=yes):
        plan = run_async(lambda: dead_letter_work.plan(settings, chosen, waived))
        _tell_plan(plan, as_json=as_json, dry=True)
        going = [one.id for one in plan if one.goes]
        if dry_run or not going:
            raise typer.Exit(_code(is_yes=len(going) == len(plan)))
        _confirm(f"send {len(going)} of {len(plan)}?")
        chosen = replace(chosen, ids=going)
    done = action(system_clock(), by, reason)
    left, sent = run_async(lambda: dead_letter_work.redrive(settings, chosen, waived, done))
    _tell_plan(left, as_json=as_json, dry=False)
    _tell_sent(sent, as_json=as_json)
    kept = all(one.trouble is None and not one.overtaken_by for one in sent)
    raise typer.Exit(_code(is_yes=kept and not left))


def discard(  # noqa: PLR0913  each is an option
    ids: Ids = None,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, kept with the dead letter.")],
    area: Area = None,
    tenant: Tenant = None,
    owner: Owner = None,
    code: Code = None,
    command_type: Type = None,
    since: Since = None,
    until: Until = None,
    text: Contains = None,
    everything: Everything = False,
    limit: Limit = 100,
    dry_run: DryRun = False,
    yes: Yes = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also one whose redrive was interrupted; its command may be carried out.")
    ] = False,
    by: By = None,
    as_json: JsonLines = False,
) -> None:
    """Give dead letters up for good and erase what was written in them; where, when and why stays.

    For instance:

    ```
    poon dlq discard --code malformed_message --until 2026-01-15 --reason "test traffic" --dry-run
    poon dlq discard 3f0a6c8e-9c55-5d0e-8f6a-4c8d1b7a2e11 --reason "the owner has sent it anew"
    ```
    """
    from workers.entrypoints import dead_letter_work  # noqa: PLC0415

    wanted = DeadLetterFilter(
        area=known_area(area),
        tenant=tenant,
        owner=owner,
        code=code,
        command_type=command_type,
        since=moment(since, "--since"),
        until=moment(until, "--until"),
        text=text,
    )
    chosen = selection(ids, wanted, limit, everything=everything)
    settings = client_settings()
    done = action(system_clock(), by, reason)
    if dry_run or _must_ask(chosen, yes=yes):
        would, left = run_async(lambda: dead_letter_work.discard(settings, chosen, done, force=force, dry_run=True))
        _tell_discarded("would discard", would, left, as_json=as_json)
        if dry_run or not would:
            raise typer.Exit(_code(is_yes=not left))
        _confirm(f"discard {len(would)} of {len(would) + len(left)}?")
        chosen = replace(chosen, ids=[filed.letter.id for filed in would])
    discarded, left = run_async(lambda: dead_letter_work.discard(settings, chosen, done, force=force, dry_run=False))
    _tell_discarded("discarded", discarded, left, as_json=as_json)
    raise typer.Exit(_code(is_yes=not left))


def _must_ask(chosen: Selection, *, yes: bool) -> bool:
    return chosen.is_bulk and not yes


def _confirm(question: str) -> None:
    """Ask, or refuse where nobody can be asked."""
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "more than one may be touched and nobody can be asked here: add --yes", param_hint="--yes"
        )
    if not typer.confirm(question, err=True):
        raise typer.Exit(ExitCode.NO)


def _code(*, is_yes: bool) -> ExitCode:
    return ExitCode.OK if is_yes else ExitCode.NO


def _tell_plan(plan: Sequence[Planned], *, as_json: bool, dry: bool) -> None:
    for planned in plan:
        if as_json:
            say_json(planned_json(planned))
        else:
            say(planned_line(planned, dry=dry))
    if dry and not plan and not as_json:
        say("no dead letters")


def _tell_sent(sent: Sequence[Sent], *, as_json: bool) -> None:
    for one in sent:
        if as_json:
            say_json(sent_json(one))
        else:
            say(sent_line(one))


def _tell_discarded(
    verb: str, discarded: Sequence[FiledLetter], left: Sequence[tuple[FiledLetter, str]], *, as_json: bool
) -> None:
    told = [(filed, None) for filed in discarded] + [(filed, why) for filed, why in left]
    for filed, why in told:
        if as_json:
            say_json({"id": filed.letter.id, "discarded": why is None, "refusal": why})
        else:
            say(f"{verb} {filed.letter.id}" if why is None else f"left {filed.letter.id}: {why}")
