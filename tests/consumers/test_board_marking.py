"""What may be said of alerts to a board's address, by whom, and what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from consumers.board.book import Book, clock
from consumers.board.marking import NAME_MOST, Marking
from consumers.board.server import application
from consumers.board.stream import Stream
from consumers.connection import OutageError
from consumers.marks import SWEPT_AFTER_MS, Marks
from consumers.state import Scored, Update
from streams.kpis.catalogue import catalogue
from streams.messages import Acknowledged, AlertMark, Muted
from streams.serving import Health
from streams.settings import Dimension, Settings
from tests.consumers.samples import T0, acknowledged, alert, muted, scores

DIMENSIONS = {"tier": Dimension(trait="tier"), "industry": Dimension(trait="industry")}
ADA = {"by": "Ada"}


class Board:
    """A board that has heard of tier:2 and of an alert of it, and what it writes to Kafka."""

    def __init__(self) -> None:
        chosen = Settings(dimensions=DIMENSIONS)
        self.written: dict[str, AlertMark | None] = {}
        self.away = False
        self.book = Book(catalogue(chosen), ["1h"], DIMENSIONS, Marks(chosen))
        self.marking = Marking(self.book, self.write)
        self.book.apply(Update({"tier:2": Scored(scores("2"), T0)}, [alert("2"), alert("3")], True, {}))
        self.client: TestClient[Any, Any]

    def write(self, marks: Mapping[str, AlertMark | None]) -> None:
        if self.away:
            raise OutageError("kafka: away")
        self.written |= marks

    async def post(self, path: str, body: object, **headers: str) -> ClientResponse:
        return await self.client.post(f"/api/{path}", json=body, headers=headers)

    async def refused(self, path: str, body: object) -> tuple[int, str]:
        answer = await self.post(path, body)
        assert not self.written
        return answer.status, await answer.text()


def on_board(check: Callable[[Board], Awaitable[None]], token: str = "") -> None:
    async def main() -> None:
        board = Board()
        app = application(board.book, Stream(board.book.snapshot), token, board.marking, Health())
        async with TestClient(TestServer(app, host="127.0.0.1")) as client:
            board.client = client
            await check(board)

    asyncio.run(main())


def test_who_looks_after_a_page_is_written_with_when_it_began() -> None:
    async def check(board: Board) -> None:
        before = clock()
        answer = await board.post("acknowledge", {"fingerprint": "print-2", "by": " Ada ", "note": "I am on it"})
        assert answer.status == 200
        (key, mark), *others = board.written.items()
        assert (key, others) == ("acknowledged:print-2", [])
        assert isinstance(mark, Acknowledged)
        assert (mark.opened, mark.by, mark.note) == (T0, "Ada", "I am on it")
        assert before <= mark.at <= clock()
        assert (await answer.json())[key]["at"] == mark.at

    on_board(check)


def test_who_does_not_look_after_it_any_more_takes_it_back() -> None:
    async def check(board: Board) -> None:
        nobody = (409, "Nobody has said to look after it.\n")
        assert await board.refused("withdraw", {"fingerprint": "print-2"}) == nobody
        assert (await board.refused("withdraw", {"fingerprint": "print-9"}))[0] == 409
        board.book.apply(Update({}, [], False, {"acknowledged:print-2": acknowledged("2")}))
        answer = await board.post("withdraw", {"fingerprint": "print-2"})
        assert (answer.status, await answer.json()) == (200, {"acknowledged:print-2": None})
        board.book.apply(Update({}, [], False, board.written))
        assert [page["acknowledged"] for page in board.book.pages.shown(clock())["pages"]] == [None, None]

    on_board(check)


@pytest.mark.parametrize(("span", "hours"), [("1h", 1), ("8h", 8), ("1d", 24)])
def test_a_mute_has_an_end(span: str, hours: int) -> None:
    async def check(board: Board) -> None:
        answer = await board.post("mute", {"segment": "tier:2", "kpi": "nps", "for": span, **ADA})
        assert answer.status == 200
        mark = board.written["muted:nps:tier:2"]
        assert isinstance(mark, Muted)
        assert mark.until == mark.at + hours * 3_600_000

    on_board(check)


def test_until_it_is_over_is_of_what_fires() -> None:
    async def check(board: Board) -> None:
        await board.post("mute", {"segment": "tier:2", "for": "resolved", **ADA})
        mark = board.written["muted::tier:2"]
        assert isinstance(mark, Muted)
        assert (mark.until, mark.alerts) == (None, [("print-2", T0)])

    on_board(check)


def test_what_cannot_be_meant_is_refused() -> None:
    async def check(board: Board) -> None:
        refused = board.refused
        assert (await refused("acknowledge", {"fingerprint": "print-9", **ADA}))[0] == 409
        assert (await refused("mute", {"segment": "tier:9", "for": "1h", **ADA}))[0] == 409, "or there were no bound"
        assert (await refused("mute", {"segment": "tier:*", "for": "1h", **ADA}))[0] == 409
        assert (await refused("mute", {"segment": "tier:2", "kpi": "none", "for": "1h", **ADA}))[0] == 409
        nothing = {"segment": "tier:2", "kpi": "nps", "for": "resolved", **ADA}
        assert await refused("mute", nothing) == (409, "Nothing fires for 'tier:2' that it could be muted until.\n")
        assert (await refused("unmute", {"segment": "tier:2"}))[0] == 409
        for wrong in ({"for": "1y"}, {"by": ""}, {"by": " "}, {"by": "x" * (NAME_MOST + 1)}, {"more": 1}):
            status, text = await refused("mute", {"segment": "tier:2", "for": "1h", **ADA, **wrong})
            assert (status, "$" in text or "more" in text) == (400, True), text

    on_board(check)


def test_where_kafka_is_away_nothing_is_changed_and_it_is_said() -> None:
    async def check(board: Board) -> None:
        board.away = True
        status, text = await board.refused("acknowledge", {"fingerprint": "print-2", **ADA})
        assert (status, text) == (503, "Kafka has not taken it: nothing is changed. Try again.\n")

    on_board(check)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_page_from_elsewhere_changes_nothing(site: str) -> None:
    async def check(board: Board) -> None:
        body = {"fingerprint": "print-2", **ADA}
        assert (await board.post("acknowledge", body, **{"Sec-Fetch-Site": site})).status == 403
        assert (await board.post("acknowledge", body, Origin="http://evil.test")).status == 403
        assert (await board.post("acknowledge", body, Origin="null")).status == 403
        form = await board.client.post("/api/acknowledge", data="{}", headers={"Content-Type": "text/plain"})
        assert form.status == 415
        asked = {"Origin": "http://evil.test", "Access-Control-Request-Method": "POST"}
        preflight = await board.client.options("/api/acknowledge", headers=asked)
        assert (preflight.status, preflight.headers.get("Access-Control-Allow-Origin")) == (403, None)
        assert not board.written
        own = f"http://{board.client.host}:{board.client.port}"
        assert (await board.post("acknowledge", body, Origin=own)).status == 200
        assert (await board.post("acknowledge", body, **{"Sec-Fetch-Site": "same-origin"})).status == 200

    on_board(check)


def test_without_the_token_nothing_is_changed() -> None:
    async def check(board: Board) -> None:
        body = {"fingerprint": "print-2", **ADA}
        assert (await board.post("acknowledge", body)).status == 401
        assert not board.written
        assert (await board.post("acknowledge", body, Authorization="Bearer s3cret")).status == 200

    on_board(check, token="s3cret")


def test_pages_say_what_was_said_of_them_until_it_is_over() -> None:
    async def check(board: Board) -> None:
        hour = clock() + 3_600_000
        said: dict[str, AlertMark | None] = {
            "acknowledged:print-2": acknowledged("2"),
            "muted::tier:3": muted("tier:3", hour),
        }
        assert board.book.has_news(Update({}, [], False, said))
        board.book.apply(Update({}, [], False, said))
        shown = board.book.pages.shown(clock())
        told = {page["fingerprint"]: (page["acknowledged"], page["muted"]) for page in shown["pages"]}
        assert told["print-2"] == (acknowledged("2"), None)
        assert told["print-3"][1] == shown["mutes"][0]
        assert (shown["mutes"][0]["segment"], shown["mutes"][0]["planned"]) == ("tier:3", False)
        assert not board.book.has_news(Update({}, [], False, {}))
        assert not board.book.pages.changed(hour - 1)
        assert board.book.pages.changed(hour), "by time alone"
        assert board.book.pages.shown(hour)["mutes"] == []

    on_board(check)


async def until(true: Callable[[], object]) -> None:
    for _ in range(1_000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def test_what_nobody_needs_is_taken_back(caplog: pytest.LogCaptureFixture) -> None:
    async def check(board: Board) -> None:
        long_ago = clock() - SWEPT_AFTER_MS - 1_000
        said = {"muted::tier:3": muted("tier:3", long_ago), "muted::tier:2": muted("tier:2", clock() + 10_000)}
        board.book.apply(Update({}, [], False, said))
        board.away = True
        sweep = asyncio.create_task(board.marking.sweep(0.01))
        await until(lambda: any("tried again" in record.message for record in caplog.records))
        board.away = False
        await until(lambda: board.written)
        sweep.cancel()
        assert board.written == {"muted::tier:3": None}

    on_board(check)
