"""The OpenAPI document tells of every route, and of what it really answers."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.http.endpoints import ENDPOINTS, application
from adapters.http.problems import SecureHeaders
from infra.tools.generators.openapi import document
from tests.fakes.asgi import ask
from tests.unit.adapters.http.test_endpoints import OPERATIONS

DOCUMENT = document()
APP = application(OPERATIONS)


def fits(body: Any, schema: dict[str, Any]) -> None:  # noqa: ANN401  JSON
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(body)


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


def test_every_route_is_in_the_document_and_nothing_else() -> None:
    assert isinstance(APP, SecureHeaders)
    assert isinstance(APP.app, Starlette)
    routes = {route.path for route in APP.app.routes if isinstance(route, Route)}
    assert len(routes) == len(APP.app.routes)
    assert routes == set(DOCUMENT["paths"])


@pytest.mark.parametrize("path", [endpoint.path for endpoint in ENDPOINTS])
async def test_a_real_answer_is_as_the_document_says(path: str) -> None:
    answer = await ask(APP, path)
    documented = DOCUMENT["paths"][path]["get"]["responses"][str(answer.status)]["content"]
    (schema,) = [content["schema"] for content in documented.values()]
    fits(answer.json() if "json" in answer.headers["content-type"] else answer.body.decode(), schema)


async def test_an_error_is_as_the_document_says() -> None:
    answer = await ask(APP, "/nowhere")
    (media_type, content), *_ = DOCUMENT["components"]["responses"]["Problem"]["content"].items()
    assert answer.headers["content-type"] == media_type
    fits(answer.json(), content["schema"])
