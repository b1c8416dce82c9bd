"""The paths of a dimension's segments, as they are told."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from streams.events.columns import Ints
from streams.events.terms import START, step
from streams.kpis.measures import Measures
from streams.messages import DimensionPaths, SegmentPaths
from streams.paths.chain import chain, conversion, likeliest, removal
from streams.scoring.daily import Daily
from streams.settings import Settings


def wanted(settings: Settings) -> list[str]:
    """The measures that paths are made of; none where nobody has said to where they lead."""
    topics = settings.sessions.topics if settings.paths.to else ()
    return [step(one, other) for one in (START, *topics) for other in topics]


def paths(daily: Daily, settings: Settings, measures: Measures) -> DimensionPaths | None:
    """None where nobody wants to know, or nobody has come."""
    topics = settings.sessions.topics
    if not settings.paths.to:
        return None
    columns = [[measures.column(step(one, other)) for other in topics] for one in (START, *topics)]
    steps = daily.counts.sum(axis=0)[:, np.array(columns)]
    to = topics.index(settings.paths.to)
    of = [each for name, own in zip(daily.names, steps, strict=True) if (each := _paths(name, own, topics, to))]
    whole = _paths("", steps.sum(axis=0), topics, to)
    if whole is None:
        return None
    return DimensionPaths(
        to=settings.paths.to,
        touchpoints=list(topics),
        segments=of,
        whole=whole,
    )


def _paths(value: str, steps: Ints, topics: Sequence[str], to: int) -> SegmentPaths | None:
    found = chain(steps, to)
    if found is None:
        return None
    effects = zip(topics, removal(found).tolist(), strict=True)
    return SegmentPaths(
        value=value,
        steps=steps.tolist(),
        conversion=conversion(found),
        removal={topic: effect for topic, effect in effects if math.isfinite(effect)},
        likeliest=[topics[number] for number in likeliest(found)],
    )
