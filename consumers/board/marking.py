"""What is said of alerts on the board: acknowledge, withdraw, mute, unmute. Boards and pager read it from Kafka."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Literal, TypeVar

import msgspec
from aiohttp import web

from consumers.board.book import Book, clock
from consumers.connection import OutageError
from consumers.marks import acknowledged_key, muted_key
from streams.messages import Acknowledged, AlertMark, Muted
from streams.scoring.alerts.grouping import Page
from streams.settings import Span

log = logging.getLogger("segpulse.board")
NAME_MOST, NOTE_MOST = 80, 500  # characters
NOT_TAKEN = "Kafka has not taken it: nothing is changed. Try again.\n"

Marked = Mapping[str, AlertMark | None]  # by key; None: taken back
Write = Callable[[Marked], None]  # to Kafka; returns when it is taken, or raises OutageError
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MOST, pattern=r"\S")]
Note = Annotated[str, msgspec.Meta(max_length=NOTE_MOST)]


class Acknowledge(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `/api/acknowledge`."""

    fingerprint: str  # of the alert that began the page
    by: Name
    note: Note = ""


class Withdraw(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `/api/withdraw`: of which page nobody looks after it any more."""

    fingerprint: str


class Mute(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of `/api/mute`."""

    segment: str  # dimension:value
    kpi: str = ""  # empty: whichever
    span: Literal["1h", "8h", "1d", "resolved"] = msgspec.field(name="for")
    by: Name
    note: Note = ""


class Unmute(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `/api/unmute`: what was muted."""

    segment: str
    kpi: str = ""


T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Marking:
    """The handlers. Each answers 200 with what Kafka has taken; before that nothing is changed anywhere."""

    def __init__(self, book: Book, write: Write) -> None:
        self._book = book
        self._write = write

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve under `/api`."""
        router.add_post("/api/acknowledge", self._handler(Acknowledge, self._acknowledged))
        router.add_post("/api/withdraw", self._handler(Withdraw, self._withdrawn))
        router.add_post("/api/mute", self._handler(Mute, self._muted))
        router.add_post("/api/unmute", self._handler(Unmute, self._unmuted))

    async def sweep(self, every: float) -> None:
        """Take back, every so many seconds, what nobody needs any more."""
        while True:
            await asyncio.sleep(every)
            if over := self._book.pages.over(clock()):
                try:
                    await asyncio.to_thread(self._write, dict.fromkeys(over))
                except OutageError as outage:
                    log.warning("%s; tried again in %.0f s", outage, every)

    def _handler(self, body: type[T], marked: Callable[[T], Marked]) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            try:
                asked = msgspec.json.decode(await request.read(), type=body)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise web.HTTPBadRequest(text=f"{error}\n") from None
            marks = marked(asked)
            try:
                await asyncio.to_thread(self._write, marks)
            except OutageError as outage:
                log.warning("%s", outage)
                raise web.HTTPServiceUnavailable(text=NOT_TAKEN) from None
            return web.Response(body=msgspec.json.encode(marks), content_type="application/json")

        return handler

    def _acknowledged(self, asked: Acknowledge) -> Marked:
        page = self._open(asked.fingerprint)
        mark = Acknowledged(
            fingerprint=asked.fingerprint, opened=page.head.at, by=asked.by.strip(), at=clock(), note=asked.note.strip()
        )
        return {acknowledged_key(asked.fingerprint): mark}

    def _withdrawn(self, asked: Withdraw) -> Marked:
        said = self._book.pages.marks.acknowledgements(self._open(asked.fingerprint))
        if not said:
            raise web.HTTPConflict(text="Nobody has said to look after it.\n")
        return {acknowledged_key(mark.fingerprint): None for mark in said}

    def _open(self, fingerprint: str) -> Page:
        page = self._book.pages.open(fingerprint)
        if page is None:
            raise web.HTTPConflict(text=f"No page that the alert {fingerprint!r} began is open any more.\n")
        return page

    def _muted(self, asked: Mute) -> Marked:
        if not self._book.knows(asked.segment, asked.kpi):
            raise web.HTTPConflict(text=f"There is no segment {asked.segment!r}, or no KPI {asked.kpi!r}.\n")
        now, until, alerts = clock(), None, []
        if asked.span == "resolved":
            alerts = self._book.pages.firing(asked.segment, asked.kpi)
            if not alerts:
                raise web.HTTPConflict(text=f"Nothing fires for {asked.segment!r} that it could be muted until.\n")
        else:
            until = now + Span.parse(asked.span)
        mark = Muted(
            segment=asked.segment, kpi=asked.kpi, until=until, alerts=alerts,
            by=asked.by.strip(), at=now, note=asked.note.strip(),
        )  # fmt: skip
        return {muted_key(asked.segment, asked.kpi): mark}

    def _unmuted(self, asked: Unmute) -> Marked:
        key = muted_key(asked.segment, asked.kpi)
        if key not in self._book.pages.marks:
            raise web.HTTPConflict(text=f"{asked.segment!r} is not muted here.\n")
        return {key: None}
