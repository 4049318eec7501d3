"""An OpenTelemetry collector that takes everything and keeps nothing, so that exporting costs what it costs.

A process of its own, `python -m tests.bench.collector PORT`, so that its work is nobody's.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.services.processes import ServiceProcess, Startable, free_ports
from tests.services.waiting import wait_until

ROOT = Path(__file__).parents[2]


class Collector(Startable):
    """The collector's process."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "collector.log"
        (self._port,) = free_ports(1)
        self._process: ServiceProcess | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.bench.collector", str(self._port)]
        self._process = ServiceProcess(command, self._log, environment={"PYTHONPATH": str(ROOT)})
        wait_until(self._listens, f"the collector at {self.endpoint}")

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _listens(self) -> bool:
        if self._process is not None:
            self._process.ensure_running()
        return self._log.exists() and "ready" in self._log.read_text()


class Sink(BaseHTTPRequestHandler):
    """Answers every export with success."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Say nothing."""


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Sink) as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        server.serve_forever()
