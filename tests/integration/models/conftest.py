from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.services.fixtures import note_service
from tests.services.service import ServiceUnavailableError, in_ci
from tests.services.small_model.starting import ModelService, best_model


@pytest.fixture(scope="session")
def model_service(pytestconfig: pytest.Config) -> Iterator[ModelService]:
    """A real server with a real model; skips where there is none, but not in CI."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(best_model(may_install=in_ci()))
        except ServiceUnavailableError as error:
            if in_ci():
                raise
            pytest.skip(str(error))
        note_service(pytestconfig, running.service)
        yield running
