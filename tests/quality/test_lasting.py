"""Stability live says what the review says of the same two months; with less than two it is not there."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from scipy import stats

from streams.events.columns import Ints
from streams.kpis.measures import Measures
from streams.messages import SegmentationQuality
from streams.panes.earlier import Comparison
from streams.quality.cells import Cells
from streams.quality.lasting import with_stability
from streams.quality.segmentation import segmentation
from streams.scoring.daily import Beside, Daily, Earlier
from streams.settings import Kpi, Scoring, Settings

DAY = 86_400_000
KPIS = {"win": Kpi(numerator=("leads.won",), denominator=("leads.created",), unit="ratio", model="binomial")}
SETTINGS = Settings(scoring=Scoring(min_trials=100, min_effect=0.1))
NAMES = [*"abcde", "few", "other", "unknown"]
MONTH = Comparison(30 * DAY, "before", 30 * DAY, 3)


def totals(won: list[int], created: int = 10_000) -> Ints:
    """[segments × measures]; of `few` there are 50 leads."""
    sizes = [50 if name == "few" else created for name in NAMES]
    return np.array(list(zip(sizes, [*won, 10, 500, 500], strict=True)))  # created, won: in the order of their names


def told(before: list[int] | None, now: list[int]) -> SegmentationQuality:
    measures = Measures(KPIS.values())
    assert measures.names == ("leads.created", "leads.won")
    daily = Daily("d", 0, 30 * DAY, NAMES, np.stack([totals(now)] * 3))
    found = segmentation(daily, KPIS, measures, SETTINGS.scoring)
    assert found is not None
    beside = None if before is None else Beside(MONTH, (30 * DAY, 60 * DAY), totals(before), totals(now))
    earlier = Earlier("d", NAMES, np.ones(1), [], beside)
    return with_stability(found, earlier, Cells(SETTINGS, KPIS, measures), SETTINGS.scoring.min_trials)


def test_by_hand() -> None:
    """The order of five segments; `few` has too few, `other` and `unknown` are no segments."""
    before, now = [500, 900, 1_000, 1_500, 2_000], [600, 400, 1_300, 2_100, 1_900]
    (kpi,) = told(before, now).kpis
    assert kpi.compared == 5
    assert kpi.rank_correlation == pytest.approx(stats.spearmanr(before, now).statistic)
    # c was below its rest (1,080 of 10,000 and the few), and is above it now (1,100); the others keep their sides.
    assert kpi.kept_side == pytest.approx(4 / 5)


def test_the_same_twice_is_as_stable_as_can_be() -> None:
    (kpi,) = told([500, 900, 1_000, 1_500, 2_000], [500, 900, 1_000, 1_500, 2_000]).kpis
    assert kpi.rank_correlation == pytest.approx(1.0)
    assert kpi.kept_side == 1.0
    (turned,) = told([500, 900, 1_300, 1_500, 2_000], [2_000, 1_500, 1_300, 900, 500]).kpis
    assert turned.rank_correlation == pytest.approx(-1.0)


def test_without_two_months_it_is_not_there_and_all_else_is_as_it_was() -> None:
    without, with_ = (told(before, [500, 900, 1_300, 1_500, 2_000]) for before in (None, [500] * 5))
    (kpi,) = without.kpis
    assert (kpi.rank_correlation, kpi.kept_side, kpi.compared) == (None, None, 0)
    assert msgspec.structs.replace(with_, kpis=without.kpis) == without
