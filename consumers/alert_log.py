"""Reading `segment_alerts` as a log: each alert at least once, the offset committed only after its delivery."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing

from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError

from consumers.backoff import Backoff
from consumers.connection import ANSWER_WITHIN_MS, Connection, OutageError
from consumers.records import MalformedError, alert_of, readable
from streams.events.topics import SEGMENT_ALERTS
from streams.messages import Alert
from streams.settings import Kafka

log = logging.getLogger("segpulse.kafka")
GATHER_S = 2.0  # of quiet before what has come is handed on
GATHER_LATE_S = 8.0  # where scorers catch up, one dimension after the other
LATE_MS = 300_000  # after its tick an alert is written so late only then
AT_MOST = 5  # times as long, however much goes on coming


class NotDeliveredError(Exception):
    """The receiver cannot take the alerts now; the message is the line to log. They are handed over again, after
    `later` seconds at the soonest."""

    def __init__(self, message: str, later: float = 0.0) -> None:
        super().__init__(message)
        self.later = later


def read_alerts(kafka: Kafka, group: str, stop: threading.Event, deliver: Callable[[list[Alert]], None]) -> None:
    """Call `deliver` with the alerts of each poll until `stop`; where it raises NotDeliveredError, again after a wait.
    With none too, about twice a second: what was to wait may be due.

    `group` is the receiver's own: all consumers in it together deliver each alert once, where none of them dies.
    """
    backoff = Backoff(stop)
    while not stop.is_set():
        try:
            with closing(_connect(kafka, group)) as connection:
                connection.consumer.subscribe([SEGMENT_ALERTS])
                _deliver_all(connection, stop, deliver, backoff)
        except OutageError as outage:
            log.warning("%s; next try in %.0f s", outage, backoff.pause)
            backoff.wait()


def delivered_before(kafka: Kafka, group: str, stop: threading.Event) -> list[list[Alert]]:
    """All alerts still on the topic of which `group` has committed the delivery, those together that were handed on
    together; none where `stop` comes first."""
    backoff = Backoff(stop)
    while not stop.is_set():
        try:
            with closing(_connect(kafka, group)) as connection:
                return _before_commits(connection, stop)
        except OutageError as outage:
            log.warning("%s; next try in %.0f s", outage, backoff.pause)
            backoff.wait()
    return []


def _before_commits(connection: Connection, stop: threading.Event) -> list[list[Alert]]:
    consumer = connection.consumer
    try:
        committed = {part: consumer.committed(part, timeout_ms=ANSWER_WITHIN_MS) or 0 for part in connection.partitions}
    except (KafkaError, OSError) as error:
        raise connection.outage(error) from None
    consumer.assign(connection.partitions)
    consumer.seek_to_beginning()
    read: list[ConsumerRecord] = []
    while connection.behind(committed) and not stop.is_set():
        read += connection.poll()
    before = [record for record in read if record.offset < committed[TopicPartition(record.topic, record.partition)]]
    return [[alert for _, alert in readable(together, alert_of)] for together in _as_gathered(before)]


def _as_gathered(records: Iterable[ConsumerRecord]) -> list[list[ConsumerRecord]]:
    """As `_gathered` would have had them, by when they were written."""
    out: list[list[ConsumerRecord]] = []
    until = -math.inf  # ms
    for record in sorted(records, key=lambda record: int(record.timestamp)):
        if record.timestamp > until:
            out.append([])
        out[-1].append(record)
        quiet = 1000 * _quiet([record])
        until = min(record.timestamp + quiet, out[-1][0].timestamp + AT_MOST * quiet)
    return out


def _connect(kafka: Kafka, group: str) -> Connection:
    session = int(kafka.session_timeout)
    return Connection(
        kafka, (SEGMENT_ALERTS,), group_id=group, session_timeout_ms=session, heartbeat_interval_ms=max(1, session // 5)
    )


def _deliver_all(
    connection: Connection, stop: threading.Event, deliver: Callable[[list[Alert]], None], backoff: Backoff
) -> None:
    while not stop.is_set():
        records = _gathered(connection, stop)
        try:
            deliver([alert for _, alert in readable(records, alert_of)])
        except NotDeliveredError as error:
            backoff.at_least(error.later)
            log.warning("%s; next try in %.0f s", error, backoff.pause)
            _rewind(connection, records)
            backoff.wait()
            continue
        if not records:
            continue
        try:
            connection.consumer.commit(timeout_ms=5_000)
        except (KafkaError, OSError) as error:
            raise connection.outage(error) from None
        backoff.clear()


def _gathered(connection: Connection, stop: threading.Event) -> list[ConsumerRecord]:
    """What has come, and what comes soon after: of the same tick in other dimensions, maybe of the same cause."""
    records, began = connection.poll(), time.monotonic()
    while records and time.monotonic() < began + AT_MOST * _quiet(records) and not stop.is_set():
        stop.wait(_quiet(records))
        more = connection.poll()
        if not more:
            break
        records += more
    return records


def _quiet(records: Iterable[ConsumerRecord]) -> float:
    """For how long (s) nothing may come after these, for them to be all."""
    return GATHER_LATE_S if any(map(_is_late, records)) else GATHER_S


def _is_late(record: ConsumerRecord) -> bool:
    try:
        return int(record.timestamp) > alert_of(record).at + LATE_MS
    except MalformedError:
        return False


def _rewind(connection: Connection, records: list[ConsumerRecord]) -> None:
    """Back to the first of `records` of each partition. A partition that has moved on to another member is its own."""
    first: dict[TopicPartition, int] = {}
    for record in records:
        first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
    for partition in connection.consumer.assignment() & first.keys():
        connection.consumer.seek(partition, first[partition])
