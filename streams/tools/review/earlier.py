"""A period beside earlier ones, as far as a file reaches back."""

from __future__ import annotations

import numpy as np

from streams.events.columns import Floats
from streams.panes.earlier import possible
from streams.panes.levels import LEVELS
from streams.scoring.daily import Beside, Earlier
from streams.tools.review.history import DAY, History
from streams.tools.review.spans import Spans


def earlier(history: History, dimension: str, most: int, dispersion: Floats, spans: Spans) -> Earlier:
    """Of whole days. `most`: values that have a name; `dispersion`: as in Earlier."""
    period = spans.end - spans.start
    in_days = [each for each in possible((period,)) if LEVELS[each.level] == DAY]
    starts = {each: each.ends(spans.end)[0] - period for each in in_days}
    # A file begins where a day does, or nobody knows better: its first day counts as a whole one.
    held = {each: start for each, start in starts.items() if history.begin is not None and history.begin <= start}
    begin = min(held.values(), default=spans.start)
    daily = history.daily(dimension, begin, spans.end, most)
    days, now = period // DAY, np.asarray(daily.counts[(spans.start - begin) // DAY :].sum(axis=0))
    beside = [
        Beside(each, each.ends(spans.end), np.asarray(daily.counts[first : first + days].sum(axis=0)), now)
        for each, first in ((each, (start - begin) // DAY) for each, start in held.items())
    ]
    return Earlier(dimension, daily.names, dispersion, beside, None)
