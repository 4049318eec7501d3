"""`poon send`: publish commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.commands.receipts import ExtractReceipt
from contracts.envelope import Envelope
from contracts.registry import COMMANDS
from workers.bootstrap.clients import Addressed, client_seals, image_stores, outcomes, sender, system_clock
from workers.config import Settings
from workers.entrypoints.command_input import (
    Sender,
    addressed,
    checked,
    json_commands,
    text_command,
    text_commands,
)
from workers.entrypoints.commands.options import Patience
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.documents import document
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.images import (
    content_key,
    fits_inline,
    inline_image,
    read_image,
    uploaded_image,
)
from workers.entrypoints.outcome_lines import outcome_json, outcome_line, summarise
from workers.entrypoints.output import complain, say, say_json
from workers.entrypoints.program import program
from workers.entrypoints.waiting import outcomes_of
from workers.ports.outcomes import FromEnd, Outcome

app = typer.Typer(no_args_is_help=True, help="Publish commands: texts, images, or anything as JSON.")

Tenant = Annotated[str | None, typer.Option("--tenant", help="Whose data it is; default: defaults.tenant.")]
Owner = Annotated[str | None, typer.Option("--owner", help="Who spent it; default: defaults.owner.")]
CommandId = Annotated[
    str | None, typer.Option("--id", help="The command's id; sending an id twice has one effect. Made up if left out.")
]
ReferenceDate = Annotated[
    datetime | None,
    typer.Option("--reference-date", formats=["%Y-%m-%d"], help='The day "yesterday" counts from; default: today.'),
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the outcome and print it; 1 when it is no success.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line: the ids, or the outcomes.")]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to tell after sending."""

    wait: bool
    timeout_seconds: float
    as_json: bool


@app.command()
def text(  # noqa: PLR0913  each is an option
    words: Annotated[str, typer.Argument(metavar="TEXT", help="The spending text, Thai or English.")],
    *,
    tenant: Tenant = None,
    owner: Owner = None,
    command_id: CommandId = None,
    reference_date: ReferenceDate = None,
    wait: Wait = False,
    timeout: Patience = 30.0,
    as_json: Json = False,
) -> None:
    """Send a spending text.

    For instance:

    ```
    poon send text "กาแฟ 65 บาท" --wait
    poon send text "taxi 120 yesterday" --owner anong --reference-date 2025-06-15
    ```
    """
    settings = client_settings()
    command = text_command(words, sender_of(settings, tenant, owner), _day(reference_date))
    deliver(settings, [checked(replace(command, id=command_id))], Answer(wait, timeout, as_json))


@app.command()
def lines(  # noqa: PLR0913  each is an option
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="One spending text a line; - is standard input.")],
    *,
    tenant: Tenant = None,
    owner: Owner = None,
    reference_date: ReferenceDate = None,
    wait: Wait = False,
    timeout: Patience = 60.0,
    as_json: Json = False,
) -> None:
    """Send a spending text a line. All lines are checked first: a wrong one means nothing is sent.

    For instance:

    ```
    poon send lines my-notes.txt --wait
    ```
    """
    settings = client_settings()
    commands = text_commands(document(file).splitlines(), sender_of(settings, tenant, owner), _day(reference_date))
    deliver(settings, commands, Answer(wait, timeout, as_json))


@app.command("json")
def json_file(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="One JSON object, or one a line; - is standard input.")],
    *,
    tenant: Tenant = None,
    owner: Owner = None,
    wait: Wait = False,
    timeout: Patience = 60.0,
    as_json: Json = False,
) -> None:
    """Send any command as JSON.

    An object has type and data and, where wanted, id, tenant, owner, correlation_id, causation_id and expires. All are
    checked first: a wrong field is named, and nothing is sent.

    For instance:

    ```
    echo '{"type": "poon.text.parse.v1", "data": {"text": "taxi 120"}}' | poon send json -
    ```
    """
    settings = client_settings()
    commands = json_commands(document(file), sender_of(settings, tenant, owner))
    deliver(settings, commands, Answer(wait, timeout, as_json))


@app.command()
def image(  # noqa: PLR0913  each is an option
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A receipt or slip: JPEG, PNG, WebP, GIF, BMP, TIFF, PDF.")
    ],
    *,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="KEY",
            help="Upload to the image store under this key. Without it, images over 512 KiB are uploaded under a key"
            " made from their content, and smaller ones travel in the message.",
        ),
    ] = None,
    tenant: Tenant = None,
    owner: Owner = None,
    command_id: CommandId = None,
    reference_date: ReferenceDate = None,
    wait: Wait = False,
    timeout: Patience = 60.0,
    as_json: Json = False,
) -> None:
    """Send the picture of a receipt or a transfer slip.

    For instance:

    ```
    poon send image receipt.jpg --wait
    poon send image scan.tiff --reference anong/2025/scan.tiff
    ```
    """
    settings = client_settings()
    origin = sender_of(settings, tenant, owner)
    data = read_image(file)
    # Checked with the picture left out: nothing is uploaded for a command that would not be sent.
    checked(replace(text_command("1", origin), id=command_id))
    field = inline_image(data)
    if reference is not None or not fits_inline(data):
        key = content_key(origin.tenant, origin.owner, data) if reference is None else reference
        field = run_async(lambda: _uploaded(settings, origin, key, data))
    command = addressed(ExtractReceipt.type, {"image": field, "reference_date": _day(reference_date)}, origin)
    deliver(settings, [checked(replace(command, id=command_id))], Answer(wait, timeout, as_json))


async def _uploaded(settings: Settings, origin: Sender, key: str, data: bytes) -> dict[str, Any]:
    async with client_seals(settings) as seals:
        store = await image_stores(settings, seals).of(origin.tenant, origin.owner)
        return await uploaded_image(store, key, data)


def sender_of(settings: Settings, tenant: str | None, owner: str | None) -> Sender:
    """Who sends, by the options or else the settings."""
    return Sender(
        settings.defaults.tenant if tenant is None else tenant,
        settings.defaults.owner if owner is None else owner,
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def deliver(settings: Settings, commands: Sequence[Addressed], answer: Answer) -> None:
    """Send commands, and say what was sent or what became of it."""
    if answer.wait:
        run_async(lambda: _send_and_wait(settings, commands, answer))
    else:
        run_async(lambda: _send(settings, commands, answer))


async def _send(settings: Settings, commands: Sequence[Addressed], answer: Answer) -> None:
    async with sender(settings, _areas(commands)) as out:
        for envelope in await out.send_all(commands):
            if answer.as_json:
                say_json({"id": envelope.id, "type": envelope.type, "tenant": envelope.tenant, "owner": envelope.owner})
            else:
                say(f"sent {envelope.type} {envelope.id}")


async def _send_and_wait(settings: Settings, commands: Sequence[Addressed], answer: Answer) -> None:
    areas = _areas(commands)
    # The reader takes its position first: an outcome may come before the acknowledgement is back.
    async with outcomes(settings, areas, FromEnd()) as reader, sender(settings, areas) as out:
        envelopes = await out.send_all(commands)
        found = await outcomes_of(
            [envelope.id for envelope in envelopes],
            reader,
            system_clock(),
            answer.timeout_seconds,
            lambda outcome: _show(outcome, as_json=answer.as_json),
        )
    _conclude(envelopes, found, answer.timeout_seconds)


def _areas(commands: Sequence[Addressed]) -> list[str]:
    return sorted({command.command.area for command in commands})


def _show(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        say_json(outcome_json(outcome))
    else:
        say(outcome_line(outcome))


def late_text(envelope: Envelope, timeout_seconds: float) -> str:
    """What may be the matter with a command that has no outcome yet."""
    return (
        f"no outcome of {envelope.id} in {timeout_seconds:g} seconds: does a fleet run for"
        f" {COMMANDS[envelope.type].area} (`{program()} run --areas`)? The command may still be carried out"
    )


def _conclude(envelopes: Sequence[Envelope], found: dict[str, Outcome], timeout_seconds: float) -> None:
    late = [envelope for envelope in envelopes if envelope.id not in found]
    for envelope in late:
        complain(late_text(envelope, timeout_seconds))
    if late:
        raise typer.Exit(ExitCode.NO_ANSWER)
    events = [outcome.event for outcome in found.values()]
    if not all(event is not None and summarise(event).is_success for event in events):
        raise typer.Exit(ExitCode.NO)
