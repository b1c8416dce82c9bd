"""`segpulse consume board`: the page, its stream and its JSON, on one address."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from consumers.board.access import OPEN_TO_ALL, add_headers, check_address, guard
from consumers.board.book import Book
from consumers.board.marking import Marking
from consumers.board.stream import Stream
from consumers.mark_log import write_marks
from consumers.marks import Marks
from consumers.serving import listen, well
from consumers.state import Update, read_state
from streams.kpis.catalogue import catalogue
from streams.serving import Health
from streams.settings import Settings

log = logging.getLogger("segpulse.board")
FOLDER = Path(__file__).parent
COURSES_MOST = 50  # that are asked for at once
BODY_MOST = 16 * 1024  # bytes of what is posted
SWEEP_EVERY_S = 60.0
#: What the page is made of; nothing else in the folder is served.
FILES = (
    "board.css",
    "board.js",
    "alerts.js",
    "overview.js",
    "paths.js",
    "quality.js",
    "growth.js",
    "segment.js",
    "cells.js",
    "link.js",
    "mutes.js",
    "respond.js",
    "table.js",
    "chart.js",
    "sparkline.js",
    "funnel.js",
    "text.js",
    "echarts/echarts.esm.min.js",
    "uplot/uPlot.iife.min.js",
    "uplot/uPlot.min.css",
    "icon.svg",
)


def run(settings: Settings, stop: threading.Event) -> None:
    """Serve the board on settings.board until `stop`. Raises CannotStartError, SettingsError."""
    token = os.environ.get("SEGPULSE_BOARD_TOKEN", "")
    check_address(settings.board.host, token)
    book = Book(catalogue(settings), map(str, settings.scoring.windows), settings.dimensions, Marks(settings))
    asyncio.run(_serve(settings, stop, book, token, Health()))


def application(book: Book, stream: Stream, token: str, marking: Marking, health: Health) -> web.Application:
    """The board as an aiohttp application."""
    app = web.Application(middlewares=[guard(token)], client_max_size=BODY_MOST)
    app.on_response_prepare.append(add_headers)
    app.router.add_get("/", _file("index.html"))
    for name in FILES:
        app.router.add_get(f"/{name}", _file(name))
    app.router.add_get("/events", stream.serve)
    app.router.add_get("/api/scores", _json(book.scores))
    app.router.add_get("/api/alerts", _json(book.alerts))
    app.router.add_get("/api/history", _asked(book.history, "dimension", "segment", "window"))
    app.router.add_get("/api/courses", _courses(book))
    app.router.add_get("/api/paths", _asked(book.paths, "dimension", "segment"))
    app.router.add_get("/api/growth", _asked(book.growth, "dimension", "segment"))
    marking.add_to(app.router)
    for path in OPEN_TO_ALL:
        app.router.add_get(path, well(health))
    return app


async def _serve(settings: Settings, stop: threading.Event, book: Book, token: str, health: Health) -> None:
    stream = Stream(book.snapshot)
    marking = Marking(book, lambda marks: write_marks(settings.kafka, marks))
    runner = web.AppRunner(application(book, stream, token, marking, health), access_log=None, shutdown_timeout=2)
    await runner.setup()
    sweep = asyncio.create_task(marking.sweep(SWEEP_EVERY_S))
    try:
        await listen(runner, "board", settings.board.host, settings.board.port)
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(_read, settings, stop, book, loop, stream, health)
    finally:
        sweep.cancel()
        stream.close()
        await runner.cleanup()


def _read(
    settings: Settings,
    stop: threading.Event,
    book: Book,
    loop: asyncio.AbstractEventLoop,
    stream: Stream,
    health: Health,
) -> None:
    """Runs in a thread of its own: kafka-python blocks."""
    with closing(read_state(settings.kafka, stop, alerts=True, marks=True, health=health)) as updates:
        for update in updates:
            with contextlib.suppress(RuntimeError):  # the loop is closed: we are stopping
                loop.call_soon_threadsafe(_apply, book, stream, update)


def _apply(book: Book, stream: Stream, update: Update) -> None:
    if book.has_news(update):
        stream.publish(book.apply(update))


def _file(name: str) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(FOLDER / name)

    return handler


def _json(body: Callable[[], bytes]) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return _answer(body())

    return handler


def _asked(body: Callable[..., bytes], *names: str) -> Handler:
    """The JSON for the values of these names in the query."""

    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            asked = [request.query[name] for name in names]
        except KeyError as missing:
            right = "&".join(f"{name}=…" for name in names)
            raise web.HTTPBadRequest(text=f"{missing.args[0]} is missing: ?{right}\n") from None
        return _answer(body(*asked))

    return handler


def _courses(book: Book) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        asked = [of.partition(":") for of in request.query.getall("of", [])]
        if not asked or len(asked) > COURSES_MOST or "window" not in request.query:
            raise web.HTTPBadRequest(text=f"ask for ?window=…&of=kpi:dimension:value&of=…, {COURSES_MOST} at most\n")
        return _answer(book.courses([(kpi, segment) for kpi, _, segment in asked], request.query["window"]))

    return handler


def _answer(body: bytes) -> web.Response:
    response = web.Response(body=body, content_type="application/json")
    response.enable_compression()
    return response
