"""A pager whose receiver is a list, and for whom the world is made up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any, cast

from consumers.alert_log import NotDeliveredError
from consumers.alerts.origin import Origin
from consumers.alerts.pager import Known, Pager
from consumers.alerts.posting import Post, Poster
from consumers.connection import OutageError
from consumers.marks import Marks, key_of
from streams.messages import Acknowledged, AlertMark, SegmentScores
from streams.scoring.alerts.grouping import Page
from streams.settings import Dimension, Settings
from tests.consumers.samples import T0

SETTINGS = Settings(
    dimensions={
        "tier": Dimension(trait="tier"),
        "industry": Dimension(trait="industry"),
        "both": Dimension(cross=("tier", "industry")),
    }
)


class Hook:
    """Takes pages, or does not."""

    def __init__(self) -> None:
        self.receiver = SimpleNamespace(name="webhook", body=self.body, attended=self.attended)
        self.taken: list[tuple[Page, Origin]] = []
        self.attendants: list[str | None] = []
        self.has_withdrawals = True
        self.away = False

    def body(self, page: Page, found: Origin) -> dict[str, Any]:
        return {"page": page, "origin": found}

    def attended(self, _: Page, mark: Acknowledged | None) -> dict[str, Any] | None:
        return {"by": mark and mark.by} if mark or self.has_withdrawals else None

    def deliver(self, posts: list[Post]) -> None:
        if self.away:
            raise NotDeliveredError("away")
        for post in posts:
            if "by" in post.body:
                self.attendants.append(post.body["by"])
            else:
                self.taken.append((post.body["page"], post.body["origin"]))

    @property
    def heads(self) -> list[tuple[str, str]]:
        return [(page.head.status, page.head.value) for page, _ in self.taken]


class Outside:
    """What a pager knows of the world: the marks on Kafka, and the time."""

    def __init__(self, chosen: Settings = SETTINGS) -> None:
        self.marks = Marks(chosen)
        self.now = T0
        self.away = False

    def write(self, marks: Mapping[str, AlertMark | None]) -> None:
        if self.away:
            raise OutageError("away")
        self.marks.apply(marks, whole=False)

    def say(self, *marks: AlertMark) -> None:
        self.write({key_of(mark): mark for mark in marks})


def made(
    hook: Hook, latest: Iterable[SegmentScores] = (), outside: Outside | None = None, chosen: Settings = SETTINGS
) -> Pager:
    world = outside or Outside(chosen)
    known = Known(scores=lambda: latest, marks=world.marks, now=lambda: world.now, write=world.write)
    return Pager(chosen, cast("Poster", hook), known)
