"""Real traffic as a shape: what moves in volume and in rate is from public data, the conversions are drawn.

Every segment's rate moves by the same shape and nothing else, as if conversions had been permuted over the visitors of
the same moment: there is nothing to find but what is put in.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from streams.events.columns import Floats
from streams.tools.evaluate.streams.board import SEGMENTS, TRIALS, Board
from streams.tools.evaluate.streams.shapes import Shape
from streams.tools.evaluate.streams.stream import Simulated

_EXCHANGES = ("exchange-2", "exchange-3", "exchange-4")
_IMPRESSIONS = 10 * TRIALS  # a day and segment
_CLICKS = 0.01, 0.05  # an impression: times 11.7, the largest of the curves, all are still chances
_LEADS, _DEALS = "olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"
_FROM, _UNTIL = date(2018, 1, 1), date(2018, 6, 1)  # a steady part of Olist's: before, few leads came
_LEAST = 200  # leads of an origin in it, for its curve to be more than chance
_SMOOTH = 7  # days: whole weeks


@dataclass(frozen=True)
class Recorded:
    """Recorded curves, each run from a day on drawn by chance; after their end they begin anew.

    `trials` and `rates` [steps × curves] have a mean of 1. A segment's volume goes by the curve of its number (they
    come round), and on a day of its own where `apart`; the rate of a whole board goes by one curve, drawn by chance.
    """

    trials: Floats
    rates: Floats
    steps_per_day: int
    apart: bool
    segments: int

    def __call__(self, rng: np.random.Generator, looks: int, per_day: int, runs: int) -> Shape:
        step = np.arange(looks) * self.steps_per_day // per_day
        days = len(self.trials) // self.steps_per_day
        begins = rng.integers(days, size=(runs, self.segments if self.apart else 1)) * self.steps_per_day
        at = (step[:, None, None] + begins) % (days * self.steps_per_day)
        curve = np.arange(self.segments) % self.trials.shape[1]
        rates = rng.integers(self.rates.shape[1], size=runs)
        return Shape(self.trials[at, curve], self.rates[at[:, :, :1], rates[:, None]])


def nab(folder: Path) -> Simulated | None:
    """The ad exchanges of the Numenta Anomaly Benchmark, hour by hour; None where `folder` has no such files.

    Volumes go by the price of a thousand impressions, spikes and all, each segment's in its own time; rates by the
    clicks an impression that follow from the two prices.
    """
    files = [
        (folder / f"nab/realAdExchange/{name}_{kind}_results.csv") for name in _EXCHANGES for kind in ("cpm", "cpc")
    ]
    if not all(file.is_file() for file in files):
        return None
    series = [np.array([float(row["value"]) for row in _rows(file)]) for file in files]
    hours = min(map(len, series)) // 24 * 24
    thousand, click = (np.stack([each[:hours] for each in series[k::2]], axis=1) for k in (0, 1))
    board = Board((_IMPRESSIONS,) * SEGMENTS, tuple(np.geomspace(*_CLICKS, SEGMENTS).tolist()))
    shape = Recorded(_relative(thousand), _relative(thousand / click), 24, True, len(board.trials))
    return Simulated(board, shape)


def olist(folder: Path) -> Simulated | None:
    """Olist's leads by origin: sizes, rates and weekly curves are theirs, the number of leads is the reference's."""
    leads, deals = folder / _LEADS, folder / _DEALS
    if not (leads.is_file() and deals.is_file()):
        return None
    won = {row["mql_id"] for row in _rows(deals)}
    counts: Counter[tuple[str, int]] = Counter()
    hits: Counter[tuple[str, int]] = Counter()
    for row in _rows(leads):
        day = datetime.strptime(row["first_contact_date"], "%d-%m-%Y").date()
        if _FROM <= day < _UNTIL and row["origin"]:
            key = row["origin"], (day - _FROM).days
            counts[key] += 1
            hits[key] += row["mql_id"] in won
    days = range((_UNTIL - _FROM).days)
    totals = Counter(origin for origin, _ in counts.elements())
    origins = sorted(origin for origin, total in totals.items() if total >= _LEAST)
    trials, converted = (np.array([[c[o, d] for o in origins] for d in days], dtype=np.float64) for c in (counts, hits))
    shares = trials.mean(axis=0) / trials.mean()
    board = Board(tuple((shares * TRIALS).tolist()), tuple((converted.sum(axis=0) / trials.sum(axis=0)).tolist()))
    rate = _smooth(converted.sum(axis=1, keepdims=True)) / _smooth(trials.sum(axis=1, keepdims=True))
    return Simulated(board, Recorded(_relative(_smooth(trials)), _relative(rate), 1, False, len(origins)))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _relative(curves: Floats) -> Floats:
    return np.asarray(curves / curves.mean(axis=0))


def _smooth(daily: Floats) -> Floats:
    """Centred means over `_SMOOTH` days; the ends lean on the days beyond the other end."""
    around = range(-(_SMOOTH // 2), _SMOOTH // 2 + 1)
    return np.asarray(np.mean([np.roll(daily, shift, axis=0) for shift in around], axis=0))
