from __future__ import annotations

from consumers.alerts.alertmanager import payload
from consumers.alerts.links import Links
from consumers.alerts.origin import Origin
from streams.kpis.catalogue import BUILT_IN
from streams.scoring.alerts.contributors import Contribution
from streams.scoring.alerts.grouping import Page
from tests.consumers.samples import alert

BOARD = "http://board.test:8500/"
LINKS = Links(BOARD, runbook_url="http://wiki.test/runbook")
LABELS = {
    "alertname": "SegmentShift",
    "kind": "shift",
    "dimension": "tier",
    "segment": "2",
    "kpi": "form_fill_rate",
    "state": "over",
    "severity": "info",
}


def page(**other: object) -> Page:
    head = alert(**other)  # type: ignore[arg-type]
    return Page(head, (head,))


def test_one_page_is_what_alertmanager_would_post() -> None:
    head = alert("2", also=["engagement over"])
    within = alert("2 × pharma", dimension="tier_x_industry")
    told = [Contribution("tier_x_industry", "2 × pharma", 9.5), Contribution("tier_x_industry", "2 × FMCG", 2.0)]
    annotations = {
        "summary": "tier:2 fills in forms 20 % more often than the rest",
        "since": "2023-11-14T22:12:20.000Z",
        "impact": "+11 form fills an hour",
        "contributors": "tier_x_industry:2 × pharma (+9.5), tier_x_industry:2 × FMCG (+2)",
        "why": "It is too broad.",
        "also_moved": "engagement over, tier_x_industry:2 × pharma form_fill_rate over",
        "link": "http://board.test:8500/?dimension=tier&segment=2&kpi=form_fill_rate&window=1h",
        "runbook_url": "http://wiki.test/runbook#segmentover",
    }
    assert payload(Page(head, (head, within)), Origin(told, "It is too broad."), LINKS, BUILT_IN) == {
        "version": "4",
        "groupKey": '{}:{dimension="tier", segment="2"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "segpulse",
        "groupLabels": {"dimension": "tier", "segment": "2"},
        "commonLabels": LABELS,
        "commonAnnotations": annotations,
        "externalURL": BOARD,
        "alerts": [
            {
                "status": "firing",
                "labels": LABELS,
                "annotations": annotations,
                "startsAt": "2023-11-14T22:12:20.000Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": annotations["link"],
                "fingerprint": "print-2",
            }
        ],
    }


def test_firing_and_resolved_differ_in_status_and_end_and_reason() -> None:
    fired, over = (
        payload(page(status=status, reason=reason), Origin(), LINKS, BUILT_IN)["alerts"][0] for status, reason in ENDS
    )
    assert fired["labels"] == over["labels"]
    assert fired["fingerprint"] == over["fingerprint"]
    assert over["endsAt"] == "2023-11-14T22:13:20.000Z"
    assert over["annotations"]["reason"] == "back to its usual"
    assert "reason" not in fired["annotations"]


ENDS = (("firing", ""), ("resolved", "back to its usual"))


def test_a_silent_segment_is_critical_and_has_no_figures_that_are_not_there() -> None:
    silent = page(kind="silent", state="silent", actual=None, rest=None, index=None, impact=None)
    told = payload(silent, Origin(), LINKS, BUILT_IN)["alerts"][0]
    assert told["labels"]["alertname"] == "SegmentSilent"
    assert told["labels"]["severity"] == "critical"
    assert not {"impact", "contributors", "why", "also_moved"} & told["annotations"].keys()


def test_the_impact_on_a_sum_of_values_is_told_once_in_its_unit() -> None:
    told = payload(page(numerator=1250.5, impact=-3.0), Origin(), LINKS, BUILT_IN)["alerts"][0]
    assert "impact" not in told["annotations"]
