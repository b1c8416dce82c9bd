"""The configuration of docker-compose.yml, copied to be run here: other addresses, quicker clocks, nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.servers import ROOT

DEPLOY = ROOT / "deploy"


def prometheus(folder: Path, scraped: str, alertmanager: str = "127.0.0.1:9") -> Path:
    """Configuration file of a Prometheus that scrapes `scraped` (host:port) every second."""
    copy = folder / "prometheus"
    shutil.copytree(DEPLOY / "prometheus", copy)
    for path in (copy / "prometheus.yml", *copy.glob("rules/*.yml")):
        text = path.read_text("utf-8").replace("_interval: 10s", "_interval: 1s").replace("for: 30s", "for: 1s")
        path.write_text(text, "utf-8")
    for target in ("worker", "scores"):
        (copy / "targets" / f"{target}.yml").write_text(f'- targets: ["{scraped}"]\n', "utf-8")
    (copy / "targets" / "ingest.yml").write_text("[]\n", "utf-8")
    (copy / "targets" / "alertmanager.yml").write_text(f'- targets: ["{alertmanager}"]\n', "utf-8")
    return copy / "prometheus.yml"


def alertmanager(folder: Path, receiver: str) -> Path:
    """Configuration file of an Alertmanager that posts to `receiver` after two seconds, with the token `a-token`."""
    token = folder / "webhook_token"
    token.write_text("a-token", "utf-8")
    text = (DEPLOY / "alertmanager" / "alertmanager.yml").read_text("utf-8")
    for old, new in {
        "http://host.docker.internal:9000/segpulse": receiver,
        "/run/secrets/webhook_token": str(token),
        "group_wait: 30s": "group_wait: 2s",
        "group_interval: 5m": "group_interval: 1s",
    }.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "alertmanager.yml"
    path.write_text(text, "utf-8")
    return path
