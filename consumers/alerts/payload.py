"""Alerts as Alertmanager posts them to webhooks (its data structure, version 4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from streams.messages import Alert

RECEIVER = "segpulse"
NOT_OVER = "0001-01-01T00:00:00Z"  # Alertmanager's word for an end that has not come
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

#: Labels (and so severities) are the same in the firing and the resolved message of one alert.
SEVERITY = {"silent": "critical", "under": "warning", "over": "info"}

Group = tuple[str, str]  # dimension, KPI


def grouped(alerts: Iterable[Alert]) -> dict[Group, list[Alert]]:
    """Alerts by dimension and KPI, in their order."""
    groups: dict[Group, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault((alert.dimension, alert.kpi), []).append(alert)
    return groups


def payload(group: Group, alerts: list[Alert], board_url: str) -> dict[str, Any]:
    """The body of one post: `alerts`, all of `group`."""
    told = [_alert(alert, board_url) for alert in alerts]
    dimension, kpi = group
    return {
        "version": "4",
        "groupKey": f'{{}}:{{dimension="{_escaped(dimension)}", kpi="{_escaped(kpi)}"}}',
        "truncatedAlerts": 0,
        "status": "firing" if any(alert.status == "firing" for alert in alerts) else "resolved",
        "receiver": RECEIVER,
        "groupLabels": {"dimension": dimension, "kpi": kpi},
        "commonLabels": _common([alert["labels"] for alert in told]),
        "commonAnnotations": _common([alert["annotations"] for alert in told]),
        "externalURL": board_url,
        "alerts": told,
    }


def _alert(alert: Alert, board_url: str) -> dict[str, Any]:
    link = {"dimension": alert.dimension, "segment": alert.value, "kpi": alert.kpi, "window": alert.window}
    return {
        "status": alert.status,
        "labels": {
            "alertname": f"Segment{alert.state.capitalize()}",
            **link,
            "severity": SEVERITY.get(alert.state, "info"),
        },
        "annotations": {"summary": alert.summary, "description": _description(alert)},
        "startsAt": _rfc3339(alert.since),
        "endsAt": NOT_OVER if alert.status == "firing" else _rfc3339(alert.at),
        "generatorURL": f"{board_url.rstrip('/')}/?{urlencode(link)}",
        "fingerprint": alert.fingerprint,
    }


def _description(alert: Alert) -> str:
    """What, against what, how big, since when."""
    parts = [f"{alert.kpi} of {alert.dimension}:{alert.value} over {alert.window}"]
    if alert.actual is not None:
        parts.append(f"{alert.actual:.4g} ({alert.numerator} of {alert.denominator})")
    if alert.rest is not None:
        parts.append(f"the rest of {alert.dimension} {alert.rest:.4g}")
    if alert.index is not None:
        parts.append(f"index {alert.index:.0f} (100 is on a par)")
    parts.append(f"{alert.state} since {_rfc3339(alert.since)}")
    return "; ".join(parts)


def _common(sets: list[dict[str, str]]) -> dict[str, str]:
    return {key: value for key, value in sets[0].items() if all(other.get(key) == value for other in sets)}


def _rfc3339(ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
