"""A bare loop, the ceiling of hand-written Python: confluent-kafka, orjson and one dict; a task for `segpulse bench`.

It keeps nothing, checks nothing and commits nothing.
"""

from __future__ import annotations

import time

import confluent_kafka
import orjson
from confluent_kafka import Consumer, KafkaException, TopicPartition

from streams.tools.bench.errors import BenchError
from streams.tools.bench.peers.peer import Job, Rate, cpu_seconds
from streams.tools.bench.task import Told, work

_BATCH = 10_000
_PATIENCE = 10.0  # seconds for the broker to answer


def bare(job: Job, told: Told) -> Rate:
    """Count all events of the topics by campaign. The clock starts when the first batch has come."""
    config: dict[str, str | int | bool] = {
        "bootstrap.servers": job.broker,
        "group.id": job.group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }
    if job.backoff_ms is not None:
        config["fetch.queue.backoff.ms"] = job.backoff_ms
    consumer = Consumer(config)
    total = _assign_all(consumer, job.topics)
    counts: dict[str | None, int] = {}
    done, began, ended = 0, 0.0, 0.0
    while done < min(total, job.events) and (not began or time.monotonic() - began < job.seconds):
        messages = consumer.consume(_BATCH, _PATIENCE)
        if not messages:
            raise BenchError(f"the broker gives nothing for {_PATIENCE:.0f} s, after {done:,} of {total:,} events")
        began = began or time.monotonic()
        for message in messages:
            if message.error():
                raise KafkaException(message.error())
            campaign = orjson.loads(message.value() or b"{}").get("campaign")
            counts[campaign] = counts.get(campaign, 0) + 1
        done += len(messages)
        ended = time.monotonic()
        told.done(done)
    consumer.close()
    version = f"confluent-kafka {confluent_kafka.__version__}"
    return Rate(events=done, seconds=round(ended - began, 3), cpu_seconds=cpu_seconds(), version=version)


def _assign_all(consumer: Consumer, topics: list[str]) -> int:
    """Read all partitions from their beginning; how many records they hold."""
    every = consumer.list_topics(timeout=_PATIENCE).topics
    places = [TopicPartition(topic, partition, 0) for topic in topics for partition in every[topic].partitions]
    ends = [consumer.get_watermark_offsets(place, timeout=_PATIENCE) for place in places]
    consumer.assign(places)
    return sum(high - low for low, high in ends)


if __name__ == "__main__":
    work(Job, bare)
