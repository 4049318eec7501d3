"""A pin that is known to be vulnerable is refused: by the list without a network, by today's advisories with one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from infra.tools.delivery.advisories import FLOOR, NotReachedError, findings, floor
from infra.tools.delivery.locked import LOCKS, LockError, locked
from tests.architecture.tree import ROOT
from tests.delivery.plants import lock

REPAIRED = {
    "id": "PYSEC-0000-1",
    "affected": [
        {
            "package": {"name": "planted", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
        }
    ],
}


class Service(BaseHTTPRequestHandler):
    """An advisory service as OSV answers: one package is vulnerable, all others are not."""

    status = 200

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = {"vulns": [REPAIRED]} if asked["package"]["name"] == "planted" else {}
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as it is called there
        """Say nothing among the results."""


class BrokenService(Service):
    status = 503


@contextmanager
def serving(service: type[Service]) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), service)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def check(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "infra.tools.delivery.advisories", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_no_lock_holds_what_is_known_to_be_vulnerable() -> None:
    done = check("--floor-only")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("pin", ["pillow==10.2.0", "Starlette==0.49.0", "jinja2==2.11.2", "urllib3==2.5.0rc1"])
def test_a_planted_vulnerable_pin_is_refused_without_a_network(pin: str, tmp_path: Path) -> None:
    done = check("--floor-only", str(lock(tmp_path, "idna==3.10", pin)))
    assert done.returncode == 1
    assert "CVE-" in done.stderr


@pytest.mark.parametrize("pin", ["pillow==10.3.0", "starlette==0.38.0", "urllib3==2.6.0"])
def test_what_an_advisory_does_not_name_is_let_pass(pin: str, tmp_path: Path) -> None:
    assert check("--floor-only", str(lock(tmp_path, pin))).returncode == 0


def test_a_planted_vulnerable_pin_is_refused_by_todays_advisories(tmp_path: Path) -> None:
    with serving(Service) as url:
        done = check("--osv-url", url, str(lock(tmp_path, "idna==3.10", "planted==1.0")))
    assert done.returncode == 1
    assert "planted 1.0: PYSEC-0000-1, repaired in 1.1" in done.stderr


@pytest.mark.parametrize(("required", "status"), [([], 0), (["--required"], 1)])
def test_a_service_that_does_not_answer_is_told_and_refused_where_it_is_required(
    required: list[str], status: int, tmp_path: Path
) -> None:
    with serving(BrokenService) as url:
        done = check(*required, "--osv-url", url, str(lock(tmp_path, "idna==3.10")))
    assert done.returncode == status
    assert "NOT looked up" in done.stderr


@pytest.mark.parametrize(
    "dependencies",
    [[], [{"name": "new", "skip_reason": "not found"}, {"name": "idna", "version": "3.10", "vulns": []}]],
)
def test_what_was_skipped_does_not_count_as_looked_up(dependencies: list[dict[str, Any]]) -> None:
    with pytest.raises(NotReachedError):
        findings("planted.lock", {"dependencies": dependencies})


def test_every_advisory_is_about_something_that_is_locked() -> None:
    names = {package.name for path in LOCKS for package in locked(path.read_text())}
    assert {advisory.package for advisory in floor(FLOOR.read_text())} <= names


@pytest.mark.parametrize("text", ["idna>=3\n", "idna==3.10\n", "idna==3.* --hash=sha256:" + "0" * 64])
def test_a_lock_that_does_not_pin_is_no_lock(text: str) -> None:
    with pytest.raises(LockError):
        locked(text)
