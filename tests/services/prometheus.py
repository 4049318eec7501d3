"""A Prometheus of a test's own: scrapes on loopback, keeps what it has in a temporary folder."""

from __future__ import annotations

import json
import shutil
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from tests.services.processes import ServiceProcess, Startable, find_program, free_ports
from tests.services.service import ServiceUnavailableError
from tests.services.waiting import wait_until

START_SECONDS: Final = 60.0
JOB: Final = "poon-workers"
_LOOKBACK: Final = "5m"

Series = tuple[dict[str, str], list[tuple[float, float]]]
"""Labels, and times (seconds since 1970) with their values."""


class NativePrometheus(Startable):
    """Prometheus from the programs of this machine.

    Args:
        targets: host:port of what is scraped.
        rules: a rule file.
        interval: between two scrapes, and between two looks at rules that have none of their own; as Prometheus writes
            durations.
        lookback: for how long an old value is taken for the present one.

    Raises:
        ServiceUnavailableError: it is not installed.
    """

    def __init__(self, targets: Sequence[str], rules: Path, interval: str = "1s", lookback: str = _LOOKBACK) -> None:
        program = find_program("prometheus")
        if program is None:
            raise ServiceUnavailableError("needs prometheus (Debian: apt-get install prometheus)")
        self._program = program
        self._targets = list(targets)
        self._rules = rules
        self._interval = interval
        self._lookback = lookback
        self._home = Path(tempfile.mkdtemp(prefix="poon-prometheus-"))
        (self._port,) = free_ports(1)
        self._process: ServiceProcess | None = None

    def start(self) -> None:
        config = self._home / "prometheus.yaml"
        config.write_text(
            yaml.safe_dump(
                {
                    "global": {
                        "scrape_interval": self._interval,
                        "scrape_timeout": self._interval,
                        "evaluation_interval": self._interval,
                    },
                    "rule_files": [str(self._rules)],
                    "scrape_configs": [{"job_name": JOB, "static_configs": [{"targets": self._targets}]}],
                }
            )
        )
        command: list[str | Path] = [
            self._program,
            f"--config.file={config}",
            f"--storage.tsdb.path={self._home / 'data'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
            f"--query.lookback-delta={self._lookback}",
        ]
        self._process = ServiceProcess(command, self._home / "prometheus.log")
        wait_until(self._is_ready, "Prometheus", timeout=START_SECONDS)

    def close(self) -> None:
        if self._process is not None:
            self._process.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Labels and value of each series an expression has now.

        Raises:
            ValueError: Prometheus refuses the expression; says why.
        """
        told = self._ask("query", query=expression)
        if told["resultType"] == "scalar":
            return [({}, float(told["result"][1]))]
        return [(series["metric"], float(series["value"][1])) for series in told["result"]]

    def query_range(self, expression: str, start: float, end: float, step: float) -> list[Series]:
        """Every series an expression has within a time, in the order Prometheus gives them.

        Args:
            expression: the query.
            start: of the first value, seconds since 1970.
            end: the last value is of it or less than a step before.
            step: between two values, seconds.

        Raises:
            ValueError: Prometheus refuses the expression; says why.
        """
        told = self._ask("query_range", query=expression, start=f"{start}", end=f"{end}", step=f"{step}")
        return [
            (series["metric"], [(float(time), float(value)) for time, value in series["values"]])
            for series in told["result"]
        ]

    def firing(self) -> list[dict[str, str]]:
        """The labels of every alert that fires now; those that are only pending are left out."""
        return [alert["labels"] for alert in self._ask("alerts")["alerts"] if alert["state"] == "firing"]

    def fired(self, within: str) -> set[str]:
        """The names of all alerts that fired within a time (as Prometheus writes durations), cleared or not."""
        told = self.query(f'max by (alertname) (max_over_time(ALERTS{{alertstate="firing"}}[{within}]))')
        return {labels["alertname"] for labels, _ in told}

    @property
    def version(self) -> str:
        version: str = self._ask("status/buildinfo")["version"]
        return version

    def label_values(self, label: str, series: str) -> list[str]:
        """The values of a label that series of a selector have, as Grafana asks for them."""
        values: list[str] = self._ask(f"label/{label}/values", **{"match[]": series})
        return values

    def _ask(self, path: str, **parameters: str) -> Any:  # noqa: ANN401  JSON
        url = f"http://127.0.0.1:{self._port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(f"{error.read().decode()}: {parameters}") from error

    def _is_ready(self) -> bool:
        if self._process is None:
            return False
        self._process.ensure_running()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
