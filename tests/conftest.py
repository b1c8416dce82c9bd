"""Servers that many tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.tools.local.servers import Server, ServerError
from streams.tools.local.servers import embedded_broker as start_embedded_broker
from tests import servers


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Apache Kafka, one broker for all tests: give topics and groups names of your own, or start one yourself."""
    with servers.apache_kafka(tmp_path_factory.mktemp("kafka")) as server:
        yield server


@pytest.fixture(scope="module")
def embedded_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The embedded broker, empty at the start of each module."""
    try:
        with start_embedded_broker(tmp_path_factory.mktemp("broker"), port=0) as server:
            yield server
    except ServerError as error:
        servers.missing(str(error))


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Redis, empty at the start of each module."""
    with servers.redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the data sets that the examples are for."""
    folder = Path(os.environ.get("SEGPULSE_DATA") or servers.ROOT.parent / "shared" / "data")
    if not (folder / "hillstrom.csv").is_file():
        servers.missing(f"the data sets in {folder} (or $SEGPULSE_DATA; examples/README.md says where from)")
    return folder
