"""More partitions than the settings say: refused with words that say what to do, never counted wrongly."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from kafka.admin import KafkaAdminClient

from streams.tools.local.servers import Server, free_port


@pytest.mark.kafka
@pytest.mark.chaos
def test_refused_at_the_start(kafka: Server) -> None:
    environ = {
        **os.environ,
        "SEGPULSE_KAFKA_BROKER": kafka.address,
        "SEGPULSE_KAFKA_PARTITIONS": "2",
        "SEGPULSE_WORKER_PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "segpulse"]
    subprocess.run([*command, "topics", "create"], env=environ, check=True, capture_output=True)
    admin = KafkaAdminClient(bootstrap_servers=kafka.address)
    admin.create_partitions({"clicks": 5, "segment_panes": 3})
    admin.close()
    done = subprocess.run([*command, "worker"], env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "kafka.partitions is 2, but " in done.stderr
    assert "clicks has 5" in done.stderr
    assert "segment_panes has 3" in done.stderr
    assert "Set kafka.partitions to what the topics have, or make new topics" in done.stderr
    assert "Traceback" not in done.stderr
