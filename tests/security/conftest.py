"""One pair of secured servers for all tests of this folder, with the rights that docs/deployment.md tells to give."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.documents import DEPLOYMENT, names, table
from tests.security.secured import Right, Secured, secured


def rights() -> list[Right]:
    """The table of docs/deployment.md."""
    return [
        Right(kind.replace(" ", "_"), name, tuple(_constant(part.strip()) for part in operations.split(",")))
        for kind, named, operations in table(DEPLOYMENT, "Kind")
        for name in names(named)
    ]


def _constant(operation: str) -> str:
    """DescribeConfigs as DESCRIBE_CONFIGS."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).upper()


def redis_rights() -> str:
    """What its line `ACL SETUSER segpulse on >password …` allows."""
    (line,) = (line for line in DEPLOYMENT.splitlines() if line.startswith("ACL SETUSER segpulse on >password "))
    return line.removeprefix("ACL SETUSER segpulse on >password ")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with secured(tmp_path_factory.mktemp("secured"), rights(), redis_rights()) as made:
        yield made
