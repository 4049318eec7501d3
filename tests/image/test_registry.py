"""Push, sign and verify against a registry on loopback: a key instead of an identity, and no transparency log."""

import json
import os
import shutil
import subprocess
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from infra.image.saved import Saved
from infra.tools.delivery.image_size import LIMIT_MB
from tests.image.build import CACHE, ROOT
from tests.image.containers import Image
from tests.services.fixtures import note_finding
from tests.services.processes import ServiceProcess, find_program, free_ports
from tests.services.waiting import wait_until

pytestmark = pytest.mark.timeout(900)

SERVER: Final = "docker-registry"
"""Debian's package and program."""
SETTINGS: Final = """
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}/blobs}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
OFFLINE: Final = ("--allow-http-registry", "--key", "cosign.key", "--tlog-upload=false", "--use-signing-config=false")
CHECKED: Final = ("--allow-http-registry", "--insecure-ignore-tlog", "--key", "cosign.pub")
_PASSWORD: Final = {"COSIGN_PASSWORD": "of-a-key-that-lives-for-a-test"}
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Published:
    """An image in a registry.

    Attributes:
        name: by its digest.
        manifest: as the registry has it.
    """

    name: str
    manifest: dict[str, Any]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of an empty registry."""
    program = find_program(SERVER)
    if program is None:
        pytest.skip(f"no registry: apt-get install {SERVER}")
    folder = tmp_path_factory.mktemp("registry")
    (port,) = free_ports(1)
    (folder / "config.yml").write_text(SETTINGS.format(folder=folder, port=port))
    process = ServiceProcess([program, "serve", folder / "config.yml"], folder / "registry.log")
    try:
        wait_until(lambda: answers(port), "the registry")
        yield f"127.0.0.1:{port}"
    finally:
        process.stop()
        shutil.rmtree(folder)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/", timeout=5):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def published(image: Image, registry: str) -> Published:
    name = f"{registry}/poon-workers"
    image.engine.say("tag", image.name, f"{name}:test")
    # Docker takes a registry on loopback as it is.
    image.engine.say("push", *(() if image.engine.is_docker else ("--tls-verify=false",)), f"{name}:test")
    image.engine.say("image", "rm", f"{name}:test")
    kinds = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
    asked = urllib.request.Request(f"http://{registry}/v2/poon-workers/manifests/test", headers={"Accept": kinds})
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310  the one of this test
        return Published(f"{name}@{answer.headers['Docker-Content-Digest']}", json.load(answer))


def test_what_the_registry_stores_is_within_the_limit(
    published: Published, saved: Saved, pytestconfig: pytest.Config
) -> None:
    layers = [layer["size"] / _MB for layer in published.manifest["layers"]]
    told = ", ".join(f"{size:.1f}" for size in layers)
    on_disk = [size / _MB for size in saved.layer_sizes()]
    note_finding(pytestconfig, f"as a registry stores it: {sum(layers):.0f} MB; by layers, lowest first: {told}")
    note_finding(pytestconfig, f"on disk: {sum(on_disk):.0f} MB: {', '.join(f'{size:.1f}' for size in on_disk)}")
    assert sum(layers) < LIMIT_MB


@dataclass(frozen=True, slots=True)
class Signer:
    """cosign with a key of its own."""

    program: Path
    folder: Path

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.program), *words]
        settings = {**os.environ, **_PASSWORD}
        return subprocess.run(
            command, cwd=self.folder, env=settings, capture_output=True, text=True, check=False
        )  # fmt: skip


def signer(folder: Path) -> Signer:
    program = find_program("cosign", CACHE / "bin")
    if program is None:
        pytest.skip("no cosign: `make image-tools` builds it")
    made = Signer(program, folder)
    done = made.say("generate-key-pair")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def signed(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """Signed by the target of the release, its bill of materials attached."""
    ours = signer(tmp_path_factory.mktemp("keys"))
    given = " ".join(OFFLINE).replace("cosign.key", str(ours.folder / "cosign.key"))
    for words in (("sbom",), ("image-sign", f"IMAGE={published.name}", f"SIGNING={given}")):
        settings = {**os.environ, **_PASSWORD, "PATH": f"{ours.program.parent}{os.pathsep}{os.environ['PATH']}"}
        command = ["make", *words]
        done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return ours


def test_the_signature_is_verified_by_its_key_and_no_other(
    published: Published, signed: Signer, tmp_path: Path
) -> None:
    right = signed.say("verify", *CHECKED, published.name)
    assert right.returncode == 0, right.stderr
    assert signer(tmp_path).say("verify", *CHECKED, published.name).returncode != 0


def test_the_bill_of_materials_that_is_read_back_is_the_one_that_was_attached(
    published: Published, signed: Signer
) -> None:
    done = signed.say("verify-attestation", *CHECKED, "--type", "cyclonedx", published.name)
    assert done.returncode == 0, done.stderr
    attached = statement(json.loads(done.stdout.splitlines()[-1]))
    assert attached["predicate"] == json.loads((ROOT / "build/sbom.cdx.json").read_text())
    assert attached["subject"][0]["digest"]["sha256"] == published.name.rpartition(":")[2]


def statement(envelope: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(b64decode(envelope["payload"]))
    return told


def test_an_image_that_nobody_signed_is_refused(image: Image, registry: str, signed: Signer, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {image.name}\nLABEL planted=yes\n")
    name = f"{registry}/poon-workers:planted"
    image.engine.say("build", "--tag", name, str(tmp_path))
    try:
        image.engine.say("push", *(() if image.engine.is_docker else ("--tls-verify=false",)), name)
    finally:
        image.engine.say("image", "rm", name)
    assert signed.say("verify", *CHECKED, name).returncode != 0
