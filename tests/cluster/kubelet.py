"""A node whose pods are processes of this machine: it starts them, probes them, and ends them as a kubelet does.

Of a pod it carries out: the image's program with the container's arguments and environment (values and keys of
Secrets), the readiness probe, SIGTERM and the grace period. Not: volumes (an emptyDir is a folder of its own), limits,
security contexts, pre-stop hooks, several containers, restarts. A worker that ends by itself ends the run.
"""

from __future__ import annotations

import base64
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.cluster.api import Api, Object, answers
from tests.services.processes import ServiceProcess, free_ports
from workers.ports.clock import Clock

NODE: Final = "loopback"
_LOOK: Final = 0.25


@dataclass(frozen=True, slots=True)
class Image:
    """What there is in place of a container image.

    Attributes:
        command: its entry point.
        environment: its variables, by the pod's folder and the port it has in place of its container's.
    """

    command: tuple[str, ...]
    environment: Callable[[Path, int], Mapping[str, str]]


@dataclass(slots=True)
class _Running:
    """A pod's process. `kill_at` is set once it was told to end."""

    process: ServiceProcess
    port: int
    started: float
    ready_at: float | None = None
    kill_at: float | None = None


@dataclass(slots=True)
class Kubelet:
    """The node. `starts` collects the seconds each pod took from its start until it was ready.

    Attributes:
        images: by their names.
        folder: where pods have their folders and logs.
    """

    api: Api
    namespace: str
    images: Mapping[str, Image]
    folder: Path
    clock: Clock
    starts: list[float] = field(default_factory=list)
    _pods: dict[str, _Running] = field(default_factory=dict)

    @property
    def ready(self) -> int:
        """Pods that are ready and not told to end."""
        return sum(each.ready_at is not None and each.kill_at is None for each in self._pods.values())

    @property
    def running(self) -> int:
        """Processes there are, those that are ending included."""
        return len(self._pods)

    async def run(self) -> None:
        """Look after the namespace's pods until cancelled.

        Raises:
            RuntimeError: a pod's process ended by itself; with its last words.
        """
        while True:
            for pod in await self.api.items("v1", "pods", self.namespace):
                await self._look_after(pod)
            await self.clock.sleep(_LOOK)

    def close(self) -> None:
        """End every process at once."""
        for each in self._pods.values():
            each.process.kill()
        self._pods.clear()

    async def _look_after(self, pod: Object) -> None:
        found = self._pods.get(pod["metadata"]["uid"])
        if "deletionTimestamp" in pod["metadata"]:
            await self._end(pod, found)
        elif not pod["spec"].get("nodeName"):
            await self.api.bind(pod, NODE)
        elif found is None:
            await self._start(pod)
        else:
            found.process.ensure_running()
            if found.ready_at is None and await answers(found.port, _probe(pod)):
                found.ready_at = self.clock.monotonic()
                self.starts.append(found.ready_at - found.started)
                await self._report(pod, is_ready=True)

    async def _start(self, pod: Object) -> None:
        uid, name = pod["metadata"]["uid"], pod["metadata"]["name"]
        (container,) = pod["spec"]["containers"]
        image = self.images[container["image"]]
        place, (port,) = self.folder / name, free_ports(1)
        place.mkdir(parents=True)
        environment = {**await self._environment(container), **image.environment(place, port)}
        process = ServiceProcess([*image.command, *container["args"]], place / "log", environment=environment)
        self._pods[uid] = _Running(process, port, self.clock.monotonic())
        await self._report(pod, is_ready=False)

    async def _environment(self, container: Object) -> dict[str, str]:
        found = {}
        for each in container["env"]:
            if "value" in each:
                found[each["name"]] = each["value"]
                continue
            key = each["valueFrom"]["secretKeyRef"]
            secret = await self.api.get("v1", "secrets", key["name"], self.namespace)
            found[each["name"]] = base64.b64decode(secret["data"][key["key"]]).decode()
        return found

    async def _end(self, pod: Object, found: _Running | None) -> None:
        now = self.clock.monotonic()
        if found is not None and found.process.running:
            if found.kill_at is None:
                found.process.send(signal.SIGTERM)
                found.kill_at = now + pod["metadata"]["deletionGracePeriodSeconds"]
            elif now >= found.kill_at:
                found.process.kill()
            return
        if found is not None:
            found.process.kill()  # it has ended: what is left is to say so to whoever watches over processes
            del self._pods[pod["metadata"]["uid"]]
        await self.api.remove(pod)

    async def _report(self, pod: Object, *, is_ready: bool) -> None:
        await self.api.report(pod, _status(pod, self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"), is_ready=is_ready))


def _status(pod: Object, now: str, *, is_ready: bool) -> dict[str, Any]:
    (container,) = pod["spec"]["containers"]
    said = {"PodScheduled": True, "Initialized": True, "ContainersReady": is_ready, "Ready": is_ready}
    return {
        "phase": "Running",
        "startTime": pod["status"].get("startTime", now),
        "conditions": [{"type": kind, "status": str(holds), "lastTransitionTime": now} for kind, holds in said.items()],
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": is_ready,
                "started": is_ready,
                "restartCount": 0,
                "state": {"running": {"startedAt": pod["status"].get("startTime", now)}},
            }
        ],
    }


def _probe(pod: Object) -> str:
    (container,) = pod["spec"]["containers"]
    path: str = container["readinessProbe"]["httpGet"]["path"]
    return path
