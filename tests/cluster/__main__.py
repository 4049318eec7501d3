"""`make cluster-test`: fails unless the workers rise, settle and sleep as the simulator says."""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from rich.console import Console

from adapters.clock import SystemClock
from adapters.database.schema import migrate
from infra.cluster.programs import NotBuiltError, programs, versions
from tests.bench import job
from tests.bench.machine import machine_facts
from tests.bench.scale.warm import NAMES
from tests.bench.topics import Topic
from tests.charts.rendering import NAMESPACE, Manifest
from tests.charts.tools import ToolMissingError, install, stop_helm
from tests.cluster.api import Api, Object
from tests.cluster.control_plane import ControlPlane
from tests.cluster.keda import start_keda
from tests.cluster.kubelet import NODE, Image, Kubelet
from tests.cluster.prediction import predict, problems
from tests.cluster.recording import Recording
from tests.cluster.report import Run, save, show
from tests.cluster.scene import IMAGE, SECRET, Scene, scaling_of
from tests.services.kafka import KafkaService, native_kafka, native_kafka_is_possible
from tests.services.postgres import NativePostgres, native_postgres_is_possible

RESULTS: Final = Path("build/cluster").absolute()
PARTITIONS: Final = 12
_ROOT: Final = Path(__file__).parents[2]
Tell = Callable[[str], None]


def main() -> int:
    console = Console(width=120)
    build_only = _options().build
    try:
        place = programs(console.log)
        if build_only:
            return 0
        install()
        return _tested(place, console)
    except (NotBuiltError, ToolMissingError) as error:
        console.print(f"cluster-test cannot run here: {error}", style="red", markup=False)
        return 2
    finally:
        stop_helm()


def _tested(place: Path, console: Console) -> int:
    if not (native_kafka_is_possible() and native_postgres_is_possible()):
        console.print("cluster-test needs a JDK, Kafka's jars or Maven, and PostgreSQL's programs", style="red")
        return 2
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    facts = machine_facts() | versions()
    scene = Scene()
    with ExitStack() as stack:
        kafka = stack.enter_context(native_kafka(steady=True))
        database = stack.enter_context(NativePostgres())
        migrate(database.url)
        for name in NAMES:
            kafka.create_topic(name, PARTITIONS)
        facts |= {"Kafka": str(kafka.service), "PostgreSQL": database.version}
        plane = stack.enter_context(ControlPlane(place, RESULTS))
        run = asyncio.run(_run(scene, plane, kafka, database.url, console.log))
    console.print(f"written to {save(run, facts | _load(), RESULTS)}", highlight=False)
    show(run, console)
    return 1 if run.problems else 0


async def _run(scene: Scene, plane: ControlPlane, kafka: KafkaService, database_url: str, tell: Tell) -> Run:
    clock, manifests = SystemClock(), scene.manifests(kafka.bootstrap_servers)
    api, servers = Api(plane.access), kafka.bootstrap_servers
    tell(f"Kubernetes {await api.version()} answers; now KEDA")
    await start_keda(plane, api)
    tell("KEDA answers; now the chart")
    await _apply(api, [*_surroundings(database_url), *manifests])
    kubelet = Kubelet(api, NAMESPACE, {IMAGE: _slow_workers()}, RESULTS / "pods", clock)
    recording = Recording(scene, servers, PARTITIONS, api, kubelet, clock, plane.ensure_running)
    try:
        looks = await recording.play(tell)
    finally:
        kubelet.close()
    if not kubelet.starts:
        raise RuntimeError(f"no worker was ever ready: see {RESULTS / 'pods'}")
    settled, startup = sum(Topic(servers, job.OUTCOMES, PARTITIONS).ends().values()), kubelet.starts[0]
    prediction = predict(scene, scaling_of(manifests), PARTITIONS, startup, looks)
    return Run(scene, startup, looks, settled, prediction, list(problems(scene, prediction, looks, settled)))


async def _apply(api: Api, manifests: list[Manifest]) -> None:
    for manifest in manifests:
        await api.create(manifest)


def _surroundings(database_url: str) -> list[Object]:
    """What the chart expects to be there, and the node."""
    return [
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}},
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": SECRET, "namespace": NAMESPACE},
            "data": {"url": base64.b64encode(database_url.encode()).decode()},
        },
    ]


def _slow_workers() -> Image:
    """The product's runtime, with the bench's handlers in place of its own: each waits as long as its command says."""
    return Image(
        (sys.executable, "-m", "tests.bench.runners.slow_calls"),
        lambda place, port: {
            "PYTHONPATH": str(_ROOT),
            "POON_DATA_DIR": str(place / "data"),
            "POON_HTTP__PORT": str(port),
        },
    )


def _load() -> dict[str, str]:
    return {"load after": " ".join(f"{load:.2f}" for load in os.getloadavg())}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make cluster-test", description=__doc__)
    parser.add_argument("--build", action="store_true", help="only build the programs, into your cache")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
