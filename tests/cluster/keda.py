"""KEDA's operator and its metrics adapter on loopback, made known to the API server as by KEDA's own manifests."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import yaml

from tests.charts.tools import keda
from tests.cluster.api import HOST, Api, Object, answers, condition
from tests.cluster.control_plane import ControlPlane, serving
from tests.services.processes import free_ports
from tests.services.waiting import eventually

NAMESPACE: Final = "keda"
_ADAPTER: Final = "keda-metrics-apiserver"
_METRICS: Final = "v1beta1.external.metrics.k8s.io"
_DEFINITIONS: Final = "apiextensions.k8s.io/v1"
_REGISTRATIONS: Final = "apiregistration.k8s.io/v1"
_START_SECONDS: Final = 240.0


async def start_keda(plane: ControlPlane, api: Api) -> None:
    """Define its resources, start both programs, and return when the autoscaler can ask for metrics.

    Raises:
        ToolMissingError: KEDA's module, which holds the definitions, cannot be had.
        RuntimeError: one of the programs ended.
    """
    await api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    await _define(api)
    operator, probes, metrics, adapter, more_metrics = free_ports(5)
    certificates = _certificates(plane)
    plane.run(
        "keda-operator",
        f"--metrics-service-bind-address={HOST}:{operator}",
        f"--health-probe-bind-address={HOST}:{probes}",
        f"--metrics-bind-address={HOST}:{metrics}",
        f"--cert-dir={certificates}",
        "--zap-encoder=console",
        KUBECONFIG=str(plane.kubeconfig),
        WATCH_NAMESPACE="",
        POD_NAMESPACE=NAMESPACE,
        KEDA_CLUSTER_OBJECT_NAMESPACE=NAMESPACE,
    )
    await _eventually(plane, lambda: answers(probes, "/readyz"), "KEDA's operator")
    for manifest in _registration(plane, adapter):
        await api.create(manifest)
    plane.run(
        "keda-adapter",
        f"--metrics-service-address={HOST}:{operator}",
        f"--bind-address={HOST}",
        f"--secure-port={adapter}",
        f"--port={more_metrics}",
        *serving(plane.authority.issue(_ADAPTER, "localhost", HOST, f"{_ADAPTER}.{NAMESPACE}.svc")),
        f"--cert-dir={certificates}",
        *(f"--{use}-kubeconfig={plane.kubeconfig}" for use in ("lister", "authentication", "authorization")),
        KUBECONFIG=str(plane.kubeconfig),
        WATCH_NAMESPACE="",
        POD_NAMESPACE=NAMESPACE,
    )

    async def is_available() -> bool:
        found = await api.get(_REGISTRATIONS, "apiservices", _METRICS)
        return condition(found, "Available") == "True"

    await _eventually(plane, is_available, "KEDA's metrics adapter behind the API server")


async def _define(api: Api) -> None:
    """Its custom resources, and wait until the API server knows them."""
    names = []
    for file in sorted((keda() / "config/crd/bases").glob("*.yaml")):
        definition: Object = yaml.load(file.read_text(), yaml.CSafeLoader)
        await api.create(definition)
        names.append(definition["metadata"]["name"])

    async def are_established() -> bool:
        found = [await api.get(_DEFINITIONS, "customresourcedefinitions", name) for name in names]
        return all(condition(each, "Established") == "True" for each in found)

    await eventually(are_established, "KEDA's resources to be defined", seconds=_START_SECONDS)


def _certificates(plane: ControlPlane) -> Path:
    """The folder in which both programs look for what they show each other."""
    folder = plane.home / "keda"
    folder.mkdir()
    identity = plane.authority.issue("keda", "localhost", HOST)
    for name, file in (("ca.crt", plane.authority.file), ("tls.crt", identity.certificate), ("tls.key", identity.key)):
        (folder / name).write_bytes(file.read_bytes())
    return folder


def _registration(plane: ControlPlane, port: int) -> Iterator[Object]:
    """The adapter as part of the API: a name outside the cluster stands for the service, since no pod is behind it."""
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": _ADAPTER, "namespace": NAMESPACE},
        "spec": {"type": "ExternalName", "externalName": "localhost"},
    }
    yield {
        "apiVersion": _REGISTRATIONS,
        "kind": "APIService",
        "metadata": {"name": _METRICS},
        "spec": {
            "group": "external.metrics.k8s.io",
            "version": "v1beta1",
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "service": {"name": _ADAPTER, "namespace": NAMESPACE, "port": port},
            "caBundle": base64.b64encode(plane.authority.file.read_bytes()).decode(),
        },
    }


async def _eventually(plane: ControlPlane, is_so: Callable[[], Awaitable[bool]], what: str) -> None:
    async def holds() -> bool:
        plane.ensure_running()
        return await is_so()

    await eventually(holds, what, seconds=_START_SECONDS)
