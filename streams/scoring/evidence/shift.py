"""Shift: has a series moved against its usual ratio to the rest?

For each of a few sizes of effect δ, a Shiryaev-Roberts sum over all moments at which it may have begun:

    R ← (R + Δt) · L        L = exp(θ e - V (exp(c θ) - 1 - c θ) / c²)

with Δt the time (days) that a stretch took, e its residual, V its variance and c its skew. L is at most 1 on average
while nothing shifts (the sub-Poisson bound of Howard et al., Probab. Surveys 17 (2020) 257-317, with c the third
cumulant over the variance); θ is the slope at which it grows fastest under δ. So is R - t, and so is the mixture
M = Σ w R over effects of both directions less t: whatever it is stopped by, it is t on average. An alarm at M ≥ A comes
once in A days at the most (the e-detector of Shin, Ramdas & Rinaldo, arXiv:2203.03532; Pollak, Ann. Statist. 13 (1985)
206-227): however often one looks, however much traffic there is.

Where the usual ratio is known to a variance `doubt` only, the evidence of a shift that has shown `I` of information is
divided by 1 + doubt · I, as if segment and its own past were two samples.

While it fires, the likelihood ratio the other way round says when it is over (a CUSUM).
"""

from __future__ import annotations

import math

import numpy as np

from streams.events.columns import Bools, Floats
from streams.scoring.evidence import level, relation
from streams.scoring.evidence.comparison import Comparison
from streams.scoring.evidence.memory import Cells

EFFECTS = np.array([0.2, 0.28, 0.48, -0.18, -0.28, -0.46, -0.9])
#: Of each effect: as δ², so that all share the false alarms (one twice as large is looked for in a fourth of the time).
_SHARES = np.array([1.0, 1.0, 1.3, 1.0, 1.0, 1.6, 0.25]) * EFFECTS**2
_LOG_SHARES = np.log(_SHARES / _SHARES.sum())[:, None]
_SIDES = {"up": EFFECTS > 0, "down": EFFECTS < 0}

_SUMS = [f"sum_{effect:+.0%}" for effect in EFFECTS]
_NOTHING = -1e3  # ln of a sum of nothing

FIELDS = {
    **dict.fromkeys(_SUMS, _NOTHING),  # ln R, R in days
    **{f"{side}_since": 0.0 for side in _SIDES},  # ms: where it would have begun
    **{f"{side}_information": 0.0 for side in _SIDES},  # since then; 1 / variance of ln of the ratio
    **{f"{side}_effect": 0.0 for side in _SIDES},  # mean over EFFECTS, by their likelihood
    **{f"{side}_evidence": _NOTHING for side in _SIDES},  # ln of its part of M, in days
    "firing": 0.0,  # 1 up, -1 down
    "fired_at": 0.0,  # ms
    "since": 0.0,  # ms: where what fires is thought to have begun
    "effect": 0.0,  # as it was thought to be when it fired
    "after_a": 0.0,  # hits since, as in Comparison, and some as they were thought to be when it fired
    "after_b": 0.0,
    "over": 0.0,  # ln of the evidence that it is over
}

DAY = 86_400_000.0  # ms
_STILL = 0.6  # of the effect: with no more than half of that left it is over
_OVER = math.log(1000.0)
LONGEST = 28 * DAY  # what has been so for so long is usual
_STEEPEST = -0.95  # where next to all that there are have hits, there is no finite slope
_ODDEST = 5.0  # standard deviations
_EARLIER = 8.0  # a time before a shift is at least such a part of a series' life
_AS_FIRED = 10.0  # hits


def log_likelihood(compared: Comparison, effect: Floats) -> Floats:
    """ln L of a stretch, for `effect` (0.2 = 20 % more than usual); shapes broadcast."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # A rate of 0.8 has no room for half as much again: half of the way to 1, then.
        bounded = np.minimum(effect, (1 - compared.rate) / (2 * compared.rate))
        gain = bounded / (1 + bounded * compared.share) * compared.signal / compared.variance
        c = compared.skew * _skewed(compared, effect)
        straight = np.abs(c) < 1e-6
        c = np.where(straight, 1.0, c)
        slope = np.where(straight, gain, np.log1p(np.maximum(c * gain, _STEEPEST)) / c)
        bound = np.where(straight, slope**2 / 2, (np.expm1(c * slope) - c * slope) / c**2)
        # What clusters make of one stretch is no more than what chance makes of a very odd one.
        most = _ODDEST * np.sqrt(compared.variance) + np.abs(c)
        side = np.sign(effect)
        found = slope * side * np.minimum(side * compared.residual, most) - compared.variance * bound
    return np.where(compared.variance > 0, found, 0.0)


def _skewed(compared: Comparison, effect: Floats) -> Floats:
    """How much more skew hits in clusters are: as clusters of lognormal sizes towards the longer tail, for the sake of
    caution, and as a scaled Poisson law away from it."""
    towards = np.sign(effect) == np.sign(compared.skew)
    return np.where(towards, 3 * compared.dispersion - 2, compared.dispersion)


def step(cells: Cells, compared: Comparison, began: Floats, now: float, settle: float, log_arl: float) -> None:
    """Take in a stretch of each series, from `began` to `now` (ms); what reaches `log_arl` (ln of days) fires.

    Of series younger than `settle` (ms) there is no evidence: their first hits trail the trials that they come of.
    """
    _end(cells, compared, now)
    sums = np.stack([cells[name] for name in _SUMS])
    time = np.log((now - began) / DAY)
    for side, its in _SIDES.items():
        _trace(cells, side, sums[its] + _LOG_SHARES[its], time + _log_sum(_LOG_SHARES[its]), began)
    sums = np.maximum(np.logaddexp(sums, time) + log_likelihood(compared, EFFECTS[:, None]), _NOTHING)
    sums = np.where(now - cells["first"] < settle, _NOTHING, sums)
    for name, values in zip(_SUMS, sums, strict=True):
        cells[name] = values
    for side, its in _SIDES.items():
        cells[f"{side}_information"] += compared.information
        cells[f"{side}_evidence"] = _evidence(cells, side, sums[its] + _LOG_SHARES[its], now)
    _begin(cells, now, log_arl)


def change(cells: Cells) -> Floats:
    """How far what fires has moved from its usual ratio to the rest (0.3 = 30 % more); 0 where nothing fires."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(cells["firing"] != 0, cells["after_a"] / cells["after_b"] - 1, 0.0)


def _variance_of_change(cells: Cells, compared: Comparison) -> Floats:
    """Of ln of 1 + `change`: 1 / hits of the segment and 1 / hits of the rest since it fired, as of Poisson hits."""
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = (1 - compared.share) / cells["after_a"] + compared.share / cells["after_b"]
    return np.asarray(compared.dispersion * hits)


def _log_sum(logs: Floats) -> Floats:
    """ln of the sum over effects [effects × series]."""
    return np.asarray(np.logaddexp.reduce(logs, axis=0))


def _trace(cells: Cells, side: str, before: Floats, new: Floats, began: Floats) -> None:
    """Where it would have begun, and the information since: means over all beginnings, by their likelihood."""
    known = _log_sum(before)
    is_new = 1 / (1 + np.exp(np.minimum(known - new, 700.0)))
    since, information = cells[f"{side}_since"], cells[f"{side}_information"]
    cells[f"{side}_since"] = since + is_new * (began - since)
    cells[f"{side}_information"] = (1 - is_new) * information


def _evidence(cells: Cells, side: str, sums: Floats, now: float) -> Floats:
    """ln of a side's part of M, less what a doubtful usual ratio may have done to it."""
    evidence = _log_sum(sums)
    effect = (np.exp(sums - evidence) * EFFECTS[_SIDES[side], None]).sum(axis=0)
    cells[f"{side}_effect"] = effect
    information, days = cells[f"{side}_information"], (now - cells[f"{side}_since"]) / DAY
    with np.errstate(divide="ignore", invalid="ignore"):
        # M is this many days times the likelihood ratio: as long as the information of 1 nat takes.
        time = np.log(2 * days / (information * effect**2))
        ratio_ = evidence - time
        certain = time + ratio_ / (1 + cells["doubt"] * information)
    return np.where(ratio_ > 0, certain, evidence)


def _begin(cells: Cells, now: float, log_arl: float) -> None:
    """Fire where the evidence of a side, the stronger one, is enough, and is not firing yet."""
    up, down = cells["up_evidence"], cells["down_evidence"]
    side = np.where(up >= down, 1.0, -1.0)
    fires = (np.maximum(up, down) >= log_arl) & (cells["firing"] != side)
    effect = np.where(side > 0, cells["up_effect"], cells["down_effect"])
    fired = {
        "firing": side,
        "fired_at": np.full_like(side, now),
        "since": np.where(side > 0, cells["up_since"], cells["down_since"]),
        "effect": effect,
        "after_a": _AS_FIRED * (1 + effect),
        "after_b": np.full_like(side, _AS_FIRED),
        "over": np.zeros_like(side),
    }
    for name, values in fired.items():
        cells[name] = np.where(fires, values, cells[name])
    _forget(cells, fires, now)


def _end(cells: Cells, compared: Comparison, now: float) -> None:
    """Go on with what fires, and end it where it is over, or has become usual."""
    firing = cells["firing"] != 0
    cells["after_a"] += np.where(firing, compared.a, 0.0)
    cells["after_b"] += np.where(firing, compared.b, 0.0)
    over = np.maximum(cells["over"] - log_likelihood(compared, _STILL * cells["effect"]), 0.0)
    cells["over"] = np.where(firing, over, 0.0)
    usual = firing & (now - cells["fired_at"] >= LONGEST)
    moved = cells["usual"] + np.log1p(np.where(usual, change(cells), 0.0))
    for name in ("usual", "learned"):
        cells[name] = np.where(usual, moved, cells[name])
    doubt = _variance_of_change(cells, compared)
    cells["doubt"] = np.where(usual, doubt, cells["doubt"])
    cells["precision"] = np.where(usual, 1 / doubt, cells["precision"])
    ended = usual | (firing & (cells["over"] >= _OVER))
    cells["firing"] = np.where(ended, 0.0, cells["firing"])
    for name in _SUMS:
        cells[name] = np.where(ended, _NOTHING, cells[name])
    _forget(cells, ended, now)


def _forget(cells: Cells, which: Bools, now: float) -> None:
    """Begin anew what is yet to be learned; and the level, for what was until now is another time.

    Unless what fires, or has fired, has been so from the first: then there is no other time.
    """
    relation.forget(cells, which)
    earlier = (cells["since"] - cells["first"]) * _EARLIER > now - cells["first"]
    level.forget(cells, which & earlier)
