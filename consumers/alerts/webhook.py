"""Posting alerts to a webhook: what is retried, what is passed over, and what is logged of a URL that may be secret."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

import aiohttp
import orjson

from consumers.alert_log import NotDeliveredError
from consumers.alerts.payload import Group, grouped, payload
from consumers.errors import CannotStartError
from streams.messages import Alert

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
        self._done: set[tuple[str, str, int]] = set()  # of alerts that are handed over again, those already delivered

    def deliver(self, alerts: list[Alert]) -> None:
        """Post `alerts`, one post for each dimension and KPI. Raises NotDeliveredError where any is to be tried again.

        Then all are to be handed over again; those that did arrive are not posted twice.
        """
        left = [alert for alert in alerts if _identity(alert) not in self._done]
        asyncio.run(self._post_all(grouped(left)))
        self._done.clear()

    async def _post_all(self, groups: dict[Group, list[Alert]]) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)) as session:
            for group, alerts in groups.items():
                await self._post(session, group, alerts)
                self._done.update(map(_identity, alerts))

    async def _post(self, session: aiohttp.ClientSession, group: Group, alerts: list[Alert]) -> None:
        body = orjson.dumps(payload(group, alerts, self._board_url))
        headers = {"Content-Type": "application/json", "User-Agent": "segpulse"}
        try:
            async with session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                if answer.status >= 500 or answer.status in ASK_AGAIN:
                    raise NotDeliveredError(f"alerts: {self.shown} answers {answer.status}")
                if not answer.ok or answer.status >= 300:
                    said = (await answer.content.read(4 * BODY_SHOWN)).decode(errors="replace")
                    log.error(
                        "alerts: %s refuses %d alert(s) of %s, passed over: %d %s",
                        *(self.shown, len(alerts), ":".join(group), answer.status, " ".join(said[:BODY_SHOWN].split())),
                    )
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            # Not the error's own words: they hold the URL.
            raise NotDeliveredError(f"alerts: no answer from {self.shown}: {type(error).__name__}") from None


def _identity(alert: Alert) -> tuple[str, str, int]:
    return alert.fingerprint, alert.status, alert.at
