"""Over TLS and with logins all works as without; and what a server refuses is said in one line that helps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import CliRunner

from segpulse.cli import cli
from streams.tools.local.servers import free_port
from tests.integration.live import PATIENCE, started
from tests.security.secured import PASSWORD, REDIS_PASSWORD, USER, Secured

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]

Environ = dict[str, str]
WRONG = "wr0ng-p4ss"
ANY_PORT = {f"SEGPULSE_{name}_PORT": "0" for name in ("WORKER", "PROMETHEUS", "BOARD", "ALERTS", "REDIS_HEALTH")}


def to_kafka(servers: Secured, listener: str, security: str, **more: str) -> Environ:
    chosen = {"broker": servers.kafka[listener], "security": security, "ca": servers.ca, "partitions": 2, **more}
    return {f"SEGPULSE_KAFKA_{key}".upper(): str(value) for key, value in chosen.items()}


def login(mechanism: str, password: str = PASSWORD) -> Environ:
    return {"mechanism": mechanism, "username": USER, "password": password}


def to_redis(servers: Secured, listener: str = "tls", password: str = REDIS_PASSWORD, **more: str) -> Environ:
    url = {"url": f"rediss://{USER}:{password}@{servers.redis[listener]}/0", "ca": str(servers.ca), **more}
    return {f"SEGPULSE_REDIS_{key}".upper(): value for key, value in url.items()}


def client_files(servers: Secured) -> Environ:
    return {"cert": str(servers.client.cert), "key": str(servers.client.key)}


def segpulse(folder: Path, environ: Environ, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "segpulse", *arguments],
        env={**os.environ, **ANY_PORT, **environ},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def looked_at(environ: Environ) -> dict[str, str]:
    """What `segpulse check` finds wrong, by subject."""
    done = CliRunner().invoke(cli, ["check", "--json"], env={**ANY_PORT, **environ})
    assert_nothing_secret(done.output)
    found: list[dict[str, Any]] = json.loads(done.output)
    return {finding["subject"]: finding["found"] for finding in found if not finding["ok"]}


def assert_nothing_secret(said: str) -> None:
    for secret in (PASSWORD, REDIS_PASSWORD, WRONG):
        assert secret not in said


def test_worker_consumer_and_replay_end_to_end(servers: Secured, tmp_path: Path) -> None:
    """By SCRAM over TLS to Kafka, as an ACL user with a certificate over TLS to Redis, with the rights of the docs."""
    config = tmp_path / "segpulse.toml"
    config.write_text('[time]\nclock = "event"\nlateness = "10s"\n[dimensions]\nindustry = { trait = "industry" }\n')
    environ = {
        "SEGPULSE_CONFIG": str(config),
        "SEGPULSE_WORKER_PORT": str(free_port()),
        **to_kafka(servers, "both", "sasl_tls", **login("SCRAM-SHA-512")),
        **to_redis(servers, "mutual", **client_files(servers), ttl="1h", health_port="0"),
    }
    lines = [
        {
            "topic": "clicks",
            "visitor_id": f"v{n}",
            "timestamp": 1_780_000_000_000 + n * 1000,
            "traits": {"industry": "it"},
        }
        for n in range(300)
    ]
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    client = redis.Redis.from_url(
        environ["SEGPULSE_REDIS_URL"],
        decode_responses=True,
        ssl_ca_certs=str(servers.ca),
        ssl_certfile=str(servers.client.cert),
        ssl_keyfile=str(servers.client.key),
    )
    with started(tmp_path, environ) as system:
        summary = system.replay(file)
        scored = "segpulse:score:industry:it"
        system.wait(lambda: client.hget(scored, "at") == str(summary["scored_to"]), "scores in Redis")
        assert json.loads(client.hget(scored, "engagement:1h:figures") or "{}")["denominator"] == 300
        assert "industry" in system.command("top", "--once")
        assert looked_at(environ) == {}
        for child in (system.worker, system.consumer):
            assert_nothing_secret(child.log.read_text("utf-8"))


@pytest.mark.parametrize(
    ("listener", "security", "mechanism"),
    [
        ("plain", "plaintext", ""),
        ("tls", "tls", ""),
        ("mutual", "tls", ""),
        ("login", "sasl_plaintext", "PLAIN"),
        ("login", "sasl_plaintext", "SCRAM-SHA-256"),
        ("both", "sasl_tls", "SCRAM-SHA-512"),
    ],
)
def test_each_way_in(listener: str, security: str, mechanism: str, servers: Secured) -> None:
    more = {**client_files(servers), **(login(mechanism) if mechanism else {})}
    environ = {**to_kafka(servers, listener, security, **more), **to_redis(servers)}
    assert "kafka" not in looked_at(environ)


NOT_ADMITTED = f"refuses the password of '{USER}', or does not know that user by "
KAFKA_REFUSES = [
    (
        "both",
        "sasl_tls",
        login("SCRAM-SHA-512", WRONG),
        NOT_ADMITTED,
    ),
    (
        "login",
        "sasl_plaintext",
        login("PLAIN", WRONG),
        NOT_ADMITTED,
    ),
    ("both", "sasl_tls", login("PLAIN"), "offers the logins SCRAM-SHA-512: set kafka.mechanism to one of them"),
    ("both", "tls", {}, 'wants a login (SCRAM-SHA-512): set kafka.security to "sasl_tls", kafka.mechanism, '),
    ("login", "plaintext", {}, 'set kafka.security to "sasl_plaintext", kafka.mechanism, '),
    ("tls", "sasl_tls", login("SCRAM-SHA-512"), 'wants no login on this port: set kafka.security to "tls", or name'),
    ("tls", "plaintext", {}, 'speaks TLS: set kafka.security to "tls" or "sasl_tls"'),
    ("both", "sasl_plaintext", login("PLAIN"), 'speaks TLS: set kafka.security to "sasl_tls"'),
    ("plain", "tls", {}, 'does not speak TLS on this port: kafka.security must be "plaintext" or "sasl_plaintext", or'),
    ("tls", "tls", {"ca": "another"}, "has a certificate that is not trusted ("),
    ("tls", "tls", {"ca": ""}, "has a certificate that is not trusted ("),
    ("elsewhere", "tls", {}, "has a certificate for another host ("),
    ("mutual", "tls", {}, "refuses our certificate, or that we have none ("),
]


@pytest.mark.parametrize(("listener", "security", "more", "says"), KAFKA_REFUSES)
def test_kafka_refuses(listener: str, security: str, more: Environ, says: str, servers: Secured) -> None:
    more = more | ({"ca": str(servers.another_ca)} if more.get("ca") else {})
    environ = {**to_kafka(servers, listener, security, **more), **to_redis(servers)}
    found = looked_at(environ)
    assert found.keys() == {"kafka", "topics"}
    assert found["kafka"].startswith(f"kafka at {servers.kafka[listener]} ")
    assert says in found["kafka"]
    assert found["topics"] == "not looked at: Kafka does not let us in"


@pytest.mark.parametrize("command", [("worker",), ("consume", "redis")], ids=" ".join)
@pytest.mark.parametrize(
    ("listener", "security", "more", "says"), [KAFKA_REFUSES[number] for number in (0, 6, 9)], ids=["pw", "tls", "ca"]
)
def test_a_command_that_kafka_refuses_ends_with_one_line(
    command: tuple[str, ...],
    listener: str,
    security: str,
    more: Environ,
    says: str,
    servers: Secured,
    tmp_path: Path,
) -> None:
    more = more | ({"ca": str(servers.another_ca)} if more.get("ca") else {})
    done = segpulse(tmp_path, {**to_kafka(servers, listener, security, **more), **to_redis(servers)}, *command)
    told = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert told.startswith(f"segpulse: kafka at {servers.kafka[listener]} ")
    assert says in told
    assert "Traceback" not in done.stderr
    assert_nothing_secret(done.stdout + done.stderr)


def redis_refuses(servers: Secured) -> list[tuple[Environ, str]]:
    tls, mutual = (servers.redis[name] for name in ("tls", "mutual"))
    return [
        (
            to_redis(servers, password=WRONG),
            f"redis at {tls} refuses the user or password: set both in SEGPULSE_REDIS_URL",
        ),
        (to_redis(servers, ca=str(servers.another_ca)), f"redis at {tls} has a certificate that is not trusted ("),
        (to_redis(servers, url=f"redis://{tls}/0"), f"redis at {tls} speaks TLS: begin redis.url with rediss://"),
        (to_redis(servers, "mutual"), f"redis at {mutual} refuses our certificate, or that we have none ("),
        (
            to_redis(servers, url=f"rediss://{servers.kafka['plain']}/0"),
            f"redis at {servers.kafka['plain']} does not speak TLS on this port: redis.url must begin with redis://",
        ),
    ]


@pytest.mark.parametrize("number", range(5))
def test_redis_refuses(number: int, servers: Secured, tmp_path: Path) -> None:
    chosen, says = redis_refuses(servers)[number]
    environ = {**to_kafka(servers, "plain", "plaintext"), **chosen}
    found = looked_at(environ)
    assert found["redis"].startswith(says)
    done = segpulse(tmp_path, environ, "consume", "redis")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"segpulse: {says}")
    assert_nothing_secret(done.stdout + done.stderr)


def test_a_user_who_may_not_use_transactions_is_told_what_to_allow(servers: Secured, tmp_path: Path) -> None:
    more = {**login("SCRAM-SHA-512"), "app_id": "another"}
    done = segpulse(tmp_path, to_kafka(servers, "both", "sasl_tls", **more), "worker")
    assert done.returncode == 1
    assert "another" in done.stderr.splitlines()[-1]
