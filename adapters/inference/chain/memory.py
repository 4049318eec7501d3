"""Answers remembered by tenant and exact question: nothing else, not by a letter, is answered from them."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from adapters.inference.models.asking import Reply, Usage

if TYPE_CHECKING:
    from adapters.inference.models.asking import A, Form, Question
    from workers.ports.cache import Cache

VERSION: Final = "2"
"""Of what is remembered and how. Prompt and form are part of the key as they are, so they need no version."""


def fingerprint(question: Question[A], server: str, tenant: str) -> str:
    """The key of a tenant's question to a server.

    Args:
        question: all of it counts, to the letter: instructions, material, form, picture, bound.
        server: everything the answer depends on besides: address, model, way of asking.
        tenant: who asks. Of what others asked nobody is told, not by an answer nor by how soon it comes.
    """
    picture = question.picture
    parts = [
        *(VERSION, tenant, server, question.capability, question.instructions, question.material),
        _schema(question.form),
        str(question.max_tokens),
        *(("", "") if picture is None else (picture.media_type, hashlib.sha256(picture.data).hexdigest())),
    ]
    # As JSON, so that no two lists of parts are written the same way.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@cache
def _schema(form: type[Form]) -> str:
    return json.dumps(form.model_json_schema(), sort_keys=True)


class _Remembered(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    key: str
    content: str
    certainty: float | None


class ResponseMemory:
    """Remembers replies in the cache for `seconds`; 0 remembers nothing."""

    def __init__(self, cache: Cache, seconds: float) -> None:
        self._cache = cache
        self._seconds = seconds

    async def recall(self, key: str, question: Question[A]) -> Reply | None:
        """The reply to this very question; None for an unknown or damaged one."""
        if not self._seconds:
            return None
        value = await self._cache.get(_place(key))
        if value is None:
            return None
        try:
            remembered = _Remembered.model_validate_json(value)
            question.form.model_validate_json(remembered.content)
        except ValidationError:
            return None
        if remembered.key != key:
            return None
        return Reply(remembered.content, Usage(), remembered.certainty)

    async def remember(self, key: str, reply: Reply) -> None:
        """Keep a reply."""
        if self._seconds:
            value = _Remembered(key=key, content=reply.content, certainty=reply.certainty)
            await self._cache.put(_place(key), value.model_dump_json().encode(), self._seconds)


def _place(key: str) -> str:
    return f"model:{key}"
