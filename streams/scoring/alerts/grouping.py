"""Alerts of one cause make one page.

Several KPIs of one segment belong together, and so do a segment and the cross segments within it (`pharma` and
`2 × pharma`) where all do better or all do worse. The first to fire opens a group, which is over when all are. Where
the parts of a segment come before the whole, as they may while scorers catch up, the whole makes one group of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from itertools import groupby
from typing import NamedTuple

import msgspec

from streams.messages import Alert
from streams.segments.cross import parts
from streams.settings import Dimension


class Page(NamedTuple):
    """What a person is told: that a group has begun, or that it is over, by the alert that costs or brings most."""

    head: Alert  # of the group, from its beginning to its end; firing or resolved
    members: tuple[Alert, ...]  # with the head, that came with it


class _Group:
    def __init__(self, head: Alert) -> None:
        self.heads = [head]  # with which a page was told; of those that are one group by now, of each
        self.firing: dict[str, Alert] = {}  # by fingerprint


class Groups:
    """The groups that are open."""

    def __init__(self, dimensions: Mapping[str, Dimension]) -> None:
        self._dimensions = dimensions
        self._open: list[_Group] = []

    def copy(self) -> Groups:
        """Another that begins with the same."""
        other = Groups(self._dimensions)
        for group in self._open:
            same = copy(group)
            same.heads, same.firing = list(group.heads), dict(group.firing)
            other._open.append(same)
        return other

    @property
    def open(self) -> list[Page]:
        """Those that are open, the first opened first, with the alerts of them that fire."""
        return [Page(group.heads[0], tuple(group.firing.values())) for group in self._open]

    @property
    def told(self) -> list[Page]:
        """The same by each head that was told: of those that are one group by now there are several."""
        return [Page(head, tuple(group.firing.values())) for group in self._open for head in group.heads]

    def take(self, alerts: Iterable[Alert]) -> list[Page]:
        """The pages that these alerts are worth: tick by tick, and of those of one tick the heaviest first."""
        pages = []
        for _, together in groupby(sorted(alerts, key=_at), key=_at):
            pages += self._take(list(together))
        return pages

    def _take(self, alerts: list[Alert]) -> list[Page]:
        opened: list[_Group] = []
        for alert in sorted((a for a in alerts if a.status == "firing"), key=_heaviest_first):
            group = self._group_of(alert)
            if group is None:
                group = _Group(alert)
                self._open.append(group)
                opened.append(group)
            group.firing[alert.fingerprint] = alert
            self._absorb(group, alert, opened)
        pages = [Page(group.heads[0], tuple(group.firing.values())) for group in opened if group in self._open]
        for alert in (a for a in alerts if a.status == "resolved"):
            pages += self._end(alert)
        return pages

    def _end(self, alert: Alert) -> list[Page]:
        for group in self._open:
            if group.firing.pop(alert.fingerprint, None) is None:
                continue
            if group.firing:
                return []
            self._open.remove(group)
            return [Page(_over(head, alert), (alert,)) for head in group.heads]
        return [Page(alert, (alert,))]  # its beginning is no longer known of

    def _group_of(self, alert: Alert) -> _Group | None:
        for group in self._open:
            if any(self._belong(alert, other) for other in group.firing.values()):
                return group
        return None

    def _absorb(self, group: _Group, alert: Alert, opened: list[_Group]) -> None:
        """Take into `group` those of which all that fires lies within the segment of `alert`, which has joined it.

        Of those that are just `opened` nothing has been told yet.
        """
        for other in [each for each in self._open if each is not group]:
            if all(self._belong(alert, each) and self._is_part(each, alert) for each in other.firing.values()):
                group.heads += [] if other in opened else other.heads
                group.firing |= other.firing
                self._open.remove(other)

    def _is_part(self, one: Alert, of: Alert) -> bool:
        return (one.dimension, one.value) == (of.dimension, of.value) or self._within(one, of)

    def _belong(self, one: Alert, other: Alert) -> bool:
        """Are they likely of one cause?"""
        if (one.kind == "level") != (other.kind == "level"):
            return False  # what has been so for long must not hide what happens now
        if (one.dimension, one.value) == (other.dimension, other.value):
            return True
        return one.state == other.state and (self._within(one, other) or self._within(other, one))

    def _within(self, inner: Alert, outer: Alert) -> bool:
        return (outer.dimension, outer.value) in parts(self._dimensions, inner.dimension, inner.value)


def _at(alert: Alert) -> int:
    return alert.at


def _heaviest_first(alert: Alert) -> tuple[float, str, str, str]:
    return -abs(alert.impact or 0.0), alert.dimension, alert.value, alert.kpi


def _over(head: Alert, last: Alert) -> Alert:
    """The end of a group, told by its head: where another was the last, only the head's beginning is known."""
    if head.fingerprint == last.fingerprint:
        return last
    summary = f"{head.dimension}:{head.value} and what went with it is over: {last.reason}"
    return msgspec.structs.replace(head, status="resolved", at=last.at, reason=last.reason, summary=summary)
