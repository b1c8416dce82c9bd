"""The evidence on every series (a segment's KPI) of a dimension: has it shifted, and does it differ from the rest?

Increments come in tick by tick and are gathered into stretches, which end when enough hits were to be expected of both
segment and rest: by their trials, never by the hits themselves. Then each stretch is compared, once against the usual
ratio to the rest (shift) and once against par (level). Where hits lag behind their trials it lasts as long at least
as most of them take.

For the shift the rest's trials are weighted by how its own segments usually do (direct standardisation): that more of
them are now of a better segment is no news of this one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.events.columns import Bools, Floats, Ints
from streams.scoring.evidence import comparison, dispersion, lag, level, relation, shift
from streams.scoring.evidence.comparison import Trials
from streams.scoring.evidence.memory import Cells, Memory, Remembering, others, total

__all__ = ["Evidence", "Found", "Trials"]

_FIELDS = {
    "began": 0.0,  # ms: where the stretch that is being gathered began; 0: never seen
    "own_hits": 0.0,  # of that stretch
    "own_trials": 0.0,
    "rest_hits": 0.0,
    "rest_trials": 0.0,
    "rest_due": 0.0,  # trials of the rest, each as many as its segment usually has hits beside par
    "seen_hits": 0.0,  # of segment and rest, fading: the KPI's usual rate
    "seen_trials": 0.0,
    "information": 0.0,  # 1 / variance of ln of the ratio, fading
    "days": 0.0,  # in which it came
    "level": 0.0,  # 1 above the rest, -1 below it
    **dispersion.FIELDS,
    **relation.FIELDS,
    **level.FIELDS,
    **shift.FIELDS,
}

_HITS = 1.0  # to be expected of segment and of rest
_TRIALS = 5.0
_FADING = 28.0  # days
_LAG = 7 * shift.DAY  # ms: so long at least the usual ratio is behind, once it is known
_ERROR = 0.05  # of all levels together, ever
_WORTH_SEEING = 0.2  # the effect that `wait` is about


class Found(NamedTuple):
    """Of each series [rows × KPIs]. Ratios are to the rest: 1 is par; up is more hits a trial, whatever is good."""

    shift: npt.NDArray[np.int8]  # 1 up, -1 down: a shift against its usual ratio fires; 0
    fired_at: Ints  # ms: when it began to fire, or the last one did
    since: Ints  # ms: where that began
    change: Floats  # how far it has moved since (0.3 = 30 % more)
    strength: Floats  # ln of the evidence of a shift over what fires; 0 and more fires
    level: npt.NDArray[np.int8]  # 1 above par, -1 below: surely, whenever one looks; 0
    ratio: Floats  # estimated since what is usual has changed
    low: Floats  # confidence sequence of `ratio`
    high: Floats
    e_value: Floats  # ln of the e-value of a difference from par
    usual: Floats  # the usual ratio as learned
    wait: Floats  # days that a change by 20 % would take to be seen; NaN: nobody knows


class Evidence(Remembering):
    """The evidence of one dimension."""

    def __init__(
        self,
        binomial: Bools,
        settle: float = shift.DAY,
        mean: Bools | None = None,
        lags: Floats | None = None,
    ) -> None:
        """`binomial` [KPIs]: at most one hit a trial; `mean` [KPIs]: hits are pieces of uneven size; `lags` [KPIs]: ms
        from trials to hits, infinity where it is hours or days (None: no KPI's).

        `settle` (ms): no series that is younger shifts, nor is its level learned: nobody knows how uneven hits are. Of
        one hit a trial at most that is known as soon as the KPI's hours tell.
        """
        super().__init__(_FIELDS, len(binomial))
        self._binomial = binomial
        self._settle = settle
        self._mean = np.zeros_like(binomial) if mean is None else mean
        self._lags = np.zeros(len(binomial)) if lags is None else lags

    def calm(self, eligible: Bools) -> Bools:
        """Who is fit to be the rest of others [rows × KPIs], of the `eligible` [rows]: who does not fire.

        Where more than half of them fire, all are: the many are the measure then.
        """
        eligible = eligible[:, None] & (self._memory["began"] > 0)
        calm = eligible & (self._memory["firing"] == 0)
        return np.where(2 * calm.sum(axis=0) >= eligible.sum(axis=0), calm, eligible)

    def dispersion(self) -> Floats:
        """By how much more than independent hits those of all series of each KPI vary [KPIs], at least 1."""
        hourly, lasting = self._common_dispersion()
        return np.maximum(hourly, 1.0) * lasting

    def step(self, tick: int, span: int, own: Trials, eligible: Bools, arl: float) -> Found:
        """Take in what came in the `span` (ms) that ends at `tick` (ms), [rows × KPIs].

        `eligible` [rows]: who may be the rest of others. `arl` (days): how long it may take on average until a series
        that does not shift fires all the same.
        """
        memory, log_arl = self._memory, math.log(arl)
        self._begin(tick - span, own)
        self._gather(own, self.calm(eligible))
        over = self._over(float(tick))
        if len(over):
            cells = memory.take(over)
            self._compare(cells, over % len(self._binomial), float(tick), log_arl)
            memory.put(over, cells)
        due = relation.due(memory, float(tick), _LAG)
        if len(due):
            relation.turn(memory, due, float(tick))
        return self._found(log_arl)

    def _begin(self, start: int, own: Trials) -> None:
        """A series begins with its first trial."""
        memory = self._memory
        new = (memory["began"] == 0) & (own.trials > 0)
        if new.any():
            for name in ("began", "first", "gathering_from", *dispersion.BEGINS):
                memory[name] = np.where(new, float(start), memory[name])

    def _gather(self, own: Trials, calm: Bools) -> None:
        memory = self._memory
        for name, amount in (
            ("own_hits", own.hits),
            ("own_trials", own.trials),
            ("rest_hits", others(own.hits, calm)),
            ("rest_trials", others(own.trials, calm)),
            ("rest_due", others(own.trials * np.exp(memory["usual"]), calm)),
        ):
            memory[name] += amount

    def _over(self, now: float) -> Ints:
        """Flat places of the series whose stretch is over at `now` (ms)."""
        memory = self._memory
        own, rest = memory["own_trials"], memory["rest_trials"]
        # The rest's hits may be looked at: the comparison is of the segment's.
        hits, seen = memory["seen_hits"] + memory["rest_hits"], memory["seen_trials"] + rest
        least = np.minimum(own * np.exp(memory["usual"]), rest)
        enough = (np.minimum(own, rest) >= _TRIALS) & (least * hits >= _HITS * seen)
        long = now - memory["began"] >= lag.shortest(self._lags, hits / np.maximum(seen, 1.0), self._binomial)
        return np.flatnonzero(enough & long & (memory["began"] > 0))

    def _compare(self, cells: Cells, kpi: Ints, now: float, log_arl: float) -> None:
        own = Trials(cells["own_hits"].copy(), cells["own_trials"].copy())
        rest = Trials(cells["rest_hits"].copy(), cells["rest_trials"].copy())
        due = Trials(rest.hits, cells["rest_due"].copy())
        model = self._binomial[kpi], lag.matched(self._lags[kpi], now - cells["began"])
        days = (now - cells["began"]) / shift.DAY
        fade = np.exp(-days / _FADING)
        rate = _rate(cells, rest)
        plain = comparison.compare(own, due, cells["usual"], rate, *model)
        clustered = dispersion.dispersion(cells, *(each[kpi] for each in self._common_dispersion()))
        compared = comparison.spread(plain, clustered)
        shift.step(cells, compared, cells["began"].copy(), now, self._settle, log_arl)
        dispersion.learn(cells, plain, now)
        relation.learn(cells, compared, cells["firing"] == 0)
        par = comparison.spread(comparison.compare(own, rest, np.zeros(1), rate, *model), clustered)
        # How unevenly hits come nobody knows at first: counts and values least, but visitors come again, too.
        known = (now - cells["first"] >= self._settle) | (self._binomial & dispersion.is_known(self._memory))[kpi]
        level.learn(cells, level.of_pieces(par, self._mean[kpi]), known)
        for name, amount in (
            ("seen_hits", own.hits + rest.hits),
            ("seen_trials", own.trials + rest.trials),
            ("information", compared.information),
            ("days", days),
        ):
            cells[name] = fade * cells[name] + amount
        for name in ("own_hits", "own_trials", "rest_hits", "rest_trials", "rest_due"):
            cells[name] = 0.0
        cells["began"] = now

    def _common_dispersion(self) -> tuple[Floats, Floats]:
        hits, trials = total(self._memory["seen_hits"]), total(self._memory["seen_trials"])
        prior = dispersion.unlearned(hits / np.maximum(trials, 1.0), self._binomial, self._mean)
        return dispersion.common(self._memory, prior)

    def _found(self, log_arl: float) -> Found:
        memory = self._memory
        series = max(1, int((memory["began"] > 0).sum()))
        log_alpha = math.log(_ERROR / series)
        log_ratio, e_value, radius = level.estimate(memory), level.log_e(memory), level.radius(memory, log_alpha)
        sure = np.where(e_value >= -log_alpha, np.sign(log_ratio), 0)
        with np.errstate(over="ignore"):
            low, high = np.exp(log_ratio - radius), np.exp(log_ratio + radius)
        return Found(
            shift=memory["firing"].astype(np.int8),
            fired_at=memory["fired_at"].astype(np.int64),
            since=memory["since"].astype(np.int64),
            change=shift.change(memory),
            strength=np.maximum(memory["up_evidence"], memory["down_evidence"]) - log_arl,
            level=sure.astype(np.int8),
            ratio=np.exp(log_ratio),
            low=low,
            high=high,
            e_value=e_value,
            usual=np.exp(memory["usual"]),
            wait=_wait(memory, log_arl),
        )


def _rate(cells: Cells, rest: Trials) -> Floats:
    """Hits a trial that are usual, of segment and rest, before the segment's own of this stretch."""
    return (cells["seen_hits"] + rest.hits) / np.maximum(cells["seen_trials"] + rest.trials, 1.0)


def _wait(memory: Memory, log_arl: float) -> Floats:
    """Days until a change worth seeing is seen, on average: ln of what fires over the information a day."""
    with np.errstate(divide="ignore", invalid="ignore"):
        a_day = memory["information"] / memory["days"]
        nats = a_day * _WORTH_SEEING**2 / 2
        needed = log_arl + np.log(nats)
        days = needed / (nats - needed * memory["doubt"] * a_day)
    return np.where((days > 0) & (nats > 0), days, np.nan)
