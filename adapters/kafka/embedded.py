"""The embedded broker: librdkafka's mock cluster, the real Kafka protocol on loopback, in memory.

It runs on threads of librdkafka inside this process: nothing has to poll it, and a busy event loop does not slow it.
It is reached through librdkafka's C interface because `confluent-kafka` exposes neither the creation of topics nor
the switch that takes a broker down.

What holds, shown by `tests/integration/services/test_kafka_semantics.py` on this broker and on Apache Kafka alike:
groups of one member after another, pause and resume, idempotent producers with acks=all, explicit commits and their
metadata (read back by the admin client when partitions are named), headers, keys, timestamps, records of a megabyte.

What does not, and why this is no place for data that matters:

* Nothing outlives the process.
* A partition keeps only its newest 5 MiB or 100,000 records, and forgets older ones **even if nobody has read them**.
  Neither limit can be set. More partitions are the only way to a larger backlog.
* A group is for one member at a time. The cluster answers SyncGroup as soon as the leader has sent its own; a member
  that sends its later, and in practice every second one does, is refused with InvalidRequest. In aiokafka that ends the
  start of the second consumer with a bare KafkaError; the first one keeps everything.
* A member that joins while the group still has, or just lost, another one waits up to `session_timeout_ms` - 1 s: give
  consumers a session timeout of a few seconds here, or a worker restarted at once stands idle for nine.
* There is no CreateTopics request: use `create_topics` in the process that owns the broker. An unknown topic that is
  asked for, produced to or subscribed to comes into being with four partitions.
* Topic settings (retention, `max.message.bytes`) are not there; describing groups is not; nor is listing a group's
  offsets without naming partitions.
* The answer to a produce request carries a made-up timestamp (1234); the record read back carries the right one.
"""

import contextlib
import ctypes
import json
import os
import socket
import tempfile
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from confluent_kafka import cimpl

from workers.ports.errors import UnavailableError

__all__ = ["ANNOUNCEMENT", "EmbeddedBroker", "find_embedded_broker"]

ANNOUNCEMENT: Final = "embedded-broker.json"
"""Where a data directory says which embedded broker is running."""

_PRODUCER: Final = 0
_TOPIC_EXISTS: Final = 36
_FIRST_JOIN_MS: Final = 50
_CONNECT_SECONDS: Final = 10.0  # a dead broker refuses at once; one on a busy machine takes its time

_SIGNATURES: Final[Mapping[str, tuple[Any, list[Any]]]] = {
    "rd_kafka_conf_new": (ctypes.c_void_p, []),
    "rd_kafka_conf_set_log_cb": (None, [ctypes.c_void_p, ctypes.c_void_p]),
    "rd_kafka_new": (
        ctypes.c_void_p,
        [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t],
    ),
    "rd_kafka_destroy": (None, [ctypes.c_void_p]),
    "rd_kafka_mock_cluster_new": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_int]),
    "rd_kafka_mock_cluster_bootstraps": (ctypes.c_char_p, [ctypes.c_void_p]),
    "rd_kafka_mock_cluster_destroy": (None, [ctypes.c_void_p]),
    "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, [ctypes.c_void_p, ctypes.c_int32]),
    "rd_kafka_mock_topic_create": (
        ctypes.c_int,
        [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int],
    ),
    "rd_kafka_mock_broker_set_down": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_int32]),
    "rd_kafka_mock_broker_set_up": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_int32]),
}


def _librdkafka() -> ctypes.CDLL:
    """The library that `confluent-kafka` already loaded: symbols are looked up through its extension module."""
    try:
        library = ctypes.CDLL(cimpl.__file__)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype = result
            function.argtypes = arguments
    except (OSError, AttributeError) as error:
        raise UnavailableError(
            f"this installation of confluent-kafka has no mock cluster ({error}): "
            "set the bootstrap servers of a real Kafka instead",
        ) from error
    return library


class EmbeddedBroker:
    """A Kafka cluster in this process, alive from `start` to `close`.

    All methods are short and synchronous; from asyncio call them through `asyncio.to_thread`.
    """

    def __init__(self, topics: Mapping[str, int] | None = None, *, brokers: int = 1) -> None:
        self._topics = dict(topics or {})
        self._brokers = brokers
        self._lock = threading.Lock()
        self._library: ctypes.CDLL | None = None
        self._handle: int | None = None
        self._cluster: int | None = None
        self._bootstrap_servers = ""
        self._announcement: Path | None = None

    @property
    def bootstrap_servers(self) -> str:
        """`127.0.0.1:port`, one per broker, separated by commas; empty when not running."""
        return self._bootstrap_servers

    def start(self) -> None:
        with self._lock:
            if self._cluster is not None:
                return
            self._library = library = _librdkafka()
            self._handle = handle = _new_handle(library)
            self._cluster = library.rd_kafka_mock_cluster_new(handle, self._brokers)
            if self._cluster is None:
                raise UnavailableError("the embedded broker did not start: is a loopback interface there?")
            library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, _FIRST_JOIN_MS)
            self._bootstrap_servers = library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()
        self.create_topics(self._topics)

    def close(self) -> None:
        with self._lock:
            self._withdraw()
            if self._library is not None and self._cluster is not None:
                self._library.rd_kafka_mock_cluster_destroy(self._cluster)
            if self._library is not None and self._handle is not None:
                self._library.rd_kafka_destroy(self._handle)
            self._cluster = self._handle = None
            self._bootstrap_servers = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def create_topics(self, topics: Mapping[str, int]) -> None:
        """Create topics with these numbers of partitions; one that exists keeps the number it has."""
        for name, partitions in topics.items():
            code = self._call("rd_kafka_mock_topic_create", name.encode(), partitions, self._brokers)
            if code not in {0, _TOPIC_EXISTS}:
                raise UnavailableError(f"the embedded broker refused the topic {name} (error {code})")

    def take_down(self) -> None:
        """Drop all connections and accept none until `bring_up`; records stay."""
        self._set_brokers("rd_kafka_mock_broker_set_down")

    def bring_up(self) -> None:
        self._set_brokers("rd_kafka_mock_broker_set_up")

    def announce(self, data_dir: Path, started: datetime) -> None:
        """Publish the address in the data directory until `close`, for `find_embedded_broker` in other processes."""
        data_dir.mkdir(parents=True, exist_ok=True)
        path = data_dir / ANNOUNCEMENT
        record = {"address": self._bootstrap_servers, "pid": os.getpid(), "started": started.isoformat()}
        _write_atomically(path, json.dumps(record))
        self._announcement = path

    def _withdraw(self) -> None:
        path, self._announcement = self._announcement, None
        # A second broker may have announced itself over us: its file is not ours to remove.
        if path is not None and _read_announcement(path) == (self._bootstrap_servers, os.getpid()):
            path.unlink(missing_ok=True)

    def _set_brokers(self, function: str) -> None:
        for broker in range(1, self._brokers + 1):
            self._call(function, broker)

    def _call(self, function: str, *arguments: bytes | int) -> int:
        with self._lock:
            if self._library is None or self._cluster is None:
                raise UnavailableError("the embedded broker is not running")
            return int(getattr(self._library, function)(self._cluster, *arguments))


def _new_handle(library: ctypes.CDLL) -> int:
    conf = library.rd_kafka_conf_new()
    # Without this librdkafka writes to standard error.
    library.rd_kafka_conf_set_log_cb(conf, None)
    reason = ctypes.create_string_buffer(256)
    handle = library.rd_kafka_new(_PRODUCER, conf, reason, len(reason))
    if not handle:
        raise UnavailableError(f"the embedded broker did not start: {reason.value.decode()}")
    return int(handle)


def find_embedded_broker(data_dir: Path) -> str | None:
    """The bootstrap servers of the embedded broker announced in a data directory, if it is alive."""
    announced = _read_announcement(data_dir / ANNOUNCEMENT)
    if announced is None:
        return None
    address, pid = announced
    alive = _process_exists(pid) and _port_is_open(address.split(",", 1)[0])
    return address if alive else None


def _write_atomically(path: Path, text: str) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read_announcement(path: Path) -> tuple[str, int] | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        record = json.loads(path.read_text(encoding="utf-8"))
        return str(record["address"]), int(record["pid"])
    return None


def _process_exists(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _port_is_open(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS):
            return True
    except (OSError, ValueError, OverflowError):
        return False
