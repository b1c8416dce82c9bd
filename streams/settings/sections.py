"""The sections of segpulse.toml, with what holds where nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timezone
from typing import Annotated, Literal

import msgspec

from streams.messages import Against, Kind
from streams.settings.ingest import Ingest
from streams.settings.values import Section, Span

LARGEST_MESSAGE = 4 * 1024 * 1024  # bytes of a record on Kafka

#: By the environment only: files get shared.
SECRETS = (
    "kafka.password",
    "alerts.slack_webhook",
    "alerts.pagerduty_key",
    "ingest.token",
    "ingest.segment_secret",
    "ingest.hubspot_secret",
)


class Kafka(Section, frozen=True, kw_only=True):
    broker: str = "127.0.0.1:9092"  # host:port[,host:port]
    security: Literal["plaintext", "tls", "sasl_plaintext", "sasl_tls"] = "plaintext"  # sasl: with a login
    ca: str = ""  # file (PEM) of the authority that signed the brokers' certificates; empty: the system's
    cert: str = ""  # file (PEM) of our own certificate, where the brokers want one
    key: str = ""  # file (PEM) of its key; empty: it is in the same file
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username: str = ""
    password: str = ""  # a secret
    app_id: str = "segpulse"  # consumer group, and prefix of the changelog topics
    partitions: int = 4  # of every topic; cannot be changed later
    replication: int = 1
    session_timeout: Span = Span.parse("10s")
    rebalance_timeout: Span = Span.parse("20s")
    batch: int = 12_000  # records that are taken at a time at most
    transactions: bool = True  # false: for brokers that have none; see streams/engine/fence.py
    member: str = "auto"  # name in the group, the same after a restart; auto: host and worker.port; empty: none


class Redis(Section, frozen=True, kw_only=True):
    url: str = "redis://127.0.0.1:6379/0"  # rediss:// is over TLS; then ca, cert and key are as in Kafka
    ca: str = ""
    cert: str = ""
    key: str = ""
    ttl: Span = Span.parse("15m")  # scores not renewed for so long vanish
    health_host: str = "127.0.0.1"  # where `segpulse consume redis` says whether it is well
    health_port: int = 9311


class Time(Section, frozen=True, kw_only=True):
    clock: Literal["wall", "event"] = "wall"  # event: time stands still between events (replay of the past)
    lateness: Span = Span.parse("60s")  # how far out of order events may come and still be in order
    idle_after: Span = Span.parse("15s")  # a partition with nothing new for so long follows the wall clock
    ahead: Span = Span.parse("10m")  # a timestamp further ahead than this of when Kafka got the record is refused
    tick: Span = Span.parse("10s")  # scores are made at multiples of this
    checkpoint: Span = Span.parse("1s")


class Sessions(Section, frozen=True, kw_only=True):
    gap: Span = Span.parse("30m")
    topics: tuple[str, ...] = ("page_views", "clicks", "form_fills", "downloads")


class Dedupe(Section, frozen=True, kw_only=True):
    horizon: Span = Span.parse("30m")


class Money(Section, frozen=True, kw_only=True):
    currency: str = "EUR"  # that all amounts are shown in, and that an amount without a currency is in
    rates: dict[str, float] = msgspec.field(default_factory=dict)  # currency -> what one unit of it is in `currency`
    margin: float = 1.0  # of what customers pay, the share that is left: lifetime value is of it


class Dimension(Section, frozen=True, kw_only=True):
    """Exactly one of `trait`, `field`, `cross`, `behaviour` says where the value comes from."""

    trait: str | None = None  # a trait of the visitor
    field: Literal["campaign", "content"] | None = None  # a field of the event
    cross: tuple[str, ...] = ()  # other dimensions, joined
    #: Value -> rule (as in behaviour.grammar): the first that holds gives the value.
    behaviour: dict[str, str] = msgspec.field(default_factory=dict)
    max_values: int = 200


class Kpi(Section, frozen=True, kw_only=True):
    """A KPI declared in the settings, beside those of the catalogue."""

    family: str = "own"
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    unit: str
    model: Literal["binomial", "poisson", "mean", "median", "figure"]
    scale: float = 1.0  # the value is so many times numerator over denominator
    of_margin: bool = False  # and that times money.margin
    good: Literal["up", "down"] = "up"
    title: str = ""
    windows: tuple[Span, ...] = ()  # of scoring.windows, that it is scored over; none: all

    @property
    def tested(self) -> bool:
        """Is it judged, and not only shown?"""
        return self.model not in ("median", "figure")


class Scoring(Section, frozen=True, kw_only=True):
    windows: tuple[Span, ...] = (Span.parse("5m"), Span.parse("1h"), Span.parse("24h"), Span.parse("7d"))
    windows_of: dict[str, tuple[Span, ...]] = msgspec.field(default_factory=dict)  # KPI or family -> only these
    kpis: tuple[str, ...] = ("standard",)  # KPIs and families that are scored; standard: see kpis.catalogue
    min_trials: int = 100  # fewer trials than this, in the segment or the rest, and it is still learning
    min_effect: float = 0.10  # smaller differences from the rest are par, however sure
    false_alarms_per_day: float = 0.02  # that chance may raise, over all segments, KPIs and looks together
    settle: Span = Span.parse("24h")  # a segment's KPI that is younger has no usual yet that it could shift from
    no_data_after: Span = Span.parse("15m")  # nothing from anybody for so long is the pipeline's fault


class Mute(Section, frozen=True, kw_only=True):
    """Maintenance: nobody is paged of what fires within [from, to), unless it fires after it too."""

    segment: str  # dimension:value, dimension:* or *
    begin: Annotated[datetime, msgspec.Meta(tz=True)] = msgspec.field(name="from")
    end: Annotated[datetime, msgspec.Meta(tz=True)] = msgspec.field(name="to")


class Alerts(Section, frozen=True, kw_only=True):
    windows: tuple[Span, ...] = (Span.parse("1h"), Span.parse("24h"))  # whose figures alerts may show
    directions: tuple[Literal["over", "under"], ...] = ("over", "under")  # that raise alerts
    page: tuple[Kind, ...] = ("shift", "silent", "pipeline")  # what `segpulse consume alerts` posts
    cooldown: Span = Span.parse("1h")  # after an alert was resolved, so long its segment's KPI raises none
    mute: tuple[Mute, ...] = ()
    webhook: str = ""  # where `segpulse consume alerts` posts, as Alertmanager does
    slack_webhook: str = ""  # a secret: the URL of a Slack app's incoming webhook
    pagerduty_key: str = ""  # a secret: the integration key of a PagerDuty service (Events API v2)
    pagerduty_url: str = "https://events.pagerduty.com/v2/enqueue"  # another in PagerDuty's EU region
    board_url: str = "http://127.0.0.1:8500"  # linked from alerts
    grafana_url: str = ""  # likewise, to the dashboard; empty: no link
    runbook_url: str = ""  # likewise, to the alert's section of docs/runbook.md; empty: no link
    host: str = "127.0.0.1"  # where `segpulse consume alerts` serves its own metrics
    port: int = 9310

    @property
    def any_receiver(self) -> bool:
        """Whether there is somebody to post to."""
        return bool(self.webhook or self.slack_webhook or self.pagerduty_key)


class Visitors(Section, frozen=True, kw_only=True):
    publish: bool = False  # tell where each visitor is now: topic `visitor_segments`, `segpulse consume visitors`
    ttl: Span = Span.parse("7d")  # in Redis, after a visitor's last event; told again after half of it
    health_host: str = "127.0.0.1"  # where `segpulse consume visitors` says whether it is well
    health_port: int = 9312


class Paths(Section, frozen=True, kw_only=True):
    to: str = ""  # the topic (of sessions.topics) that paths lead to, like form_fills; empty: no paths are kept


class Growth(Section, frozen=True, kw_only=True):
    hold: tuple[Against, ...] = ()  # panes are held for these comparisons, too, beside those that the windows need


class Review(Section, frozen=True, kw_only=True):
    every: Span = Span.parse("90d")  # how often the segmentation is looked over: `segpulse review`
    last: date | None = None  # when that was done last; none: nobody has said

    @property
    def reviewed(self) -> int | None:
        """ms: `last`, at midnight (UTC)."""
        if self.last is None:
            return None
        return int(datetime.combine(self.last, time.min, timezone.utc).timestamp() * 1000)

    @property
    def due(self) -> int | None:
        """ms: when the next is due; None where nobody has said when the last was."""
        return None if self.reviewed is None else self.reviewed + self.every


class Serve(Section, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: int


class Settings(Section, frozen=True, kw_only=True):
    kafka: Kafka = Kafka()
    redis: Redis = Redis()
    time: Time = Time()
    sessions: Sessions = Sessions()
    dedupe: Dedupe = Dedupe()
    money: Money = Money()
    dimensions: dict[str, Dimension] = msgspec.field(default_factory=lambda: dict(DIMENSIONS))
    kpis: dict[str, Kpi] = msgspec.field(default_factory=dict)
    scoring: Scoring = Scoring()
    alerts: Alerts = Alerts()
    visitors: Visitors = Visitors()
    paths: Paths = Paths()
    growth: Growth = Growth()
    review: Review = Review()
    prometheus: Serve = Serve(port=9308)  # scores
    worker: Serve = Serve(port=9309)  # the worker's own metrics
    board: Serve = Serve(port=8500)
    ingest: Ingest = Ingest()


DIMENSIONS: Mapping[str, Dimension] = {
    **{
        name: Dimension(trait=name)
        for name in ("industry", "function", "company_size", "country", "city_tier", "buying_stage")
    },
    "city_tier_x_industry": Dimension(cross=("city_tier", "industry")),
    "campaign": Dimension(field="campaign"),
}
