"""Each stream is what it says: its rates, what its segments share, how its conversions come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from streams.tools.evaluate.cells import standard
from streams.tools.evaluate.effects import Effect, inject
from streams.tools.evaluate.look import DAY, HOUR, START, Look
from streams.tools.evaluate.streams import board, real, shapes
from streams.tools.evaluate.streams.conversions import (
    Conversions,
    GammaVisitors,
    LingeringClusters,
    LognormalClusters,
)
from streams.tools.evaluate.streams.dealt import Dealt
from streams.tools.evaluate.streams.stream import Simulated, Stream

RUNS = 20


def looks(stream: Stream, days: int, effect: Effect | None = None, seed: int = 1) -> list[Look]:
    """Hourly; an effect begins with the second day."""
    rng = np.random.default_rng(seed)
    injected = None if effect is None else inject(effect, rng, RUNS, stream.segments, (24, 25), 24)
    return list(stream.looks(rng, RUNS, days * 24, 24, injected))


def rates(of: list[Look]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Of each segment, over all runs and looks."""
    hits, trials = (sum(getattr(look, side) for look in of) for side in ("hits", "trials"))
    return np.asarray(np.sum(hits, axis=0) / np.sum(trials, axis=0))


@pytest.mark.parametrize("made", [board.equal, board.different_rates, board.sizes])
def test_boards_have_the_traffic_and_the_rates_they_say(made: Callable[[], board.Board]) -> None:
    of = looks(Simulated(made()), 20)
    days = RUNS * 20
    trials = np.sum([look.trials.sum(axis=0) for look in of], axis=0) / days
    expected = np.array(made().trials)
    assert np.all(np.abs(trials - expected) < 5 * np.sqrt(expected / days))
    large = expected * days > 10_000
    assert rates(of)[large] == pytest.approx(np.array(made().rates)[large], rel=0.15)


def test_the_reference_board() -> None:
    assert board.equal().trials == (670.0,) * 20
    assert board.equal().rates == (0.12,) * 20
    assert max(board.sizes().trials) / min(board.sizes().trials) == pytest.approx(1000)
    assert sum(board.sizes().trials) == pytest.approx(20 * 670)


def test_looks_follow_each_other() -> None:
    of = looks(Simulated(board.equal()), 1)
    assert [look.tick for look in of] == [START + hour * HOUR for hour in range(1, 25)]
    assert {look.span for look in of} == {HOUR}
    assert all(np.all(look.hits <= look.trials) for look in of)


@pytest.mark.parametrize("shaping", [shapes.season, shapes.shocks, shapes.outages])
def test_what_moves_is_shared_by_all_segments(shaping: shapes.Shaping) -> None:
    shape = shaping(np.random.default_rng(1), 21 * 24, 24, RUNS)
    assert shape.trials.shape[2] == 1
    assert shape.rate.shape[2] == 1
    base = np.array(board.different_rates().rates)
    for look in looks(Simulated(board.different_rates(), shaping), 7):
        assert np.ptp(look.usual / base, axis=1) == pytest.approx(np.zeros(RUNS))


def test_season_of_the_day_and_of_the_week() -> None:
    shape = shapes.season(np.random.default_rng(1), 14 * 24, 24, 1)
    for factor in shape:
        week = factor[: 7 * 24].ravel()
        assert factor[7 * 24 :].ravel() == pytest.approx(week)
        assert week.max() / week.min() > 1.5
        assert week[5 * 24 :].mean() < week[: 5 * 24].mean()
    assert shape.trials.mean() == pytest.approx(1)


def test_a_shock_takes_all_rates_down_for_hours() -> None:
    usual = shapes.season(np.random.default_rng(1), 100 * 24, 24, RUNS).rate
    shocked = shapes.shocks(np.random.default_rng(1), 100 * 24, 24, RUNS).rate / usual
    down = shocked[:, :, 0] < 1
    assert 0.02 < down.mean() < 0.1
    begins = np.argmax(down, axis=0)
    assert all(down[begin : begin + 6, run].all() for run, begin in enumerate(begins.tolist()))
    assert np.unique(shocked.round(6)).tolist() == [0.4, 1.0]


@pytest.mark.parametrize("conversions", [GammaVisitors, LognormalClusters, LingeringClusters])
def test_clusters_have_the_mean_and_more_than_poisson_variance(conversions: Callable[[], Conversions]) -> None:
    draw, rng = conversions(), np.random.default_rng(1)
    assert not draw.binomial
    trials, rate = np.full((50, 50), 1000), np.full((50, 50), 0.12)
    counts = np.stack([draw(rng, trials, rate) for _ in range(60)])[30:]
    assert counts.mean() == pytest.approx(120, rel=0.02)
    assert counts.var() > 1.2 * 120


def test_clusters_that_linger_join_neighbouring_looks() -> None:
    draw, rng = LingeringClusters(), np.random.default_rng(1)
    counts = np.stack([draw(rng, np.full((50, 50), 1000), np.full((50, 50), 0.12)) for _ in range(60)])[30:]
    assert np.corrcoef(counts[:-1].ravel(), counts[1:].ravel())[0, 1] > 0.15


def test_an_effect_is_where_it_was_said() -> None:
    of = looks(Simulated(board.equal()), 30, Effect(0.5, segments=3))
    where = inject(Effect(0.5, segments=3), np.random.default_rng(1), RUNS, 20, (24, 25), 24).where
    hits, trials = (np.sum([getattr(look, side) for look in of[24:]], axis=0) for side in ("hits", "trials"))
    assert hits[where].sum() / trials[where].sum() == pytest.approx(0.18, rel=0.02)
    assert hits[~where].sum() / trials[~where].sum() == pytest.approx(0.12, rel=0.02)
    before = of[:24]
    assert np.sum([look.hits for look in before]) / np.sum([look.trials for look in before]) == pytest.approx(
        0.12, 0.05
    )


def write_series(folder: Path) -> None:
    """Two weeks of each exchange: click prices go up and down, those of impressions by the day of the week."""
    (folder / "nab/realAdExchange").mkdir(parents=True)
    for name in ("exchange-2", "exchange-3", "exchange-4"):
        prices: dict[str, list[float]] = {
            "cpm": [1 + hour // 24 % 7 for hour in range(14 * 24)],
            "cpc": [0.1, 0.15] * 7 * 24,
        }
        for kind, values in prices.items():
            lines = [f"2011-07-01 00:00:01,{value}" for value in values]
            file = folder / f"nab/realAdExchange/{name}_{kind}_results.csv"
            file.write_text("\n".join(["timestamp,value", *lines]))


def test_exchanges_as_shapes(tmp_path: Path) -> None:
    assert real.nab(tmp_path) is None
    write_series(tmp_path)
    stream = real.nab(tmp_path)
    assert stream is not None
    shape = stream.shape(np.random.default_rng(1), 14 * 24, 24, RUNS)
    assert shape.trials.shape == (14 * 24, RUNS, 20)
    assert shape.trials.mean(axis=0) == pytest.approx(np.ones((RUNS, 20)))
    assert shape.rate.shape == (14 * 24, RUNS, 1)
    assert shape.rate.mean(axis=0) == pytest.approx(np.ones((RUNS, 1)))


def test_leads_as_shapes(tmp_path: Path) -> None:
    assert real.olist(tmp_path) is None
    leads = ["mql_id,first_contact_date,landing_page_id,origin"]
    deals = ["mql_id,seller_id"]
    for day in range(151):
        moment = date(2018, 1, 1) + timedelta(day)
        for number in range(30):
            origin = "email" if number < 10 else "social"
            leads.append(f"{day}-{number},{moment:%d-%m-%Y},page,{origin}")
            if number % 10 == 0:
                deals.append(f"{day}-{number},seller")
    leads += ["rare,01-02-2018,page,display", "nowhere,01-02-2018,page,"]
    (tmp_path / "olist_marketing_qualified_leads_dataset.csv").write_text("\n".join(leads))
    (tmp_path / "olist_closed_deals_dataset.csv").write_text("\n".join(deals))
    stream = real.olist(tmp_path)
    assert stream is not None
    assert stream.board.trials == pytest.approx((670 * 2 / 3, 670 * 4 / 3))
    assert stream.board.rates == pytest.approx((0.1, 0.1))


def test_without_data_no_cells_of_real_traffic(tmp_path: Path) -> None:
    write_series(tmp_path)
    names = {cell.name for cell in standard(tmp_path, 24)}
    assert "null/nab" in names
    assert "null/olist" not in names
    assert names - {cell.name for cell in standard(None, 24)} == {"null/nab", "nab/-30", "nab/+30"}


def own_board() -> Dealt:
    rng = np.random.default_rng(5)
    trials = rng.poisson([20.0, 5.0, 60.0, 30.0], size=(15 * 24, 4))
    return Dealt(trials, rng.binomial(trials, [0.1, 0.5, 0.05, 0.2]), True)


def test_dealt_conversions_keep_totals_and_own_rates() -> None:
    stream = own_board()
    of = looks(stream, 30)
    assert all(np.all((look.hits >= 0) & (look.hits <= look.trials)) for look in of)
    own = stream.hits.sum(axis=0) / stream.trials.sum(axis=0)
    assert rates(of) == pytest.approx(own, rel=0.05)
    dealt = np.array([look.hits[0].sum() for look in of[: 15 * 24]])
    off = [int(np.abs(np.roll(stream.hits.sum(axis=1), -24 * day) - dealt).sum()) for day in range(15)]
    assert sorted(off)[0] < 40 < sorted(off)[1], "the same totals from some day on, but for what would not fit"


@pytest.mark.parametrize("change", [-0.5, 0.3])
def test_an_effect_on_dealt_conversions(change: float) -> None:
    stream = own_board()
    of = looks(stream, 30, Effect(change, segments=4))
    own = stream.hits.sum(axis=0) / stream.trials.sum(axis=0)
    assert rates(of[24:]) == pytest.approx(own * (1 + change), rel=0.08)


def test_traffic_that_goes_away() -> None:
    for stream in (Simulated(board.equal()), own_board()):
        of = looks(stream, 2, Effect(-1.0, segments=1, traffic=True))
        gone = np.sum([look.trials for look in of[24:]], axis=0) == 0
        assert (gone.sum(axis=1) == 1).all()
        assert not np.sum([look.hits for look in of[24:]], axis=0)[gone].any()


def test_every_cell_is_named_once() -> None:
    names = [cell.name for cell in standard(None, 24)]
    assert len(set(names)) == len(names)
    assert all(DAY % cell.per_day == 0 for cell in standard(None, 24))
