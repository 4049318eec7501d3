import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.models.asking import UnreachableError, Usage
from adapters.inference.models.client import retry_after
from adapters.inference.models.envelope import NAMED, certainty_of, read_completion

SENT = Usage(calls=1)


def body(**choice: Any) -> bytes:  # noqa: ANN401  a server may send anything
    return json.dumps(
        {"choices": [choice], "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}}
    ).encode()


def test_words_and_tokens_are_read() -> None:
    completion = read_completion(body(message={"role": "assistant", "content": "{}"}, finish_reason="stop"), SENT)
    assert (completion.content, completion.refused, completion.cut_off) == ("{}", False, False)
    assert completion.usage == Usage(1, 12, 3)


def test_who_answered_and_why_it_ended_is_read_where_it_is_told_in_words() -> None:
    told = b'{"model":"m-2026","choices":[{"message":{"content":"{}"},"finish_reason":"stop"}]}'
    completion = read_completion(told, SENT)
    assert (completion.model, completion.finish_reason) == ("m-2026", "stop")
    odd = json.dumps({"model": {"name": "m"}, "choices": [{"message": {"content": "{}"}, "finish_reason": "a\nb"}]})
    completion = read_completion(odd.encode(), SENT)
    assert (completion.model, completion.finish_reason) == (None, None)
    long = json.dumps({"model": "m" * 500, "choices": [{"message": {"content": "{}"}}]})
    assert read_completion(long.encode(), SENT).model == "m" * NAMED


def test_a_server_that_counts_no_tokens_is_understood() -> None:
    assert read_completion(b'{"choices":[{"message":{"content":"{}"}}]}', SENT).usage == SENT


def test_a_refusal_a_filter_and_a_cut_are_told_apart() -> None:
    assert read_completion(body(message={"content": None, "refusal": "no"}, finish_reason="stop"), SENT).refused
    assert read_completion(body(message={"content": ""}, finish_reason="content_filter"), SENT).refused
    assert read_completion(body(message={"content": "{"}, finish_reason="length"), SENT).cut_off


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"choices":[]}',
        b'{"choices":null}',
        b'{"choices":"many"}',
        b'{"choices":[{"message":"hello"}]}',
        b'{"choices":[{"message":{"content":12}}]}',
        b'{"choices":[{"message":{"content":"{}"}}],"usage":{"prompt_tokens":-4}}',
        b"<html>bad gateway</html>",
        b'{"choices":[{"message":{"content":"{}"',
    ],
)
def test_anything_else_is_no_answer(sent: bytes) -> None:
    with pytest.raises(UnreachableError):
        read_completion(sent, SENT)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(sent: bytes) -> None:
    with suppress(UnreachableError):
        read_completion(sent, SENT)


def test_probabilities_are_averaged_where_they_are_told() -> None:
    tokens = [{"token": "a", "logprob": math.log(0.5)}, {"token": "b", "logprob": math.log(0.125)}]
    told = read_completion(body(message={"content": "{}"}, logprobs={"content": tokens}), SENT)
    assert certainty_of(told) == pytest.approx(0.25)
    assert certainty_of(read_completion(body(message={"content": "{}"}, logprobs=None), SENT)) is None


NOW = 1_772_409_600.0  # Mon, 02 Mar 2026 00:00:00 GMT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Mon, 02 Mar 2026 00:01:00 GMT"}, 60.0),
        ({"retry-after": "Sun, 01 Mar 2026 00:01:00 GMT"}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_a_wish_to_be_left_alone_is_understood_in_every_spelling(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers, NOW) == seconds
