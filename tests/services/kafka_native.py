"""Apache Kafka itself, without containers: KRaft brokers on loopback, their data in a temporary folder."""

import atexit
import base64
import os
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from tests.services.kafka_admin import live_brokers
from tests.services.kafka_jars import fetch_jars, find_java
from tests.services.processes import ServiceProcess, Startable, free_ports
from tests.services.service import ServiceUnavailableError
from tests.services.waiting import wait_until

_START_SECONDS: Final = 180.0
_FORMAT_SECONDS: Final = 180.0
_HEAP: Final = "-Xmx512m"
_HEAP_OF_MANY: Final = "-Xmx384m"
_JAVA_OPTIONS: Final = ("-XX:+UseSerialGC", "-Xshare:auto")
# A broker that lives for minutes gains from a fast start, not from a well compiled steady state.
_QUICK: Final = "-XX:TieredStopAtLevel=1"

_LOG4J: Final = """\
<Configuration status="WARN">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
"""


def _new_id() -> str:
    """As Kafka makes them; the storage tool takes one that begins with a dash for an option."""
    return "k" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]


_CLUSTER_ID: Final = _new_id()
_ABOUT: Final = "meta.properties"


@cache
def _first_storage() -> Path:
    """What the storage tool made first; empty until then."""
    folder = tempfile.mkdtemp(prefix="poon-kafka-storage-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@dataclass(frozen=True, slots=True)
class MoreListeners:
    """What every broker offers besides its plain listener, which the brokers and the test services go on using.

    Attributes:
        protocols: each listener's security protocol, by its name in capitals.
        settings: what these listeners need.
        scram_users: users as the storage tool is told of them, for instance `SCRAM-SHA-512=[name=a,password=b]`.
    """

    protocols: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    scram_users: tuple[str, ...] = ()


_NO_MORE: Final = MoreListeners()


@dataclass(frozen=True, slots=True)
class _Broker:
    number: int
    port: int
    controller_port: int
    more_ports: Mapping[str, int]
    folder: Path

    @property
    def voter(self) -> str:
        return f"{self.number}@127.0.0.1:{self.controller_port}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def listeners(self) -> dict[str, str]:
        """The address of each listener for clients."""
        more = {name: f"127.0.0.1:{port}" for name, port in self.more_ports.items()}
        return {"PLAINTEXT": self.address} | more

    @property
    def properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def data(self) -> Path:
        return self.folder / "data"


class NativeKafka(Startable):
    """A cluster of one or more brokers, numbered from 1, which can be killed and started again on the same data.

    Args:
        more: what every broker offers besides its plain listener.
        steady: whether it is to run well for long rather than to start fast.
    """

    def __init__(self, brokers: int = 1, more: MoreListeners = _NO_MORE, *, steady: bool = False) -> None:
        self._java, self._jars = _java(), fetch_jars()
        self._java_options = _JAVA_OPTIONS if steady else (*_JAVA_OPTIONS, _QUICK)
        self._more = more
        self._home = Path(tempfile.mkdtemp(prefix="poon-kafka-"))
        ports = iter(free_ports((2 + len(more.protocols)) * brokers))
        self._brokers = {
            number: _Broker(
                number,
                next(ports),
                next(ports),
                {name: next(ports) for name in more.protocols},
                self._home / str(number),
            )
            for number in range(1, brokers + 1)
        }
        self._advertised: dict[str, Mapping[int, str]] = {}
        self._processes: dict[int, ServiceProcess] = {}

    @property
    def bootstrap_servers(self) -> str:
        return ",".join(broker.address for broker in self._brokers.values())

    def servers_of(self, listener: str) -> str:
        """The bootstrap servers of a listener."""
        return ",".join(broker.listeners[listener] for broker in self._brokers.values())

    def addresses_of(self, listener: str) -> dict[int, str]:
        """Where each broker takes a listener's connections."""
        return {number: broker.listeners[listener] for number, broker in self._brokers.items()}

    def advertise(self, listener: str, addresses: Mapping[int, str]) -> None:
        """Before the start: have the brokers tell clients other addresses of a listener, those of proxies."""
        self._advertised[listener] = addresses

    @property
    def brokers(self) -> tuple[int, ...]:
        return tuple(self._brokers)

    @property
    def pids(self) -> tuple[int, ...]:
        """The process of each broker that runs."""
        return tuple(process.pid for process in self._processes.values())

    def start(self) -> None:
        """Format the storage, start every broker and wait until all answer."""
        (self._home / "log4j2.xml").write_text(_LOG4J)
        for broker in self._brokers.values():
            broker.folder.mkdir()
            broker.properties.write_text(self._settings(broker))
            self._prepare(broker)
        for number in self._brokers:
            self._launch(number)
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until every broker that should run is part of the cluster."""
        expected = set(self._processes)
        wait_until(lambda: self._is_ready(expected), f"Kafka at {self.bootstrap_servers}", timeout=_START_SECONDS)

    def kill(self, number: int = 1) -> None:
        """End a broker as a power failure does."""
        self._processes.pop(number).kill()

    def stop_broker(self, number: int = 1) -> None:
        """End a broker in order."""
        self._processes.pop(number).stop()

    def restart(self, number: int = 1) -> None:
        """Start a broker that was ended, on the same data and ports, and wait until it answers."""
        self._launch(number)
        self.wait_ready()

    def suspend(self, number: int = 1) -> None:
        """Freeze a broker: connections stay open and nothing is answered."""
        self._processes[number].suspend()

    def resume(self, number: int = 1) -> None:
        self._processes[number].resume()

    def close(self) -> None:
        # Nothing here is worth an orderly shutdown.
        for process in self._processes.values():
            process.kill()
        self._processes.clear()
        shutil.rmtree(self._home, ignore_errors=True)

    def _is_ready(self, expected: set[int]) -> bool:
        for process in self._processes.values():
            process.ensure_running()
        return live_brokers(self.bootstrap_servers) >= expected

    def _launch(self, number: int) -> None:
        broker = self._brokers[number]
        command = [*self._command(*self._java_options), "kafka.Kafka", str(broker.properties)]
        self._processes[number] = ServiceProcess(command, broker.folder / "broker.log")

    def _prepare(self, broker: _Broker) -> None:
        """Format a broker's storage; without users in it, it is a copy of the first one, as the tool takes seconds."""
        if self._more.scram_users:
            self._format(broker, _CLUSTER_ID)
            return
        first = _first_storage()
        if not (first / _ABOUT).exists():
            self._format(broker, _CLUSTER_ID)
            shutil.copytree(broker.data, first, dirs_exist_ok=True)
            return
        shutil.copytree(first, broker.data)
        about = (broker.data / _ABOUT).read_text()
        about = re.sub(r"(?m)^node\.id=.*$", f"node.id={broker.number}", about)
        (broker.data / _ABOUT).write_text(re.sub(r"(?m)^directory\.id=.*$", f"directory.id={_new_id()}", about))

    def _format(self, broker: _Broker, cluster_id: str) -> None:
        tool = [*self._command(*_JAVA_OPTIONS, _QUICK), "kafka.tools.StorageTool"]
        users = [word for user in self._more.scram_users for word in ("--add-scram", user)]
        command = [*tool, "format", "--cluster-id", cluster_id, "--config", str(broker.properties), *users]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_FORMAT_SECONDS)
        if done.returncode != 0:
            raise ServiceUnavailableError(f"Kafka's storage cannot be formatted: {done.stdout}{done.stderr}")

    def _command(self, *options: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={self._home / 'log4j2.xml'}"
        heap = _HEAP if len(self._brokers) == 1 else _HEAP_OF_MANY
        return [str(self._java), heap, *options, logging, "-cp", f"{self._jars}{os.sep}*"]

    def _settings(self, broker: _Broker) -> str:
        replicas = min(3, len(self._brokers))
        listeners = _listed(broker.listeners)
        advertised = {name: addresses[broker.number] for name, addresses in self._advertised.items()}
        protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT", **self._more.protocols}
        settings = {
            "process.roles": "broker,controller",
            "node.id": broker.number,
            "controller.quorum.voters": ",".join(each.voter for each in self._brokers.values()),
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{broker.controller_port}",
            "advertised.listeners": _listed(broker.listeners | advertised),
            "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
            "inter.broker.listener.name": "PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": broker.data,
            "auto.create.topics.enable": "false",
            "num.partitions": 4,
            "default.replication.factor": replicas,
            "min.insync.replicas": max(1, replicas - 1),
            "offsets.topic.replication.factor": replicas,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": max(1, replicas - 1),
            "transaction.state.log.num.partitions": 4,
            "share.coordinator.state.topic.replication.factor": replicas,
            "share.coordinator.state.topic.min.isr": max(1, replicas - 1),
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 500,
            # Killed brokers come back within seconds, and the cluster is to notice that they were away.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            **self._more.settings,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())


def _listed(listeners: Mapping[str, str]) -> str:
    return ",".join(f"{name}://{address}" for name, address in listeners.items())


def _java() -> Path:
    java = find_java()
    if java is None:
        raise ServiceUnavailableError("no Java that is new enough for Kafka")
    return java
