"""Pages as events of PagerDuty's Events API v2: one incident a page, which the page's end resolves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consumers.alerts.links import Links
from consumers.alerts.origin import Origin
from consumers.alerts.wording import (
    against_the_rest,
    also_moved,
    contributors,
    impact,
    rfc3339,
    severity,
    shortened,
)
from streams.messages import Acknowledged
from streams.scoring.alerts.grouping import Page
from streams.settings import Kpi

KEY_MOST, SUMMARY_MOST = 255, 1_024  # characters that PagerDuty takes


def event(page: Page, origin: Origin, links: Links, kpis: Mapping[str, Kpi], routing_key: str) -> dict[str, Any]:
    """The body of the post of `page`. Repeated it makes no second incident: `dedup_key` is the fingerprint."""
    head, key = page.head, _key(page, routing_key)
    if head.status == "resolved":
        return {**key, "event_action": "resolve"}
    details = {
        "kind": head.kind,
        "state": head.state,
        "since": rfc3339(head.since),
        "window": head.window,
        "against_the_rest": against_the_rest(head, kpis),
        "impact": impact(head, kpis),
        "contributors": contributors(origin.contributions),
        "why": origin.why,
        "also_moved": also_moved(page),
    }
    return {
        **key,
        "event_action": "trigger",
        "payload": {
            "summary": shortened(head.summary, SUMMARY_MOST),
            "source": f"{head.dimension}:{head.value}",
            "severity": severity(head),
            "timestamp": rfc3339(head.at),
            "component": head.kpi,
            "group": head.dimension,
            "class": head.kind,
            "custom_details": {name: text for name, text in details.items() if text},
        },
        "client": "segpulse",
        "client_url": links.board(head),
        "links": [{"href": url, "text": name} for name, url in links.all(head)],
    }


def acknowledgement(page: Page, mark: Acknowledged | None, routing_key: str) -> dict[str, Any] | None:
    """The body that acknowledges the incident of `page`. None: the Events API has no event that takes it back."""
    return None if mark is None else {**_key(page, routing_key), "event_action": "acknowledge"}


def _key(page: Page, routing_key: str) -> dict[str, str]:
    return {"routing_key": routing_key, "dedup_key": page.head.fingerprint[:KEY_MOST]}
