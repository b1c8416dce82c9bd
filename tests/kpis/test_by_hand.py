"""Every built-in KPI on a few events, its figures worked out by hand, through the same core as live."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from streams.kpis.catalogue import BUILT_IN
from tests.kpis.backtested import Said, cells
from tests.kpis.test_long_by_hand import CASES as LONG


class Case(NamedTuple):
    """What happens, `time visitor topic[.event] [value [currency]]` a line, and what comes of it in an hour."""

    happens: str
    numerator: float
    denominator: float
    value: float


#: Anna has a session of three events in 90 s, Bert one of two in 20 s, Cleo one of a single event; and Anna, after more
#: than half an hour, another. So there are four sessions.
VISITS = """
    10:00:00 anna page_views
    10:00:30 anna clicks
    10:01:30 anna form_fills
    10:05:00 bert page_views
    10:05:20 bert downloads
    10:06:00 cleo page_views
    10:40:00 anna page_views
"""
EMAILS = """
    10:00:00 anna emails.sent
    10:00:00 bert emails.sent
    10:00:00 cleo emails.sent
    10:00:00 dora emails.sent
    10:00:01 dora emails.bounced
    10:01:00 anna emails.opened
    10:02:00 bert emails.opened
    10:03:00 anna emails.clicked
    10:04:00 bert emails.unsubscribed
"""
SOCIAL = """
    10:00:00 anna social.impression
    10:00:10 anna social.like
    10:00:20 anna social.comment
    10:01:00 bert social.impression
    10:02:00 cleo social.impression
    10:02:10 cleo social.share
    10:02:20 cleo social.follow
    10:03:00 dora social.impression
"""
FAIR = """
    10:00:00 anna attendance.invited
    10:00:00 bert attendance.invited
    10:00:00 cleo attendance.invited
    10:10:00 anna attendance.registered
    10:20:00 bert attendance.registered
    10:50:00 bert attendance.attended
"""
LEADS = """
    10:00:00 anna leads.created
    10:01:00 bert leads.created
    10:02:00 cleo leads.created
    10:03:00 dora leads.created
    10:04:00 ella leads.created
    10:10:00 anna leads.mql
    10:11:00 bert leads.mql
    10:12:00 cleo leads.mql
    10:13:00 dora leads.mql
    10:20:00 anna leads.sql
    10:21:00 bert leads.sql
    10:22:00 cleo leads.sql
    10:30:00 anna leads.won 1000
    10:31:00 bert leads.won 400.50
    10:32:00 cleo leads.lost 9000
    10:35:00 anna customers.customer
"""
#: 120.50 + 100 USD, which are 92 EUR, + 0 = 212.50; an order of unknown worth; and 20.50 given back.
ORDERS = """
    10:00:00 anna orders.order 120.50
    10:10:00 bert orders.order 100 USD
    10:15:00 bert orders.order 0 EUR
    10:20:00 cleo orders.order
    10:30:00 anna orders.refund 20.50
"""
#: 100 + 50 USD, which are 46 EUR.
SPEND = """
    10:00:00 anna spend 100
    10:01:00 bert spend 50 USD
"""
#: Promoters 9 and 10, detractors 0 and 6; 7 and 8 are neither, and 11 is no answer. Satisfied 4 and 5.
ANSWERS = """
    10:00:00 anna feedback.survey_sent
    10:00:00 bert feedback.survey_sent
    10:00:00 cleo feedback.survey_sent
    10:00:00 dora feedback.survey_sent
    10:00:00 ella feedback.survey_sent
    10:00:00 finn feedback.survey_sent
    10:00:00 gwen feedback.survey_sent
    10:00:00 hans feedback.survey_sent
    10:00:00 ines feedback.survey_sent
    10:00:00 jack feedback.survey_sent
    10:00:00 kate feedback.survey_sent
    10:00:00 lars feedback.survey_sent
    10:01:00 anna feedback.nps 9
    10:02:00 bert feedback.nps 10
    10:03:00 cleo feedback.nps 0
    10:04:00 dora feedback.nps 8
    10:05:00 ella feedback.nps 7
    10:06:00 finn feedback.nps 11
    10:07:00 gwen feedback.csat 5
    10:08:00 hans feedback.csat 4
    10:09:00 ines feedback.csat 3
"""
#: As exact as a bin: the middle, on a logarithmic scale, of 480 to 679 seconds, which 600 are.
TEN_MINUTES = (480 * 679) ** 0.5
CASES = {
    "engagement": Case(VISITS, 3, 4, 3 / 4),
    "form_fill_rate": Case(VISITS, 1, 4, 1 / 4),
    "download_rate": Case(VISITS, 1, 4, 1 / 4),
    "engaged_session_rate": Case(VISITS, 2, 4, 1 / 2),
    "time_on_site": Case(VISITS, 90 + 20, 4, 27.5),
    "pages_per_session": Case(VISITS, 4, 4, 1),
    "clicks_per_session": Case(VISITS, 1, 4, 1 / 4),
    "email_open_rate": Case(EMAILS, 2, 4, 1 / 2),
    "email_click_rate": Case(EMAILS, 1, 4, 1 / 4),
    "email_click_to_open_rate": Case(EMAILS, 1, 2, 1 / 2),
    "email_unsubscribe_rate": Case(EMAILS, 1, 4, 1 / 4),
    "email_bounce_rate": Case(EMAILS, 1, 4, 1 / 4),
    "social_engagement": Case(SOCIAL, 3, 4, 3 / 4),
    "registration_rate": Case(FAIR, 2, 3, 2 / 3),
    "attendance_rate": Case(FAIR, 1, 2, 1 / 2),
    "lead_conversion": Case(LEADS, 2, 5, 2 / 5),
    "mql_rate": Case(LEADS, 4, 5, 4 / 5),
    "sql_rate": Case(LEADS, 3, 4, 3 / 4),
    "sql_conversion": Case(LEADS, 2, 3, 2 / 3),
    "win_rate": Case(LEADS, 2, 3, 2 / 3),
    "leads_per_session": Case(VISITS + LEADS, 5, 4, 5 / 4),
    "customers_per_lead": Case(LEADS, 1, 5, 1 / 5),
    "revenue_per_session": Case(VISITS + ORDERS, 212.50, 4, 53.125),
    "average_order_value": Case(ORDERS, 212.50, 3, 212.50 / 3),
    "average_deal_size": Case(LEADS, 1400.50, 2, 700.25),
    "refund_rate": Case(ORDERS, 1, 4, 1 / 4),
    "cost_per_lead": Case(SPEND + LEADS, 146, 5, 29.2),
    "cost_per_acquisition": Case(SPEND + LEADS, 146, 1, 146),
    "romi": Case(SPEND + ORDERS, 66.50, 146, 66.50 / 146),
    "nps": Case(ANSWERS, 2 - 1, 5, 20),
    "promoter_rate": Case(ANSWERS, 2, 5, 2 / 5),
    "csat": Case(ANSWERS, 2, 3, 2 / 3),
    "survey_response_rate": Case(ANSWERS, 9, 12, 3 / 4),
    "churn": Case(LEADS + "10:40:00 zoe customers.churned\n10:41:00 bert customers.customer", 1, 2, 1 / 2),
    "orders_per_session": Case(VISITS + ORDERS, 4, 4, 1),
    "time_to_mql": Case(LEADS, 4 * 600, 4, 600 / 86_400),
    "time_to_sql": Case(LEADS, 3 * 600, 3, 600 / 86_400),
    "time_to_win": Case(LEADS, 2 * 600, 2, 600 / 86_400),
    "median_time_to_mql": Case(LEADS, 4 * TEN_MINUTES, 4, TEN_MINUTES / 86_400),
    "median_time_to_sql": Case(LEADS, 3 * TEN_MINUTES, 3, TEN_MINUTES / 86_400),
    "median_time_to_win": Case(LEADS, 2 * TEN_MINUTES, 2, TEN_MINUTES / 86_400),
}


def said(happens: str) -> list[Said]:
    """The lines of a case."""
    out = []
    for line in filter(str.strip, happens.splitlines()):
        time, visitor, topic, *worth = line.split()
        topic, _, event = topic.partition(".")
        value, currency = ([*worth, None, None])[:2]
        event_said = Said(f"2026-01-05T{time}+00:00", visitor, topic, event or None)
        out.append(event_said._replace(value=None if value is None else float(value), currency=currency))
    return sorted(out, key=lambda each: each.timestamp)


def test_every_kpi_is_here() -> None:
    assert CASES.keys() | LONG == set(BUILT_IN)


@pytest.mark.parametrize("kpi", CASES)
def test_by_hand(kpi: str) -> None:
    happens, numerator, denominator, value = CASES[kpi]
    found = cells(said(happens))["all", kpi]
    assert found.denominator == denominator
    assert found.numerator == pytest.approx(numerator, rel=1e-6)
    assert found.value == pytest.approx(value, rel=1e-6)


def test_a_kpi_that_nothing_happens_of_is_not_there() -> None:
    assert {kpi for _, kpi in cells(said(SOCIAL))} == {"social_engagement"}
