"""Alerts of one cause make one page.

Several KPIs of one segment belong together, and so do a segment and the cross segments within it (`pharma` and
`2 × pharma`) where all do better or all do worse. The first to fire opens a group, which is over when all are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        self.head = head
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
            same = _Group(group.head)
            same.firing = dict(group.firing)
            other._open.append(same)
        return other

    @property
    def open(self) -> list[Page]:
        """Those that are open, the first opened first, with the alerts of them that fire."""
        return [Page(group.head, tuple(group.firing.values())) for group in self._open]

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
        pages = [Page(group.head, tuple(group.firing.values())) for group in opened]
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
            head = group.head
            if head.fingerprint == alert.fingerprint:
                return [Page(alert, (alert,))]
            return [Page(_over(head, alert), (alert,))]
        return [Page(alert, (alert,))]  # its beginning is no longer known of

    def _group_of(self, alert: Alert) -> _Group | None:
        for group in self._open:
            if any(self._belong(alert, other) for other in group.firing.values()):
                return group
        return None

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
    """The end of a group, told by its head, of which only the beginning is known."""
    summary = f"{head.dimension}:{head.value} and what went with it is over: {last.reason}"
    return msgspec.structs.replace(head, status="resolved", at=last.at, reason=last.reason, summary=summary)
