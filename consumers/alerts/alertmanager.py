"""Pages as Alertmanager posts them to webhooks (its data structure, version 4): one alert a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consumers.alerts.links import Links
from consumers.alerts.origin import Origin
from consumers.alerts.wording import also_moved, contributors, impact, rfc3339, severity
from streams.scoring.alerts.grouping import Page
from streams.settings import Kpi

RECEIVER = "segpulse"
NOT_OVER = "0001-01-01T00:00:00Z"  # Alertmanager's word for an end that has not come


def payload(page: Page, origin: Origin, links: Links, kpis: Mapping[str, Kpi]) -> dict[str, Any]:
    """The body of the post of `page`."""
    told = _alert(page, origin, links, kpis)
    group = {key: told["labels"][key] for key in ("dimension", "segment")}
    return {
        "version": "4",
        "groupKey": "{}:{" + ", ".join(f'{key}="{_escaped(value)}"' for key, value in group.items()) + "}",
        "truncatedAlerts": 0,
        "status": page.head.status,
        "receiver": RECEIVER,
        "groupLabels": group,
        "commonLabels": told["labels"],
        "commonAnnotations": told["annotations"],
        "externalURL": links.board_url,
        "alerts": [told],
    }


def _alert(page: Page, origin: Origin, links: Links, kpis: Mapping[str, Kpi]) -> dict[str, Any]:
    head = page.head
    link = links.board(head)
    annotations = {
        "summary": head.summary,
        "since": rfc3339(head.since),
        "impact": impact(head, kpis),
        "contributors": contributors(origin.contributions),
        "why": origin.why,
        "also_moved": also_moved(page),
        "reason": head.reason,
        "link": link,
        "runbook_url": links.runbook(head),
    }
    return {
        "status": head.status,
        "labels": {
            "alertname": f"Segment{head.kind.capitalize()}" if head.kind != "pipeline" else "NoData",
            "kind": head.kind,
            "dimension": head.dimension,
            "segment": head.value,
            "kpi": head.kpi,
            "state": head.state,
            "severity": severity(head),
        },
        "annotations": {name: text for name, text in annotations.items() if text},
        "startsAt": rfc3339(head.since),
        "endsAt": NOT_OVER if head.status == "firing" else rfc3339(head.at),
        "generatorURL": link,
        "fingerprint": head.fingerprint,
    }


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
