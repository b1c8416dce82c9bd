"""Apache Kafka and Redis that let nobody in who does not say who he is, or does not speak TLS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)

from streams.tools.local import apache
from streams.tools.local.servers import LOOPBACK, free_port, kafka_answers, listens, start
from tests import servers
from tests.security.authority import Authority, Issued

USER, PASSWORD, REDIS_PASSWORD = "segpulse", "k4fka-p4ss", "r3dis-p4ss"
_PLAIN, _SCRAM = (
    f"org.apache.kafka.common.security.{name}LoginModule required" for name in ("plain.Plain", "scram.Scram")
)
_LISTENERS = {"tls": "SSL", "mutual": "SSL", "elsewhere": "SSL", "login": "SASL_PLAINTEXT", "both": "SASL_SSL"}


class Right(NamedTuple):
    """What a user may do on Kafka."""

    kind: str  # topic, group, transactional_id
    name: str  # `segpulse-*`: all that begin so
    operations: tuple[str, ...]


class Secured(NamedTuple):
    """Where they are, and what to trust."""

    kafka: Mapping[str, str]  # listener -> host:port; `plain` is the tests' own
    redis: Mapping[str, str]  # `tls` or `mutual` -> host:port
    ca: Path
    another_ca: Path
    client: Issued


@contextmanager
def secured(folder: Path, rights: Iterable[Right], redis_rights: str) -> Iterator[Secured]:
    """Both servers; the user has these rights and no other."""
    authority, another = Authority(folder, "authority"), Authority(folder, "another")
    server, elsewhere = authority.issue("server", f"IP:{LOOPBACK}"), authority.issue("elsewhere", "DNS:elsewhere.test")
    ports = {name: free_port() for name in _LISTENERS}

    def argv(port: int) -> list[str]:
        node = apache.KafkaNode(1, port, free_port())
        lines = _properties(node, ports, authority.cert, server.both, elsewhere.both)
        return apache.kafka_broker(folder / "kafka", [node], 0, servers.apache_kafka_jars(), "512m", lines)

    with ExitStack() as stack:
        broker, port = start("Apache Kafka", argv, kafka_answers, folder / "kafka.log", 0)
        stack.callback(broker.stop, patience=20)
        _admit(f"{LOOPBACK}:{port}", rights)
        redis = {
            name: stack.enter_context(_redis(folder, name, authority.cert, server, redis_rights))
            for name in ("tls", "mutual")
        }
        kafka = {name: f"{LOOPBACK}:{at}" for name, at in {"plain": port, **ports}.items()}
        yield Secured(kafka, redis, authority.cert, another.cert, authority.issue("client"))


def _properties(
    node: apache.KafkaNode, ports: Mapping[str, int], ca: Path, server: Path, elsewhere: Path
) -> dict[str, object]:
    every = {"PLAINTEXT": node.port, **ports}
    protocols = {"CONTROLLER": "PLAINTEXT", "PLAINTEXT": "PLAINTEXT", **_LISTENERS}
    own = [f"{name.upper()}://{LOOPBACK}:{port}" for name, port in every.items()]
    return {
        "listeners": ",".join([*own, f"CONTROLLER://{LOOPBACK}:{node.controller}"]),
        "advertised.listeners": ",".join(own),
        "listener.security.protocol.map": ",".join(
            f"{name.upper()}:{protocol}" for name, protocol in protocols.items()
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": server,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": ca,
        "listener.name.mutual.ssl.client.auth": "required",
        "listener.name.elsewhere.ssl.keystore.type": "PEM",
        "listener.name.elsewhere.ssl.keystore.location": elsewhere,
        "listener.name.login.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
        "listener.name.login.plain.sasl.jaas.config": f'{_PLAIN} user_{USER}="{PASSWORD}";',
        "listener.name.login.scram-sha-256.sasl.jaas.config": f"{_SCRAM};",
        "listener.name.both.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.both.scram-sha-512.sasl.jaas.config": f"{_SCRAM};",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",  # the tests themselves
    }


def _admit(broker: str, rights: Iterable[Right]) -> None:
    acls = [
        ACL(f"User:{USER}", "*", ACLOperation[operation], ACLPermissionType.ALLOW, _pattern(right))
        for right in rights
        for operation in right.operations
    ]
    with KafkaAdminClient(bootstrap_servers=broker) as admin:
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):  # one a request, or Kafka takes none
            made = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(USER, mechanism, PASSWORD)])
            assert made == {USER: None}
        assert not admin.create_acls(acls)["failed"]


def _pattern(right: Right) -> ResourcePattern:
    prefix = right.name.endswith("*")
    kind = ACLResourcePatternType.PREFIXED if prefix else ACLResourcePatternType.LITERAL
    return ResourcePattern(ResourceType[right.kind.upper()], right.name.rstrip("*"), kind)


@contextmanager
def _redis(folder: Path, name: str, ca: Path, server: Issued, rights: str) -> Iterator[str]:
    """One that wants a client's certificate where it is called `mutual`."""

    file = folder / f"redis-{name}.conf"

    def argv(port: int) -> list[str]:
        lines = [
            *(f"bind {LOOPBACK}", "port 0", f"tls-port {port}", 'save ""', f"dir {folder}"),
            *(f"tls-cert-file {server.cert}", f"tls-key-file {server.key}", f"tls-ca-cert-file {ca}"),
            f"tls-auth-clients {'yes' if name == 'mutual' else 'no'}",
            *("user default off", f"user {USER} on >{REDIS_PASSWORD} {rights}"),
        ]
        file.write_text("\n".join(lines))
        return [servers.program("redis-server", "redis-server"), str(file)]

    child, port = start(f"redis-{name}", argv, listens, folder / f"redis-{name}.log", 0)
    try:
        yield f"{LOOPBACK}:{port}"
    finally:
        child.stop()
