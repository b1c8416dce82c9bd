"""What `segpulse check` looks at: each probe takes the settings, changes nothing, and says what it has found."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

import redis
from kafka.errors import KafkaError
from redis.backoff import NoBackoff
from redis.retry import Retry

from consumers.alerts.receivers import receivers
from consumers.board.access import check_address as check_board_address
from consumers.errors import CannotStartError
from producers.http.access import check_address as check_ingest_address
from segpulse.checking.finding import Finding
from segpulse.checking.reaching import WITHIN_S, why_not_free, why_not_reached
from streams.settings import Settings
from streams.tools import topics

Probe = Callable[[Settings], Iterator[Finding]]
_PORTS = {"http": 80, "https": 443}


def brokers(settings: Settings) -> Iterator[Finding]:
    """Each broker that is named."""
    right = "host:port[,host:port] in kafka.broker (SEGPULSE_KAFKA_BROKER), and Kafka started"
    for address in (part.strip() for part in settings.kafka.broker.split(",")):
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            yield Finding("kafka", False, f"{address!r} is no address of a broker", right)
        elif why := why_not_reached(host.strip("[]"), int(port)):
            yield Finding("kafka", False, f"{address} does not answer: {why}", right)
        else:
            yield Finding("kafka", True, f"{address} answers")


def all_topics(settings: Settings) -> Iterator[Finding]:
    """That all topics are there, with the partitions, replicas and configuration that they need."""
    kafka = settings.kafka
    try:
        with topics.connect(kafka.broker, 0.0) as admin:
            wrong = topics.check(admin, kafka)
    except topics.TopicsError as error:
        yield Finding("topics", False, str(error))
        return
    except (KafkaError, OSError) as error:
        yield Finding("topics", False, f"{kafka.broker} does not tell its topics: {error or type(error).__name__}")
        return
    yield from (Finding("topics", False, line) for line in wrong)
    if not wrong:
        count = len(topics.all_topics(kafka))
        yield Finding("topics", True, f"{count}, of {kafka.partitions} partitions and {kafka.replication} replicas")


def redis_server(settings: Settings) -> Iterator[Finding]:
    """That Redis answers, with the password that is given."""
    right = "redis://[:password@]host:port/db in SEGPULSE_REDIS_URL, and Redis started"
    try:
        client = redis.Redis.from_url(
            settings.redis.url,
            socket_connect_timeout=WITHIN_S,
            socket_timeout=WITHIN_S,
            retry=Retry(NoBackoff(), 0),
        )
        where = urlsplit(settings.redis.url)
        address = f"{where.hostname}:{where.port or 6379}"
    except ValueError:  # not its words: they may hold the password
        yield Finding("redis", False, "redis.url is no address of a Redis", right)
        return
    with closing(client):
        try:
            client.ping()
        except redis.RedisError as error:
            yield Finding("redis", False, f"{address}: {error}", right)
        else:
            yield Finding("redis", True, f"{address} answers")


def alert_receivers(settings: Settings) -> Iterator[Finding]:
    """That those who are told of alerts can be reached. Nothing is sent to them."""
    if not settings.alerts.any_receiver:
        yield Finding("alerts", True, "nobody is told of them yet (docs/alerts.md says how)")
        return
    try:
        chosen = receivers(settings)
    except CannotStartError as error:
        yield Finding("alerts", False, str(error))
        return
    for receiver in chosen:
        parts = urlsplit(receiver.url)
        if why := why_not_reached(parts.hostname or "", parts.port or _PORTS[parts.scheme]):
            yield Finding("alerts", False, f"{receiver.shown} does not answer: {why}", "a way to it from this machine")
        else:
            yield Finding("alerts", True, f"{receiver.shown} can be reached (nothing was sent)")


def ports(settings: Settings) -> Iterator[Finding]:
    """That what we serve can be served, or is served already."""
    try:
        check_board_address(settings.board.host, os.environ.get("SEGPULSE_BOARD_TOKEN", ""))
    except CannotStartError as error:
        yield Finding("board", False, str(error))
    try:
        check_ingest_address(settings.ingest.host, settings.ingest.token)
    except CannotStartError as error:
        yield Finding("ingest", False, str(error))
    served = {"worker": "/metrics", "prometheus": "/metrics", "board": "/healthz", "ingest": "/live"}
    for name, path in (served | ({"alerts": "/metrics"} if settings.alerts.any_receiver else {})).items():
        host, port = getattr(settings, name).host, getattr(settings, name).port
        why = why_not_free(host, port)
        if not why:
            yield Finding(name, True, f"{host}:{port} is free")
        elif _is_ours(host, port, path):
            yield Finding(name, True, f"{host}:{port} is served by segpulse already")
        else:
            right = f"a free port in {name}.port (SEGPULSE_{name.upper()}_PORT) and an address of this machine in"
            yield Finding(name, False, f"cannot listen on {host}:{port}: {why}", f"{right} {name}.host")


def _is_ours(host: str, port: int, path: str) -> bool:
    at = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    try:
        with urllib.request.urlopen(f"http://{at}:{port}{path}", timeout=WITHIN_S) as answer:
            said = answer.read(1_000_000)
    except (OSError, ValueError):
        return False
    return b"segpulse_" in said if path == "/metrics" else bool(said == b"ok\n")


PROBES: dict[str, Probe] = {
    "kafka": brokers,
    "topics": all_topics,
    "redis": redis_server,
    "alerts": alert_receivers,
    "ports": ports,
}
