"""From alerts to pages: what is paged, which alerts are of one cause, and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from consumers.alerts.origin import origin
from consumers.alerts.posting import Poster
from streams.messages import Alert, SegmentScores
from streams.scoring.grouping import Groups
from streams.settings import Settings


class Pager:
    """Hands pages to a receiver, and remembers which groups of alerts are open."""

    def __init__(self, settings: Settings, poster: Poster, scores: Callable[[], Iterable[SegmentScores]]) -> None:
        """`scores` gives the latest of all segments."""
        self._settings = settings
        self._poster = poster
        self._scores = scores
        self._groups = Groups(settings.dimensions)

    def recall(self, alerts: Iterable[Alert]) -> None:
        """Take in `alerts` that were delivered before this started."""
        self._groups.take(self._paged(alerts))

    def deliver(self, alerts: Iterable[Alert]) -> None:
        """Page for `alerts`. Raises NotDeliveredError where they are to be handed over again; nothing has changed
        then."""
        groups = self._groups.copy()
        pages = groups.take(self._paged(alerts))
        if pages:
            scores, dimensions = list(self._scores()), self._settings.dimensions
            self._poster.deliver([(page, origin(page.head, scores, dimensions)) for page in pages])
        self._groups = groups

    def _paged(self, alerts: Iterable[Alert]) -> list[Alert]:
        return [alert for alert in alerts if alert.kind in self._settings.alerts.page]
