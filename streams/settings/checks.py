"""What the types of the settings cannot say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from streams.behaviour.grammar import RuleError, parse
from streams.events.topics import SOURCES, Route
from streams.settings.sections import Dimension, Settings

Fault = tuple[str, str]  # key, and what would be right

_PANE, _DAY = 10_000, 86_400_000  # ms
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")  # part of Redis keys and Kafka keys, where ':' and '/' separate
_RESERVED = ("unknown", "other")  # values of their own meaning: segments.registry
_WEB_ADDRESS = r"https?://[^/\s]\S*"
_NAME_IS = "a letter, then letters, digits, '_' or '-'"


def faults(settings: Settings) -> Iterator[Fault]:
    """All that is wrong."""
    yield from _kafka(settings)
    yield from _time(settings)
    yield from _sessions_and_kpis(settings)
    yield from _money(settings)
    yield from _dimensions(settings)
    yield from _scoring(settings)
    yield from _alerts(settings)
    if settings.visitors.ttl < _PANE:
        yield "visitors.ttl", "must be 10s at least, like '7d'"
    if settings.review.every < _DAY:
        yield "review.every", "must be a day at least, like '90d'"
    yield from _ingest(settings)
    served = ("prometheus", "worker", "board", "alerts", "ingest")
    ports = {f"{name}.port": getattr(settings, name).port for name in served}
    ports |= {f"{name}.health_port": getattr(settings, name).health_port for name in ("redis", "visitors")}
    for key, port in ports.items():
        if not 0 <= port <= 65_535:
            yield key, "must be from 0 (any that is free) to 65535"


def _kafka(settings: Settings) -> Iterator[Fault]:
    for key in ("partitions", "replication", "batch"):
        if getattr(settings.kafka, key) < 1:
            yield f"kafka.{key}", "must be at least 1"
    for section in ("kafka", "redis"):
        files = getattr(settings, section)
        if files.key and not files.cert:
            yield f"{section}.cert", f"{section}.key needs the certificate that it is of"


def _time(settings: Settings) -> Iterator[Fault]:
    if settings.time.tick < _PANE or settings.time.tick % _PANE:
        yield "time.tick", "must be a multiple of 10s, the width of a pane"
    if settings.time.checkpoint < 10:
        yield "time.checkpoint", "must be at least 10ms"


def _sessions_and_kpis(settings: Settings) -> Iterator[Fault]:
    for topic in settings.sessions.topics:
        if topic not in SOURCES:
            yield "sessions.topics", f"{topic!r} is no topic of events; there are {', '.join(SOURCES)}"
    if settings.paths.to and settings.paths.to not in settings.sessions.topics:
        yield "paths.to", f"{settings.paths.to!r} is none of sessions.topics: {', '.join(settings.sessions.topics)}"
    for name, kpi in settings.kpis.items():
        if not _NAME.fullmatch(name):
            yield f"kpis.{name}", f"a KPI's name is {_NAME_IS}"
        for key in ("numerator", "denominator"):
            for measure in getattr(kpi, key):
                head, _, topic = measure.partition(".")
                if head == "sessions" and topic in SOURCES and topic not in settings.sessions.topics:
                    yield f"kpis.{name}.{key}", f"{measure!r} is never counted: add {topic!r} to sessions.topics"


def _money(settings: Settings) -> Iterator[Fault]:
    money = settings.money
    if not money.currency:
        yield "money.currency", "name one, like 'EUR'"
    for currency, rate in money.rates.items():
        if not 0 < rate < float("inf"):
            yield f"money.rates.{currency}", f"must be more than 0: what one {currency} is in {money.currency}"
    if not 0 < money.margin <= 1:
        yield "money.margin", "must be more than 0 and at most 1: the share of revenue that is left"
    if money.rates.get(money.currency, 1.0) != 1.0:
        yield f"money.rates.{money.currency}", f"{money.currency} is money.currency, so its rate is 1: leave it out"


def _dimensions(settings: Settings) -> Iterator[Fault]:
    if not settings.dimensions:
        yield "dimensions", "declare at least one"
    for name, dimension in settings.dimensions.items():
        if not _NAME.fullmatch(name):
            yield f"dimensions.{name}", f"a dimension's name is {_NAME_IS}"
        if sum(map(bool, (dimension.trait, dimension.field, dimension.cross, dimension.behaviour))) != 1:
            yield f"dimensions.{name}", "give exactly one of trait, field, cross, behaviour"
        if len(dimension.cross) == 1:
            yield f"dimensions.{name}.cross", "a cross needs two dimensions or more"
        for part in dimension.cross:
            if part not in settings.dimensions or settings.dimensions[part].cross:
                yield (
                    f"dimensions.{name}.cross",
                    f"{part!r} is no dimension with a trait, field or rules of its own",
                )
        if dimension.max_values < 1:
            yield f"dimensions.{name}.max_values", "must be at least 1"
        yield from _behaviour(f"dimensions.{name}", dimension)


def _behaviour(key: str, dimension: Dimension) -> Iterator[Fault]:
    for value, rule in dimension.behaviour.items():
        if value in _RESERVED or value != " ".join(value.split()) or not value:
            yield f"{key}.behaviour", f"{value!r} cannot be a value: name it otherwise"
        try:
            parse(rule)
        except RuleError as error:
            yield f"{key}.behaviour.{value}", str(error)
    if len(dimension.behaviour) > dimension.max_values:
        yield f"{key}.max_values", f"must be at least {len(dimension.behaviour)}, the number of its rules"


def _scoring(settings: Settings) -> Iterator[Fault]:
    scoring = settings.scoring
    if not scoring.windows:
        yield "scoring.windows", "declare at least one"
    if len(set(scoring.windows)) < len(scoring.windows):
        yield "scoring.windows", "one is there twice"
    only = {f"scoring.windows_of.{name}": windows for name, windows in scoring.windows_of.items()}
    only |= {f"kpis.{name}.windows": kpi.windows for name, kpi in settings.kpis.items() if kpi.windows}
    for key, windows in only.items():
        if not windows:
            yield key, "name at least one of scoring.windows"
        for window in sorted(set(windows) - set(scoring.windows)):
            yield key, f"{window} is not among scoring.windows"
    for window in scoring.windows:
        if window < settings.time.tick or window % _PANE:
            yield "scoring.windows", f"{window} must be a multiple of 10s and no shorter than time.tick"
    for key in ("min_trials", "min_effect"):
        if not 0 <= getattr(scoring, key) < float("inf"):  # NaN neither
            yield f"scoring.{key}", "must be 0 or more"
    if not 0 < scoring.false_alarms_per_day < float("inf"):
        yield "scoring.false_alarms_per_day", "must be more than 0: with none allowed, nothing could ever be called"


def _alerts(settings: Settings) -> Iterator[Fault]:
    for window in settings.alerts.windows:
        if window not in settings.scoring.windows:
            there = ", ".join(map(str, settings.scoring.windows))
            yield "alerts.windows", f"{window} is not among scoring.windows: name some of {there}"
    if not settings.alerts.windows:
        yield "alerts.windows", "declare at least one"
    for key in ("board_url", "grafana_url", "runbook_url"):
        if not re.fullmatch(_WEB_ADDRESS, getattr(settings.alerts, key) or "http://none"):
            yield f"alerts.{key}", "must be an http:// or https:// address"
    for number, mute in enumerate(settings.alerts.mute):
        dimension, colon, _ = mute.segment.partition(":")
        if mute.segment != "*" and (not colon or dimension not in settings.dimensions):
            text = f"{mute.segment!r} is no segment: write dimension:value, dimension:* or *"
            yield f"alerts.mute[{number}].segment", text
        if mute.begin >= mute.end:
            yield f"alerts.mute[{number}]", "from must be before to"


def _ingest(settings: Settings) -> Iterator[Fault]:
    ingest = settings.ingest
    for sender in ("segment", "hubspot", "salesforce"):
        for name, target in getattr(ingest, sender).events.items():
            try:
                if target:
                    Route.parse(target)
            except ValueError as error:
                yield f"ingest.{sender}.events.{name}", str(error)
    if ingest.within < 100:
        yield "ingest.within", "must be at least 100ms"
    for key in ("max_bytes", "max_events"):
        if getattr(ingest, key) < 1:
            yield f"ingest.{key}", "must be at least 1"
    if not re.fullmatch(_WEB_ADDRESS, ingest.public_url or "http://none"):
        yield "ingest.public_url", "must be an http:// or https:// address"
