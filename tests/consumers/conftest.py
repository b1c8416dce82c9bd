"""What the consumers' tests share: a scorer to hear from, and a thread to run a consumer in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from consumers.alert_log import GATHER_S
from consumers.board import server as board
from consumers.redis.sink import Sink
from streams.tools.local.servers import Server, ServerError, embedded_broker, free_port, listens
from tests import servers
from tests.consumers.paging import Hook, Outside
from tests.consumers.samples import Scorer, eventually, settings

Running = Callable[[Callable[[threading.Event], None]], threading.Thread]


@pytest.fixture(autouse=True)
def nobody_catches_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What alerts here are of is long ago: each test would wait for those of other dimensions."""
    monkeypatch.setattr("consumers.alert_log.GATHER_LATE_S", GATHER_S)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Server]:
    """The embedded broker, empty for each test."""
    try:
        with embedded_broker(tmp_path, port=0) as server:
            yield server
    except ServerError as error:
        servers.missing(str(error))


@pytest.fixture
def scorer(broker: Server) -> Iterator[Scorer]:
    scorer = Scorer(broker.address)
    yield scorer
    scorer.close()


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def running(stop: threading.Event) -> Iterator[Running]:
    """`running(run)` runs `run(stop)` in a thread; at the end it must stop within 15 s and must not have raised."""
    threads: list[threading.Thread] = []
    errors: list[BaseException] = []

    def start(run: Callable[[threading.Event], None]) -> threading.Thread:
        def guarded() -> None:
            try:
                run(stop)
            except BaseException as error:
                errors.append(error)

        threads.append(threading.Thread(target=guarded))
        threads[-1].start()
        return threads[-1]

    yield start
    stop.set()
    for thread in threads:
        thread.join(15)
        assert not thread.is_alive()
    assert not errors


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def client(redis_server: Server) -> Iterator[redis.Redis]:
    """Of a Redis that holds nothing."""
    with redis.Redis.from_url(redis_server.address, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def sink(client: redis.Redis) -> Sink:
    """Writes to that Redis."""
    return Sink(client, 3_600_000)


@contextmanager
def paused(server: Server) -> Iterator[None]:
    """Within, the server is dead; afterwards it has started again, empty."""
    server.child.kill()
    try:
        yield
    finally:
        server.child.start()


@pytest.fixture
def board_address(scorer: Scorer, running: Running) -> str:
    """Of a board that hears `scorer`."""
    return board_of(scorer, running)


def board_of(scorer: Scorer, running: Running, kpis: tuple[str, ...] = ("standard",)) -> str:
    """The address of another board that hears `scorer`, with these KPIs."""
    port = free_port()
    running(lambda stop: board.run(settings(scorer.broker, port=port, kpis=kpis), stop))
    eventually(lambda: listens(port))
    return f"http://127.0.0.1:{port}/"
