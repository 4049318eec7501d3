"""`poon scaling`: what scaling values do, before a cluster does it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workers.entrypoints.commands.options import JsonObject
from workers.entrypoints.scaling.shapes import Shape

app = typer.Typer(no_args_is_help=True, help="See what scaling values do, before a cluster does it.")


@app.callback()
def scaling() -> None:
    """See what scaling values do, before a cluster does it."""


ScaledObject = Annotated[
    str | None,
    typer.Option("--scaled-object", help="YAML or JSON with a ScaledObject or its spec, - for standard input."),
]
TraceFile = Annotated[
    str | None, typer.Option("--trace", help="CSV: seconds, rate or lag, and speed where wanted. Instead of --shape.")
]
PodRate = Annotated[float, typer.Option("--pod-rate", min=0.001, help="Messages a second that one worker handles.")]
Peak = Annotated[float, typer.Option("--peak", min=0, help="The most messages a second of a shape.")]
Number = Annotated[int, typer.Option("--partitions", min=1, max=100_000, help="Partitions of the topic.")]
Startup = Annotated[float, typer.Option("--startup", min=0, help="Seconds until a new worker has joined.")]
Rebalance = Annotated[float, typer.Option("--rebalance", min=0, help="Seconds nobody works when one joins or leaves.")]
Latency = Annotated[float, typer.Option("--latency", min=0, help="Seconds from taking a message to its commit.")]
Commits = Annotated[float, typer.Option("--commit", min=0, help="Seconds between two commits.")]
Skew = Annotated[float, typer.Option("--skew", min=0, help="Exponent of the partitions' shares; 0 is all alike.")]
PartitionRate = Annotated[
    float | None, typer.Option("--partition-rate", min=0.001, help="The most messages a second of one partition.")
]
Backlog = Annotated[float, typer.Option("--backlog", min=0, help="Messages that wait from the start.")]
Start = Annotated[
    int | None, typer.Option("--start", min=0, help="Workers at the start. Default: the least there may be.")
]
Price = Annotated[float, typer.Option("--price", min=0, help="What a worker costs an hour, in any currency.")]
TargetSeconds = Annotated[
    float | None,
    typer.Option("--target", min=1, help="Also propose values with which messages are done in so many seconds."),
]
Percentile = Annotated[float, typer.Option("--percentile", min=1, max=100, help="Of the messages, for --target.")]
Html = Annotated[Path | None, typer.Option("--html", help="Also write a page with the charts.")]


@app.command("simulate")
def simulate_command(  # noqa: PLR0913  one argument an option
    *,
    scaled_object: ScaledObject = None,
    trace: TraceFile = None,
    shape: Annotated[Shape, typer.Option("--shape", help="A trace that is made up.")] = Shape.DAILY,
    peak: Peak = 1_000,
    hours: Annotated[float, typer.Option("--hours", min=0.01, max=24 * 14, help="Length of a shape.")] = 24.0,
    step: Annotated[float, typer.Option("--step", min=0.1, max=15, help="Seconds of one step.")] = 5.0,
    partitions: Number = 24,
    pod_rate: PodRate = 100.0,
    startup: Startup = 20.0,
    rebalance: Rebalance = 3.0,
    latency: Latency = 0.1,
    commit: Commits = 0.1,
    partition_rate: PartitionRate = None,
    skew: Skew = 0.0,
    backlog: Backlog = 0.0,
    start: Start = None,
    price: Price = 0.0,
    target: TargetSeconds = None,
    percentile: Percentile = 99.0,
    html: Html = None,
    as_json: JsonObject = False,
) -> None:
    """Play a trace of messages through KEDA's and the autoscaler's exact mathematics.

    Shows replicas, lag and seconds behind over time, what it costs, how often the number of workers turns round, and
    KEDA's two defects where the values have them: one replica too many, and stuck below the ceiling. A trace with a
    recorded lag has only the decisions simulated.

    For instance:

    ```
    poon scaling simulate --scaled-object scaledobject.yaml --shape burst --peak 2000 --hours 2
    helm template charts/poon-workers | poon scaling simulate --scaled-object - --target 120 --html scaling.html
    ```
    """
    # A light command does not load numpy.
    from workers.entrypoints.scaling import playing  # noqa: PLC0415

    length = hours * 3600
    playing.play(
        playing.values_of(scaled_object),
        playing.FleetModel(partitions, pod_rate, startup, rebalance, latency, commit, partition_rate, skew, backlog),
        playing.made_up(shape, peak=peak, seconds=length, step=step)
        if trace is None
        else playing.recorded(trace, step),
        playing.Options(start, price, target, percentile, html, as_json),
    )
