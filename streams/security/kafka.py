"""How the clients of Kafka protect what they say, and who they are."""

from __future__ import annotations

from typing import Any

from streams.security.tls import tls_context
from streams.settings import Kafka, SettingsError

_PROTOCOLS = {
    "plaintext": "PLAINTEXT",
    "tls": "SSL",
    "sasl_plaintext": "SASL_PLAINTEXT",
    "sasl_tls": "SASL_SSL",
}


def has_tls(kafka: Kafka) -> bool:
    """Whether what is said is encrypted."""
    return kafka.security in ("tls", "sasl_tls")


def has_login(kafka: Kafka) -> bool:
    """Whether we say who we are, by SASL."""
    return kafka.security in ("sasl_plaintext", "sasl_tls")


def client_options(kafka: Kafka) -> dict[str, Any]:
    """Options of aiokafka's and of kafka-python's clients, which have the same names.

    Raises SettingsError where a file cannot be used, or user or password are missing.
    """
    options: dict[str, Any] = {"security_protocol": _PROTOCOLS[kafka.security]}
    if has_tls(kafka):
        options["ssl_context"] = tls_context(kafka)
    if has_login(kafka):
        if not kafka.username:
            raise SettingsError(f'kafka.username: kafka.security = "{kafka.security}" needs one')
        if not kafka.password:
            raise SettingsError(f"kafka.password: {kafka.username!r} needs one: set SEGPULSE_KAFKA_PASSWORD")
        options["sasl_mechanism"] = kafka.mechanism
        options["sasl_plain_username"] = kafka.username
        options["sasl_plain_password"] = kafka.password
    return options
