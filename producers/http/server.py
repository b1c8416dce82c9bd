"""`segpulse ingest`: requests in, records to Kafka, and an answer when Kafka has them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time

import msgspec
import prometheus_client
from aiohttp import web
from aiohttp.typedefs import Handler

from consumers.serving import listen, well
from producers.http import access, body
from producers.http.delivery import AwayError, Delivery
from producers.http.doors import Door, doors
from producers.http.judge import Judge, Judged
from producers.http.metrics import Metrics
from streams.serving import Health
from streams.settings import Settings

log = logging.getLogger("segpulse.ingest")
MOST_AT_ONCE = 256  # requests; more are told to come again, so that none can fill the memory
RETRY_AFTER = {"Retry-After": "5"}


class Ingest:
    """The requests' side; `delivery` is Kafka's."""

    def __init__(self, settings: Settings, delivery: Delivery, metrics: Metrics, health: Health) -> None:
        self._settings, self._delivery, self._metrics, self._health = settings, delivery, metrics, health
        self._judge = Judge(settings)
        self._under_way = 0

    def application(self) -> web.Application:
        """All of it as an aiohttp application."""
        app = web.Application(client_max_size=self._settings.ingest.max_bytes)
        found = doors(self._settings)
        for path, door in found.items():
            app.router.add_post(path, self._counted(door))
        app.router.add_post("/{elsewhere:.*}", _nowhere(f"Events are posted to {', '.join(found)}\n"))
        for path in ("/live", "/ready"):
            app.router.add_get(path, well(self._health))
        app.router.add_get("/metrics", self._told)
        return app

    def _counted(self, door: Door) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            code, began = 500, time.monotonic()
            self._under_way += 1
            try:
                if self._under_way > MOST_AT_ONCE:
                    raise web.HTTPServiceUnavailable(text="Too many requests at once\n", headers={"Retry-After": "1"})
                response = await self._take(request, door)
                code = response.status
            except web.HTTPException as answer:
                code = answer.status
                raise
            finally:
                self._under_way -= 1
                self._metrics.requests.labels(door.name, code).inc()
                self._metrics.seconds.labels(door.name).observe(time.monotonic() - began)
            return response

        return handler

    async def _take(self, request: web.Request, door: Door) -> web.Response:
        if door.signed is None:
            access.check_token(request, self._settings.ingest.token)
        text = await body.read(request)
        if door.signed is not None and not door.signed(request, text):
            raise web.HTTPUnauthorized(text="The signature is not that of this body and our secret\n")
        calls = body.calls(text, request.content_type, self._settings.ingest.max_events)
        judged = self._judge.judge(calls, door.sender, time.time_ns() // 1_000_000)
        try:
            if judged.records:
                await self._delivery.deliver(judged.records)
        except AwayError as away:
            # Said without a word on the brokers, which are nobody's business.
            log.warning("ingest: %d events not taken: %s", len(judged.records), away)
            raise web.HTTPServiceUnavailable(text="Kafka does not answer; come again\n", headers=RETRY_AFTER) from None
        self._count(door.name, judged)
        return _answer(judged)

    def _count(self, door: str, judged: Judged) -> None:
        self._metrics.accepted.labels(door).inc(len(judged.records))
        self._metrics.ignored.labels(door).inc(len(judged.ignored))
        for said in judged.refused:
            self._metrics.refused.labels(door, said.reason).inc()

    async def _told(self, _: web.Request) -> web.Response:
        text = prometheus_client.generate_latest(self._metrics.registry)
        return web.Response(body=text, headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST})


def _nowhere(text: str) -> Handler:
    """Answers 404 with `text`."""

    async def handler(_: web.Request) -> web.StreamResponse:
        raise web.HTTPNotFound(text=text)

    return handler


def _answer(judged: Judged) -> web.Response:
    """202: all well; 207: some are refused, the others are taken; 400: all are refused."""
    some = bool(judged.records or judged.ignored)
    status = (207 if some else 400) if judged.refused else 202
    told = {"accepted": len(judged.records), "ignored": judged.ignored, "refused": judged.refused}
    return web.Response(status=status, body=msgspec.json.encode(told), content_type="application/json")


def run(settings: Settings, stop: threading.Event) -> None:
    """Serve on settings.ingest until `stop`. Raises CannotStartError."""
    access.check_address(settings.ingest.host, settings.ingest.token)
    asyncio.run(_serve(settings, stop))


async def _serve(settings: Settings, stop: threading.Event) -> None:
    metrics = Metrics({door.name for door in doors(settings).values()})
    health = Health()
    delivery = Delivery(settings.kafka, settings.ingest.within, health, lambda up: metrics.kafka_up.set(int(up)))
    app = Ingest(settings, delivery, metrics, health).application()
    # Requests that are under way are answered before it ends.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=settings.ingest.within / 1000 + 2)
    await runner.setup()
    connecting = asyncio.create_task(delivery.keep_connected())
    try:
        await listen(runner, "ingest", settings.ingest.host, settings.ingest.port)
        stopping = asyncio.create_task(asyncio.to_thread(stop.wait))
        await asyncio.wait((stopping, connecting), return_when=asyncio.FIRST_COMPLETED)
    finally:
        await runner.cleanup()
        stop.set()
        connecting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await connecting
        await delivery.close()
