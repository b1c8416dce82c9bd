"""`segpulse check` against servers that are there, are not there, and are not what they should be."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kafka.admin import KafkaAdminClient

from segpulse.checking import command
from segpulse.checking.finding import Finding
from segpulse.checking.probes import PROBES
from segpulse.cli import cli
from streams import settings
from streams.settings import Settings
from streams.tools import topics
from streams.tools.local.servers import LOOPBACK, Server, free_port
from tests.consumers.receiver import ROUTING_KEY, SECRET, Receiver, listening
from tests.deploy import exporter


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Settings by which no server is there, and no port is taken."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEGPULSE_KAFKA_BROKER", f"{LOOPBACK}:{free_port()}")
    monkeypatch.setenv("SEGPULSE_REDIS_URL", f"redis://:{SECRET}@{LOOPBACK}:{free_port()}/0")
    for name in ("WORKER", "PROMETHEUS", "BOARD", "ALERTS", "INGEST", "REDIS_HEALTH"):
        monkeypatch.setenv(f"SEGPULSE_{name}_PORT", str(free_port()))
    return monkeypatch


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens who says nothing."""
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def checked(code: int, *options: str) -> dict[str, list[dict[str, Any]]]:
    """The findings by subject."""
    result = CliRunner().invoke(cli, [*options, "check", "--json"])
    assert result.exit_code == code, result.output
    assert SECRET not in result.output
    assert ROUTING_KEY not in result.output
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in json.loads(result.output):
        found.setdefault(finding["subject"], []).append(finding)
    return found


def test_all_is_well(embedded_broker: Server, redis_server: Server, environ: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    environ.setenv("SEGPULSE_KAFKA_BROKER", embedded_broker.address)
    environ.setenv("SEGPULSE_REDIS_URL", redis_server.address)
    environ.setenv("SEGPULSE_ALERTS_SLACK_WEBHOOK", receiver.url)
    environ.setenv("SEGPULSE_ALERTS_PAGERDUTY_KEY", ROUTING_KEY)
    environ.setenv("SEGPULSE_ALERTS_PAGERDUTY_URL", receiver.url)
    kafka = settings.load().kafka
    with topics.connect(kafka, 5) as admin:
        topics.create(admin, kafka)
    with listening(receiver):
        found = checked(0)
        shown = CliRunner().invoke(cli, ["check"])
    assert list(found) == ["settings", "kafka", "topics", "redis", "alerts", "worker", "prometheus", "board", "ingest"]
    assert len(found["alerts"]) == 3  # two receivers, and the port
    assert not receiver.posts
    assert shown.exit_code == 0
    assert [line.split()[0] for line in shown.output.splitlines()] == ["ok"] * 12


def test_a_misspelt_variable_is_said_so(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("SEGPULSE_ALERT_SLACK_WEBHOOK", f"https://hooks.slack.com/{SECRET}")
    environ.setenv("SEGPULSE_NOTHING_LIKE_IT", "1")
    environ.setenv("SEGPULSE_WEBHOOK_TOKEN", SECRET)  # Alertmanager's
    wrong = [finding for finding in checked(1)["settings"] if not finding["ok"]]
    assert [(finding["found"], finding["right"]) for finding in wrong] == [
        ("nothing reads the variable SEGPULSE_ALERT_SLACK_WEBHOOK", "SEGPULSE_ALERTS_SLACK_WEBHOOK"),
        ("nothing reads the variable SEGPULSE_NOTHING_LIKE_IT", ""),
    ]


def test_nothing_is_there(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("SEGPULSE_ALERTS_WEBHOOK", f"http://{LOOPBACK}:{free_port()}/{SECRET}")
    began = time.monotonic()
    found = checked(1)
    assert time.monotonic() - began < 2 * command.PATIENCE_S
    wrong = {subject for subject, findings in found.items() if not all(finding["ok"] for finding in findings)}
    assert wrong == {"kafka", "topics", "redis", "alerts"}
    for subject in ("kafka", "redis", "alerts"):
        assert "Connection refused" in found[subject][0]["found"]
        assert found[subject][0]["right"]


def test_a_mistake_in_the_file_is_all_there_is_to_say(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[time]\ntick = "7s"')
    assert checked(1, "--config", str(file)) == {
        "settings": [
            {
                "subject": "settings",
                "ok": False,
                "found": f"{file}: time.tick: must be a multiple of 10s, the width of a pane",
                "right": "",
            }
        ]
    }


@pytest.mark.parametrize("broker", ["kafka", "kafka:", "127.0.0.1:99999", "127.0.0.1:x", f"{'a' * 70}.test:9092"])
def test_an_address_that_is_none(broker: str, environ: pytest.MonkeyPatch) -> None:
    environ.setenv("SEGPULSE_KAFKA_BROKER", broker)
    (finding,) = checked(1)["kafka"]
    assert not finding["ok"]
    assert "kafka.broker" in finding["right"]


@pytest.mark.parametrize("url", [f"redis://:pass/{SECRET}@localhost:6379/0", f"http://{SECRET}", "redis://[bad"])
def test_a_redis_url_that_is_none(url: str, environ: pytest.MonkeyPatch) -> None:
    environ.setenv("SEGPULSE_REDIS_URL", url)
    finding, _ = checked(1)["redis"]
    assert not finding["ok"]
    assert finding["found"].startswith("redis.url (SEGPULSE_REDIS_URL): must be redis://")


def test_a_broker_that_is_another_server_is_not_waited_for(environ: pytest.MonkeyPatch, taken: int) -> None:
    environ.setenv("SEGPULSE_KAFKA_BROKER", f"{LOOPBACK}:{taken}")
    found = checked(1)
    assert found["kafka"][0]["ok"]
    assert not found["topics"][0]["ok"]


def test_topics_that_are_not_there_and_others(embedded_broker: Server, environ: pytest.MonkeyPatch) -> None:
    environ.setenv("SEGPULSE_KAFKA_BROKER", embedded_broker.address)
    with KafkaAdminClient(bootstrap_servers=embedded_broker.address) as admin:
        names = list(topics.all_topics(settings.load().kafka))
        admin.delete_topics([topic["name"] for topic in admin.describe_topics() if topic["name"] in names])
        told = [finding["found"] for finding in checked(1)["topics"]]
        assert told == [f"{name}: missing; `segpulse topics create` makes it" for name in names]
        topics.create(admin, settings.load().kafka)
        environ.setenv("SEGPULSE_KAFKA_REPLICATION", "2")
        told = [finding["found"] for finding in checked(1)["topics"]]
        assert [line.partition(":")[0] for line in told] == sorted(names)
        assert all("has 1 replicas, kafka.replication is 2: add some" in line for line in told)
        environ.setenv("SEGPULSE_KAFKA_PARTITIONS", "7")
        (finding,) = checked(1)["topics"]
        assert "kafka.partitions is 7, but " in finding["found"]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("WEBHOOK", f"hooks.test/{SECRET}", "alerts.webhook (SEGPULSE_ALERTS_WEBHOOK) must be the http://"),
        ("PAGERDUTY_KEY", SECRET, "alerts.pagerduty_key (SEGPULSE_ALERTS_PAGERDUTY_KEY) must be"),
        ("SLACK_WEBHOOK", f"http://no.invalid/{SECRET}", "slack at http://no.invalid does not answer: "),
    ],
)
def test_receivers_that_are_none(key: str, value: str, says: str, environ: pytest.MonkeyPatch) -> None:
    environ.setenv(f"SEGPULSE_ALERTS_{key}", value)
    receiver, port = checked(1)["alerts"]
    assert receiver["found"].startswith(says)
    assert not receiver["ok"]
    assert port["ok"]


def test_a_port_of_somebody_else_and_one_of_ours(environ: pytest.MonkeyPatch, taken: int) -> None:
    environ.setenv("SEGPULSE_BOARD_PORT", str(taken))
    with exporter.serving() as (address, _):
        environ.setenv("SEGPULSE_PROMETHEUS_PORT", address.partition(":")[2])
        found = checked(1)
    assert found["board"][0]["found"] == f"cannot listen on {LOOPBACK}:{taken}: Address already in use"
    assert "SEGPULSE_BOARD_PORT" in found["board"][0]["right"]
    assert found["prometheus"][0] == {
        "subject": "prometheus",
        "ok": True,
        "found": f"{address} (prometheus.port) is served by segpulse already",
        "right": "",
    }


def test_the_board_open_to_all_needs_a_token(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("SEGPULSE_BOARD_HOST", "0.0.0.0")
    environ.delenv("SEGPULSE_BOARD_TOKEN", raising=False)
    assert "SEGPULSE_BOARD_TOKEN" in checked(1)["board"][0]["found"]


def test_ingest_open_to_all_needs_a_token(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("SEGPULSE_INGEST_HOST", "0.0.0.0")
    assert "SEGPULSE_INGEST_TOKEN" in checked(1)["ingest"][0]["found"]
    environ.setenv("SEGPULSE_INGEST_TOKEN", SECRET)
    assert all(finding["ok"] for finding in checked(1)["ingest"])


def test_what_hangs_is_said_in_time(environ: pytest.MonkeyPatch) -> None:
    waiting = threading.Event()

    def hangs(_: Settings) -> Iterator[Finding]:
        waiting.wait()
        yield Finding("redis", True, "too late")

    environ.setattr(command, "PATIENCE_S", 0.5)
    environ.setitem(PROBES, "redis", hangs)
    try:
        assert "no answer within 0 s" in checked(1)["redis"][0]["found"]
    finally:
        waiting.set()
