"""The topics on both brokers: made once, left alone the second time, refused where the partitions differ."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from kafka.admin import KafkaAdminClient

from segpulse.cli import cli
from streams.settings import Kafka
from streams.tools.local.servers import LOOPBACK, Server, free_port
from streams.tools.topics import CountsError, TopicsError, all_topics, check, check_counts, connect, create


@pytest.fixture(params=["embedded_broker", pytest.param("apache_kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> str:
    server = request.getfixturevalue(request.param)
    assert isinstance(server, Server)
    return server.address


def partitions(admin: KafkaAdminClient) -> dict[str, int]:
    return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}


def test_create_and_check(broker: str) -> None:
    kafka = Kafka(broker=broker, partitions=3)
    with connect(kafka, patience=5) as admin:
        names = list(all_topics(kafka))
        assert len(check(admin, kafka)) == len(names)
        assert create(admin, kafka) == names
        assert create(admin, kafka) == []
        assert check(admin, kafka) == []
        assert {name: partitions(admin)[name] for name in names} == dict.fromkeys(names, 3)

        with pytest.raises(TopicsError, match=r"segpulse cannot change the number of partitions of a live system"):
            create(admin, Kafka(broker=broker, partitions=4))
        with pytest.raises(TopicsError, match=r"kafka.partitions is 4, but .*clicks has 3"):
            check(admin, Kafka(broker=broker, partitions=4))
        check_counts(kafka)
        with pytest.raises(CountsError, match=r"kafka.partitions is 4, but .*clicks has 3"):
            check_counts(Kafka(broker=broker, partitions=4))

        admin.delete_topics(names)


@pytest.mark.kafka
def test_check_tells_of_another_configuration(apache_kafka: Server) -> None:
    kafka = Kafka(broker=apache_kafka.address, partitions=1)
    with connect(kafka, patience=5) as admin:
        admin.create_topics({"segment_scores": {"num_partitions": 1, "replication_factor": 1}})
        create(admin, kafka)
        wrong = check(admin, kafka)
        assert (
            "segment_scores: cleanup.policy is delete, should be compact: "
            "change it with your broker's kafka-configs tool"
        ) in wrong
        assert all(line.startswith("segment_scores: ") for line in wrong)
        admin.delete_topics(list(all_topics(kafka)))


def test_no_broker_is_one_clear_line() -> None:
    address = f"{LOOPBACK}:{free_port()}"
    result = CliRunner().invoke(cli, ["topics", "create", "--wait", "0.1"], env={"SEGPULSE_KAFKA_BROKER": address})
    assert result.exit_code == 1
    assert f"kafka: no broker answers at {address}" in result.output
    assert "Traceback" not in result.output
