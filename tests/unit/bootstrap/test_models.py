"""Chains are wired as the settings say, and without model servers nothing is wired at all."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from adapters.inference.chain.capabilities import TextExtractionChain
from adapters.inference.texts import RuleCategorization, RuleTextExtraction
from tests.fakes.cache import VisibleCache
from tests.fakes.clock import FakeClock
from tests.fakes.inference import FakeReceiptExtraction, FakeRecognition
from tests.unit.handlers.examples import RECEIPT_READING, RECOGNISED
from workers.bootstrap.models import Backends, Serving, serving
from workers.config import Settings

LOCAL = Backends(
    FakeRecognition(RECOGNISED), FakeReceiptExtraction(RECEIPT_READING), RuleTextExtraction(), RuleCategorization()
)
SERVER = {"base_url": "http://127.0.0.1:9/v1", "model": "qwen3:8b"}


async def wired(**settings: Any) -> Serving:  # noqa: ANN401  settings of all kinds
    async with AsyncExitStack() as stack:
        return await serving(Settings.model_validate(settings), LOCAL, VisibleCache(), FakeClock(), stack)


async def test_without_model_servers_the_local_backends_stand_alone() -> None:
    served = await wired()
    assert served.backends is LOCAL
    assert (served.limiters, served.models) == ((), ())


async def test_a_server_that_no_chain_names_is_not_even_opened() -> None:
    assert (await wired(models={"servers": {"ollama": SERVER}})).backends is LOCAL


async def test_a_server_in_several_chains_is_one_backend() -> None:
    served = await wired(
        models={"servers": {"ollama": SERVER}},
        chains={"text_extraction": "rules,ollama", "categorization": "rules,ollama"},
    )
    assert [gauge.status.backend for gauge in served.limiters] == ["ollama/qwen3:8b"]
    assert [gauge.model_status.breaker for gauge in served.models] == [0]
    assert isinstance(served.backends.texts, TextExtractionChain)


@pytest.mark.parametrize("chain", ["rules,ollama", "ollama,rules", "ollama"])
async def test_every_order_can_be_wired(chain: str) -> None:
    served = await wired(
        models={"servers": {"ollama": SERVER}},
        chains={
            "text_extraction": chain,
            "receipt_extraction": chain,
            "categorization": chain,
            "text_recognition": chain.replace("rules", "ocr"),
        },
        runtime={"handler_timeout_seconds": 300},
    )
    first = "ollama/qwen3:8b" if chain.startswith("ollama") else LOCAL.recognition.engine
    assert served.backends.recognition.engine == first
