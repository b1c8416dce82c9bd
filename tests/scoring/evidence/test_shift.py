"""A shift's evidence: never more than 1 on average while nothing shifts, so alarms keep to their rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from streams.events.columns import Floats
from streams.scoring.evidence import comparison, shift
from streams.scoring.evidence.comparison import Trials
from tests.scoring import streams

_NO_RATIO = np.zeros(1)


def chances(trials: int, rate: float, binomial: bool) -> tuple[Floats, Floats]:
    """All numbers of hits that are not next to impossible, and their probabilities."""
    law = stats.binom(trials, rate) if binomial else stats.poisson(trials * rate)
    hits = np.arange(law.ppf(1e-13), law.ppf(1 - 1e-13) + 1)
    return hits, law.pmf(hits)


@given(
    rate=st.floats(0.005, 0.97),
    own=st.integers(5, 200),
    others=st.integers(5, 400),
    effect=st.sampled_from(shift.EFFECTS.tolist()),
    binomial=st.booleans(),
)
def test_likelihood_ratio_is_at_most_one_on_average(
    rate: float, own: int, others: int, effect: float, binomial: bool
) -> None:
    x, x_chance = chances(own, rate, binomial)
    y, y_chance = chances(others, rate, binomial)
    hits = [each.ravel() for each in np.meshgrid(x, y, indexing="ij")]
    one, other = (Trials(h, np.full_like(h, n)) for h, n in zip(hits, (own, others), strict=True))
    compared = comparison.compare(one, other, _NO_RATIO, np.full(1, rate), np.array([binomial]))
    likelihood = np.exp(shift.log_likelihood(compared, np.array([effect])))
    assert (np.outer(x_chance, y_chance).ravel() * likelihood).sum() < 1.02


@pytest.mark.parametrize("effect", [0.2, 0.48, -0.18, -0.46])
def test_likelihood_ratio_grows_under_its_effect(effect: float) -> None:
    own = Trials(np.array([12.0 * (1 + effect)]), np.array([100.0]))
    rest = Trials(np.array([228.0]), np.array([1900.0]))
    compared = comparison.compare(own, rest, _NO_RATIO, np.full(1, 0.12), np.array([True]))
    found = shift.log_likelihood(compared, shift.EFFECTS[:, None])[:, 0]
    assert found.argmax() == shift.EFFECTS.tolist().index(effect)
    rate = 0.12 * (1 + effect)
    # Hits of many against few trials: the information of a Bernoulli trial of known usual rate.
    known = 100 * (rate * np.log(rate / 0.12) + (1 - rate) * np.log((1 - rate) / 0.88))
    assert found.max() == pytest.approx(known, rel=0.1)


@pytest.mark.parametrize("rates", [np.full(20, 0.12), np.linspace(0.05, 0.3, 20)], ids=["equal", "different"])
def test_alarms_keep_to_their_rate(rates: Floats) -> None:
    """1,000 segments (50 boards at once would be as many) of which one may fire a day: 50 days, at most 50 alarms."""
    many = np.tile(rates, 50)
    stream = streams.looks(11, 50, np.full(len(many), 670.0), many, span=2 * streams.HOUR)
    found = streams.watch(stream, len(many), arl=len(many), span=2 * streams.HOUR)
    fired = streams.alarms(found)
    assert 0 < len(fired) < 50
    assert min(sum(side == up for *_, side in fired) for up in (1, -1)) > 0


@pytest.mark.parametrize("effect", [0.5, -0.5, -1.0])
def test_found_where_and_when(effect: float) -> None:
    began, which = 20, 4

    def factor(day: float) -> Floats:
        return np.where((np.arange(10) == which) & (day >= began), 1 + effect, 1.0)

    stream = streams.looks(3, 26, np.full(10, 670.0), np.full(10, 0.12), rate_factor=factor)
    found = streams.watch(stream, 10, arl=5000)
    (look, row, side), *more = streams.alarms(found)
    assert not more
    assert (row, side) == (which, np.sign(effect))
    assert 24 * began < look < 24 * (began + 3)
    assert abs(found[look].since[which, 0] - (streams.START + began * streams.DAY)) < 12 * streams.HOUR
    assert found[-1].change[which, 0] == pytest.approx(effect, abs=0.15)


def test_over_when_it_is_over_and_usual_when_it_lasts() -> None:
    def factor(day: float) -> Floats:
        out = np.ones(10)
        out[2] = 1.6 if 20 <= day < 27 else 1.0
        out[7] = 0.5 if day >= 20 else 1.0
        return out

    found = streams.watch(streams.looks(5, 60, np.full(10, 670.0), np.full(10, 0.12), rate_factor=factor), 10, arl=5000)
    of_short, of_long = ([int(each.shift[row, 0]) for each in found] for row in (2, 7))
    assert of_short[24 * 26] == 1
    assert of_short[24 * 30] == 0
    assert of_long[24 * 40] == -1
    assert of_long[-1] == 0
    assert found[-1].usual[7, 0] == pytest.approx(0.5, abs=0.07)
    assert len(streams.alarms(found)) == 2


def test_what_all_share_moves_nobody() -> None:
    """A season of rates and volumes, a night without anybody, and a shock that halves all rates at once."""

    def rate(day: float) -> float:
        return float(1 + 0.4 * np.sin(2 * np.pi * day)) * (0.5 if 25 <= day < 26 else 1.0)

    def volume(day: float) -> float:
        return 0.0 if day % 1 < 0.2 else float(1 + 0.7 * np.sin(2 * np.pi * day))

    trials, rates = np.full(20, 2000.0), np.linspace(0.08, 0.2, 20)
    stream = streams.looks(7, 35, trials, rates, rate_factor=rate, volume_factor=volume)
    assert streams.alarms(streams.watch(stream, 20, arl=100_000)) == []


def test_more_visitors_of_a_better_segment_move_nobody() -> None:
    """The rest is better on the whole, though each of its segments is as usual."""

    def volume(day: float) -> Floats:
        out = np.ones(10)
        out[9] = 1.0 if day < 20 else 6.0
        return out

    rates = np.full(10, 0.1)
    rates[9] = 0.3
    stream = streams.looks(9, 30, np.full(10, 1000.0), rates, volume_factor=volume)
    assert streams.alarms(streams.watch(stream, 10, arl=100_000)) == []
