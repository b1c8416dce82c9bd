"""Which days a review is of, and which it compares them with."""

from __future__ import annotations

from typing import NamedTuple

from streams.settings import Span
from streams.tools.review.history import DAY


class Spans(NamedTuple):
    """Times in ms; whole days, UTC."""

    before: int | None  # start of the period before, which ends at `start`; None: the file does not reach back so far
    start: int
    end: int
    days_before: int  # that the file has of the period before
    days: int  # that it has of the period


def spans(since: int | None, period: Span, begin: int, until: int) -> Spans:
    """The period from `since` (None: the file's last days), of a file with events from the day `begin` to `until` (ms).

    A period before of which the file has less than half is none.
    """
    end = -(-until // DAY) * DAY if since is None else since + period
    start = end - period
    days_before = max(start - max(start - period, begin), 0) // DAY
    enough = 2 * days_before * DAY >= period
    return Spans(start - period if enough else None, start, end, days_before, (end - max(start, begin)) // DAY)
