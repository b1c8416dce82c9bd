"""What people have said of alerts, on any board or in the settings: who looks after them, and what is muted.

Whether a mark still holds is told by the time and by the alerts that fire. One that does not means nothing, and is
taken back from Kafka after an hour.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from streams.messages import Acknowledged, Alert, AlertMark, Held, Muted, Relayed
from streams.scoring.alerts.grouping import Page
from streams.segments.cross import parts
from streams.settings import Settings

IN_SETTINGS = "segpulse.toml"  # by whom what is muted there is muted
SWEPT_AFTER_MS = 3_600_000  # what a younger mark is of may not have been read of yet

ReceiverMark = Held | Relayed
Firing = Collection[tuple[str, int]]  # fingerprint, and `at` of when it fired, of all alerts that fire


def acknowledged_key(fingerprint: str) -> str:
    """Of the page that this alert began."""
    return f"acknowledged:{fingerprint}"


def muted_key(segment: str, kpi: str) -> str:
    """Of `dimension:value` and a KPI; empty: whichever. Neither KPIs nor dimensions have a colon."""
    return f"muted:{kpi}:{segment}"


def held_key(receiver: str, fingerprint: str) -> str:
    """Of the page that this alert began, of which the receiver was not told."""
    return f"held:{receiver}:{fingerprint}"


def relayed_key(receiver: str, fingerprint: str) -> str:
    """Of the page that this alert began, of which the receiver was told who looks after it."""
    return f"relayed:{receiver}:{fingerprint}"


def key_of(mark: AlertMark) -> str:
    """The key of the record of `mark`."""
    if isinstance(mark, Acknowledged):
        return acknowledged_key(mark.fingerprint)
    if isinstance(mark, Muted):
        return muted_key(mark.segment, mark.kpi)
    key = held_key if isinstance(mark, Held) else relayed_key
    return key(mark.receiver, mark.fingerprint)


def fired(pages: Collection[Page]) -> set[tuple[str, int]]:
    """What fires, of the pages that are open: what began a page, until all of it is over."""
    return {(alert.fingerprint, alert.at) for page in pages for alert in (page.head, *page.members)}


class Marks:
    """All marks there are. Safe to read while another thread applies updates."""

    def __init__(self, settings: Settings) -> None:
        self._dimensions = settings.dimensions
        self._paged = settings.alerts.page
        self._marks: dict[str, AlertMark] = {}
        self._planned = [
            Muted(segment=mute.segment, until=_ms(mute.end.timestamp()), by=IN_SETTINGS, at=_ms(mute.begin.timestamp()))
            for mute in settings.alerts.mute
        ]

    def apply(self, marks: Mapping[str, AlertMark | None], whole: bool) -> None:
        """Take in what has come since; `whole`: it is all there is."""
        now = {**({} if whole else self._marks), **marks}
        self._marks = {key: mark for key, mark in now.items() if mark is not None}

    def __contains__(self, key: str) -> bool:
        """Whether it has been said, though it may hold no longer."""
        return key in self._marks

    def is_planned(self, mute: Muted) -> bool:
        """Whether it is of the settings, and cannot be taken back on a board."""
        return any(mute is planned for planned in self._planned)

    def paged(self, alerts: Iterable[Alert]) -> list[Alert]:
        """Those of `alerts` that somebody is paged for, where nobody has said otherwise; the others are notices."""
        return [alert for alert in alerts if alert.kind in self._paged]

    def acknowledged(self, page: Page) -> Acknowledged | None:
        """Who looks after `page`."""
        return next(iter(self.acknowledgements(page)), None)

    def acknowledgements(self, page: Page) -> list[Acknowledged]:
        """All that say so; where alerts were grouped otherwise before, there may be several."""
        said = ((alert, self._marks.get(acknowledged_key(alert.fingerprint))) for alert in (page.head, *page.members))
        return [mark for alert, mark in said if isinstance(mark, Acknowledged) and mark.opened == alert.at]

    def muted(self, page: Page, now: int, firing: Firing) -> Muted | None:
        """The mute of what began `page`, where all that fires of it is muted at `now` (ms)."""
        mutes = self.mutes(now, firing)
        found = [next((mute for mute in mutes if self._covers(mute, alert)), None) for alert in page.members]
        return None if None in found else next(iter(found), None)

    def mutes(self, now: int, firing: Firing) -> list[Muted]:
        """Those that hold at `now` (ms), those of the settings first."""
        planned = [mute for mute in self._planned if mute.at <= now and _holds(mute, now, firing)]
        said = [mark for mark in self._marks.values() if isinstance(mark, Muted) and _holds(mark, now, firing)]
        return [*planned, *sorted(said, key=lambda mute: (mute.segment, mute.kpi))]

    def of_receiver(self, receiver: str) -> dict[str, ReceiverMark]:
        """By key, what this receiver was not told, and what it was."""
        marks = ((key, mark) for key, mark in self._marks.items() if isinstance(mark, (Held, Relayed)))
        return {key: mark for key, mark in marks if mark.receiver == receiver}

    def over(self, now: int, firing: Firing) -> list[str]:
        """Keys of those that have ceased to mean anything, and are old enough to be taken back."""
        before = now - SWEPT_AFTER_MS
        return [key for key, mark in self._marks.items() if _ended(mark, before, firing)]

    def covered(self, segment: str, kpi: str, alerts: Collection[Alert]) -> list[tuple[str, int]]:
        """Which of `alerts` a mute of `segment` and `kpi` would be of."""
        mute = Muted(segment=segment, kpi=kpi, until=None, by="", at=0)
        return [(alert.fingerprint, alert.at) for alert in alerts if self._covers(mute, alert)]

    def _covers(self, mute: Muted, alert: Alert) -> bool:
        return mute.kpi in ("", alert.kpi) and mute.segment in set(self._names(alert))

    def _names(self, alert: Alert) -> Iterator[str]:
        """All that an alert's segment may be meant by."""
        yield "*"
        own = (alert.dimension, alert.value)
        for dimension, value in (own, *parts(self._dimensions, *own)):
            yield from (f"{dimension}:{value}", f"{dimension}:*")


def _holds(mute: Muted, now: int, firing: Firing) -> bool:
    if mute.until is not None:
        return now < mute.until
    return any(alert in firing for alert in mute.alerts)


def _ended(mark: AlertMark, before: int, firing: Firing) -> bool:
    if isinstance(mark, Muted):
        return (mark.until if mark.until is not None else mark.at) < before and not _holds(mark, before, firing)
    return mark.at < before and (mark.fingerprint, mark.opened) not in firing


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
