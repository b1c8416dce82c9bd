"""From a file to a review: through the core as a backtest is, and what it counted by the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from streams.events.topics import PROFILES
from streams.kpis.catalogue import catalogue
from streams.kpis.measures import Measures
from streams.panes.levels import LEVELS
from streams.settings import Settings, SettingsError, Span
from streams.tools.backtest import Backtest
from streams.tools.files.read import SourceRecord, Unroutable
from streams.tools.review import model
from streams.tools.review.build import Builder
from streams.tools.review.history import DAY, History
from streams.tools.review.spans import spans
from streams.tools.review.standing import states, why

Records = Iterable[SourceRecord | Unroutable]

_HOUR = LEVELS[2]  # ms


def review(
    file: Path, records: Records, settings: Settings, *, since: int | None, period: Span, today: int
) -> model.Review:
    """The review of `period` from `since` (ms, the start of a day), or of the last of the file.

    Raises SettingsError where the file has nothing of that time.
    """
    kpis = catalogue(settings)
    measures = Measures(kpis.values())
    history = History(measures)
    hourly = _hourly(settings)
    until = None if since is None else since + period
    result = Backtest(hourly, history.take).run(records if until is None else _before(records, until))
    begin = history.begin
    if begin is None:
        said = f" before {_day(until)}" if until is not None else ""
        raise SettingsError(f"{file}: there is nothing to review: no event was counted{said}")
    found = spans(since, period, begin, max(score.at for score in result.scores))
    dispersion = {name: each.dispersion for name, each in result.earlier.items()}
    builder = Builder(hourly, kpis, measures, states(result.scores), why(result.scores), dispersion)
    dimensions = builder.dimensions(history, found)
    if not dimensions:
        raise SettingsError(f"{file}: no segment has cases from {_day(found.start)} to {_day(found.end - DAY)}")
    used = {figure.kpi for each in dimensions for segment in each.segments for figure in segment.figures}
    return model.Review(
        file=file.name,
        date=today,
        last=settings.review.reviewed,
        due=today + settings.review.every,
        start=found.start,
        end=found.end,
        before=found.before,
        events=sum(count for topic, count in result.events.items() if topic != PROFILES),
        min_trials=settings.scoring.min_trials,
        min_effect=settings.scoring.min_effect,
        kpis=[
            model.Kpi(name=name, title=kpi.title or name, unit=kpi.unit, good=kpi.good)
            for name, kpi in kpis.items()
            if name in used
        ],
        dimensions=dimensions,
    )


def _hourly(settings: Settings) -> Settings:
    """Scored once an hour, over the longest window alone: forty times as fast; states near a threshold may differ."""
    longest = (max(settings.scoring.windows),)
    return msgspec.structs.replace(
        settings,
        time=msgspec.structs.replace(settings.time, tick=max(settings.time.tick, Span(_HOUR))),
        scoring=msgspec.structs.replace(settings.scoring, windows=longest),
        alerts=msgspec.structs.replace(settings.alerts, windows=longest),
    )


def _before(records: Records, until: int) -> Iterator[SourceRecord | Unroutable]:
    """Those of before `until` (ms): what came later has no part in the states at a period's end."""
    return (each for each in records if isinstance(each, Unroutable) or each.timestamp < until)


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, tz=timezone.utc):%Y-%m-%d}"
