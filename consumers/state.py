"""Reading what stands: the latest scores of every segment and the alerts, from the beginning on every start."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Mapping
from contextlib import closing
from types import MappingProxyType
from typing import NamedTuple

from kafka.consumer.fetcher import ConsumerRecord

from consumers.backoff import Backoff
from consumers.connection import Connection, OutageError
from consumers.records import alert_of, mark_of, overview_of, readable, scores_of
from streams.events.topics import ALERT_MARKS, DIMENSION_OVERVIEWS, SEGMENT_ALERTS, SEGMENT_SCORES
from streams.messages import Alert, AlertMark, DimensionOverview, SegmentScores
from streams.serving import Health
from streams.settings import Kafka

log = logging.getLogger("segpulse.kafka")
KEPT_ALERTS = 10_000  # of those that were there at the start, the newest


class Scored(NamedTuple):
    """A segment's scores and when Kafka got them, ms of the wall clock."""

    scores: SegmentScores
    written: int


class Update(NamedTuple):
    """What has changed since the last update. An empty one says only that time has passed (about half a second)."""

    scores: dict[str, Scored | None]  # `dimension:value` -> its last scores; None: the segment is gone
    alerts: list[Alert]  # oldest first
    whole: bool  # this is all there is: what is not in it is gone
    marks: Mapping[str, AlertMark | None] = MappingProxyType({})  # key -> the last mark; None: it was taken back
    overviews: Mapping[str, DimensionOverview | None] = MappingProxyType({})  # by dimension; None: it is gone


def read_state(
    kafka: Kafka, stop: threading.Event, *, alerts: bool = False, marks: bool = False, health: Health | None = None
) -> Generator[Update, None, None]:
    """Updates until `stop`; the first, and the first after an outage, is whole. `alerts`, `marks`: read those too.

    `health` hears of each round, and of outages. Raises RefusedError where a broker does not let us in.
    """
    health = health or Health()
    others = [*([SEGMENT_ALERTS] if alerts else []), *([ALERT_MARKS] if marks else [])]
    topics = (SEGMENT_SCORES, DIMENSION_OVERVIEWS, *others)
    backoff = Backoff(stop)
    while not stop.is_set():
        try:
            with closing(Connection(kafka, topics)) as connection:
                for update in _follow(connection, stop, health):
                    backoff.clear()
                    yield update
        except OutageError as outage:
            log.warning("%s; next try in %.0f s", outage, backoff.pause)
            health.lacks(str(outage))
            backoff.wait()


def read_now(kafka: Kafka) -> Update:
    """The scores that stand now, whole. Raises OutageError, RefusedError."""
    with closing(Connection(kafka, (SEGMENT_SCORES,))) as connection:
        return next(_follow(connection, threading.Event(), Health()))


def _follow(connection: Connection, stop: threading.Event, health: Health) -> Generator[Update, None, None]:
    connection.consumer.assign(connection.partitions)
    connection.consumer.seek_to_beginning()
    ends = connection.ends()
    update = Update({}, [], whole=True)
    while not stop.is_set():
        update = _added(update, connection.poll())
        # Until all that was there at the start is read, nothing is handed on: half a state would look like a loss.
        if update.whole and connection.behind(ends):
            health.lacks("what stands on Kafka is not read yet")
            continue
        health.ready()
        if update.whole:
            log.info("kafka: read all that was there: %d segments", len(update.scores))
        update.alerts.sort(key=lambda alert: alert.at)
        yield update
        update = Update({}, [], whole=False)


def _added(update: Update, records: list[ConsumerRecord]) -> Update:
    for record, (key, scores) in readable((r for r in records if r.topic == SEGMENT_SCORES), scores_of):
        update.scores[key] = None if scores is None else Scored(scores, record.timestamp)
    update.alerts.extend(alert for _, alert in readable((r for r in records if r.topic == SEGMENT_ALERTS), alert_of))
    if len(update.alerts) > 2 * KEPT_ALERTS:
        update.alerts.sort(key=lambda alert: alert.at)
        del update.alerts[:-KEPT_ALERTS]
    marks = dict(mark for _, mark in readable((r for r in records if r.topic == ALERT_MARKS), mark_of))
    overviews = dict(each for _, each in readable((r for r in records if r.topic == DIMENSION_OVERVIEWS), overview_of))
    if not marks and not overviews:
        return update
    return update._replace(marks={**update.marks, **marks}, overviews={**update.overviews, **overviews})
