"""Logging in to a broker, step by step: a client only says that it has no connection, never why.

    TCP -> TLS (kafka.ca, kafka.cert) -> which logins are offered (SaslHandshake) -> the login (SaslAuthenticate)

What the wire carries is kafka-python's: its messages, its parser, its mechanisms.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

from kafka.errors import IllegalSaslStateError, KafkaError, UnsupportedSaslMechanismError
from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.metadata import MetadataRequest
from kafka.protocol.parser import KafkaProtocol
from kafka.protocol.sasl import SaslAuthenticateRequest, SaslHandshakeRequest

from streams.security.kafka import client_options, has_login, has_tls
from streams.security.tls import WITHIN_S, RefusedError, handshake, is_alert, speaks_tls, why_no_tls
from streams.settings import Kafka

_READ = 65_536  # bytes


def knock(kafka: Kafka) -> None:
    """Find out whether a broker lets us in, before a client is made of which a failure would tell little.

    In plaintext only whether anybody listens. Raises RefusedError, SettingsError, OSError where nobody listens.
    """
    if has_tls(kafka) or has_login(kafka):
        try_login(kafka)
    else:
        _reach(kafka.broker)[0].close()


def try_login(kafka: Kafka) -> None:
    """Log in to the first of the brokers that can be reached, and leave. Raises as `knock` does.

    Who does not answer, or not as Kafka does, has not refused: the client will say what it makes of that.
    """
    options = client_options(kafka)
    with contextlib.suppress(_NoAnswerError):
        if has_login(kafka):
            with _conversation(kafka) as broker:
                _log_in(broker, kafka, options)
        elif not _answers_strangers(kafka):
            with _conversation(kafka) as broker:
                _tell_of_logins(broker, kafka)


class _NoAnswerError(Exception):
    """There is none that Kafka would give."""


class _HungUpError(_NoAnswerError):
    """The broker has ended the connection, as Kafka does where it is asked for more than it allows."""


class _Conversation:
    """One question at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._protocol = KafkaProtocol(client_id="segpulse")

    def ask(self, request: Any) -> Any:
        """The answer. Raises OSError, KafkaError, _HungUpError."""
        self._protocol.send_request(request)
        with contextlib.suppress(OSError):  # who has hung up has said why before
            self._connection.sendall(self._protocol.send_bytes())
        while data := self._connection.recv(_READ):
            for _, answer in self._protocol.receive_bytes(data):
                return answer
        raise _HungUpError


@contextlib.contextmanager
def _conversation(kafka: Kafka) -> Iterator[_Conversation]:
    """Raises RefusedError, _NoAnswerError, SettingsError, OSError where nobody listens."""
    connection, host, port = _reach(kafka.broker)
    try:
        if has_tls(kafka):
            connection = handshake(connection, kafka, host)
        yield _Conversation(connection)
    except RefusedError as error:
        raise RefusedError(f"kafka at {host}:{port} {error}") from None
    except (KafkaError, OSError, _HungUpError) as error:
        if isinstance(error, OSError) and is_alert(error):
            raise RefusedError(f"kafka at {host}:{port} {why_no_tls(error, kafka)}") from None
        if not has_tls(kafka) and speaks_tls(host, port):
            right = "sasl_tls" if has_login(kafka) else 'tls" or "sasl_tls'
            raise RefusedError(f'kafka at {host}:{port} speaks TLS: set kafka.security to "{right}"') from None
        raise (_HungUpError if isinstance(error, (_HungUpError, ConnectionError)) else _NoAnswerError) from None
    finally:
        connection.close()


def _answers_strangers(kafka: Kafka) -> bool:
    """Whether it says who it is to who has not logged in."""
    try:
        with _conversation(kafka) as broker:
            broker.ask(MetadataRequest(topics=[], allow_auto_topic_creation=False, version=4))
    except _HungUpError:
        return False
    return True


def _tell_of_logins(broker: _Conversation, kafka: Kafka) -> None:
    offer = broker.ask(SaslHandshakeRequest(mechanism=kafka.mechanism, version=1))
    if offer.error_code in (0, UnsupportedSaslMechanismError.errno):
        raise RefusedError(
            f"wants a login ({', '.join(offer.mechanisms)}): set kafka.security to "
            f'"{"sasl_tls" if has_tls(kafka) else "sasl_plaintext"}", kafka.mechanism, kafka.username and '
            "SEGPULSE_KAFKA_PASSWORD"
        )


def _log_in(broker: _Conversation, kafka: Kafka, options: dict[str, Any]) -> None:
    offer = broker.ask(SaslHandshakeRequest(mechanism=kafka.mechanism, version=1))
    if offer.error_code == IllegalSaslStateError.errno:
        right = "tls" if has_tls(kafka) else "plaintext"
        raise RefusedError(f'wants no login on this port: set kafka.security to "{right}", or name its port for logins')
    if kafka.mechanism not in offer.mechanisms:
        raise RefusedError(f"offers the logins {', '.join(offer.mechanisms)}: set kafka.mechanism to one of them")
    mechanism = get_sasl_mechanism(kafka.mechanism)(**options)
    while not mechanism.is_done():
        answer = broker.ask(SaslAuthenticateRequest(auth_bytes=mechanism.auth_bytes(), version=0))
        if answer.error_code:
            raise RefusedError(
                f"refuses the password of {kafka.username!r}, or does not know that user by {kafka.mechanism}: look at "
                "kafka.username, kafka.mechanism and SEGPULSE_KAFKA_PASSWORD"
            )
        mechanism.receive(answer.auth_bytes)


def _reach(brokers: str) -> tuple[socket.socket, str, int]:
    """A connection to the first that answers, and where. Raises OSError, with why the last one did not."""
    why = OSError("no broker is named")
    for address in brokers.split(","):
        name, _, port = address.strip().rpartition(":")
        host = name.strip("[]")
        try:
            return socket.create_connection((host, int(port)), timeout=WITHIN_S), host, int(port)
        except OSError as error:
            why = error
        except (ValueError, OverflowError) as error:  # no such port
            why = OSError(str(error))
    raise why
