"""Pages as Alertmanager posts them to webhooks (its data structure, version 4): one alert a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from streams.messages import Alert
from streams.scoring.contributors import Contribution
from streams.scoring.grouping import Page

RECEIVER = "segpulse"
NOT_OVER = "0001-01-01T00:00:00Z"  # Alertmanager's word for an end that has not come
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

#: Labels (and so severities) are the same in the firing and the resolved message of one page.
SEVERITY = {"silent": "critical", "under": "warning", "over": "info"}


def payload(page: Page, contributions: Iterable[Contribution], board_url: str) -> dict[str, Any]:
    """The body of the post of `page`."""
    told = _alert(page, contributions, board_url)
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
        "externalURL": board_url,
        "alerts": [told],
    }


def _alert(page: Page, contributions: Iterable[Contribution], board_url: str) -> dict[str, Any]:
    head = page.head
    place = {"dimension": head.dimension, "segment": head.value, "kpi": head.kpi, "window": head.window}
    link = f"{board_url.rstrip('/')}/?{urlencode(place)}"
    annotations = {
        "summary": head.summary,
        "since": _rfc3339(head.since),
        "impact": _impact(head),
        "contributors": ", ".join(f"{c.dimension}:{c.value} ({c.conversions:+.3g})" for c in contributions),
        "also_moved": ", ".join(_also_moved(page)),
        "reason": head.reason,
        "link": link,
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
            "severity": SEVERITY.get(head.state, "info"),
        },
        "annotations": {name: text for name, text in annotations.items() if text},
        "startsAt": _rfc3339(head.since),
        "endsAt": NOT_OVER if head.status == "firing" else _rfc3339(head.at),
        "generatorURL": link,
        "fingerprint": head.fingerprint,
    }


def _impact(head: Alert) -> str:
    if head.impact is None:
        return ""
    is_sum = isinstance(head.numerator, float)  # of values: then it is told in values of mean size
    return f"{head.impact:+.3g} {'values of mean size' if is_sum else 'conversions'} an hour"


def _also_moved(page: Page) -> Iterable[str]:
    """The segment's other KPIs, and what else is of one cause with it."""
    head = page.head
    yield from head.also
    for member in page.members:
        if (member.dimension, member.value) != (head.dimension, head.value):
            yield f"{member.dimension}:{member.value} {member.kpi} {member.state}"


def _rfc3339(ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
