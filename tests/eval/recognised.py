"""The text of a folder's images, recognised once and kept in a file of the caller's choice."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter
from rich.progress import track

from adapters.inference.ocr.recognition import LocalTextRecognition
from adapters.inference.ocr.tiers import Tier
from contracts.readings import BackendAnswer
from workers.ports.errors import NothingFoundError
from workers.ports.inference import RecognisedText

_TEXT: TypeAdapter[RecognisedText] = TypeAdapter(RecognisedText)


def recognised_texts(images: Sequence[Path], kept: Path | None, tier: Tier = "accurate") -> list[RecognisedText]:
    """Recognise the images, in order, or recall them from `kept`, where the same engine read the same bytes before."""
    return asyncio.run(_recognised(images, kept, LocalTextRecognition(timeout_seconds=600, tier=tier)))


async def _recognised(images: Sequence[Path], kept: Path | None, engine: LocalTextRecognition) -> list[RecognisedText]:
    known = _load(kept)
    keys = [_key(engine.engine, image) for image in images]
    missing = [(key, image) for key, image in zip(keys, images, strict=True) if key not in known]
    if missing:
        async with engine:
            for key, image in track(missing, "reading images"):
                known[key] = await _read(engine, image.read_bytes())
                if kept is not None:
                    _append(kept, key, known[key])
    return [known[key] for key in keys]


async def _read(engine: LocalTextRecognition, data: bytes) -> RecognisedText:
    with suppress(NothingFoundError):
        return await engine.recognise(data)
    return RecognisedText((), 1, 1, "image/png", BackendAnswer(capability="text_recognition", backend=engine.engine))


def _key(engine: str, image: Path) -> str:
    return f"{engine}:{hashlib.sha256(image.read_bytes()).hexdigest()}"


def _load(kept: Path | None) -> dict[str, RecognisedText]:
    if kept is None or not kept.exists():
        return {}
    rows = (json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines())
    return {row["key"]: _TEXT.validate_python(row["text"]) for row in rows}


def _append(kept: Path, key: str, text: RecognisedText) -> None:
    with kept.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"key": key, "text": _TEXT.dump_python(text, mode="json")}, ensure_ascii=False) + "\n")
