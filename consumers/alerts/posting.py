"""Posting to a receiver what it is told of pages: what is retried, what is passed over, and what is logged of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import aiohttp
import orjson

from consumers.alert_log import NotDeliveredError
from consumers.alerts.metrics import Metrics
from consumers.alerts.receivers import Receiver
from streams.messages import Alert

log = logging.getLogger("segpulse.alerts")
TIMEOUT_S = 10.0
ASK_AGAIN = (408, 425, 429)  # the 4xx that say later, not never
LATER_MOST_S = 120.0  # that a Retry-After may ask for: a page that waits longer is no page
BODY_SHOWN = 200  # characters of a refusal that are logged
REMEMBERED = 10_000  # posts


class Post(NamedTuple):
    """What a receiver is to be told of a page."""

    head: Alert  # of the page
    said: tuple[str, int]  # what of it, and of when (ms): of one page no two are the same
    body: dict[str, Any]

    @property
    def identity(self) -> tuple[str, str, int]:
        """The same when it is handed over again."""
        return self.head.fingerprint, *self.said


class Poster:
    """Delivers posts to one receiver, at least once. What it can never take is logged, counted and passed over."""

    def __init__(self, receiver: Receiver, metrics: Metrics) -> None:
        self.receiver = receiver
        self._metrics = metrics
        self._done: dict[tuple[str, str, int], None] = {}  # posts delivered, the last ones, oldest first

    def deliver(self, posts: Sequence[Post]) -> None:
        """Post all of `posts`. Raises NotDeliveredError where any is to be tried again.

        Then all are to be handed over again, as they are where it cannot be noted how far one has come; those that did
        arrive are not posted twice.
        """
        up = self._metrics.up.labels(self.receiver.name)
        try:
            asyncio.run(self._post_all([post for post in posts if post.identity not in self._done]))
        except NotDeliveredError:
            up.set(0)
            raise
        up.set(1)
        for identity in list(self._done)[: -REMEMBERED or None]:
            del self._done[identity]

    async def _post_all(self, posts: Iterable[Post]) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)) as session:
            for post in posts:
                await self._post(session, post)
                self._done[post.identity] = None

    async def _post(self, session: aiohttp.ClientSession, post: Post) -> None:
        body = orjson.dumps(post.body)
        headers = {"Content-Type": "application/json", "User-Agent": "segpulse"}
        shown = self.receiver.shown
        try:
            async with session.post(self.receiver.url, data=body, headers=headers, allow_redirects=False) as answer:
                if answer.status >= 500 or answer.status in ASK_AGAIN:
                    later = _seconds(answer.headers.get("Retry-After", ""))
                    raise NotDeliveredError(f"alerts: {shown} answers {answer.status}", later)
                if not answer.ok or answer.status >= 300:
                    said = (await answer.content.read(4 * BODY_SHOWN)).decode(errors="replace")
                    self._refuse(post, answer.status, said)
                    return
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            # Not the error's own words: they hold the URL.
            raise NotDeliveredError(f"alerts: no answer from {shown}: {type(error).__name__}") from None
        self._metrics.delivered.labels(self.receiver.name).inc()

    def _refuse(self, post: Post, status: int, said: str) -> None:
        self._metrics.refused.labels(self.receiver.name).inc()
        for secret in self.receiver.secrets:
            said = said.replace(secret, "***")
        log.error(
            "alerts: %s refuses the page of %s:%s, passed over: %d %s",
            *(self.receiver.shown, post.head.dimension, post.head.value, status),
            " ".join(said[:BODY_SHOWN].split()),
        )


def _seconds(retry_after: str) -> float:
    """What the header asks for: seconds, or a date (RFC 9110, 10.2.3); 0 where it says nothing."""
    try:
        if retry_after.strip().isdigit():
            asked = float(retry_after)
        else:
            then = parsedate_to_datetime(retry_after)
            asked = (then.replace(tzinfo=then.tzinfo or timezone.utc) - datetime.now(timezone.utc)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
    return min(max(asked, 0.0), LATER_MOST_S)
