"""The committed demo documents and what is true of them."""

import json
from importlib.resources import files
from typing import Any

_DEMO = files("workers.entrypoints.demo_data")


def demo_image(name: str) -> bytes:
    return (_DEMO / "images" / name).read_bytes()


def demo_keys() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_DEMO / "keys.jsonl").read_text(encoding="utf-8").splitlines()]
