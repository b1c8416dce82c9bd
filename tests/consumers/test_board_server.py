from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from consumers.board import stream as stream_module
from consumers.board.book import Book
from consumers.board.marking import Marking
from consumers.board.pages import ALERTS_KEPT
from consumers.board.server import application, run
from consumers.board.stream import Stream
from consumers.errors import CannotStartError
from consumers.marks import Marks
from consumers.state import Scored, Update
from streams.kpis.catalogue import catalogue
from streams.messages import Alert
from streams.serving import Health
from streams.settings import Dimension, Serve, Settings
from streams.tools.local.servers import free_port, listens
from tests.consumers.conftest import Running
from tests.consumers.samples import T0, alert, eventually, scores, settings

Client = TestClient[Any, Any]
TIER = {"tier": Dimension(trait="tier")}


def whole(*values: str) -> Update:
    return Update({f"tier:{value}": Scored(scores(value), T0 + 5) for value in values}, [alert("1")], whole=True)


@asynccontextmanager
async def board(book: Book, stream: Stream, token: str = "") -> AsyncIterator[Client]:
    app = application(book, stream, token, Marking(book, lambda marks: None), Health())
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client
        stream.close()


def on_board(check: Callable[[Client, Book, Stream], Awaitable[None]], token: str = "") -> None:
    async def main() -> None:
        book = Book(catalogue(Settings()), ["1h", "24h"], TIER, Marks(Settings()))
        stream = Stream(book.snapshot)
        async with board(book, stream, token) as client:
            await check(client, book, stream)

    asyncio.run(main())


async def event(answer: ClientResponse) -> tuple[str, dict[str, Any]]:
    """The next event of the stream that is not a comment."""
    name = ""
    while True:
        line = (await asyncio.wait_for(answer.content.readline(), 5)).decode().rstrip("\n")
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            return name, json.loads(line.removeprefix("data: "))


def test_scores_and_alerts_are_json() -> None:
    async def check(client: Client, book: Book, _: Stream) -> None:
        book.apply(whole("1", "2"))
        body = await (await client.get("/api/scores")).json()
        assert [(s["dimension"], s["value"], s["written"]) for s in body["segments"]] == [
            ("tier", "1", T0 + 5),
            ("tier", "2", T0 + 5),
        ]
        assert body["segments"][0]["cells"][0]["index"] == 120.0
        assert body["windows"] == ["1h", "24h"]
        assert body["dimensions"] == ["tier"]
        assert body["kpis"]["form_fill_rate"] == {
            "title": "Sessions with a form fill",
            "unit": "ratio",
            "model": "binomial",
            "family": "engagement",
            "numerator": ["sessions.form_fills"],
            "denominator": ["sessions"],
            "scale": 1.0,
        }
        body = await (await client.get("/api/alerts")).json()
        assert [a["fingerprint"] for a in body["alerts"]] == ["print-1"]
        body = await (await client.get("/api/history?dimension=tier&segment=2&window=1h")).json()
        assert (body["at"], body["kpis"]["form_fill_rate"][0]) == ([T0 + 70_000], [pytest.approx(0.132)])
        asked = "window=1h&of=form_fill_rate:tier:2&of=nps:tier:2&of=nps:tier:a:b"
        body = await (await client.get(f"/api/courses?{asked}")).json()
        courses = [([T0 + 70_000], [120.0]), ([T0 + 70_000], [None]), ([], [])]
        assert [(course["at"], course["index"]) for course in body["courses"]] == courses
        assert (await client.get("/api/courses?window=1h")).status == 400
        assert (await client.get("/api/courses?window=1h" + "&of=a:b:c" * 51)).status == 400
        refused = await client.get("/api/history?dimension=tier")
        assert (refused.status, await refused.text()) == (
            400,
            "segment is missing: ?dimension=…&segment=…&window=…\n",
        )
        assert (await client.get("/live")).status == 200
        for missing in ("/board.py", "/../server.py", "/server.py", "/__init__.py"):
            assert (await client.get(missing)).status == 404

    on_board(check)


def test_alerts_are_the_latest_200_newest_first_each_once() -> None:
    book = Book({}, [], {}, Marks(Settings()))
    for _ in range(2):
        book.apply(Update({}, [alert(str(n), at=T0 + n) for n in range(500)], whole=False))
    told = json.loads(book.alerts())["alerts"]
    assert [a["at"] - T0 for a in told] == list(range(499, 499 - ALERTS_KEPT, -1))


def test_alerts_of_one_cause_are_one_page_until_the_last_is_over() -> None:
    dimensions = {**TIER, "industry": Dimension(trait="industry"), "both": Dimension(cross=("tier", "industry"))}
    book = Book({}, [], dimensions, Marks(Settings()))

    def told(*alerts: Alert) -> tuple[list[list[str]], list[str]]:
        book.apply(Update({}, list(alerts), whole=False))
        body = json.loads(book.snapshot())
        pages = [[a["fingerprint"] for a in page["members"]] for page in body["pages"]]
        return pages, [a["fingerprint"] for a in body["over"]]

    two = [alert("2", fingerprint="downloads", kpi="download_rate", impact=3.0), alert("2", fingerprint="fills")]
    within = alert("2 × pharma", dimension="both", fingerprint="within", impact=1.0)
    other = alert("3", fingerprint="other", impact=0.5)
    assert told(*two, within, other) == ([["fills", "downloads", "within"], ["other"]], [])
    ended = msgspec.structs.replace(two[1], status="resolved", at=T0 + 1)
    assert told(ended) == ([["downloads", "within"], ["other"]], [])
    others = [msgspec.structs.replace(a, status="resolved", at=T0 + 2) for a in (two[0], within)]
    assert told(*others) == ([["other"]], ["fills"])
    assert told(msgspec.structs.replace(other, status="resolved", at=T0 + 3)) == ([], ["other", "fills"])


def test_the_stream_says_what_stands_and_then_what_changes() -> None:
    async def check(client: Client, book: Book, stream: Stream) -> None:
        book.apply(whole("1", "2"))
        answer = await client.get("/events")
        assert answer.content_type == "text/event-stream"
        name, told = await event(answer)
        assert (name, len(told["segments"]), len(told["pages"])) == ("snapshot", 2, 1)
        update = Update({"tier:1": None, "tier:3": Scored(scores("3"), T0)}, [alert("3")], whole=False)
        stream.publish(book.apply(update))
        name, told = await event(answer)
        assert (name, told["gone"], len(told["pages"])) == ("change", ["tier:1"], 2)
        assert [segment["value"] for segment in told["segments"]] == ["3"]
        stream.publish(book.apply(whole("9")))
        name, told = await event(answer)
        assert (name, [segment["value"] for segment in told["segments"]]) == ("snapshot", ["9"])

    on_board(check)


def test_a_page_that_cannot_keep_up_gets_all_anew_instead_of_a_queue() -> None:
    async def check(client: Client, book: Book, stream: Stream) -> None:
        book.apply(whole("1"))
        answer = await client.get("/events")
        await event(answer)
        for n in range(100):  # the handler cannot run in between
            stream.publish(book.apply(Update({"tier:1": Scored(scores("1", T0 + n), T0)}, [], whole=False)))
        names: list[str] = []
        last: dict[str, Any] = {}
        while not last or last["segments"][0]["at"] < T0 + 99:
            name, last = await event(answer)
            names.append(name)
        assert len(names) <= stream_module.WAITING_MAX
        assert "snapshot" in names

    on_board(check)


def test_an_idle_stream_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "HEARTBEAT_S", 0.05)

    async def check(client: Client, _: Book, __: Stream) -> None:
        answer = await client.get("/events")
        await event(answer)
        assert (await answer.content.readline()).strip() == b""
        assert (await asyncio.wait_for(answer.content.readline(), 5)).startswith(b":")

    on_board(check)


def test_there_are_so_many_pages_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "CLIENTS_MAX", 1)

    async def check(client: Client, _: Book, __: Stream) -> None:
        answer = await client.get("/events")
        await event(answer)
        assert (await client.get("/events")).status == 503
        answer.close()

    on_board(check)


def test_nothing_from_elsewhere_runs_on_any_answer() -> None:
    async def check(client: Client, _: Book, __: Stream) -> None:
        for path in ("/", "/board.js", "/events", "/api/scores", "/nothing"):
            answer = await client.get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            answer.close()

    on_board(check)


def test_without_a_token_only_this_machine_s_names_are_answered() -> None:
    async def check(client: Client, _: Book, __: Stream) -> None:
        for host, status in (("localhost:8500", 200), ("[::1]:8500", 200), ("evil.test", 403), ("10.0.0.1", 403)):
            assert (await client.get("/api/scores", headers={"Host": host})).status == status

    on_board(check)


def test_with_a_token_nobody_reads_without_it() -> None:
    async def check(client: Client, _: Book, __: Stream) -> None:
        for path in ("/", "/events", "/api/scores", "/api/alerts", "/?token=wrong", "/?token=sécret"):
            assert (await client.get(path)).status == 401
        assert (await client.get("/live")).status == 200
        bearer = {"Authorization": "Bearer s3cret", "Host": "board.test"}
        assert (await client.get("/api/scores", headers=bearer)).status == 200
        answer = await client.get("/?token=s3cret&segment=a%26b", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (302, "/?segment=a%26b")
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        assert (await client.get("/api/scores")).status == 200  # by the cookie

    on_board(check, token="s3cret")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "board.test"])
def test_the_network_needs_a_token(host: str, stop: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEGPULSE_BOARD_TOKEN", raising=False)
    with pytest.raises(CannotStartError, match="SEGPULSE_BOARD_TOKEN"):
        run(Settings(board=Serve(host=host, port=0)), stop)


def test_a_taken_port_is_said_in_one_line(running: Running, stop: threading.Event) -> None:
    port = free_port()
    running(lambda stop: run(settings(port=port), stop))
    eventually(lambda: listens(port))
    with pytest.raises(CannotStartError, match=rf"^board: cannot listen on 127\.0\.0\.1:{port} .*in use$"):
        run(settings(port=port), stop)
