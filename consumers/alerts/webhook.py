"""Posting alerts to a webhook: what is retried, what is passed over, and what is logged of a URL that may be secret."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import aiohttp
import orjson

from consumers.alert_log import NotDeliveredError
from consumers.alerts.payload import payload
from consumers.errors import CannotStartError
from streams.scoring.contributors import Contribution
from streams.scoring.grouping import Page

log = logging.getLogger("segpulse.alerts")
TIMEOUT_S = 10.0
ASK_AGAIN = (408, 429)  # the 4xx that say later, not never
BODY_SHOWN = 200  # characters of a refusal that are logged


class Webhook:
    """The receiver of alerts. Only scheme and host of its URL are ever logged: the rest may hold a secret."""

    def __init__(self, url: str, board_url: str) -> None:
        """Raises CannotStartError where `url` is not one to post to."""
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise CannotStartError(
                "alerts.webhook (SEGPULSE_ALERTS_WEBHOOK) must be the http:// or https:// URL that takes the alerts"
            )
        self.shown = f"{parts.scheme}://{parts.hostname}"
        self._url = url
        self._board_url = board_url
        self._done: set[tuple[str, str, int]] = set()  # of pages that are handed over again, those delivered

    def deliver(self, pages: Sequence[tuple[Page, Sequence[Contribution]]]) -> None:
        """Post `pages`, each with what contributes to it. Raises NotDeliveredError where any is to be tried again.

        Then all are to be handed over again; those that did arrive are not posted twice.
        """
        asyncio.run(self._post_all([page for page in pages if _identity(page[0]) not in self._done]))
        self._done.clear()

    async def _post_all(self, pages: Iterable[tuple[Page, Sequence[Contribution]]]) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)) as session:
            for page, contributions in pages:
                await self._post(session, page, contributions)
                self._done.add(_identity(page))

    async def _post(self, session: aiohttp.ClientSession, page: Page, contributions: Sequence[Contribution]) -> None:
        body = orjson.dumps(payload(page, contributions, self._board_url))
        headers = {"Content-Type": "application/json", "User-Agent": "segpulse"}
        try:
            async with session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                if answer.status >= 500 or answer.status in ASK_AGAIN:
                    raise NotDeliveredError(f"alerts: {self.shown} answers {answer.status}")
                if not answer.ok or answer.status >= 300:
                    said = (await answer.content.read(4 * BODY_SHOWN)).decode(errors="replace")
                    log.error(
                        "alerts: %s refuses the page of %s:%s, passed over: %d %s",
                        *(self.shown, page.head.dimension, page.head.value, answer.status),
                        " ".join(said[:BODY_SHOWN].split()),
                    )
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            # Not the error's own words: they hold the URL.
            raise NotDeliveredError(f"alerts: no answer from {self.shown}: {type(error).__name__}") from None


def _identity(page: Page) -> tuple[str, str, int]:
    return page.head.fingerprint, page.head.status, page.head.at
