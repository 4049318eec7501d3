"""Kubernetes' API, as little of it as this needs: objects are what JSON makes of them."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tests.services.certificates import Identity

Object = dict[str, Any]
HOST: Final = "127.0.0.1"
_SECONDS: Final = 30.0
_PROBE_SECONDS: Final = 2.0
_OK: Final = 200
_ERRORS: Final = 400
_JSON: Final = MappingProxyType({"content-type": "application/json"})
_MERGE: Final = MappingProxyType({"content-type": "application/merge-patch+json"})


class RefusedError(Exception):
    """The API server does not do it; the message is its own."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach an API server of this machine, and as whom."""

    port: int
    authority: Path
    identity: Identity

    def context(self) -> ssl.SSLContext:
        """For a client."""
        made = ssl.create_default_context(cafile=str(self.authority))
        made.load_cert_chain(self.identity.certificate, self.identity.key)
        return made

    def kubeconfig(self) -> Object:
        """What every program of Kubernetes reads."""
        cluster = {"server": f"https://{HOST}:{self.port}", "certificate-authority": str(self.authority)}
        user = {"client-certificate": str(self.identity.certificate), "client-key": str(self.identity.key)}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "here", "cluster": cluster}],
            "users": [{"name": "admin", "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
            "current-context": "here",
        }


class Api:
    """A client. Whatever the server does not do raises `RefusedError`."""

    def __init__(self, access: Access) -> None:
        self._port, self._context = access.port, access.context()
        self._kinds: dict[tuple[str, str], tuple[str, bool]] = {}

    def is_ready(self) -> bool:
        """Whether it answers, and says that it can be used; blocks."""
        try:
            return self._exchange("GET", "/readyz", None, _JSON)[0] == _OK
        except (OSError, HTTPException):
            return False

    async def version(self) -> str:
        """Of the server."""
        told: Object = await self._asked("GET", "/version")
        return str(told["gitVersion"])

    async def create(self, manifest: Object) -> None:
        """Create an object in the place that its kind has."""
        version, metadata = manifest["apiVersion"], manifest["metadata"]
        name, is_namespaced = await self._kind(version, manifest["kind"])
        await self._asked("POST", _path(version, name, metadata["namespace"] if is_namespaced else None), manifest)

    async def get(self, version: str, resource: str, name: str, namespace: str | None = None) -> Object:
        """One object; `resource` is the plural of its kind."""
        found: Object = await self._asked("GET", f"{_path(version, resource, namespace)}/{name}")
        return found

    async def items(self, version: str, resource: str, namespace: str) -> list[Object]:
        """All objects of a kind in a namespace."""
        found: Object = await self._asked("GET", _path(version, resource, namespace))
        items: list[Object] = found["items"]
        return items

    async def bind(self, pod: Object, node: str) -> None:
        """Give a pod to a node, as a scheduler does."""
        binding = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": pod["metadata"]["name"]},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node},
        }
        await self._asked("POST", f"{_pod_path(pod)}/binding", binding)

    async def report(self, pod: Object, status: Mapping[str, Any]) -> None:
        """Say how a pod is, as a kubelet does."""
        await self._asked("PATCH", f"{_pod_path(pod)}/status", {"status": status}, _MERGE)

    async def remove(self, pod: Object) -> None:
        """Say that a pod that was to end has ended."""
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": pod["metadata"]["uid"]}}
        await self._asked("DELETE", _pod_path(pod), options)

    async def _kind(self, version: str, kind: str) -> tuple[str, bool]:
        """The plural of a kind, and whether its objects are in namespaces."""
        if (version, kind) not in self._kinds:
            told: Object = await self._asked("GET", _prefix(version))
            for each in told["resources"]:
                if "/" not in each["name"]:
                    self._kinds[version, each["kind"]] = (each["name"], each["namespaced"])
        if (version, kind) not in self._kinds:
            raise RefusedError(f"{version} has no {kind}")
        return self._kinds[version, kind]

    async def _asked(self, method: str, path: str, content: object = None, headers: Mapping[str, str] = _JSON) -> Any:  # noqa: ANN401  JSON
        body = None if content is None else json.dumps(content).encode()
        status, answer = await asyncio.to_thread(self._exchange, method, path, body, headers)
        if status >= _ERRORS:
            raise RefusedError(f"{method} {path}: {status} {answer[:500].decode(errors='replace')}")
        return json.loads(answer)

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        with closing(HTTPSConnection(HOST, self._port, timeout=_SECONDS, context=self._context)) as connection:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read()


async def answers(port: int, path: str) -> bool:
    """Whether a server of this machine says yes to a probe."""
    return await asyncio.to_thread(_answers, port, path)


def _answers(port: int, path: str) -> bool:
    with closing(HTTPConnection(HOST, port, timeout=_PROBE_SECONDS)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status == _OK
        except (OSError, HTTPException):
            return False


def condition(item: Object, kind: str) -> str:
    """What one of its conditions says: True, False, Unknown, or nothing yet."""
    found = item.get("status", {}).get("conditions") or ()
    return next((str(each["status"]) for each in found if each["type"] == kind), "")


def _prefix(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


def _path(version: str, resource: str, namespace: str | None) -> str:
    place = f"/namespaces/{namespace}" if namespace else ""
    return f"{_prefix(version)}{place}/{resource}"


def _pod_path(pod: Object) -> str:
    return f"{_path('v1', 'pods', pod['metadata']['namespace'])}/{pod['metadata']['name']}"
