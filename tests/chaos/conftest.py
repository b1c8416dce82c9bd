"""What the scenarios share, and the table that tells of them at the end."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from streams.tools.local.servers import Server
from tests import servers
from tests.chaos import LONG
from tests.chaos.cluster import Cluster, cluster
from tests.chaos.events import Story
from tests.chaos.table import Row, markdown
from tests.chaos.trial import Trial, trial

Tried = Callable[..., AbstractContextManager[Trial]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every scenario is chaos, and slow where the machine is busy."""
    for item in items:
        if item.get_closest_marker("scenario"):
            item.add_marker(pytest.mark.chaos)
            item.add_marker(pytest.mark.timeout(1_500))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Of the story and of the moments: CHAOS_SEED, else a new one each time in the long form, else always the same.

    It is printed, so that a run that has failed can be had again, as far as time itself can.
    """
    chosen = int(os.environ.get("CHAOS_SEED", "0")) or (random.randrange(1, 10_000) if LONG else 7)
    print(f"CHAOS_SEED={chosen} {request.node.nodeid}")
    return chosen


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[Server]:
    """One broker of Apache Kafka, empty."""
    with servers.apache_kafka(tmp_path) as server:
        yield server


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Cluster]:
    """Three brokers of Apache Kafka, empty."""
    with cluster(tmp_path) as started:
        yield started


@pytest.fixture
def tried(tmp_path: Path, request: pytest.FixtureRequest) -> Tried:
    """`with tried(broker, story, …) as trial`: what came of it is in the table."""

    @contextmanager
    def begin(broker: str, story: Story, **options: Any) -> Iterator[Trial]:
        with trial(tmp_path, broker, story, **options) as begun:
            try:
                yield begun
            finally:
                name = request.node.get_closest_marker("scenario").args[0]
                row = Row(name, begun.faults, len(story.arrivals), begun.lost, begun.doubled, 0.0)
                request.node.user_properties.append(("chaos", list(row)))

    return begin


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table."""
    rows = [
        Row(*row)._replace(seconds=report.duration)
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call"
        for name, row in report.user_properties
        if name == "chaos"
    ]
    if rows:
        terminalreporter.section("chaos")
        terminalreporter.write(markdown(rows))
