"""The topics segpulse needs: declared here, made and checked by `segpulse topics create | check`."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping

import click
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import InvalidConfigurationError, KafkaError, TopicAlreadyExistsError

from streams import settings
from streams.events import topics
from streams.security.kafka import client_options
from streams.security.login import knock, try_login

# An event that is too large is ours to refuse, with its reason; and of very many segments a pane is large.
_LARGE = {"max.message.bytes": str(settings.LARGEST_MESSAGE)}
_HOUR = 60 * 60 * 1000

#: Topics that are read whole must stay about as small as what they say. Kafka's defaults compact what is a week or a
#: gigabyte old, and only when half of it is stale.
_STATE = {
    **_LARGE,
    "cleanup.policy": "compact",
    "segment.ms": str(10 * 60 * 1000),  # only closed segments are compacted
    "segment.bytes": str(64 * 1024 * 1024),
    "min.cleanable.dirty.ratio": "0.1",
    # Tombstones and the marks of transactions (one a second and partition) stay for so long: who reads the topic to
    # its end must do it within. The default is a day.
    "delete.retention.ms": str(_HOUR),
}
# What is read again after a restart goes back half an hour; a profile of that time must still be there. And a scorer
# that is behind by less reads every snapshot, in order: of a compacted one it would learn only after its watermark.
_RECENT_KEPT = {"min.compaction.lag.ms": str(_HOUR)}

# A topic is quiet when Kafka has got nothing for a while, whatever time its producer gives its records; and events of
# last month, replayed, are kept as long as others.
_EVENTS = {**_LARGE, "message.timestamp.type": "LogAppendTime"}

#: Topic -> its configuration beyond the broker's defaults.
TOPICS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(topics.SOURCES, _EVENTS),
    topics.PROFILES: {**_STATE, **_RECENT_KEPT, **_EVENTS},
    topics.DEAD_LETTERS: _LARGE,
    topics.SEGMENT_PANES: {**_STATE, **_RECENT_KEPT},
    topics.SEGMENT_SCORES: _STATE,
    topics.DIMENSION_OVERVIEWS: _STATE,
    topics.SEGMENT_ALERTS: {},
    topics.VISITOR_SEGMENTS: {**_STATE, "cleanup.policy": "compact,delete"},  # who does not come back is forgotten
    topics.ALERT_MARKS: _STATE,
}


def all_topics(kafka: settings.Kafka) -> dict[str, Mapping[str, str]]:
    """TOPICS, and the changelogs of the scorer's tables, named as Faust names them."""
    return {**TOPICS, **{f"{kafka.app_id}-{table}-changelog": _STATE for table in topics.TABLES}}


class TopicsError(Exception):
    """The topics cannot be used as they are; the message says which, why, and what to do."""


class NoAnswerError(TopicsError):
    """No broker answers, or it falls silent."""


class CountsError(TopicsError):
    """They have other partition counts than kafka.partitions."""


def connect(kafka: settings.Kafka, patience: float) -> KafkaAdminClient:
    """An admin client, tried for with backoff for `patience` seconds; one line says so.

    Raises NoAnswerError where nobody does, RefusedError where somebody does not let us in, SettingsError.
    """
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # our line says it once
    deadline, pause = time.monotonic() + patience, 0.5
    broker, options = kafka.broker, client_options(kafka)
    while True:
        try:
            knock(kafka)
            return KafkaAdminClient(bootstrap_servers=broker.split(","), bootstrap_timeout_ms=2_000, **options)
        except (KafkaError, OSError, ValueError) as error:  # the last: no address
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            with contextlib.suppress(OSError):  # it is not there at all
                try_login(kafka)
        if time.monotonic() + pause > deadline:
            raise NoAnswerError(f"kafka: no broker answers at {broker}: {why}")
        if pause == 0.5:
            click.echo(f"kafka: no broker answers at {broker} yet; trying for {patience:.0f} s", err=True)
        time.sleep(pause)
        pause = min(pause * 2, 5.0)


def create(admin: KafkaAdminClient, kafka: settings.Kafka) -> list[str]:
    """Make the topics that are missing and return their names; what is there stays as it is. Raises TopicsError."""
    partitions, wanted = _partitions(admin, kafka), all_topics(kafka)
    _refuse_other_counts(partitions, kafka)
    missing = [name for name in wanted if name not in partitions]
    for name in missing:
        try:
            _create(admin, name, kafka, wanted[name])
        except InvalidConfigurationError:
            click.echo(f"{name}: the broker does not know {', '.join(wanted[name])}: made without", err=True)
            _create(admin, name, kafka, {})
    with _answered(kafka):
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
    partitions, wanted = _partitions(admin, kafka), all_topics(kafka)
    _refuse_other_counts(partitions, kafka)
    wrong = [f"{name}: missing; `segpulse topics create` makes it" for name in wanted if name not in partitions]
    present = [name for name in wanted if name in partitions]
    wrong += _replicas(admin, present, kafka.replication)
    for name, actual in _configs(admin, present).items():
        wrong += [
            f"{name}: {key} is {actual[key]}, should be {value}: change it with your broker's kafka-configs tool"
            for key, value in wanted[name].items()
            if actual.get(key, value) != value
        ]
    return wrong


def _replicas(admin: KafkaAdminClient, names: Collection[str], wanted: int) -> Iterator[str]:
    """What is wrong with the copies that Kafka keeps."""
    for name, partitions in {topic["name"]: topic["partitions"] for topic in admin.describe_topics()}.items():
        if name not in names:
            continue
        kept = min(len(partition["replica_nodes"]) for partition in partitions)
        if kept < wanted:
            yield (
                f"{name}: has {kept} replicas, kafka.replication is {wanted}: add some with your broker's "
                "kafka-reassign-partitions tool"
            )
        behind = [p["partition_index"] for p in partitions if len(p["isr_nodes"]) < len(p["replica_nodes"])]
        if behind:
            numbers = ", ".join(map(str, sorted(behind)))
            yield f"{name}: replicas of partition {numbers} are behind or gone: look after your brokers"


def _partitions(admin: KafkaAdminClient, kafka: settings.Kafka) -> dict[str, int]:
    # All topics are asked for: asking for one by name may make it.
    with _answered(kafka):
        return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}


@contextlib.contextmanager
def _answered(kafka: settings.Kafka) -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError) as error:
        raise NoAnswerError(f"kafka: {kafka.broker} does not tell its topics: {error}") from None


def _configs(admin: KafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Topic -> configuration as the broker tells it (the embedded broker tells nothing)."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    told = admin.describe_configs(asked, config_filter="all").get("topic", {}) if asked else {}
    return {name: {key: entry["value"] for key, entry in entries.items()} for name, entries in told.items()}


def check_counts(kafka: settings.Kafka) -> None:
    """Raise CountsError where topics have other partition counts, NoAnswerError where no broker says."""
    with connect(kafka, 0.0) as admin:
        partitions = _partitions(admin, kafka)
    _refuse_other_counts(partitions, kafka)


def _refuse_other_counts(partitions: Mapping[str, int], kafka: settings.Kafka) -> None:
    wanted = kafka.partitions
    other = {name: partitions[name] for name in all_topics(kafka) if partitions.get(name, wanted) != wanted}
    if other:
        found = ", ".join(f"{name} has {count}" for name, count in other.items())
        raise CountsError(
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
        made = create(connect(kafka, wait), kafka)
    except TopicsError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(made)} topics created, {len(all_topics(kafka)) - len(made)} were there already")


@command.command("check", short_help="Say what is wrong with the topics.")
@click.option("--wait", default=5.0, show_default=True, metavar="SECONDS", help="Try for so long to reach a broker.")
@click.pass_context
def check_command(ctx: click.Context, wait: float) -> None:
    """Compare the topics with what segpulse needs; the exit code is 1 where something is amiss."""
    kafka = settings.load(ctx.obj).kafka
    try:
        wrong = check(connect(kafka, wait), kafka)
    except TopicsError as error:
        raise click.ClickException(str(error)) from None
    for line in wrong:
        click.echo(line)
    if wrong:
        raise click.exceptions.Exit(1)
    click.echo(f"all {len(all_topics(kafka))} topics are as they should be")
