"""The rules, declared: which cause asks for what evidence. docs/diagnosis.md is made from this table.

A rule holds where of each of its `needs` one ask is met. An ask is of KPIs (or volumes), and of those that have events:

- `worse`, `better`: one of them surely is so;
- `as well`: one of them surely is about as well as the rest, or better, and none is worse;
- `far less`: of a volume beside the segment's traffic (or of traffic beside an even share), surely less than 3/4;
- `silent`: its usual share of the trials does not come;
- `apart`: parts by a declared cross go their own ways on a KPI on which the segment is under;
- `early`: by a declared cross with `buying_stage`, the mix of stages makes most of what it converts less.

Of causes that hold, those that yield to another of them fall away: what lies further up makes what is below look bad.
If one is left it is the cause; if none or several are, the cause is `unclear`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from streams.messages import Cause
from streams.settings import Kpi

Shows = Literal["worse", "better", "as well", "far less", "silent", "apart", "early"]

SILENT = "silent"  # after a KPI: its usual share of the trials does not come
STAGE = "buying_stage"  # the dimension that says how far a visitor's buying has come

ENGAGEMENT = ("engaged_session_rate", "pages_per_session", "clicks_per_session", "time_on_site")
CONTENT = ("download_rate",)
CONVERSION = (
    "form_fill_rate",
    "leads_per_session",
    "mql_rate",
    "sql_rate",
    "sql_conversion",
    "lead_conversion",
    "win_rate",
    "customers_per_lead",
    "orders_per_session",
)
AFTERWARDS = ("churn", "refund_rate", "promoter_rate", "csat")
VALUE = ("revenue_per_session", "average_order_value", "average_deal_size")
DELIVERED = ("email_open_rate", "social_engagement", "registration_rate")  # of each kind of delivery one KPI
OUTCOMES = (*CONVERSION, *VALUE)

#: How much of what is brought to people a segment gets, beside its traffic; `traffic` itself beside an even share.
VOLUMES = {
    "emails_per_session": Kpi(numerator=("emails.sent",), denominator=("sessions",), unit="", model="poisson"),
    "impressions_per_session": Kpi(
        numerator=("social.impression",), denominator=("sessions",), unit="", model="poisson"
    ),
    "invitations_per_session": Kpi(
        numerator=("attendance.invited",), denominator=("sessions",), unit="", model="poisson"
    ),
    "spend_per_session": Kpi(numerator=("spend.value",), denominator=("sessions",), unit="", model="figure"),
}
TRAFFIC = "traffic"  # its sessions, over those of an average segment of the rest
DELIVERIES = ("emails_per_session", "impressions_per_session", "invitations_per_session")
GIVEN = ("spend_per_session", TRAFFIC)


class Ask(NamedTuple):
    """Evidence that is asked for."""

    of: tuple[str, ...]  # KPIs, or volumes
    shows: Shows
    if_known: bool = False  # where there is nothing to tell it by, it is not asked for


class Rule(NamedTuple):
    """A cause, and what must be there for it."""

    cause: Cause
    of: Literal["below", "above"]  # segments below par, or above it
    needs: tuple[tuple[Ask, ...], ...]  # of each, one ask
    yields_to: tuple[Cause, ...]
    means: str  # in plain words, for docs/diagnosis.md
    do: str  # what to do next


RULES: tuple[Rule, ...] = (
    Rule(
        cause="badly reached",
        of="below",
        needs=(
            (
                Ask((*ENGAGEMENT, *DELIVERED), "silent"),
                Ask(("email_bounce_rate",), "worse"),
                Ask(DELIVERIES, "far less"),
            ),
        ),
        yields_to=(),
        means="What we send does not arrive, or people do not come: deliveries or sessions are missing.",
        do="Look at addresses, lists, tags and campaigns of this segment before its content or price.",
    ),
    Rule(
        cause="too broad",
        of="below",
        needs=((Ask(CONVERSION, "apart"),),),
        yields_to=(),
        means="It is several groups of people that do differently; its average describes none of them.",
        do="Split it by the dimension named, and address the parts one by one.",
    ),
    Rule(
        cause="lacking content",
        of="below",
        needs=((Ask(CONTENT, "worse"),), (Ask(ENGAGEMENT, "as well"),)),
        yields_to=("too broad",),
        means="Visits are normal, but little is downloaded: there is little for these people, or they do not see it.",
        do="Make or show papers, data sheets and cases for this segment.",
    ),
    Rule(
        cause="not decision-ready",
        of="below",
        needs=(
            (Ask(ENGAGEMENT, "as well"),),
            (Ask(CONVERSION, "worse"),),
            (Ask((STAGE,), "early", if_known=True),),
        ),
        yields_to=("badly reached", "too broad", "lacking content"),
        means="It engages as well as others and converts less; early buying stages are over-represented.",
        do="Nurture: give it time and what helps to decide, and do not measure it by sales yet.",
    ),
    Rule(
        cause="priced or served badly",
        of="below",
        needs=((Ask(CONVERSION, "as well"),), (Ask(AFTERWARDS, "worse"),)),
        yields_to=("too broad",),
        means="It buys as well as others, then leaves, sends back or scores low.",
        do="Ask those who left; look at price, delivery, onboarding and support for this segment.",
    ),
    Rule(
        cause="under-tapped",
        of="above",
        needs=((Ask(OUTCOMES, "better"),), (Ask(GIVEN, "far less"),)),
        yields_to=(),
        means="It does better than the rest, and gets less than its share of spend or traffic.",
        do="Move spend and reach there, step by step, and watch whether it stays as good.",
    ),
)
