"""The simulated story through the whole core and the pager: who is called for what, and for what nobody is."""

from __future__ import annotations

from typing import cast

import msgspec

from consumers.alerts.pager import Known, Pager
from consumers.alerts.posting import Poster
from consumers.marks import Marks
from streams import settings
from streams.messages import Alert
from streams.settings import Settings, Span
from streams.tools.backtest import Backtest
from streams.tools.simulate.audience import make_audience
from streams.tools.simulate.season import HOUR
from streams.tools.simulate.story import Chapter, Kind, Story, place
from streams.tools.simulate.traffic import Traffic
from tests.consumers.paging import Hook

MONDAY = 1_767_571_200_000  # 2026-01-05
HOURS = 46
DIMENSIONS = ("industry", "city_tier", "city_tier_x_industry")
#: Kind, segment and the hour from which it lasts: each after the first day, in which nothing can have shifted.
CAUSES: tuple[tuple[Kind, str, int], ...] = (
    ("outperform", "city_tier:2", 34),
    ("form_breaks", "industry:pharma", 36),
    ("silent", "industry:food processing", 37),
)
STORY = (
    Chapter(kind="dip", segment="*", start="27h", end="30h"),
    *(Chapter(kind=kind, segment=segment, start=f"{hour}h", end=f"{HOURS}h") for kind, segment, hour in CAUSES),
)


def told() -> tuple[list[Alert], Settings]:
    """The alerts of the story, looked at every ten minutes."""
    chosen = settings.load(None)
    chosen = msgspec.structs.replace(
        chosen,
        dimensions={name: chosen.dimensions[name] for name in DIMENSIONS},
        time=msgspec.structs.replace(chosen.time, tick=Span.parse("10m")),
    )
    audience = make_audience(1, 4_000)
    played = [place(chapter, MONDAY, HOURS * HOUR) for chapter in STORY]
    traffic = Traffic(1, audience, Story(played, audience), 3.0, MONDAY)
    return Backtest(chosen).run(traffic.records(MONDAY + HOURS * HOUR)).alerts, chosen


def test_each_cause_is_one_page_and_the_dip_of_all_is_none() -> None:
    alerts, chosen = told()
    hook = Hook()
    known = Known(scores=list, marks=Marks(chosen), now=lambda: 0, write=lambda marks: None)
    Pager(chosen, cast("Poster", hook), known).deliver(alerts)
    heads = {f"{page.head.dimension}:{page.head.value}": page.head for page, _ in hook.taken}
    assert {segment: (head.status, head.kind, head.state) for segment, head in heads.items()} == {
        "city_tier:2": ("firing", "shift", "over"),
        "industry:pharma": ("firing", "shift", "under"),
        "industry:food processing": ("firing", "silent", "silent"),
    }
    assert len(hook.taken) == len(heads)
    assert heads["industry:pharma"].kpi == "form_fill_rate"
    for _, segment, hour in CAUSES:
        head, began = heads[segment], MONDAY + hour * HOUR
        assert began < head.at <= began + 2 * HOUR
        assert abs(head.since - began) < 3 * HOUR
