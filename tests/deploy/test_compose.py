"""docker-compose.yml: images pinned, files there, secrets from the environment, and what it runs exists."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
import yaml
from click.testing import CliRunner

from segpulse.cli import cli
from streams import settings
from tests.documents import ALERTS
from tests.servers import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("segpulse:")}


@pytest.mark.parametrize("name", SERVICES)
def test_image_is_pinned(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].rpartition(":")
    assert image
    assert re.fullmatch(r"v?\d+\.\d+\.\d+(-alpine)?", tag), f"{name}: {tag!r} may change under us"


@pytest.mark.parametrize("name", OURS)
def test_command_exists(name: str) -> None:
    result = CliRunner().invoke(cli, [*OURS[name]["command"], "--help"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", OURS)
def test_settings_exist(name: str) -> None:
    sections = {field.name: field.type for field in msgspec.structs.fields(settings.Settings)}
    for variable in OURS[name]["environment"]:
        if variable == "SEGPULSE_BOARD_TOKEN":  # a secret, so no setting
            continue
        prefix, section, key = variable.lower().split("_", 2)
        assert prefix == "segpulse"
        assert key in {field.name for field in msgspec.structs.fields(sections[section])}, variable


def test_mounted_files_exist() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]
    for source in (mount.split(":")[0] for mount in mounts):
        if source.startswith("./"):
            assert (ROOT / source).is_dir(), source
        else:
            assert source in COMPOSE["volumes"], source


def test_who_calls_waits_for_nothing_that_it_calls_about() -> None:
    """Else a worker that does not come up keeps Prometheus from starting, and nobody is told."""
    for name in ("prometheus", "alertmanager", "grafana"):
        assert not OURS.keys() & SERVICES[name].get("depends_on", {}).keys()


def test_dependencies_can_be_waited_for() -> None:
    for name, service in SERVICES.items():
        for other, wait in service.get("depends_on", {}).items():
            if wait["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], f"{name} waits for the health of {other}, which has no check"
            else:
                assert SERVICES[other]["restart"] == "no", f"{name} waits for the end of {other}, which never ends"


def test_only_the_loopback_interface_is_opened() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_secrets_come_from_the_environment() -> None:
    asked = set(re.findall(r"\$\{(\w+)", TEXT)) | {secret["environment"] for secret in COMPOSE["secrets"].values()}
    offered = set(re.findall(r"^(\w+)=$", (ROOT / "deploy" / "env.example").read_text("utf-8"), re.MULTILINE))
    assert asked == offered
    for name, value in re.findall(r"(\w*(?:PASSWORD|TOKEN|AUTH)\w*): (.*)", TEXT):
        assert value.startswith("${"), name


def test_the_profile_that_is_told_of_is_that_of_the_alerts() -> None:
    assert SERVICES["alerts"]["profiles"] == re.findall(r"--profile (\w+) up", ALERTS)


def test_prometheus_scrapes_the_services_that_are_there() -> None:
    for path in (ROOT / "deploy" / "prometheus" / "targets").glob("*.yml"):
        for group in yaml.safe_load(path.read_text("utf-8")):
            for target in group["targets"]:
                host, _, port = target.partition(":")
                assert f"localhost:{port}/" in str(SERVICES[host]["healthcheck"]["test"]), target


def test_what_the_image_copies_exists_and_is_let_through() -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copied = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    for path in " ".join(copied).split():
        assert f"!{path}" in ignore, path
        assert (ROOT / path).exists(), path
