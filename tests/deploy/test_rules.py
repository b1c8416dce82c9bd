"""Prometheus' and Alertmanager's own tools on the files that docker-compose.yml runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.servers import ROOT, program

DEPLOY = ROOT / "deploy"
TESTS = Path(__file__).parent


def run(*argv: str | Path) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_its_configuration_and_rules() -> None:
    said = run(program("promtool", "prometheus"), "check", "config", DEPLOY / "prometheus" / "prometheus.yml")
    assert "2 rule files found" in said


def test_prometheus_takes_the_job_for_kubernetes(tmp_path: Path) -> None:
    text = (DEPLOY / "prometheus" / "kubernetes.yml").read_text("utf-8")
    finds, file = "kubernetes_sd_configs:\n      - role: pod\n", tmp_path / "prometheus.yml"
    assert finds in text  # Debian's Prometheus is built without it
    file.write_text(text.replace(finds, "static_configs:\n      - targets: [pod]\n"), "utf-8")
    assert "is valid prometheus config file" in run(program("promtool", "prometheus"), "check", "config", file)


@pytest.mark.parametrize("cases", sorted(TESTS.glob("*_test.yml")), ids=lambda path: path.stem)
def test_rules_fire_when_they_should(cases: Path) -> None:
    run(program("promtool", "prometheus"), "test", "rules", cases)


def test_alertmanager_takes_its_configuration() -> None:
    said = run(program("amtool", "prometheus-alertmanager"), "check-config", DEPLOY / "alertmanager/alertmanager.yml")
    assert "1 receivers" in said
