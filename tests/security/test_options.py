"""The settings become the clients' options; what cannot be used is told by its key."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import Any

import faust
import msgspec
import pytest

from streams import settings
from streams.engine.credentials import credentials
from streams.security.kafka import client_options
from streams.security.tls import tls_context
from streams.settings import Kafka, SettingsError
from tests.documents import DEPLOYMENT, names, table
from tests.security.authority import Authority
from tests.servers import ROOT

SECRET = "s3cret"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "authority")


def test_plaintext_is_all_there_is_to_say() -> None:
    assert client_options(Kafka()) == {"security_protocol": "PLAINTEXT"}
    assert credentials(Kafka()) is None


@pytest.mark.parametrize(
    ("security", "protocol", "tls", "login"),
    [
        ("tls", "SSL", True, False),
        ("sasl_plaintext", "SASL_PLAINTEXT", False, True),
        ("sasl_tls", "SASL_SSL", True, True),
    ],
)
def test_what_each_security_gives(security: Any, protocol: str, tls: bool, login: bool, authority: Authority) -> None:
    kafka = Kafka(security=security, ca=str(authority.cert), username="u", password=SECRET)
    options = client_options(kafka)
    assert options["security_protocol"] == protocol
    assert ("ssl_context" in options, "sasl_plain_password" in options) == (tls, login)
    faust_has = credentials(kafka)
    assert isinstance(faust_has, faust.SASLCredentials if login else faust.SSLCredentials)
    assert faust_has.protocol.value == protocol
    assert SECRET not in repr(faust_has)


def test_certificates_are_checked_and_so_are_hosts(authority: Authority) -> None:
    context = tls_context(Kafka(security="tls", ca=str(authority.cert)))
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) == 1  # ours alone


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"ca": "none.pem"}, "kafka.ca: none.pem: cannot be read: No such file or directory"),
        ({"ca": "text"}, "kafka.ca: text: holds no certificate in PEM format: "),
        ({"cert": "text"}, "kafka.cert, kafka.key: must be a certificate and its key, not encrypted, in PEM format: "),
        ({"cert": "none.pem"}, "kafka.cert: none.pem: cannot be read: "),
        ({"security": "sasl_plaintext", "password": SECRET}, 'kafka.username: kafka.security = "sasl_plaintext" needs'),
        ({"security": "sasl_plaintext", "username": "u"}, "kafka.password: 'u' needs one: set SEGPULSE_KAFKA_PASSWORD"),
    ],
)
def test_refused(values: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text").write_text("no certificate")
    kafka = msgspec.convert({"security": "tls", **values}, Kafka)
    with pytest.raises(SettingsError) as refused:
        client_options(kafka)
    assert str(refused.value).startswith(message)


def test_an_encrypted_key_is_not_asked_for_on_the_terminal(authority: Authority, tmp_path: Path) -> None:
    key = tmp_path / "encrypted.key"
    issued = authority.issue("client")
    authority.encrypt(issued.key, key)
    with pytest.raises(
        SettingsError, match=r"kafka\.cert, kafka\.key: must be a certificate and its key, not encrypted"
    ):
        tls_context(Kafka(security="tls", cert=str(issued.cert), key=str(key)))


def test_the_password_is_never_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "segpulse.toml"
    file.write_text(f'[kafka]\npassword = "{SECRET}"')
    with pytest.raises(SettingsError, match="set SEGPULSE_KAFKA_PASSWORD instead") as refused:
        settings.load(file, {})
    assert SECRET not in str(refused.value)
    assert settings.load(None, {"SEGPULSE_KAFKA_PASSWORD": SECRET}).kafka.password == SECRET


def test_what_the_docs_explain_is_what_is_said() -> None:
    said = "".join(path.read_text("utf-8") for path in (ROOT / "streams" / "security").glob("*.py"))
    rows = table(DEPLOYMENT, "What it says")
    assert rows
    for text, _ in rows:
        begins = re.split("[…('{]", names(text)[0])[0].strip()
        assert begins in said, text
