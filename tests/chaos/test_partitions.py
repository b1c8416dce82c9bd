"""More partitions than the settings say: refused with words that say what to do, never counted wrongly."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from kafka.admin import KafkaAdminClient, NewPartitions

from streams.tools.local.servers import Server, free_port


@pytest.mark.kafka
@pytest.mark.parametrize("topic", ["clicks", "segment_panes"])
def test_refused_at_the_start(apache_kafka: Server, topic: str) -> None:
    environ = {**os.environ, "SEGPULSE_KAFKA_BROKER": apache_kafka.address, "SEGPULSE_KAFKA_PARTITIONS": "2"}
    environ |= {"SEGPULSE_WORKER_PORT": str(free_port())}
    command = [sys.executable, "-m", "segpulse"]
    subprocess.run([*command, "topics", "create"], env=environ, check=True, capture_output=True)
    admin = KafkaAdminClient(bootstrap_servers=apache_kafka.address)
    admin.create_partitions({topic: 5})
    _wait_for(admin, topic, 5)
    done = subprocess.run([*command, "worker"], env=environ, capture_output=True, text=True, timeout=60)
    admin.delete_topics([t["name"] for t in admin.describe_topics() if not t["name"].startswith("_")])
    admin.close()
    assert done.returncode == 1
    assert f"kafka.partitions is 2, but {topic} has 5." in done.stderr
    assert "Set kafka.partitions to what the topics have, or make new topics" in done.stderr
    assert "Traceback" not in done.stderr
