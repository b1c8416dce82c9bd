"""From alerts to pages: what is paged, which alerts are of one cause, and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from consumers.alerts.origin import origin
from consumers.alerts.posting import Poster
from consumers.marks import Firing, Marks, fired, held_key
from streams.messages import Alert, AlertMark, Held, SegmentScores
from streams.scoring.grouping import Groups, Page
from streams.settings import Settings


class Known(NamedTuple):
    """What pagers ask of the rest of the process."""

    scores: Callable[[], Iterable[SegmentScores]]  # the latest of all segments
    marks: Marks
    now: Callable[[], int]  # ms of the wall clock
    write: Callable[[Mapping[str, AlertMark | None]], None]  # marks, to Kafka; raises OutageError


class Pager:
    """Hands pages to a receiver, and remembers which groups of alerts are open.

    A page that is muted, or that somebody looks after already, is held: its receiver is told as soon as it is neither,
    and of its end only where it was told of its beginning. What is held is written to Kafka, and so outlives a restart.
    """

    def __init__(self, settings: Settings, poster: Poster, known: Known) -> None:
        self._settings = settings
        self._poster = poster
        self._known = known
        self._groups = Groups(settings.dimensions)
        self._held: dict[str, int] = {}  # fingerprint of a page -> `at` of when it fired

    def recall(self, alerts: Iterable[Alert]) -> None:
        """Take in `alerts` that were delivered before this started."""
        self._groups.take(self._paged(alerts))
        self._held = self._known.marks.held(self._poster.receiver.name)

    def deliver(self, alerts: Iterable[Alert]) -> None:
        """Page for `alerts`, and for what is held no longer.

        Raises NotDeliveredError or OutageError where they are to be handed over again; nothing has changed then.
        """
        groups, held = self._groups.copy(), dict(self._held)
        pages = list(self._told(groups.take(self._paged(alerts)), groups, held))
        if pages:
            scores, dimensions = list(self._known.scores()), self._settings.dimensions
            self._poster.deliver([(page, origin(page.head, scores, dimensions)) for page in pages])
        self._note(held)
        self._groups, self._held = groups, held

    def _told(self, pages: list[Page], groups: Groups, held: dict[str, int]) -> Iterator[Page]:
        """Those of `pages`, and of what is `held`, that the receiver is told of; `held` takes in the others."""
        still = {page.head.fingerprint: page for page in groups.open}
        firing = fired([*still.values(), *(page for page in pages if page.head.status == "firing")])
        for page in pages:
            name = page.head.fingerprint
            if page.head.status == "resolved":
                if held.pop(name, None) is None:
                    yield page
            elif self._quiet(page, firing):
                held[name] = page.head.at
            else:
                yield page
        for name, opened in list(held.items()):
            waits = still.get(name)
            if waits is None or waits.head.at != opened:
                del held[name]  # it ended before this started
            elif not self._quiet(waits, firing):
                del held[name]
                yield waits

    def _quiet(self, page: Page, firing: Firing) -> bool:
        marks = self._known.marks
        return marks.acknowledged(page) is not None or marks.muted(page, self._known.now(), firing) is not None

    def _note(self, held: dict[str, int]) -> None:
        """Write to Kafka what `held` is beside what is written."""
        if held == self._held:
            return
        receiver, now = self._poster.receiver.name, self._known.now()
        marks: dict[str, AlertMark | None] = {}
        for name in self._held.keys() - held.keys():
            marks[held_key(receiver, name)] = None
        for name, opened in held.items() - self._held.items():
            marks[held_key(receiver, name)] = Held(receiver=receiver, fingerprint=name, opened=opened, at=now)
        self._known.write(marks)

    def _paged(self, alerts: Iterable[Alert]) -> list[Alert]:
        return [alert for alert in alerts if alert.kind in self._settings.alerts.page]
