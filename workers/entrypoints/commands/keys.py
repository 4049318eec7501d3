"""`poon keys`: the keys that personal texts are encrypted with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from workers.config import Settings
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import complain, say, say_json
from workers.ports.vault import KeysState, OldRowSealer, TableSealing

# A light command does not load the database's libraries: `workers.bootstrap.keys` is imported where it is used.

app = typer.Typer(no_args_is_help=True, help="The keys that personal texts are encrypted with.")

AT_ONCE = 500
"""Keys wrapped anew in one transaction."""

ROWS_AT_ONCE = 200
"""Old rows gone through in one transaction: one may hold an image of 700 kB."""
TOLD_EVERY = 10_000
"""Rows between two lines of progress."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def status(*, as_json: Json = False) -> None:
    """Tell which master keys wrap how many owners' keys; ends with 1 when one of them is not set.

    Master keys are named by a hash; none is ever shown.

    For instance:

    ```
    poon keys status
    ```
    """
    settings = client_settings()
    state = run_async(lambda: _state(settings))
    if as_json:
        say_json(
            {
                "newest": state.newest,
                "wrapped": dict(sorted(state.wrapped.items())),
                "missing": sorted(state.missing),
                "destroyed": state.destroyed,
            }
        )
    else:
        for line in _lines(state):
            say(line)
    if state.missing:
        raise typer.Exit(ExitCode.NO)


@app.command()
def rotate(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; tell how many keys there are.")] = False,
    as_json: Json = False,
) -> None:
    """Wrap the owners' keys with the newest master key; killed, it goes on where it was when it is called again.

    Nothing is encrypted anew, and workers go on meanwhile, once all of them know both master keys.

    For instance:

    ```
    export POON_PRIVACY__OLD_MASTER_KEYS="$POON_PRIVACY__MASTER_KEY"
    export POON_PRIVACY__MASTER_KEY="$(openssl rand -base64 32)"
    poon keys rotate --dry-run && poon keys rotate
    ```
    """
    settings = client_settings()
    if dry_run:
        waiting = run_async(lambda: _state(settings)).waiting
        if as_json:
            say_json({"waiting": waiting})
        else:
            say(f"{waiting:,} keys would be wrapped anew")
        return
    done = run_async(lambda: _rotated(settings, quiet=as_json))
    if as_json:
        say_json({"wrapped": done})
    else:
        say(f"{done:,} keys wrapped anew; none is left that an older master key wraps")


@app.command()
def seal(*, as_json: Json = False) -> None:
    """Encrypt what was stored before the first master key was set; killed, it goes on where it was when called again.

    Events, entries and dead letters, some rows a transaction, while the fleet goes on; and the cache forgets what it
    remembers in the clear. Run it once all workers have the master key. Again and again changes nothing. Ends with 1
    if the cache cannot be reached.

    For instance:

    ```
    poon keys seal
    ```
    """
    settings = client_settings()
    found, forgotten = run_async(lambda: _sealed(settings, quiet=as_json))
    if as_json:
        tables = {each.table: {"rows": each.looked, "sealed": each.sealed} for each in found}
        say_json({"tables": tables, "cache_forgotten": forgotten})
    else:
        for each in found:
            say(f"{each.table}: {each.looked:,} rows, of which {each.sealed:,} were in the clear and are encrypted now")
    if not forgotten:
        complain("the cache cannot be reached: what it remembers in the clear is gone in 7 days, or run this again")
        raise typer.Exit(ExitCode.NO)


async def _sealed(settings: Settings, *, quiet: bool) -> tuple[Sequence[TableSealing], bool]:
    from workers.bootstrap.keys import forget_plain_answers, old_row_sealer  # noqa: PLC0415

    async with old_row_sealer(settings) as sealer:
        await sealer.begin()
        await _gone_through(sealer, quiet=quiet)
        found = await sealer.progress()
    return found, await forget_plain_answers(settings)


async def _gone_through(sealer: OldRowSealer, *, quiet: bool) -> None:
    while (some := await sealer.seal_some(ROWS_AT_ONCE)) is not None:
        is_told = some.is_over or some.looked % TOLD_EVERY < ROWS_AT_ONCE
        if is_told and not quiet:
            say(f"{some.table}: {some.looked:,} rows gone through, {some.sealed:,} encrypted")


async def _state(settings: Settings) -> KeysState:
    from workers.bootstrap.keys import key_keeper  # noqa: PLC0415

    async with key_keeper(settings) as keys:
        return await keys.state()


async def _rotated(settings: Settings, *, quiet: bool) -> int:
    from workers.bootstrap.keys import key_keeper  # noqa: PLC0415

    done = 0
    async with key_keeper(settings) as keys:
        total = (await keys.state()).waiting
        while some := await keys.rewrap_some(AT_ONCE):
            done += some
            if not quiet:
                say(f"{done:,} of {max(done, total):,}")
    return done


def _lines(state: KeysState) -> list[str]:
    if state.newest is None and not state.wrapped:
        return ["no master key is set: personal texts are stored in the clear"]
    lines = [f"master key {state.newest} wraps new keys" if state.newest else "no master key is set"]
    for master, count in sorted(state.wrapped.items()):
        about = " (MISSING: what they encrypted cannot be read)" if master in state.missing else ""
        lines.append(f"{master}: {count:,} owners{about}")
    if state.destroyed:
        lines.append(f"destroyed: {state.destroyed:,} owners")
    if state.waiting and not state.missing and state.newest:
        lines.append(f"`poon keys rotate` wraps {state.waiting:,} anew; after it older master keys can go")
    return lines
