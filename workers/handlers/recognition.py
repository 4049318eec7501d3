"""Recognised text, remembered by the exact image."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter, ValidationError

from contracts.envelope import partition_key
from workers.ports.cache import Cache
from workers.ports.inference import RecognisedText, TextRecognition

CACHE_TTL_SECONDS: Final = 7 * 24 * 3600.0

_STORED: Final = TypeAdapter(RecognisedText)


def remembered_of(tenant: str, owner: str) -> str:
    """What the keys of all that is remembered of an owner's pictures begin with."""
    return f"ocr:{partition_key(tenant, owner)}:"


async def recognise(image: bytes, identity: str, *, recognition: TextRecognition, cache: Cache) -> RecognisedText:
    """Recognise an image, or recall what the same engine made of the very same bytes before.

    Args:
        image: the bytes.
        identity: whose image it is, see `remembered_of`, and its SHA-256: what is recalled says that it was there, and
            must tell nobody of another's.
        recognition: reads what is not remembered.
        cache: remembers.
    """
    key = f"{identity}:{recognition.engine}"
    remembered = _read(await cache.get(key), recognition.engine)
    if remembered is not None:
        return remembered
    text = await recognition.recognise(image)
    # Another engine's answer, given while the first was down, must not answer once that one is back; nor the first
    # one's, where it was not sure and the others, which might have read more, were asked or could not be.
    if text.answer.backend == recognition.engine and not text.others:
        await cache.put(key, _STORED.dump_json(text), CACHE_TTL_SECONDS)
    return text


def _read(value: bytes | None, engine: str) -> RecognisedText | None:
    """The remembered text, marked as such; None for a value that is damaged or of another engine."""
    if value is None:
        return None
    try:
        text = _STORED.validate_json(value)
    except ValidationError:
        return None
    if text.answer.backend != engine:
        return None
    answer = text.answer.model_copy(update={"cached": True, "calls": 0, "cost": None, "exact_cost": None})
    return replace(text, answer=answer)
