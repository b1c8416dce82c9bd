"""What `segpulse check` looks at: each probe takes the settings, changes nothing, and says what it has found."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

import msgspec
import redis
from kafka.errors import KafkaError

from consumers.alerts.receivers import receivers
from consumers.board.access import check_address as check_board_address
from consumers.errors import CannotStartError
from producers.http.access import check_address as check_ingest_address
from segpulse.checking.finding import Finding
from segpulse.checking.reaching import WITHIN_S, why_not_free, why_not_reached
from streams.security.login import try_login
from streams.security.redis import address_of, redis_client, refusal
from streams.security.tls import RefusedError
from streams.settings import Kafka, Settings, SettingsError
from streams.tools import topics

Probe = Callable[[Settings], Iterator[Finding]]
_PORTS = {"http": 80, "https": 443}
_SAFELY = {
    "plaintext": "",
    "tls": " over TLS",
    "sasl_plaintext": " and lets us in",
    "sasl_tls": " over TLS and lets us in",
}


def brokers(settings: Settings) -> Iterator[Finding]:
    """Each broker that is named: that it answers, and lets us in."""
    right = "host:port[,host:port] in kafka.broker (SEGPULSE_KAFKA_BROKER), and Kafka started"
    for address in (part.strip() for part in settings.kafka.broker.split(",")):
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            yield Finding("kafka", False, f"{address!r} is no address of a broker", right)
        elif why := why_not_reached(host.strip("[]"), int(port)):
            yield Finding("kafka", False, f"{address} does not answer: {why}", right)
        elif refused := _refused(msgspec.structs.replace(settings.kafka, broker=address)):
            yield Finding("kafka", False, refused)
        else:
            yield Finding("kafka", True, f"{address} answers{_SAFELY[settings.kafka.security]}")


def _refused(kafka: Kafka) -> str:
    """Why the one broker does not let us in; empty where it does, or does not say."""
    try:
        try_login(kafka)
    except (RefusedError, SettingsError) as error:
        return str(error)
    except OSError:
        return ""
    return ""


def all_topics(settings: Settings) -> Iterator[Finding]:
    """That all topics are there, with the partitions, replicas and configuration that they need."""
    kafka = settings.kafka
    try:
        with topics.connect(kafka, 0.0) as admin:
            wrong = topics.check(admin, kafka)
    except (RefusedError, SettingsError):
        yield Finding("topics", False, "not looked at: Kafka does not let us in")
        return
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
    """That Redis answers, over TLS and with the password, as it is given."""
    right = "redis://[[user]:password@]host:port/db in SEGPULSE_REDIS_URL (TLS: rediss://), and Redis started"
    try:
        client = redis_client(settings.redis, retries=0, socket_connect_timeout=WITHIN_S, socket_timeout=WITHIN_S)
    except SettingsError as error:
        yield Finding("redis", False, str(error))
        return
    address = address_of(settings.redis)
    with closing(client):
        try:
            client.ping()
        except redis.RedisError as error:
            if refused := refusal(error, settings.redis):
                yield Finding("redis", False, str(refused))
            else:
                yield Finding("redis", False, f"{address}: {str(error).rstrip('.')}", right)
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
    for name in ("worker", "prometheus", "board", "ingest", *(["alerts"] if settings.alerts.any_receiver else [])):
        section = getattr(settings, name)
        yield _port(name, section.host, section.port, f"{name}.port")
    for name in ("redis", *(["visitors"] if settings.visitors.publish else [])):
        section = getattr(settings, name)
        yield _port(name, section.health_host, section.health_port, f"{name}.health_port")


def _port(name: str, host: str, port: int, key: str) -> Finding:
    why = why_not_free(host, port)
    if not why:
        return Finding(name, True, f"{host}:{port} ({key}) is free")
    if _is_ours(host, port):
        return Finding(name, True, f"{host}:{port} ({key}) is served by segpulse already")
    variable = f"SEGPULSE_{key.replace('.', '_')}".upper()
    right = f"a free port in {key} ({variable}) and an address of this machine in {key.removesuffix('port')}host"
    return Finding(name, False, f"cannot listen on {host}:{port}: {why}", right)


def _is_ours(host: str, port: int) -> bool:
    at = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    try:
        with urllib.request.urlopen(f"http://{at}:{port}/live", timeout=WITHIN_S) as answer:
            return bool(answer.read(100).startswith(b"segpulse is live"))
    except (OSError, ValueError):
        return False


PROBES: dict[str, Probe] = {
    "kafka": brokers,
    "topics": all_topics,
    "redis": redis_server,
    "alerts": alert_receivers,
    "ports": ports,
}
