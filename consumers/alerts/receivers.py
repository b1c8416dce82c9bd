"""Who is told of pages: the receivers that the settings name, and what each is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from consumers.alerts import alertmanager, pagerduty, slack
from consumers.alerts.links import Links
from consumers.alerts.origin import Origin
from consumers.errors import CannotStartError
from streams.kpis.catalogue import catalogue
from streams.messages import Acknowledged
from streams.scoring.alerts.grouping import Page
from streams.settings import Settings

Body = Callable[[Page, Origin], dict[str, Any]]
Attended = Callable[[Page, Acknowledged | None], dict[str, Any] | None]
SECRET_LEAST = 8  # characters; shorter parts of an address are words
_KEY = re.compile(r"[0-9A-Za-z]{32}")  # as PagerDuty makes them


class Receiver(NamedTuple):
    """Where pages are posted to, and as what. Only `shown` may be logged: the rest of the URL may hold a secret."""

    name: str  # webhook, slack or pagerduty
    url: str
    body: Body
    secrets: tuple[str, ...]  # that must not be in any line, whoever says them
    attended: Attended  # what it is sent when somebody looks after a page, or nobody any more; None: it cannot be told

    @property
    def shown(self) -> str:
        """Name, scheme and host."""
        parts = urlsplit(self.url)
        return f"{self.name} at {parts.scheme}://{parts.hostname}"


def receivers(settings: Settings) -> list[Receiver]:
    """All that are configured. Raises CannotStartError where there is none, or one that cannot be posted to."""
    found = list(_receivers(settings))
    if not found:
        raise CannotStartError(
            "alerts: there is nobody to post to: set SEGPULSE_ALERTS_WEBHOOK, SEGPULSE_ALERTS_SLACK_WEBHOOK or "
            "SEGPULSE_ALERTS_PAGERDUTY_KEY"
        )
    return found


def _receivers(settings: Settings) -> Iterator[Receiver]:
    alerts, kpis = settings.alerts, catalogue(settings)
    links = Links(alerts.board_url, alerts.grafana_url, alerts.runbook_url)
    if alerts.webhook:
        yield Receiver(
            "webhook",
            alerts.webhook,
            lambda page, origin: alertmanager.payload(page, origin, links, kpis),
            _checked("webhook", alerts.webhook),
            attended=lambda *_: None,  # Alertmanager's format has no word for it
        )
    if alerts.slack_webhook:
        yield Receiver(
            "slack",
            alerts.slack_webhook,
            lambda page, origin: slack.message(page, origin, links, kpis),
            _checked("slack_webhook", alerts.slack_webhook),
            slack.attended,
        )
    if alerts.pagerduty_key:
        key = alerts.pagerduty_key
        if not _KEY.fullmatch(key):
            raise CannotStartError(
                "alerts.pagerduty_key (SEGPULSE_ALERTS_PAGERDUTY_KEY) must be an integration key of the Events API v2: "
                "32 letters and digits"
            )
        _checked("pagerduty_url", alerts.pagerduty_url)
        yield Receiver(
            "pagerduty",
            alerts.pagerduty_url,
            lambda page, origin: pagerduty.event(page, origin, links, kpis, key),
            (key,),
            lambda page, mark: pagerduty.acknowledgement(page, mark, key),
        )


def _checked(key: str, url: str) -> tuple[str, ...]:
    """The parts of `url` that may be secret. Raises CannotStartError where it is not one to post to."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises ValueError where it is none)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotStartError(
            f"alerts.{key} (SEGPULSE_ALERTS_{key.upper()}) must be the http:// or https:// URL that takes the alerts"
        )
    named = re.split(r"[/?&=]", f"{parts.path}?{parts.query}")
    return tuple(part for part in (*named, parts.password or "") if len(part) >= SECRET_LEAST)
