"""What is in the image, and what it says of itself."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from infra.image.rules import every
from infra.image.saved import Saved
from infra.tools.delivery.build_secrets import AUTHORITIES
from tests.image.build import COMMIT_VARIABLE, ROOT, SECRET_VARIABLE
from tests.image.test_registry import SERVER
from tests.services.fixtures import note_finding
from tests.services.processes import find_program

pytestmark = pytest.mark.timeout(600)

_MB: Final = 1_000_000
_HOST_AUTHORITIES: Final = Path(os.environ.get("PIP_CERT") or "/etc/ssl/certs/ca-certificates.crt")


def test_nothing_in_it_is_what_no_image_may_be(saved: Saved, base_layers: int) -> None:
    assert not every(saved, base_layers)


def test_it_tells_the_commit_that_it_was_built_from(saved: Saved) -> None:
    """Podman takes a label for unchanged whose build argument has changed, and so one of an older commit."""
    commit = os.environ.get(COMMIT_VARIABLE)
    if not commit:
        pytest.skip("an image that was built elsewhere, from whatever commit")
    assert saved.runs["Labels"]["org.opencontainers.image.revision"] == commit


@pytest.mark.skipif(find_program(SERVER) is not None, reason="weighed as a registry stores it")
def test_it_weighs_less_than_its_limit(saved: Saved, pytestconfig: pytest.Config) -> None:
    with saved.archive.open("rb") as archive:
        weighed = subprocess.run(
            [sys.executable, "-m", "infra.tools.delivery.image_size", "--built"],
            cwd=ROOT,
            stdin=archive,
            capture_output=True,
            text=True,
            check=False,
        )
    layers = ", ".join(f"{size / _MB:.1f}" for size in saved.layer_sizes())
    note_finding(pytestconfig, f"{weighed.stdout.strip()}; on disk by layers, lowest first, MB: {layers}")
    assert weighed.returncode == 0, weighed.stdout + weighed.stderr


def test_nothing_of_how_it_was_built_stays_in_it(saved: Saved, base_layers: int) -> None:
    secret = os.environ.get(SECRET_VARIABLE, "")
    if not secret:
        pytest.skip("an image that was built elsewhere: nobody knows with which secrets")
    authorities = _HOST_AUTHORITIES.read_bytes() if _HOST_AUTHORITIES.exists() else b"none"
    marks = (secret.encode(), AUTHORITIES.encode())
    assert not [name for name in (secret, AUTHORITIES) if name in str(saved.config)]
    found = []
    for file in saved.files(above=base_layers):
        content = file.content or b""
        if content == authorities or any(mark in content for mark in marks):
            found.append(file.path)
    assert not found
