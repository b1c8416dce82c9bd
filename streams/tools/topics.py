"""The topics segpulse needs: declared here, made and checked by `segpulse topics create | check`."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping

import click
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import InvalidConfigurationError, KafkaError, TopicAlreadyExistsError

from streams import settings
from streams.events import topics

_LARGE = {"max.message.bytes": str(4 * 1024 * 1024)}  # an event that is too large is ours to refuse, with its reason
_COMPACTED = {"cleanup.policy": "compact"}

#: Topic -> its configuration beyond the broker's defaults.
TOPICS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(topics.SOURCES, _LARGE),
    topics.PROFILES: {**_LARGE, **_COMPACTED},
    topics.DEAD_LETTERS: _LARGE,
    # A scorer that is behind still reads every snapshot of the last day, in order.
    topics.SEGMENT_PANES: {**_COMPACTED, "min.compaction.lag.ms": str(24 * 60 * 60 * 1000)},
    topics.SEGMENT_SCORES: _COMPACTED,
    topics.SEGMENT_ALERTS: {},
}


class TopicsError(Exception):
    """The topics cannot be used as they are; the message says which, why, and what to do."""


def connect(broker: str, patience: float) -> KafkaAdminClient:
    """An admin client, tried for with backoff for `patience` seconds; one line says so. Raises TopicsError."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # our line says it once
    deadline, pause = time.monotonic() + patience, 0.5
    while True:
        try:
            return KafkaAdminClient(bootstrap_servers=broker.split(","), bootstrap_timeout_ms=2_000)
        except (KafkaError, OSError) as error:
            why = str(error) or type(error).__name__
        if time.monotonic() + pause > deadline:
            raise TopicsError(f"kafka: no broker answers at {broker}: {why}")
        if pause == 0.5:
            click.echo(f"kafka: no broker answers at {broker} yet; trying for {patience:.0f} s", err=True)
        time.sleep(pause)
        pause = min(pause * 2, 5.0)


def create(admin: KafkaAdminClient, kafka: settings.Kafka) -> list[str]:
    """Make the topics that are missing and return their names; what is there stays as it is. Raises TopicsError."""
    partitions = _partitions(admin)
    _refuse_other_counts(partitions, kafka.partitions)
    missing = [name for name in TOPICS if name not in partitions]
    for name in missing:
        try:
            _create(admin, name, kafka, TOPICS[name])
        except InvalidConfigurationError:
            click.echo(f"{name}: the broker does not know {', '.join(TOPICS[name])}: made without", err=True)
            _create(admin, name, kafka, {})
    admin.wait_for_topics(missing)
    return missing


def _create(admin: KafkaAdminClient, name: str, kafka: settings.Kafka, configs: Mapping[str, str]) -> None:
    options = {"num_partitions": kafka.partitions, "replication_factor": kafka.replication, "configs": dict(configs)}
    try:
        admin.create_topics({name: options})
    except TopicAlreadyExistsError:
        return  # somebody else was quicker
    except InvalidConfigurationError:
        raise
    except KafkaError as error:
        raise TopicsError(f"{name}: cannot be made: {_broker_words(error)}") from None


def _broker_words(error: KafkaError) -> str:
    """The broker's own message out of kafka-python's, which quotes the whole exchange."""
    text = str(error)
    _, found, message = text.partition("error_message='")
    return message.partition("'")[0] if found else text


def check(admin: KafkaAdminClient, kafka: settings.Kafka) -> list[str]:
    """What is not as it should be, a sentence each; empty: all is well. Raises TopicsError on another count."""
    partitions = _partitions(admin)
    _refuse_other_counts(partitions, kafka.partitions)
    wrong = [f"{name}: missing; `segpulse topics create` makes it" for name in TOPICS if name not in partitions]
    present = [name for name in TOPICS if name in partitions]
    for name, actual in _configs(admin, present).items():
        wrong += [
            f"{name}: {key} is {actual[key]}, should be {value}: change it with your broker's kafka-configs tool"
            for key, value in TOPICS[name].items()
            if actual.get(key, value) != value
        ]
    return wrong


def _partitions(admin: KafkaAdminClient) -> dict[str, int]:
    # All topics are asked for: asking for one by name may make it.
    return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}


def _configs(admin: KafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Topic -> configuration as the broker tells it (the embedded broker tells nothing)."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    told = admin.describe_configs(asked, config_filter="all").get("topic", {}) if asked else {}
    return {name: {key: entry["value"] for key, entry in entries.items()} for name, entries in told.items()}


def _refuse_other_counts(partitions: Mapping[str, int], wanted: int) -> None:
    other = {name: partitions[name] for name in TOPICS if partitions.get(name, wanted) != wanted}
    if other:
        found = ", ".join(f"{name} has {count}" for name, count in other.items())
        raise TopicsError(
            f"kafka.partitions is {wanted}, but {found}. segpulse cannot change the number of partitions of a live "
            "system: visitors would move to other partitions and be counted apart. Set kafka.partitions to what the "
            "topics have, or make new topics on another cluster and replay into them."
        )


@click.group()
def command() -> None:
    """Create or check the Kafka topics: those that events come in on, and segpulse's own."""


@command.command("create", short_help="Create the topics that are missing.")
@click.option("--wait", default=60.0, show_default=True, metavar="SECONDS", help="Try for so long to reach a broker.")
@click.pass_context
def create_command(ctx: click.Context, wait: float) -> None:
    """Create the topics that are missing, each with kafka.partitions partitions. Safe to repeat."""
    kafka = settings.load(ctx.obj).kafka
    try:
        made = create(connect(kafka.broker, wait), kafka)
    except TopicsError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(made)} topics created, {len(TOPICS) - len(made)} were there already")


@command.command("check", short_help="Say what is wrong with the topics.")
@click.option("--wait", default=5.0, show_default=True, metavar="SECONDS", help="Try for so long to reach a broker.")
@click.pass_context
def check_command(ctx: click.Context, wait: float) -> None:
    """Compare the topics with what segpulse needs; the exit code is 1 where something is amiss."""
    kafka = settings.load(ctx.obj).kafka
    try:
        wrong = check(connect(kafka.broker, wait), kafka)
    except TopicsError as error:
        raise click.ClickException(str(error)) from None
    for line in wrong:
        click.echo(line)
    if wrong:
        raise click.exceptions.Exit(1)
    click.echo(f"all {len(TOPICS)} topics are as they should be")
