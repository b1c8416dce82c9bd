"""segpulse.toml and the environment become frozen settings; every error names file, key and what would be right.

Environment variables lie over the file: `SEGPULSE_<SECTION>_<KEY>`, e.g. `SEGPULSE_KAFKA_BROKER`,
`SEGPULSE_REDIS_URL`; a list has commas between (`5m,1h`). Secrets belong there and nowhere else. `SEGPULSE_CONFIG`
names the file.
"""

from __future__ import annotations

from streams.settings.ingest import FromHubspot, FromSalesforce, FromSegment, Ingest
from streams.settings.loading import load, unread
from streams.settings.reading import convert, read_toml
from streams.settings.sections import (
    DIMENSIONS,
    LARGEST_MESSAGE,
    Alerts,
    Dedupe,
    Dimension,
    Growth,
    Kafka,
    Kpi,
    Money,
    Mute,
    Paths,
    Redis,
    Review,
    Scoring,
    Serve,
    Sessions,
    Settings,
    Time,
    Visitors,
)
from streams.settings.values import SettingsError, Span

__all__ = [
    "DIMENSIONS",
    "LARGEST_MESSAGE",
    "Alerts",
    "Dedupe",
    "Dimension",
    "FromHubspot",
    "FromSalesforce",
    "FromSegment",
    "Growth",
    "Ingest",
    "Kafka",
    "Kpi",
    "Money",
    "Mute",
    "Paths",
    "Redis",
    "Review",
    "Scoring",
    "Serve",
    "Sessions",
    "Settings",
    "SettingsError",
    "Span",
    "Time",
    "Visitors",
    "convert",
    "load",
    "read_toml",
    "unread",
]
