"""docs/kpis.md, as the catalogue makes it: `python -m tests.kpis.document` writes it anew."""

from __future__ import annotations

from collections.abc import Iterable

from streams.events.topics import SOURCES
from streams.kpis.catalogue import BUILT_IN
from streams.kpis.terms import SESSIONS, split
from streams.settings import Kpi, Settings
from tests.servers import ROOT

FILE = ROOT / "docs" / "kpis.md"

_COLUMNS = ("KPI", "What it is", "Formula", "Unit", "Good", "Model", "Events that it needs")

_HEAD = """# KPIs

The built-in KPIs, by family. Made from the catalogue (`streams/kpis`) by `python -m tests.kpis.document`.

Each is its formula over a window, for every segment. *Model* says how a difference is judged: `binomial`, each case has
it once or not; `poisson`, any number of times; `mean`, a sum of values; `figure`, only shown: it is never over or
under, and alerts nobody. `money` is what `money.currency` names. A KPI whose events do not come is not there. Steps of
a funnel are counted in the same window; no visitor is followed.

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
    return f"| `{name}` | {kpi.title} | {formula(kpi)} | {kpi.unit} | {kpi.good} | {kpi.model} | {needs} |"


def formula(kpi: Kpi) -> str:
    """As people write it."""
    scale = f"{kpi.scale:g} × " if kpi.scale != 1 else ""
    return f"{scale}{_side(kpi.numerator)} / {_side(kpi.denominator)}"


def _side(terms: Iterable[str]) -> str:
    parts = [(" − " if sign < 0 else " + ") + f"`{measure}`" for sign, measure in map(split, terms)]
    side = "".join(parts).removeprefix(" + ").strip()
    return f"({side})" if len(parts) > 1 else side


def events(kpi: Kpi) -> list[str]:
    """The events that it counts, by topic and name."""
    found: dict[str, None] = {}
    for term in (*kpi.numerator, *kpi.denominator):
        topic, _, rest = split(term)[1].partition(".")
        name = rest.partition(".")[0]
        if topic == SESSIONS:
            named = [name] if name in SOURCES else list(Settings().sessions.topics)
        else:
            named = [f"{topic}.{name}" if name in SOURCES[topic].names else topic]
        found.update(dict.fromkeys(named))
    return list(found)


if __name__ == "__main__":
    FILE.write_text(markdown(), "utf-8")
