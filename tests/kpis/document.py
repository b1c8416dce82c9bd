"""docs/kpis.md, as the catalogue makes it: `python -m tests.kpis.document` writes it anew."""

from __future__ import annotations

import math
from collections.abc import Iterable

from streams.events.terms import BUYERS, OF_PAST, SESSIONS, STAGES, VISITORS, lag, split
from streams.events.topics import SOURCES
from streams.kpis.catalogue import BUILT_IN, OF_THE_PAST
from streams.kpis.growth import GROWTHS
from streams.settings import Kpi, Settings
from tests.servers import ROOT

FILE = ROOT / "docs" / "kpis.md"

_OF_THE_PAST = {VISITORS: "seen", BUYERS: "orders.order"}
_COLUMNS = ("KPI", "What it is", "Formula", "Unit", "Good", "Model", "Events that it needs")

_HEAD = """# KPIs

The built-in KPIs, by family. Made from the catalogue (`streams/kpis`) by `python -m tests.kpis.document`.

Each is its formula over a window, for every segment. *Model* says how a difference is judged: `binomial`, each case has
it once or not; `poisson`, any number of times; `mean`, a sum of values; `median`, the middle one of these, and
`figure`, only shown: they are never over or under, and alert nobody. *By the day*: what is counted comes hours or days
after the cases that it is of, so it is judged over whole days, as counts beside counts. `money` is what
`money.currency` names. A KPI whose events do not come is not there. All are scored over all of `scoring.windows`, but
those over some that `scoring.windows_of` names. Steps of a funnel are counted in the same window; no visitor is
followed.

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

All that is of a session (`sessions…`, `steps…`) counts in the segments that it opened in, at the time of each part.
Where the landing page alone names the campaign, the form fill that follows makes it one of the campaign's sessions with
a form fill; and so does one that says `decision` where the visitor was before. The form fill itself (`form_fills`)
counts where its visitor is then.

Of the past († too, where KPIs of your own use them):

| Measure | What it is |
|---|---|
| `buyers` | a visitor's first order of a day (UTC): so often as one orders in a day, it is one buyer |
| `buyers.returning` | those of them who had ordered within the 90 days before |
| `buyers.returning.named` | of these, those whose order says what is bought (`content`) |
| `buyers.cross_sold` | of these, those who had not bought that in the twelve months (of 30 days) before, nor in this |
| `buyers.returning.valued` | of those returning, those whose order has a value, as one of the last 90 days had |
| `buyers.up_sold` | of these, those whose order is worth more than the last before it |
| `leads.mql.seconds` | time from `created` to `mql` (also to `sql`, `won`), in seconds; a year at most |
| `leads.mql.intervals` | how many such times there are; a lead that skipped the stage before has none |
| `visitors.cohort_30d` | looked at, and active in the 30 days before the last 30 |
| `visitors.retained_30d`, `visitors.churned_30d` | of these, active in the last 30 days too; not |
| `buyers.cohort_30d`, … | the same where to order is to be active |

**Cross-sell and up-sell** are of buyers who return. One trial is a buyer's day, judged by its first order: several
orders of one day hang together, and would make chance look sure. The *cross-sell rate* is the share that bought
something they had not before. What is bought is the order's `content`: a product, or a category where the rate is to
be of categories. An order of nothing that is named is no trial. The *up-sell rate* is the share that spent more than
the time before, in the base currency. The time before is the last order that was worth anything. It is not the best:
the more orders somebody has had, the seldomer the next is the best of all, and that would count against loyal
segments. Of customers to whom it is all the same, about half spend more, so look at the index. What was bought before
segpulse (or the KPI) began is not known: in the first months the cross-sell rate is too high, of all segments alike.

**Median times** are of the same leads as the mean ones, and few that take very long do not carry them. Panes can only
be added up, so times are counted in 40 bins, from a minute to a year, each √2 times as wide as the one before. Within
the bin in which half of the leads is reached they are taken to lie evenly on a logarithmic scale. So the median is
never further from the true one than a factor of √2, and mostly within a few per cent. The rest's is found in the same
way. The interval is between two order statistics, and needs six leads. The index is the rest's median over the
segment's. Nobody is alerted: score the mean for that. In Redis and elsewhere the numerator of a median is what would
come together if all took as long.

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


_GROWTH = """## Growth

How much more there is of something in a window than in an earlier one, as a ratio (1.1: a tenth more) with its 95 %
interval. It is told every five minutes for every segment, is never over or under, and alerts nobody. `segpulse backtest
--json` has it as of the end of a file.

| Growth | What it is | Measure |
|---|---|---|
{rows}

The earlier window is as long, and is

| Against | What it is |
|---|---|
| `before` | the one just before |
| `week` | the same hours of the week (UTC) a week earlier; for windows under a week (of `7d` it is `before`) |
| `year` | the same 52 weeks earlier, so of the same days of the week; for windows of whole days |

Both begin and end with whole hours: the last 24 full hours. Where hours are not held so far back any more, and for
windows of a week and more, they are whole days (UTC): what is compared is then up to a day old. Windows that are no
whole hours, like `5m`, have no growth.

**What is not held is not there**, and is no zero. Panes are held for the windows: with the built-in ones (`7d` the
longest) that is enough for `1h` and `24h` against `before`, with a window of `30d` also for days against the week
before. `growth.hold = ["before", "week", "year"]` holds panes for these, too, from then on; so a growth begins when so
much time has passed. Of the first hour or day that was ever counted nobody knows whether it is whole, so it is compared
with nothing. Holding costs memory. With the built-in dimensions and KPIs, 64 segments in all, a day is 30 kB for each
source partition, an hour 22 kB (measured; workers and scorers together). `"week"` holds a day of hours more and a week
of days for the built-in windows, 0.7 MB a partition; `"year"` a year of days, 11 MB a partition, and as many records
more on `segment_panes` and in the changelog.

Growth is there of what the KPIs in `scoring.kpis` count: sales where `revenue_per_session` or `average_order_value` is
scored. Sums are of values, so their interval is wider than that of a count: by how unevenly orders come, learned for
these KPIs. Counts are taken to come as unevenly as learned for the KPI whose numerator they are, `sessions`
independently. It is chance alone that the interval is of: that Easter was in another week last year, it does not know.
"""


def markdown() -> str:
    """The whole file."""
    out = [_HEAD]
    for family in dict.fromkeys(kpi.family for kpi in BUILT_IN.values()):
        out.append(f"## {family.capitalize()}\n")
        out.append(f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}")
        out += [_row(name, kpi) for name, kpi in BUILT_IN.items() if kpi.family == family]
        out.append("")
    rows = (f"| `{name}` | {growth.title} | `{growth.measure}` |" for name, growth in GROWTHS.items())
    out.append(_GROWTH.format(rows="\n".join(rows)))
    return "\n".join(out)


def _row(name: str, kpi: Kpi) -> str:
    needs = ", ".join(f"`{event}`" for event in events(kpi))
    mark = " †" if name in OF_THE_PAST else ""
    late = ", by the day" if kpi.model != "figure" and math.isinf(lag(kpi.numerator, kpi.denominator)) else ""
    return f"| `{name}`{mark} | {kpi.title} | {formula(kpi)} | {kpi.unit} | {kpi.good} | {kpi.model}{late} | {needs} |"


def formula(kpi: Kpi) -> str:
    """As people write it."""
    scale = "`money.margin` × " if kpi.of_margin else _times(kpi.scale)
    if kpi.model == "median":
        return f"{scale}median of what {_side(kpi.numerator)} is the sum of"
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
