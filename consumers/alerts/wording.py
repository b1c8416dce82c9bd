"""What every receiver is told, in the same words: headline, severity, figures, impact, where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone

from streams.kpis.figures import counted, with_unit
from streams.messages import Alert
from streams.scoring.alerts.contributors import Contribution
from streams.scoring.alerts.grouping import Page
from streams.scoring.alerts.sentences import beside, listed
from streams.settings import Kpi

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

#: The same in the firing and the resolved message of one page.
_SEVERITY = {"silent": "critical", "under": "warning", "over": "info"}


def severity(head: Alert) -> str:
    """`critical`, `warning` or `info`."""
    return _SEVERITY.get(head.state, "info")


def headline(head: Alert) -> str:
    """What is the matter, in a few words."""
    segment = f"{head.dimension}:{head.value}"
    if head.kind == "pipeline":
        return "Data comes again" if head.status == "resolved" else "No data comes in from anybody"
    if head.status == "resolved":
        return f"{segment} is no longer {head.state} on {head.kpi}"
    if head.kind == "silent":
        return f"{segment} has fallen silent on {head.kpi}"
    measure = "the rest" if head.kind == "level" else "its usual"
    by = "" if head.change is None else f": {beside(head.change)} {measure}"
    return f"{segment} is {head.state} on {head.kpi}{by}"


def against_the_rest(head: Alert, kpis: Mapping[str, Kpi]) -> str:
    """`7.6% against 11% (index 69)`; empty where there is nothing to compare: of what is silent the figures are of what
    came before."""
    if head.state == "silent" or head.actual is None or head.rest is None:
        return ""
    unit = kpis[head.kpi].unit if head.kpi in kpis else ""
    index = "" if head.index is None else f" (index {head.index:.0f})"
    return f"{with_unit(head.actual, unit)} against {with_unit(head.rest, unit)}{index}"


def impact(head: Alert, kpis: Mapping[str, Kpi]) -> str:
    """What it brings (+) or costs (-) an hour; empty where that cannot be told, and of sums: their summary has it."""
    if head.impact is None or isinstance(head.numerator, float):
        return ""
    what = listed(counted(kpis[head.kpi].numerator)) if head.kpi in kpis else "cases"
    return f"{head.impact:+.3g} {what} an hour"


def contributors(contributions: Iterable[Contribution]) -> str:
    """The segments within it that it comes from most."""
    return ", ".join(f"{c.dimension}:{c.value} ({c.conversions:+.3g})" for c in contributions)


def also_moved(page: Page) -> str:
    """The segment's other KPIs, and what else is of one cause with it."""
    head = page.head
    others = (
        f"{member.dimension}:{member.value} {member.kpi} {member.state}"
        for member in page.members
        if (member.dimension, member.value) != (head.dimension, head.value)
    )
    return ", ".join([*head.also, *others])


def rfc3339(ms: int) -> str:
    """A time in ms since the epoch, in UTC."""
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shortened(text: str, most: int) -> str:
    """`text` in `most` characters at most."""
    return text if len(text) <= most else text[: most - 1] + "…"
