"""A certificate authority of the moment, by openssl, which every Debian has."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.servers import program

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Issued(NamedTuple):
    """A certificate and its key, each in a file of its own, and both in one."""

    cert: Path
    key: Path
    both: Path


class Authority:
    """It signs what it is asked to."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self.cert, self._key = folder / f"{name}.pem", folder / f"{name}.key"
        usage = "keyUsage=critical,keyCertSign,cRLSign"
        _request("-keyout", self._key, "-out", self.cert, "-subj", f"/CN={name}", "-addext", usage)

    def issue(self, name: str, host: str = "") -> Issued:
        """For the server at `host` (`IP:127.0.0.1`, `DNS:localhost`), or for the client `name`."""
        issued = Issued(*(self._folder / f"{self._name}-{name}.{end}" for end in ("crt", "key", "both")))
        _request(
            *("-CA", self.cert, "-CAkey", self._key, "-keyout", issued.key, "-out", issued.cert),
            *("-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:FALSE"),
            *(("-addext", f"subjectAltName={host}") if host else ()),
        )
        issued.both.write_text(issued.key.read_text() + issued.cert.read_text())
        return issued

    def encrypt(self, key: Path, to: Path) -> None:
        """The same key, behind a password."""
        _openssl("pkcs8", "-topk8", "-in", key, "-out", to, "-passout", "pass:secret")


def _request(*arguments: str | Path) -> None:
    _openssl("req", "-x509", "-days", "2", *_KEY, *arguments)


def _openssl(*arguments: str | Path) -> None:
    subprocess.run([program("openssl", "openssl"), *arguments], check=True, capture_output=True, timeout=60)
