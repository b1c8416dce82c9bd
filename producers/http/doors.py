"""Who is behind which address, and how we know that it is they."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from aiohttp import web

from producers.http import access
from producers.http.draft import Sender
from producers.http.hubspot import Hubspot
from producers.http.own import Own
from producers.http.salesforce import Salesforce
from producers.http.segment import Segment
from streams.events.topics import SOURCE_TOPICS
from streams.settings import Settings

Signed = Callable[[web.Request, bytes], bool]


class Door(NamedTuple):
    """What is behind one address."""

    name: str  # in metrics
    sender: Sender
    signed: Signed | None = None  # None: by the token


def doors(settings: Settings) -> dict[str, Door]:
    """By path."""
    ingest = settings.ingest
    traits = {dimension.trait for dimension in settings.dimensions.values() if dimension.trait}

    def by_segment(request: web.Request, text: bytes) -> bool:
        return access.segment_signed(request, text, ingest.segment_secret)

    def by_hubspot(request: web.Request, text: bytes) -> bool:
        now = time.time_ns() // 1_000_000
        return access.hubspot_signed(request, text, ingest.hubspot_secret, ingest.public_url, now)

    return {
        "/v1/segment": Door("segment", Segment(ingest.segment, traits), by_segment if ingest.segment_secret else None),
        "/v1/hubspot": Door("hubspot", Hubspot(ingest.hubspot), by_hubspot if ingest.hubspot_secret else None),
        "/v1/salesforce": Door("salesforce", Salesforce(ingest.salesforce)),
        **{f"/v1/{topic}": Door("events", Own(topic)) for topic in SOURCE_TOPICS},
    }
