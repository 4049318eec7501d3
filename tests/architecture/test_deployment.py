"""The image and the compose file stay hardened, and start things in an order that works."""

import re
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT
from workers.config import HttpSettings
from workers.config.leaves import leaves

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "infra/compose/compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
FLEET = {"migrate", "topics", "workers"}
ONE_SHOT = {"migrate", "topics"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_container_can_gain_privileges(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"kafka"}))
def test_root_file_systems_are_read_only(name: str) -> None:
    assert SERVICES[name]["read_only"] is True


@pytest.mark.parametrize("name", sorted(FLEET))
def test_the_fleet_gets_no_capability_back(name: str) -> None:
    assert "cap_add" not in SERVICES[name]
    assert "user" not in SERVICES[name]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - FLEET))
def test_foreign_images_have_a_version(name: str) -> None:
    assert re.search(r":\d+[\w.-]*$", SERVICES[name]["image"])


@pytest.mark.parametrize("name", sorted(set(SERVICES) - FLEET))
def test_every_service_of_others_tells_its_health(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_ports_are_published_on_loopback_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_fleet_starts_when_tables_and_topics_are_there() -> None:
    waits = {name: need["condition"] for name, need in SERVICES["workers"]["depends_on"].items()}
    assert waits == dict.fromkeys(ONE_SHOT, "service_completed_successfully") | dict.fromkeys(
        set(SERVICES) - FLEET, "service_healthy"
    )


def test_one_shot_services_end() -> None:
    assert {name for name, service in SERVICES.items() if service["restart"] == "no"} == ONE_SHOT


def test_every_volume_is_named_and_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


def test_every_variable_has_a_default_and_is_shown_in_the_example() -> None:
    text = "".join(path.read_text() for path in (ROOT / "infra/compose").glob("*.yaml"))
    used = dict(re.findall(r"\$\{(\w+)(?::-([^}]*))?\}", text))
    shown = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / "infra/compose/.env.example").read_text(), flags=re.MULTILINE))
    assert used == shown


def test_only_settings_that_exist_are_set() -> None:
    image = re.findall(r"\b(POON_\w+)=", DOCKERFILE)
    assert image
    assert {*image, *SERVICES["workers"]["environment"]} <= {leaf.env_name for leaf in leaves()}


def test_the_image_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, flags=re.MULTILINE)[-1] == "10001:10001"


def test_the_image_installs_by_hash_only() -> None:
    installs = re.findall(r"-r requirements[\w-]*\.lock", DOCKERFILE)
    assert installs
    assert DOCKERFILE.count("--require-hashes") == len(installs)


def test_the_image_tells_its_health() -> None:
    assert 'CMD ["poon", "health"]' in DOCKERFILE


def test_nothing_in_the_image_is_started_by_a_shell() -> None:
    started = re.findall(r"^(?:ENTRYPOINT|CMD|HEALTHCHECK .*CMD) (.)", DOCKERFILE, flags=re.MULTILINE)
    assert started == ["["] * 3


def test_the_image_is_built_in_two_stages_and_ships_the_second() -> None:
    first, second = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    assert "pip" in first
    assert "pip" not in second.replace("--without-pip", "")


def test_the_image_answers_probes_from_outside_on_the_port_it_declares() -> None:
    settings = dict(re.findall(r"\b(POON_HTTP__\w+)=(\S+)", DOCKERFILE))
    assert settings == {"POON_HTTP__HOST": "0.0.0.0"}  # noqa: S104  within a container
    assert re.findall(r"^EXPOSE (.+)$", DOCKERFILE, flags=re.MULTILINE) == [str(HttpSettings().port)]


def test_no_probe_port_of_the_fleet_is_published() -> None:
    assert not [name for name in FLEET if "ports" in SERVICES[name]]


def test_containers_run_the_kafka_that_the_tests_run() -> None:
    pinned = re.search(r"<kafka\.version>(.+)</kafka\.version>", (ROOT / "infra/kafka/pom.xml").read_text())
    assert pinned is not None
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{pinned.group(1)}"
