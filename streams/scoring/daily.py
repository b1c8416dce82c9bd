"""What a dimension has, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from streams.events.columns import Ints


class Daily(NamedTuple):
    """A dimension's counts by the day."""

    dimension: str
    start: int  # ms: of what is counted
    end: int
    names: Sequence[str]  # of its segments
    counts: Ints  # [days × segments × measures]
