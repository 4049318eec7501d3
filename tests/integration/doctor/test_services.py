"""What a doctor sees of a real Redis, a bucket, a folder and a model server."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from redis import Redis

from adapters.cache.examining import RedisExaminer
from adapters.http.models import HttpModelServerExaminer
from adapters.storage.examining import ImageStoreExaminer
from adapters.storage.opening import S3Options
from tests.conformance.storage.test_s3 import options
from tests.services.s3 import S3Service
from workers.entrypoints.doctor.services import ModelServer, look_at_cache, look_at_images, look_at_model
from workers.ports.errors import UnavailableError

pytestmark = pytest.mark.integration

KEY, MODEL = "sk-right", "qwen3:8b"


class _Models(BaseHTTPRequestHandler):
    """Tells its models to who has the key."""

    def do_GET(self) -> None:
        right = self.headers["authorization"] == f"Bearer {KEY}" and self.path == "/v1/models"
        body = json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode()
        self.send_response(200 if right else 401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def model_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Models)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_a_model_server_takes_the_key_and_has_the_model() -> None:
    with model_server() as url:
        assert await look_at_model("ollama", ModelServer(HttpModelServerExaminer(url, KEY, 5), MODEL)) == []
        (unknown,) = await look_at_model("ollama", ModelServer(HttpModelServerExaminer(url, KEY, 5), "gpt"))
        (refused,) = await look_at_model("ollama", ModelServer(HttpModelServerExaminer(url, "sk-wrong", 5), MODEL))
        (keyless,) = await look_at_model("ollama", ModelServer(HttpModelServerExaminer(url, None, 5), MODEL))
    assert "has no model gpt; it has qwen3:8b" in unknown.what
    assert "refuses the key (401)" in refused.what
    assert "refuses the key (401)" in keyless.what
    assert "sk-" not in refused.what + refused.do


async def test_a_model_server_that_is_away_is_told() -> None:
    away = HttpModelServerExaminer("http://127.0.0.1:1/v1", KEY, 2)
    (finding,) = await look_at_model("ollama", ModelServer(away, MODEL))
    assert "http://127.0.0.1:1/v1 cannot be asked" in finding.what


async def test_a_redis_tells_what_it_does_when_it_is_full(fresh_redis: str) -> None:
    examiner = RedisExaminer(fresh_redis, 5)
    assert await look_at_cache(examiner, counts_budgets=True) == []
    with Redis.from_url(fresh_redis) as client:
        before: Any = client.config_get("maxmemory*")
        try:
            client.config_set("maxmemory", "1gb")
            client.config_set("maxmemory-policy", "noeviction")
            (bounded,) = await look_at_cache(examiner, counts_budgets=True)
            client.config_set("maxmemory-policy", "allkeys-lru")
            (forgetful,) = await look_at_cache(examiner, counts_budgets=True)
        finally:
            for name in ("maxmemory", "maxmemory-policy"):
                client.config_set(name, before[name])
    assert "policy noeviction" in bounded.what
    assert "may forget any key" in forgetful.what


async def test_a_redis_that_is_away_is_told_without_its_password() -> None:
    with pytest.raises(UnavailableError, match=r"Redis at 127\.0\.0\.1:1 cannot be used") as caught:
        await RedisExaminer("redis://:secret@127.0.0.1:1/0", 2).state()
    assert "secret" not in str(caught.value)
    assert await RedisExaminer("memory://", 2).state() is None


async def test_a_bucket_is_looked_at_by_listing_it(s3_service: S3Service, fresh_bucket: str) -> None:
    assert await look_at_images(ImageStoreExaminer(f"s3://{fresh_bucket}/images", options(s3_service))) == []
    (finding,) = await look_at_images(ImageStoreExaminer("s3://never-made", options(s3_service)))
    assert "never-made" in finding.what
    (wrong,) = await look_at_images(ImageStoreExaminer("s3://", S3Options()))
    assert "image store URL" in wrong.what


def test_a_folder_is_looked_at_and_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "images" / "below"
    examiner = ImageStoreExaminer(f"file://{folder}", S3Options())
    assert asyncio.run(look_at_images(examiner)) == []
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "images").write_text("no folder")
    (finding,) = asyncio.run(look_at_images(examiner))
    assert finding.what == f"{tmp_path / 'images'} is no folder"
