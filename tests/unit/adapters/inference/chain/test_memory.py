import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.chain.memory import ResponseMemory, fingerprint
from adapters.inference.models.asking import Picture, Question, Usage
from adapters.inference.models.forms import CategoryForm, SpendingForm
from tests.fakes.cache import VisibleCache
from tests.fakes.models import reply

CONTENT = '{"category":"Food & Dining","evidence":null}'
QUESTION = Question("categorization", "judge", "taxi 100", CategoryForm, 100)
SERVER = "http://ollama/v1|qwen3"


def key(question: Question[CategoryForm] = QUESTION, server: str = SERVER, tenant: str = "acme") -> str:
    return fingerprint(question, server, tenant)


async def test_the_very_same_question_is_answered_from_memory_and_took_no_calls() -> None:
    memory = ResponseMemory(VisibleCache(), 60)
    await memory.remember(key(), reply(CONTENT, certainty=0.5))
    recalled = await memory.recall(key(), QUESTION)
    assert recalled == reply(CONTENT, Usage(), certainty=0.5)


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(QUESTION, material="taxi 300"),
        dataclasses.replace(QUESTION, material="taxi 100 "),
        dataclasses.replace(QUESTION, material="Taxi 100"),
        dataclasses.replace(QUESTION, instructions="judge "),
        dataclasses.replace(QUESTION, capability="text_extraction"),
        dataclasses.replace(QUESTION, max_tokens=101),
        dataclasses.replace(QUESTION, picture=Picture(b"1", "image/png")),
    ],
)
def test_any_difference_is_another_key(other: Question[CategoryForm]) -> None:
    assert key(other) != key()


def test_another_tenant_is_another_key() -> None:
    assert len({key(tenant=tenant) for tenant in ("acme", "rival", "")}) == 3


def test_another_server_model_or_form_is_another_key() -> None:
    assert key(server=SERVER + "-8b") != key()
    form = Question("categorization", "judge", "taxi 100", SpendingForm, 100)
    assert fingerprint(form, SERVER, "acme") != key()
    first, second = (dataclasses.replace(QUESTION, picture=Picture(data, "image/png")) for data in (b"1", b"2"))
    assert key(first) != key(second)


@given(st.text(), st.text(), st.text(), st.text())
def test_near_identical_questions_never_share_a_key(one: str, two: str, three: str, four: str) -> None:
    """Nor may what is moved from one part to the next."""
    first = dataclasses.replace(QUESTION, instructions=one, material=two)
    second = dataclasses.replace(QUESTION, instructions=three, material=four)
    assert (key(first) == key(second)) == ((one, two) == (three, four))


async def test_nothing_is_remembered_where_that_is_switched_off() -> None:
    cache = VisibleCache()
    memory = ResponseMemory(cache, 0)
    await memory.remember(key(), reply(CONTENT))
    assert cache.values == {}
    assert await memory.recall(key(), QUESTION) is None


@pytest.mark.parametrize("damaged", [b"", b"{}", b"\xff", b'{"key":"other","content":"{}","certainty":null}'])
async def test_a_damaged_value_is_none(damaged: bytes) -> None:
    cache = VisibleCache()
    cache.values[f"model:{key()}"] = damaged
    assert await ResponseMemory(cache, 60).recall(key(), QUESTION) is None


async def test_a_value_stored_for_another_question_does_not_answer() -> None:
    cache = VisibleCache()
    memory = ResponseMemory(cache, 60)
    await memory.remember("other", reply(CONTENT))
    cache.values[f"model:{key()}"] = cache.values["model:other"]
    assert await memory.recall(key(), QUESTION) is None


async def test_what_no_longer_fits_the_form_does_not_answer() -> None:
    cache = VisibleCache()
    memory = ResponseMemory(cache, 60)
    await memory.remember(key(), reply('{"category":"Pets","evidence":null}'))
    assert await memory.recall(key(), QUESTION) is None
