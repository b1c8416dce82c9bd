"""docs/kpis.md, as the catalogue makes it: `python -m tests.kpis.document` writes it anew."""

from __future__ import annotations

from collections.abc import Iterable

from streams.events.topics import SOURCES
from streams.kpis.catalogue import BUILT_IN, OF_THE_PAST
from streams.kpis.terms import BUYERS, OF_PAST, SESSIONS, STAGES, VISITORS, split, trails
from streams.settings import Kpi, Settings
from tests.servers import ROOT

FILE = ROOT / "docs" / "kpis.md"

_OF_THE_PAST = {VISITORS: "seen", BUYERS: "orders.order"}
_COLUMNS = ("KPI", "What it is", "Formula", "Unit", "Good", "Model", "Events that it needs")

_HEAD = """# KPIs

The built-in KPIs, by family. Made from the catalogue (`streams/kpis`) by `python -m tests.kpis.document`.

Each is its formula over a window, for every segment. *Model* says how a difference is judged: `binomial`, each case has
it once or not; `poisson`, any number of times; `mean`, a sum of values; `figure`, only shown: it is never over or
under, and alerts nobody. *By the day*: what is counted comes hours or days after the cases that it is of, so it is
judged over whole days, as counts beside counts. `money` is what `money.currency` names. A KPI whose events do not come
is not there. Steps of a funnel are counted in the same window; no visitor is followed.

Those with a † need what each visitor did before. That costs memory by the visitor, and retention and churn of visitors
15 % more of a worker's time an event, so they are scored only where `scoring.kpis` names them:
`kpis = ["standard", "repeat_purchase", "retention_30d"]`. What their measures are is told below.

Spending that names no segment of a dimension is shared out to the known ones by their share of the sessions.

A formula is of measures. They can be used in KPIs of your own (`[kpis.NAME]`, see [settings.md](settings.md)):

| Measure | What it is |
|---|---|
| `clicks`, `leads.won` | events of a topic; of a name |
| `orders.value`, `orders.order.value` | the sum of their values; money in one currency |
| `orders.valued`, `orders.order.valued` | how many of them had a value |
| `feedback.nps.answers`, `.promoters`, `.detractors` | answers of 0 to 10; 9 to 10; 0 to 6 |
| `feedback.csat.answers`, `.satisfied` | answers of 1 to 5; 4 to 5 |
| `sessions` | sessions: a visitor's events with no gap of half an hour (`sessions.gap`) |
| `sessions.downloads` | sessions with such an event (of any topic in `sessions.topics`) |
| `sessions.engaged` | sessions with a second event: a session that is not engaged has bounced |
| `sessions.seconds` | time from each event of a session to the next, in seconds |
| `sessions.intervals` | how many such times there are |
| `steps.clicks.form_fills`, … | form fills that come right after a click of their session |
| `steps.start.clicks`, … | clicks that open a session |

Of the past († too, where KPIs of your own use them):

| Measure | What it is |
|---|---|
| `buyers` | a visitor's first order of a day (UTC): so often as one orders in a day, it is one buyer |
| `buyers.returning` | those of them who had ordered within the 90 days before |
| `leads.mql.seconds` | time from `created` to `mql` (also to `sql`, `won`), in seconds; a year at most |
| `leads.mql.intervals` | how many such times there are; a lead that skipped the stage before has none |
| `visitors.cohort_30d` | looked at, and active in the 30 days before the last 30 |
| `visitors.retained_30d`, `visitors.churned_30d` | of these, active in the last 30 days too; not |
| `buyers.cohort_30d`, … | the same where to order is to be active |

Active is who did anything: see `seen` in [settings.md](settings.md#behaviour). There are `1d`, `7d`, `30d` and `90d`.
Nothing happens when somebody leaves, so it is looked: at midnight (UTC), at each visitor once in 30 days, on a day that
their id gives (its CRC-32 modulo 30 is the day's number since 1970 modulo 30). So every visitor is one trial in as long
as a trial takes. A census of all, each day, would count everybody thirty times, and chance would look sure. It follows
that 24 hours show a thirtieth of all visitors: look at these KPIs over the longest windows, and add `"30d"` to
`scoring.windows`. Visitors are in the segments that they are in then; of dimensions by an event's field they are
`unknown`. Churn is one less retention: score one of them, or both will call.
`churn` is another: what is told on `customers`.

Lifetime value is margin × average order value × frequency / churn. The first three are what is left of revenue per
customer and quarter, and churn is customers lost per customer and quarter; so over any time it is margin × revenue per
customer lost. The window should be long enough for some to be lost in it. Its interval is of chance in both: orders,
as unevenly as they come (learned for `revenue_per_session` and `average_order_value`), and customers lost.
"""


def markdown() -> str:
    """The whole file."""
    out = [_HEAD]
    for family in dict.fromkeys(kpi.family for kpi in BUILT_IN.values()):
        out.append(f"## {family.capitalize()}\n")
        out.append(f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}")
        out += [_row(name, kpi) for name, kpi in BUILT_IN.items() if kpi.family == family]
        out.append("")
    return "\n".join(out)


def _row(name: str, kpi: Kpi) -> str:
    needs = ", ".join(f"`{event}`" for event in events(kpi))
    mark = " †" if name in OF_THE_PAST else ""
    late = ", by the day" if kpi.model != "figure" and trails(kpi.numerator, kpi.denominator) else ""
    return f"| `{name}`{mark} | {kpi.title} | {formula(kpi)} | {kpi.unit} | {kpi.good} | {kpi.model}{late} | {needs} |"


def formula(kpi: Kpi) -> str:
    """As people write it."""
    scale = "`money.margin` × " if kpi.of_margin else _times(kpi.scale)
    return f"{scale}{_side(kpi.numerator)} / {_side(kpi.denominator)}"


def _times(scale: float) -> str:
    if scale == 1:
        return ""
    return f"{scale:g} × " if scale > 1 else f"1/{1 / scale:,.0f} × "


def _side(terms: Iterable[str]) -> str:
    parts = [(" − " if sign < 0 else " + ") + f"`{measure}`" for sign, measure in map(split, terms)]
    side = "".join(parts).removeprefix(" + ").strip()
    return f"({side})" if len(parts) > 1 else side


def events(kpi: Kpi) -> list[str]:
    """The events that it counts, by topic and name."""
    found: dict[str, None] = {}
    for term in (*kpi.numerator, *kpi.denominator):
        measure = split(term)[1]
        topic, _, rest = measure.partition(".")
        name = rest.partition(".")[0]
        if topic in _OF_THE_PAST:
            named = [_OF_THE_PAST[topic]]
        elif topic == SESSIONS:
            named = [name] if name in SOURCES else list(Settings().sessions.topics)
        else:
            named = [f"{topic}.{name}" if name in SOURCES[topic].names else topic]
            if measure in OF_PAST.get(topic, ()):
                named = [f"{topic}.{stage}" for stage in (STAGES[STAGES.index(name) - 1], name)]
        found.update(dict.fromkeys(named))
    return list(found)


if __name__ == "__main__":
    FILE.write_text(markdown(), "utf-8")
