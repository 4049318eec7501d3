"""etcd, kube-apiserver and kube-controller-manager as programs on loopback, with certificates of their own.

Whoever has a certificate may do everything (`AlwaysAllow`): what is tried here is scaling, not rights.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.cluster.api import HOST, Access, Api
from tests.services.certificates import Authority, Identity
from tests.services.processes import ServiceProcess, Startable, free_ports
from tests.services.waiting import wait_until

_START_SECONDS: Final = 240.0
_CONTROLLERS: Final = (
    "deployment-controller",
    "horizontal-pod-autoscaler-controller",
    "replicaset-controller",
    "serviceaccount-controller",
)
"""Those that scaling needs: what is left to others (quotas, volumes, nodes) would only cost processor time."""
_ISSUER: Final = "https://kubernetes.default.svc"
_AGGREGATOR: Final = "front-proxy"


class ControlPlane(Startable):
    """The three of them, data in a temporary folder.

    Args:
        programs: the folder they are in.
        logs: the folder for what they write; it is kept.
    """

    def __init__(self, programs: Path, logs: Path) -> None:
        self._programs, self._logs = programs, logs
        self.home = Path(tempfile.mkdtemp(prefix="poon-cluster-"))
        self.authority = Authority(self.home, "authority")
        self._proxies = Authority(self.home, "proxies")
        self._etcd_port, self._etcd_peer_port, self._port = free_ports(3)
        self.access = Access(self._port, self.authority.file, self.authority.issue("admin"))
        self.kubeconfig = self.home / "kubeconfig.json"
        self._processes: dict[str, ServiceProcess] = {}

    def start(self) -> None:
        """Start one after the other, and return when objects can be made; blocks."""
        self.kubeconfig.write_text(json.dumps(self.access.kubeconfig()))
        self.run("etcd", *self._etcd_flags())
        self.run("kube-apiserver", *self._api_flags())
        self.wait(Api(self.access).is_ready, "the API server")
        self.run("kube-controller-manager", *self._controller_flags())

    def close(self) -> None:
        for process in reversed(self._processes.values()):
            process.kill()
        self._processes.clear()
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, name: str, *flags: str, **environment: str) -> None:
        """Start one of the programs; it ends with the control plane."""
        command: list[str | Path] = [self._programs / name, *flags]
        self._processes[name] = ServiceProcess(command, self._logs / f"{name}.log", environment=environment)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until it is true; blocks.

        Raises:
            RuntimeError: one of the programs ended.
        """

        def holds() -> bool:
            self.ensure_running()
            return condition()

        wait_until(holds, what, timeout=_START_SECONDS)

    def ensure_running(self) -> None:
        """Raise with the last words of a program if one has ended."""
        for process in self._processes.values():
            process.ensure_running()

    def _etcd_flags(self) -> tuple[str, ...]:
        mine, peers = (f"http://{HOST}:{port}" for port in (self._etcd_port, self._etcd_peer_port))
        return (
            f"--data-dir={self.home / 'etcd'}",
            f"--listen-client-urls={mine}",
            f"--advertise-client-urls={mine}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync",  # nothing here has to outlive a power failure
            "--log-level=warn",
        )

    def _api_flags(self) -> tuple[str, ...]:
        server = self.authority.issue("kube-apiserver", HOST, "localhost", "kubernetes.default.svc")
        accounts = self.authority.issue("service-accounts")
        aggregator = self._proxies.issue(_AGGREGATOR)
        return (
            f"--etcd-servers=http://{HOST}:{self._etcd_port}",
            f"--bind-address={HOST}",
            f"--advertise-address={HOST}",
            f"--secure-port={self._port}",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--endpoint-reconciler-type=none",  # no endpoint may be on loopback
            f"--client-ca-file={self.authority.file}",
            *serving(server),
            f"--service-account-issuer={_ISSUER}",
            f"--service-account-key-file={accounts.certificate}",
            f"--service-account-signing-key-file={accounts.key}",
            f"--requestheader-client-ca-file={self._proxies.file}",
            f"--requestheader-allowed-names={_AGGREGATOR}",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={aggregator.certificate}",
            f"--proxy-client-key-file={aggregator.key}",
            "--authorization-mode=AlwaysAllow",
        )

    def _controller_flags(self) -> tuple[str, ...]:
        return (
            f"--kubeconfig={self.kubeconfig}",
            f"--controllers={','.join(_CONTROLLERS)}",
            "--leader-elect=false",
            "--secure-port=0",
        )


def serving(identity: Identity) -> tuple[str, str]:
    """Flags that every server of Kubernetes has."""
    return f"--tls-cert-file={identity.certificate}", f"--tls-private-key-file={identity.key}"
