"""One system under trial: its settings, its workers, the traffic, and the reckoning at the end."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams import settings
from streams.settings import Settings
from streams.tools.topics import connect, create
from tests.chaos import truth
from tests.chaos.check import compare
from tests.chaos.events import Story
from tests.chaos.feed import Feed
from tests.chaos.fleet import Fleet
from tests.chaos.reading import Scores, SegmentPanes, recovered, values

SESSION = 4.0  # seconds until a worker that is silent is given up

_QUICK = {
    "SEGPULSE_KAFKA_SESSION_TIMEOUT": f"{SESSION:.0f}s",
    "SEGPULSE_KAFKA_REBALANCE_TIMEOUT": "6s",
    "SEGPULSE_KAFKA_BATCH": "500",
    "SEGPULSE_TIME_CLOCK": "event",
    "SEGPULSE_TIME_LATENESS": "60s",
    "SEGPULSE_TIME_IDLE_AFTER": "2s",
    "SEGPULSE_TIME_CHECKPOINT": "300ms",
}


class Trial:
    """A story told to a system, while things happen to it."""

    def __init__(self, broker: str, story: Story, chosen: Settings, fleet: Fleet) -> None:
        self.broker, self.story, self.settings, self.fleet = broker, story, chosen, fleet
        self.faults = 0  # for the table, as are these
        self.lost: int | None = None
        self.doubled: int | None = None
        self._feed: Feed | None = None

    def tell(self, seconds: float) -> Feed:
        """Begin to send the story, within about `seconds`."""
        self._feed = Feed(self.settings.kafka, self.story, seconds)
        self._feed.start()
        return self._feed

    @property
    def cells(self) -> int:
        """How many watermarks there are: of every source partition to every dimension."""
        return len(truth.DIMENSIONS) * self.settings.kafka.partitions

    def reckon(self) -> None:
        """When all of the story is counted and scored: what is lost, and what is doubled?

        Fails where it is anything; where a score is not what happened; and where a dead letter is missing or too many.
        """
        assert self._feed is not None
        self._feed.wait()
        watermark = self.story.end - int(self.settings.time.lateness)
        panes = SegmentPanes(self.broker)
        self.fleet.wait(lambda: panes.come_to(watermark, self.cells), f"panes up to {watermark}")
        panes.close()
        happened = truth.count(self.story)
        said = compare(happened, panes.snapshots.standing())
        kept = compare(happened, recovered(self.broker).standing())
        self.lost, self.doubled = max(said.lost, kept.lost), max(said.doubled, kept.doubled)
        assert said.exact, f"segment_panes, seed {self.story.seed}: {said.text}"
        assert kept.exact, f"panes-changelog, seed {self.story.seed}: {kept.text}"
        self._check_scores(happened, watermark // int(self.settings.time.tick) * int(self.settings.time.tick))
        self._check_dead_letters()

    def _check_scores(self, happened: Counter[truth.Cell], tick: int) -> None:
        """The last scores are of all of the day: what a dashboard shows is what happened."""
        scores = Scores(self.broker)
        self.fleet.wait(lambda: scores.read() == {tick}, f"scores of {tick}")
        scores.close()
        day: Counter[tuple[str, ...]] = Counter()
        for cell, count in happened.items():
            day[cell.dimension, cell.value, cell.measure] += count
        for score in scores.newest.values():
            segment = score["dimension"], score["value"]
            (shown,) = (c for c in score["cells"] if (c["kpi"], c["window"]) == ("engagement", "24h"))
            wanted = sum(day[(*segment, m)] for m in ("clicks", "downloads", "form_fills")), day[(*segment, "sessions")]
            got = shown["numerator"], shown["denominator"]
            assert got == wanted, f"scores, seed {self.story.seed}: {segment} has {got}, not {wanted}"

    def _check_dead_letters(self) -> None:
        """Each event that must not count is told of, and no other."""
        letters = values(self.broker, "dead_letters")
        assert {letter["reason"] for letter in letters} <= {"too_far_ahead"}, letters[:3]
        told = {json.loads(base64.b64decode(letter["record"]))["event_id"] for letter in letters}
        assert told == self.story.refused, f"seed {self.story.seed}"


@contextmanager
def trial(folder: Path, broker: str, story: Story, *, replication: int = 1, **environ: str) -> Iterator[Trial]:
    """A system on `broker`, with its topics and no worker yet; `environ` lies over the settings of all trials."""
    config = folder / "segpulse.toml"
    config.write_text(truth.CONFIG, "utf-8")
    said = {
        **_QUICK,
        "SEGPULSE_CONFIG": str(config),
        "SEGPULSE_KAFKA_BROKER": broker,
        "SEGPULSE_KAFKA_PARTITIONS": str(story.shape.partitions),
        "SEGPULSE_KAFKA_REPLICATION": str(replication),
        **environ,
    }
    chosen = settings.load(config, {**os.environ, **said})
    admin = connect(chosen.kafka, 30.0)
    create(admin, chosen.kafka)
    admin.close()
    fleet = Fleet(folder, said)
    try:
        yield Trial(broker, story, chosen, fleet)
    finally:
        fleet.end()
