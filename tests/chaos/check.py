"""Is anything lost, is anything doubled? Panes as Kafka holds them against the count from the events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from streams.messages import PaneSnapshot
from tests.chaos.reading import Key, coarser
from tests.chaos.truth import Cell

_SHOWN = 12  # differences that a message tells of

Place = tuple[int, int, int, str, str, str]  # source partition, level, start, dimension, value, measure


class Verdict(NamedTuple):
    """Counts that are missing and counts that are too many; `text` says which."""

    lost: int
    doubled: int
    text: str

    @property
    def exact(self) -> bool:
        """Neither."""
        return not self.lost and not self.doubled


def compare(truth: Mapping[Cell, int], standing: Mapping[Key, PaneSnapshot]) -> Verdict:
    """Every measure of every segment in every pane, at the level at which it is held; and all of the day together."""
    counted: Counter[Place] = Counter()
    for (partition, level, start, dimension), snapshot in standing.items():
        for value, row in snapshot.counts.get(dimension, {}).items():
            for measure, count in zip(snapshot.measures, row, strict=True):
                counted[partition, level, start, dimension, value, measure] += count
    wanted: Counter[Place] = Counter()
    for cell, count in truth.items():
        finest = cell.partition, 0, cell.start, cell.dimension
        held = next((key for key in (finest, *coarser(finest)) if key in standing), finest)
        wanted[(*held, cell.value, cell.measure)] += count
    places = sorted(place for place in {*wanted, *counted} if wanted[place] != counted[place])
    lost = sum(max(0, wanted[place] - counted[place]) for place in places)
    doubled = sum(max(0, counted[place] - wanted[place]) for place in places)
    said = [_day(wanted, counted), *(_said(place, wanted, counted) for place in places[:_SHOWN])]
    return Verdict(lost, doubled, "\n".join([f"lost {lost}, doubled {doubled}", *filter(None, said)]))


def _day(wanted: Counter[Place], counted: Counter[Place]) -> str:
    """By segment and measure, over all source partitions and panes."""
    day: Counter[tuple[str, ...]] = Counter()
    for counter, sign in ((wanted, -1), (counted, 1)):
        for place, count in counter.items():
            day[place[3:]] += sign * count
    return ", ".join(f"{d}:{v} {m} {n:+}" for (d, v, m), n in sorted(day.items()) if n)


def _said(place: Place, wanted: Counter[Place], counted: Counter[Place]) -> str:
    partition, level, start, dimension, value, measure = place
    return (
        f"  {dimension}:{value} {measure} in pane {level}/{start} of source partition {partition}:"
        f" {counted[place]} counted, {wanted[place]} happened"
    )
