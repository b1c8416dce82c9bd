from __future__ import annotations

from consumers.alerts.payload import grouped, payload
from tests.consumers.samples import T0, alert

BOARD = "http://board.test:8500/"


def test_one_firing_alert_is_what_alertmanager_would_post() -> None:
    assert payload(("tier", "form_fill_rate"), [alert("2")], BOARD) == {
        "version": "4",
        "groupKey": '{}:{dimension="tier", kpi="form_fill_rate"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "segpulse",
        "groupLabels": {"dimension": "tier", "kpi": "form_fill_rate"},
        "commonLabels": {
            "alertname": "SegmentOver",
            "dimension": "tier",
            "segment": "2",
            "kpi": "form_fill_rate",
            "window": "1h",
            "severity": "info",
        },
        "commonAnnotations": {
            "summary": "tier:2 fills in forms 20 % more often than the rest",
            "description": "form_fill_rate of tier:2 over 1h; 0.132 (66 of 500); the rest of tier 0.11; "
            "index 120 (100 is on a par); over since 2023-11-14T22:12:20.000Z",
        },
        "externalURL": BOARD,
        "alerts": [
            {
                "status": "firing",
                "labels": {
                    "alertname": "SegmentOver",
                    "dimension": "tier",
                    "segment": "2",
                    "kpi": "form_fill_rate",
                    "window": "1h",
                    "severity": "info",
                },
                "annotations": {
                    "summary": "tier:2 fills in forms 20 % more often than the rest",
                    "description": "form_fill_rate of tier:2 over 1h; 0.132 (66 of 500); the rest of tier 0.11; "
                    "index 120 (100 is on a par); over since 2023-11-14T22:12:20.000Z",
                },
                "startsAt": "2023-11-14T22:12:20.000Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://board.test:8500/?dimension=tier&segment=2&kpi=form_fill_rate&window=1h",
                "fingerprint": "print-2",
            }
        ],
    }


def test_the_group_is_resolved_when_all_of_it_is() -> None:
    over = alert("2", status="resolved", at=T0)
    body = payload(("tier", "form_fill_rate"), [over, alert("3", status="resolved")], BOARD)
    assert body["status"] == "resolved"
    assert body["alerts"][0]["endsAt"] == "2023-11-14T22:13:20.000Z"
    assert "segment" not in body["commonLabels"]
    assert payload(("tier", "form_fill_rate"), [over, alert("3")], BOARD)["status"] == "firing"


def test_firing_and_resolved_have_the_same_labels() -> None:
    bodies = [payload(("tier", "x"), [alert(status=status)], BOARD) for status in ("firing", "resolved")]
    assert bodies[0]["alerts"][0]["labels"] == bodies[1]["alerts"][0]["labels"]


def test_groups_are_dimension_and_kpi() -> None:
    alerts = [alert("1"), alert("2", kpi="engagement"), alert("3"), alert("3", dimension="industry")]
    assert {group: [a.value for a in members] for group, members in grouped(alerts).items()} == {
        ("tier", "form_fill_rate"): ["1", "3"],
        ("tier", "engagement"): ["2"],
        ("industry", "form_fill_rate"): ["3"],
    }


def test_a_silent_segment_has_figures_that_are_not_there() -> None:
    silent = alert(state="silent", actual=None, rest=None, index=None, numerator=0, denominator=0)
    told = payload(("tier", "form_fill_rate"), [silent], BOARD)["alerts"][0]
    assert told["labels"]["alertname"] == "SegmentSilent"
    assert told["labels"]["severity"] == "critical"
    assert told["annotations"]["description"] == (
        "form_fill_rate of tier:2 over 1h; silent since 2023-11-14T22:12:20.000Z"
    )
