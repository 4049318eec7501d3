"""The release module, applied: what it tells Helm, and whether the chart takes the values it makes."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.tools.terraform import FOLDER, Terraform, terraform
from tests.charts.rendering import named, render
from tests.charts.tools import ToolMissingError
from tests.services.service import in_ci

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

# It stands where Helm would, since there is no cluster; it notes how it was called and what the files say it was given.
NOTING = """#!/bin/sh
echo "$*" >> "$NOTES/calls"
while [ $# -gt 0 ]; do
    if [ "$1" = --values ]; then cp "$2" "$NOTES/$(basename "$2")"; fi
    shift
done
"""
GIVEN: dict[str, Any] = {
    "partitions": {"texts": 12, "receipts": 12},
    "kafka": {"bootstrap_servers": "kafka:9092", "group_id": "poon-workers"},
    "release": {
        "enabled": True,
        "namespace": "poon",
        "name": "poon-workers",
        "context": "production",
        "image": {"repository": "images.example.org/poon-workers", "tag": "1"},
        "database_secret": "poon-database",
        "max_replicas": {"texts": 7, "receipts": 3},
        "values": "keda: {enabled: true}",
        "timeout_seconds": 60,
    },
}


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Terraform]:
    """The module alone, with a program that notes in the place of Helm."""
    program = tmp_path / "bin" / "helm"
    program.parent.mkdir()
    program.write_text(NOTING)
    program.chmod(0o755)
    with terraform(FOLDER) as ready:
        environment = {
            **ready.environment,
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "NOTES": str(tmp_path),
        }
        alone = Terraform(ready.copy / "modules/release", environment)
        (alone.copy / "terraform.tfvars.json").write_text(json.dumps(GIVEN))
        alone.run("init", "-backend=false", "-input=false")
        yield alone


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def test_a_release_is_installed_upgraded_when_something_changes_and_taken_away(
    release: Terraform, tmp_path: Path
) -> None:
    release.run("apply", "-auto-approve", "-input=false")
    (first,) = calls(tmp_path)
    assert first.startswith("upgrade poon-workers ")
    assert first.endswith(" --atomic --timeout 60s --kube-context production")
    assert " --install --create-namespace --namespace poon " in first

    release.run("apply", "-auto-approve", "-input=false")
    assert calls(tmp_path) == [first], "nothing has changed, so nothing is done"

    more = {**GIVEN, "release": {**GIVEN["release"], "max_replicas": {"texts": 8}}}
    (release.copy / "terraform.tfvars.json").write_text(json.dumps(more))
    release.run("apply", "-auto-approve", "-input=false")
    assert [call.split()[0] for call in calls(tmp_path)] == ["upgrade", "upgrade"]

    release.run("destroy", "-auto-approve", "-input=false")
    assert calls(tmp_path)[2:] == [
        "uninstall poon-workers --namespace poon --ignore-not-found --wait --timeout 60s --kube-context production"
    ]


def test_the_chart_takes_the_values_and_scales_as_far_as_they_say(release: Terraform, tmp_path: Path) -> None:
    release.run("apply", "-auto-approve", "-input=false")
    values = {
        **yaml.safe_load((tmp_path / "values.yaml").read_text()),
        **yaml.safe_load((tmp_path / "more.yaml").read_text()),
    }
    try:
        manifests = render(values)
    except ToolMissingError as error:
        if in_ci():
            raise
        pytest.skip(str(error))
    scaled = named(manifests, "ScaledObject", "poon-workers-texts")
    assert scaled["spec"]["maxReplicaCount"] == 7
    deployment = named(manifests, "Deployment", "poon-workers-receipts")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "images.example.org/poon-workers:1"
