"""What the endpoints answer, without a network."""

from dataclasses import replace

import pytest
from starlette.types import ASGIApp

from adapters.http.endpoints import ENDPOINTS, Operations, application
from tests.fakes.asgi import ask
from workers.ports.fleet import FleetView
from workers.ports.health import Check, HealthReport, Result

FINE = HealthReport(status=Result.PASS, checks=(Check(name="event_loop", status=Result.PASS, reason="turns"),))
ILL = HealthReport(status=Result.FAIL, checks=(Check(name="database", status=Result.FAIL, reason="is away"),))
FLEET = FleetView(host="h", pid=7, version="1", state="running", uptime=1.0, loop_delay=0.0, workers=())
OPERATIONS = Operations(
    live=lambda: FINE,
    ready=lambda: ILL,
    started=lambda: FINE,
    fleet=lambda: FLEET,
    metrics=lambda accept: (b"up 1\n", f"x/y; for={accept}"),
)


def broken() -> HealthReport:
    raise RuntimeError("a secret")


@pytest.fixture
def app() -> ASGIApp:
    return application(OPERATIONS)


async def test_a_passing_report_is_200_with_its_checks(app: ASGIApp) -> None:
    answer = await ask(app, "/livez")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "status": "pass",
        "checks": [{"name": "event_loop", "status": "pass", "reason": "turns"}],
        "stuck": [],
    }


async def test_a_failing_report_is_503_with_its_reasons(app: ASGIApp) -> None:
    answer = await ask(app, "/readyz")
    assert answer.status == 503
    assert answer.json()["checks"] == [{"name": "database", "status": "fail", "reason": "is away"}]


async def test_each_question_goes_to_its_own_judge() -> None:
    app = application(replace(OPERATIONS, live=lambda: ILL, ready=lambda: FINE, started=lambda: ILL))
    assert [(await ask(app, path)).status for path in ("/livez", "/readyz", "/startupz")] == [503, 200, 503]


async def test_the_status_is_the_fleet_whole(app: ASGIApp) -> None:
    assert FleetView.model_validate_json((await ask(app, "/status")).body) == FLEET


async def test_metrics_come_as_the_collector_gives_them(app: ASGIApp) -> None:
    answer = await ask(app, "/metrics", accept="z/z")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "x/y; for=z/z", b"up 1\n")


async def test_without_a_collector_there_are_no_metrics() -> None:
    answer = await ask(application(replace(OPERATIONS, metrics=None)), "/metrics")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["detail"] == "no metrics are collected in this process"


@pytest.mark.parametrize(
    ("path", "method", "problem"),
    [
        ("/", "GET", {"status": 404, "title": "Not Found", "detail": "there is no /"}),
        ("/livez/", "GET", {"status": 404, "title": "Not Found", "detail": "there is no /livez/"}),
        ("/livez", "POST", {"status": 405, "title": "Method Not Allowed", "detail": "/livez does not take POST"}),
    ],
)
async def test_what_is_not_there_is_a_problem_by_the_standard(
    app: ASGIApp, path: str, method: str, problem: dict[str, object]
) -> None:
    answer = await ask(app, path, method)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {"type": "about:blank", **problem}
    assert answer.status == problem["status"]


async def test_a_broken_endpoint_is_a_problem_that_tells_no_internals() -> None:
    answer = await ask(application(replace(OPERATIONS, live=broken)), "/livez")
    assert answer.status == 500
    assert answer.json()["title"] == "Internal Server Error"
    assert b"secret" not in answer.body


@pytest.mark.parametrize("path", [*(endpoint.path for endpoint in ENDPOINTS), "/nowhere"])
async def test_every_answer_carries_the_security_headers(app: ASGIApp, path: str) -> None:
    headers = (await ask(app, path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_even_the_answer_of_a_broken_endpoint_carries_them() -> None:
    answer = await ask(application(replace(OPERATIONS, live=broken)), "/livez")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_probe_may_ask_for_the_head_only(app: ASGIApp) -> None:
    assert (await ask(app, "/livez", "HEAD")).status == 200
