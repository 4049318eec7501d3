"""`poon capacity`: what a rate takes, from what was measured."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from workers.domain.scaling.capacity import PARTITIONS_A_WORKER, Capacity, Demand, capacity
from workers.entrypoints.commands.options import JsonObject
from workers.entrypoints.output import console, say, say_json, table
from workers.entrypoints.scaling.rates import Rate, Rates, measured_rates

Job = Annotated[str, typer.Option("--job", help="What the messages are: record, text or image.")]
RateOption = Annotated[float, typer.Option("--rate", min=0.001, help="Messages a second at the peak.")]
Use = Annotated[float, typer.Option("--use", min=0.05, max=1, help="Share of a processor to plan with.")]
Cores = Annotated[float, typer.Option("--cores", min=0.1, help="Processors of one worker.")]
Call = Annotated[float, typer.Option("--call-seconds", min=0, help="Seconds a model's call takes on average.")]
InFlight = Annotated[int, typer.Option("--in-flight", min=1, help="Messages a worker works on at a time.")]
Outage = Annotated[float, typer.Option("--outage", min=0, help="Seconds of standstill to catch up with.")]
CatchUp = Annotated[float, typer.Option("--catch-up", min=1, help="Seconds to catch up in.")]
Price = Annotated[float, typer.Option("--core-price", min=0, help="Of a processor for an hour, in any currency.")]


def capacity_command(  # noqa: PLR0913  one argument an option
    *,
    rate: RateOption,
    job: Job = "record",
    use: Use = 0.6,
    cores: Cores = 1.0,
    call_seconds: Call = 0.0,
    in_flight: InFlight = 64,
    outage: Outage = 300.0,
    catch_up: CatchUp = 600.0,
    core_price: Price = 0.0,
    as_json: JsonObject = False,
) -> None:
    """Reckon workers, partitions, database and cost for a rate, from what the bench measured.

    Says what it assumes. A plan, not a promise: measure on your own machines before you buy some (`make bench`).

    For instance:

    ```
    poon capacity --rate 5000
    poon capacity --rate 200 --job text --call-seconds 1.5 --in-flight 64 --core-price 0.04
    ```
    """
    rates = measured_rates()
    if job not in rates.jobs:
        raise typer.BadParameter(f"unknown job {job!r}, choose from {', '.join(rates.jobs)}", param_hint="--job")
    demand = Demand(
        rate=rate,
        use=use,
        cores=cores,
        call_seconds=call_seconds,
        in_flight=in_flight,
        outage_seconds=outage,
        catch_up_seconds=catch_up,
        core_price=core_price,
    )
    needed = capacity(rates.jobs[job].job, demand)
    assumed = assumptions(rates, rates.jobs[job], demand)
    if as_json:
        say_json({"capacity": asdict(needed), "assumptions": assumed})
        return
    console().print(table(("What", "Value"), capacity_lines(needed), right=("Value",)))
    say("Assumed:")
    for line in assumed:
        say(f"- {line}")


def capacity_lines(needed: Capacity) -> list[tuple[str, str]]:
    """Each figure with its name."""
    return [
        ("messages a second, one worker", f"{needed.worker_rate:,.1f}, bound by its {needed.bound_by}"),
        ("workers at the peak", f"{needed.workers:,}"),
        ("workers to catch up (maxReplicaCount)", f"{needed.workers_catching_up:,}"),
        ("partitions", f"{needed.partitions:,}"),
        ("processors of the workers", f"{needed.worker_cores:,.1f}"),
        ("processors of PostgreSQL", f"{needed.database_cores:,.1f}"),
        ("processors of Kafka", f"{needed.broker_cores:,.1f}"),
        ("commands, MB a second", f"{needed.megabytes:,.2f}"),
        ("memory of the workers, GiB", f"{needed.memory_gib:,.1f}"),
        ("cost an hour", f"{needed.cost:,.2f}"),
    ]


def assumptions(rates: Rates, rate: Rate, demand: Demand) -> list[str]:
    """Everything the figures stand on."""
    job = rate.job
    calls = (
        f"a model's call takes {demand.call_seconds:g} s on average, {demand.in_flight} messages at a time in a worker;"
        " that the model server carries them is not reckoned"
        if demand.call_seconds
        else "no model is called"
    )
    return [
        (
            f"{rate.about}: {job.worker_us:,g} µs of a worker's processor, {job.postgres_us:g} of PostgreSQL's,"
            f" {job.kafka_us:g} of Kafka's; measured {rate.measured}, {rate.source}"
        ),
        f"measured on {rates.machine}",
        (
            "cost grows in proportion to the rate: measured to 1,000,000 messages on one machine, not over many;"
            f" planned with {demand.use:.0%} of every processor"
        ),
        calls,
        (
            f"{demand.outage_seconds:g} s of standstill are caught up with in {demand.catch_up_seconds:g} s while"
            f" {demand.rate:,g} messages a second go on coming"
        ),
        f"{PARTITIONS_A_WORKER} partitions a worker, in dozens; keys are spread evenly: no hot partition",
        (
            "one PostgreSQL takes all of it (processor only: discs, rows kept and replicas are not reckoned); Kafka"
            " without replication: with three replicas its processors and megabytes are about three times as many"
        ),
    ]
