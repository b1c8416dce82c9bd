"""Where records are placed: as every other client of Kafka places them."""

from __future__ import annotations

import pytest
from kafka.partitioner import DefaultPartitioner

from streams.tools.sending.acknowledged import partition_of


class Cluster:
    """Four partitions, as the partitioner asks for them."""

    def topics(self) -> set[str]:
        return {"clicks"}

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {0, 1, 2, 3}

    available_partitions_for_topic = partitions_for_topic


@pytest.mark.parametrize("key", [b"v-17", b"u7", b"", b"00Q5f", "visitör".encode()])
def test_the_default_partitioner_says_the_same(key: bytes) -> None:
    assert partition_of(key, 4) == DefaultPartitioner().partition("clicks", key, key, b"", b"", Cluster())
