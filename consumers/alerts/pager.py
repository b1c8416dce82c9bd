"""From alerts to posts: what is paged, which alerts are of one cause, where they come from, who looks after them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from consumers.alerts.origin import origin
from consumers.alerts.posting import Post, Poster
from consumers.marks import Firing, Marks, ReceiverMark, fired, held_key, relayed_key
from streams.messages import Alert, AlertMark, Held, Relayed, SegmentScores
from streams.scoring.alerts.grouping import Groups, Page
from streams.settings import Settings


class Known(NamedTuple):
    """What pagers ask of the rest of the process."""

    scores: Callable[[], Iterable[SegmentScores]]  # the latest of all segments
    marks: Marks
    now: Callable[[], int]  # ms of the wall clock
    write: Callable[[Mapping[str, AlertMark | None]], None]  # marks, to Kafka; raises OutageError


class Pager:
    """Hands posts to a receiver, and remembers which groups of alerts are open.

    A page that is muted, or that somebody looks after already, is held: its receiver is told as soon as it is neither,
    and of its end only where it was told of its beginning. Where it was, it is told, too, who looks after it. What is
    held, and what was told so, is written to Kafka, and so outlives a restart.
    """

    def __init__(self, settings: Settings, poster: Poster, known: Known) -> None:
        self._dimensions = settings.dimensions
        self._poster = poster
        self._receiver = poster.receiver
        self._known = known
        self._groups = Groups(settings.dimensions)
        self._noted: dict[str, ReceiverMark] = {}  # by key: what is held, and who is said to look after it

    def recall(self, delivered: Iterable[Iterable[Alert]]) -> None:
        """Take in alerts that were `delivered` before this started, those together that were handed on together: then
        the receiver is told of the end of the pages that it was told of."""
        for alerts in delivered:
            self._groups.take(self._known.marks.paged(alerts))
        self._noted = self._known.marks.of_receiver(self._receiver.name)

    def deliver(self, alerts: Iterable[Alert]) -> None:
        """Page for `alerts` and for what is held no longer, and tell who looks after what.

        Raises NotDeliveredError or OutageError where they are to be handed over again; nothing has changed then.
        """
        groups, noted = self._groups.copy(), dict(self._noted)
        pages = groups.take(self._known.marks.paged(alerts))
        still = {page.head.fingerprint: page for page in groups.told}
        told = list(self._told(pages, still, noted))
        posts = [*self._posts(told), *self._attended(still.values(), noted)]
        if posts:
            self._poster.deliver(posts)
        self._write(noted)
        self._groups, self._noted = groups, noted

    def _told(self, pages: list[Page], still: Mapping[str, Page], noted: dict[str, ReceiverMark]) -> Iterator[Page]:
        """Those of `pages`, and of what was held, that the receiver is told of; `noted` takes in what is held now.

        What was noted of pages that are not open `still` is forgotten.
        """
        receiver = self._receiver.name
        firing = fired([*still.values(), *(page for page in pages if page.head.status == "firing")])
        for page in pages:
            name, at = page.head.fingerprint, page.head.at
            key = held_key(receiver, name)
            if page.head.status == "resolved":
                if noted.pop(key, None) is None:
                    yield page
            elif self._quiet(page, firing):
                noted[key] = Held(receiver=receiver, fingerprint=name, opened=at, at=self._known.now())
            else:
                yield page
        for key, mark in list(noted.items()):
            waits = still.get(mark.fingerprint)
            if waits is None or waits.head.at != mark.opened:
                del noted[key]
            elif isinstance(mark, Held) and not self._quiet(waits, firing):
                del noted[key]
                yield waits

    def _quiet(self, page: Page, firing: Firing) -> bool:
        marks = self._known.marks
        return marks.acknowledged(page) is not None or marks.muted(page, self._known.now(), firing) is not None

    def _posts(self, pages: list[Page]) -> Iterator[Post]:
        scores = list(self._known.scores()) if pages else []
        for page in pages:
            body = self._receiver.body(page, origin(page.head, scores, self._dimensions))
            yield Post(page.head, (page.head.status, page.head.at), body)

    def _attended(self, still: Iterable[Page], noted: dict[str, ReceiverMark]) -> Iterator[Post]:
        """Who looks after which of the pages that the receiver was told of, where it does not know; so `noted`."""
        receiver, marks = self._receiver.name, self._known.marks
        for page in still:
            name = page.head.fingerprint
            key, mark = relayed_key(receiver, name), marks.acknowledged(page)
            was, said = noted.get(key), mark and mark.at
            known = was.said if isinstance(was, Relayed) else None
            if said == known or held_key(receiver, name) in noted:
                continue
            body = self._receiver.attended(page, mark)
            if mark is None:
                del noted[key]
            elif body is not None:
                noted[key] = Relayed(
                    receiver=receiver, fingerprint=name, opened=page.head.at, said=mark.at, at=self._known.now()
                )
            if body is not None:
                yield Post(page.head, ("acknowledged", said) if said else ("withdrawn", known or 0), body)

    def _write(self, noted: Mapping[str, ReceiverMark]) -> None:
        """Write to Kafka what is `noted` beside what is written."""
        marks: dict[str, AlertMark | None] = dict.fromkeys(self._noted.keys() - noted.keys())
        marks |= {key: mark for key, mark in noted.items() if self._noted.get(key) != mark}
        if marks:
            self._known.write(marks)
