from __future__ import annotations

from typing import Any

from consumers.alerts.links import Links
from consumers.alerts.origin import Origin
from consumers.alerts.pagerduty import KEY_MOST, SUMMARY_MOST, acknowledgement, event
from streams.kpis.catalogue import BUILT_IN
from streams.scoring.alerts.contributors import Contribution
from streams.scoring.alerts.grouping import Page
from tests.consumers.receiver import ROUTING_KEY
from tests.consumers.samples import acknowledged, alert

LINKS = Links("http://board.test")
BOARD = "http://board.test/?dimension=tier&segment=2&kpi=form_fill_rate&window=1h"


def told(*within: Contribution, **other: object) -> dict[str, Any]:
    head = alert(**other)  # type: ignore[arg-type]
    return event(Page(head, (head,)), Origin(within, "It is too broad."), LINKS, BUILT_IN, ROUTING_KEY)


def test_one_page_as_an_event() -> None:
    assert told(Contribution("both", "2 × pharma", -9.5), state="under", change=-0.2, impact=-11.0) == {
        "routing_key": ROUTING_KEY,
        "dedup_key": "print-2",
        "event_action": "trigger",
        "payload": {
            "summary": "tier:2 fills in forms 20 % more often than the rest",
            "source": "tier:2",
            "severity": "warning",
            "timestamp": "2023-11-14T22:13:20.000Z",
            "component": "form_fill_rate",
            "group": "tier",
            "class": "shift",
            "custom_details": {
                "kind": "shift",
                "state": "under",
                "since": "2023-11-14T22:12:20.000Z",
                "window": "1h",
                "against_the_rest": "13.2% against 11% (index 120)",
                "impact": "-11 form fills an hour",
                "contributors": "both:2 × pharma (-9.5)",
                "why": "It is too broad.",
            },
        },
        "client": "segpulse",
        "client_url": BOARD,
        "links": [{"href": BOARD, "text": "Board"}],
    }


def test_the_end_resolves_the_same_incident() -> None:
    assert told(status="resolved", reason="back to its usual") == {
        "routing_key": ROUTING_KEY,
        "dedup_key": told()["dedup_key"],
        "event_action": "resolve",
    }


def test_who_looks_after_it_acknowledges_the_same_incident() -> None:
    page = Page(alert(), (alert(),))
    assert acknowledgement(page, acknowledged(), ROUTING_KEY) == {
        "routing_key": ROUTING_KEY,
        "dedup_key": told()["dedup_key"],
        "event_action": "acknowledge",
    }
    assert acknowledgement(page, None, ROUTING_KEY) is None


def test_nothing_comes_is_critical_and_still_an_event() -> None:
    body = told(kind="pipeline", state="silent", dimension="pipeline", value="all", kpi="", window="", actual=None)
    assert body["payload"]["severity"] == "critical"
    assert body["payload"]["source"] == "pipeline:all"


def test_what_is_too_long_is_cut() -> None:
    body = told(fingerprint="f" * 300, summary="s" * 2_000)
    assert len(body["dedup_key"]) == KEY_MOST
    assert len(body["payload"]["summary"]) == SUMMARY_MOST
