"""Tick by tick: which alerts begin and which are over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from streams.events.columns import Bools, Floats
from streams.kpis.figures import counted
from streams.messages import STATES, Alert, Kind
from streams.scoring import states
from streams.scoring.alerts import weights
from streams.scoring.alerts.alert import fired, resolved
from streams.scoring.alerts.facts import Facts
from streams.scoring.baseline import Counts
from streams.scoring.evidence.series import Found
from streams.scoring.evidence.shift import DAY, LONGEST
from streams.scoring.evidence.silence import Quiet
from streams.scoring.evidence.weighing import first_of_each_denominator
from streams.scoring.quantities import Units, scored
from streams.scoring.standing import Saved, Standing, called
from streams.settings import Kpi, Settings

States = npt.NDArray[np.int8]

#: A segment's KPI has one alert at most: the later in this order before the earlier.
KINDS: tuple[Kind | None, ...] = (None, *get_args(Kind)[:3])
NONE, LEVEL, SHIFT, SILENT = range(len(KINDS))


class Now(NamedTuple):
    """A tick: what there is of each segment, `names` by row (None: nobody), and what it comes to."""

    tick: int
    names: Sequence[str | None]
    counts: Counts
    found: Found
    quiet: Quiet
    piece: Floats  # [KPIs]: the mean size, as kept, of what a numerator is a sum of; of a count 1


class Calls:
    """The alerts of one dimension."""

    def __init__(self, dimension: str, settings: Settings, kpis: Mapping[str, Kpi]) -> None:
        self._dimension = dimension
        self._kpis = list(kpis.items())
        self._spans = settings.scoring.windows
        of_alerts = np.isin(self._spans, settings.alerts.windows)
        self._shortest = int(np.where(of_alerts, self._spans, np.inf).argmin())
        there = scored(self._spans, kpis)
        both = there & of_alerts[:, None]
        self._shown = np.where(both.any(axis=0), both, there)  # [windows × KPIs]: whose figures alerts show
        self._rules = settings.alerts
        self._told = np.isin(STATES, settings.alerts.directions)  # by state
        self._own_trials = first_of_each_denominator(kpis)
        self._units = Units.of(kpis)
        self._good = self._units.good
        self._effect = settings.scoring.min_effect / 2
        self._weights = weights.Weights(settings)

    def changed(self, now: Now, standing: Standing) -> list[Alert]:
        """What has changed since the last tick of what is worth a call; `standing` takes it in."""
        kind, state = self._worth(now, standing)
        of = standing.of
        same = (kind == of["called"]) & (state == of["called_state"])
        if same.all():
            return []
        over = ~same & (of["called"] != NONE)
        # What becomes worse is told at once.
        rested = (now.tick - of["resolved"] >= self._rules.cooldown) | (over & (kind > of["called"]))
        begins = ~same & (kind != NONE) & rested
        out = []
        for row, kpi in np.argwhere(over).tolist():
            out.append(self._resolve(now, standing, row, kpi, int(kind[row, kpi])))
            of["called"][row, kpi], of["called_state"][row, kpi] = NONE, states.PAR
        for row, kpi in np.argwhere(begins).tolist():
            of["called"][row, kpi], of["called_state"][row, kpi] = kind[row, kpi], state[row, kpi]
            out.append(self._fire(now, standing, row, kpi))
        return sorted(out, key=lambda alert: (alert.value, alert.kpi, alert.status))

    def closed(self, tick: int, saved: Saved, columns: Sequence[int]) -> list[Alert]:
        """The ends of the alerts whose KPIs are no more: `columns` are -1, as in Standing."""
        return closed(self._dimension, tick, saved, [j for j, column in enumerate(columns) if column < 0])

    def _worth(self, now: Now, standing: Standing) -> tuple[States, States]:
        """The kind of alert, and its state, that each series is worth [rows × KPIs]; NONE and PAR: none."""
        series = standing.of["series"]
        there = standing.seen[:, None] & (series != states.LEARNING)
        silent = there & (series == states.SILENT)
        wanted = there & self._told[series]
        shift = wanted & (now.found.shift != 0)
        # Where no window shows it there is nothing to be told; what has been told goes on until all deny it.
        shows = ((standing.state == series) & self._shown[:, None]).any(axis=0)
        level = wanted & (shows | self._going_on(now, standing))
        kind = np.select([silent & self._own_trials, silent, shift, level], [SILENT, NONE, SHIFT, LEVEL], NONE)
        return kind.astype(np.int8), np.where(kind == NONE, states.PAR, series).astype(np.int8)

    def _going_on(self, now: Now, standing: Standing) -> Bools:
        """The levels that are called [rows × KPIs] and that not all windows deny."""
        of = standing.of
        out: Bools = (of["called"] == LEVEL) & (of["called_state"] == of["series"])
        rows, kpis = np.nonzero(out)
        counts = Counts(*(count[:, rows, kpis] for count in now.counts))
        bears = states.bears(of["series"][rows, kpis], counts, self._good[kpis], self._effect)
        tells = self._shown[:, kpis] & (standing.state[:, rows, kpis] != states.LEARNING)
        out[rows, kpis] = (tells & bears).any(axis=0)
        return out

    def _fire(self, now: Now, standing: Standing, row: int, kpi: int) -> Alert:
        of = standing.of
        kind = int(of["called"][row, kpi])
        since = {SHIFT: now.found.since, SILENT: now.quiet.since}.get(kind)
        of["called_since"][row, kpi] = now.tick if since is None else since[row, kpi]
        of["called_window"][row, kpi] = self._best(now, standing, row, kpi)
        facts = self._facts(now, standing, row, kpi)
        trials = now.counts.denominator[self._shortest, row, kpi] / (self._spans[self._shortest] / weights.HOUR)
        weight = self._weights.of(facts, now.tick, row, kpi, now.found, now.quiet, float(trials))
        moved = [
            j for j in np.flatnonzero(np.isin(of["series"][row], (states.OVER, states.UNDER))).tolist() if j != kpi
        ]
        also = [f"{self._kpis[j][0]} {STATES[of['series'][row, j]]}" for j in moved]
        return fired(now.tick, facts, weight._replace(also=also))

    def _resolve(self, now: Now, standing: Standing, row: int, kpi: int, kind: int) -> Alert:
        of = standing.of
        before = int(of["called"][row, kpi])
        if before > LEVEL and kind <= before:
            of["resolved"][row, kpi] = now.tick
        facts = self._facts(now, standing, row, kpi)
        return resolved(now.tick, facts, self._why(now, standing, row, kpi, before, kind))

    def _why(self, now: Now, standing: Standing, row: int, kpi: int, before: int, kind: int) -> str:
        series = int(standing.of["series"][row, kpi])
        if not standing.seen[row]:
            return "nothing of it in any window any more"
        if kind > before or series == states.SILENT:
            return f"it is {STATES[series]} by a {KINDS[kind]}" if kind == SHIFT else "it is silent"
        if before == SILENT:
            return "its share comes again"
        if series in (states.OVER, states.UNDER) and not self._told[series]:
            return "the rules have changed"
        if before == SHIFT and now.tick - now.found.fired_at[row, kpi] >= LONGEST:
            return f"it has been so for {LONGEST / DAY:.0f} days, and is its usual now"
        return "back to its usual" if before == SHIFT else "no longer clearly different from the rest"

    def _best(self, now: Now, standing: Standing, row: int, kpi: int) -> int:
        """The window that shows it best: in which its distance from what was to be expected is the least by chance."""
        shown = np.flatnonzero(self._shown[:, kpi])
        own, trials, rest, rest_trials = (c[shown, row, kpi].astype(np.float64) for c in now.counts)
        if standing.of["called"][row, kpi] == SILENT:
            return int(shown[np.where(trials == 0, rest_trials, -1.0).argmax()])
        usual = now.found.usual[row, kpi] if now.found.shift[row, kpi] else 1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = trials * rest / rest_trials * usual
            distance = np.nan_to_num(np.abs(own - expected) / np.sqrt(expected), nan=-1.0)
        shows = standing.state[shown, row, kpi] == standing.of["series"][row, kpi]
        return int(shown[np.where(shows, distance, -1.0).argmax()])

    def _facts(self, now: Now, standing: Standing, row: int, kpi: int) -> Facts:
        of = standing.of
        name, declared = self._kpis[kpi]
        kind, window = KINDS[of["called"][row, kpi]], int(of["called_window"][row, kpi])
        assert kind is not None
        numerator, denominator, rest_numerator, rest_denominator = (int(c[window, row, kpi]) for c in now.counts)
        unit = int(self._units.numerator[kpi])
        return Facts(
            kind=kind,
            state=STATES[of["called_state"][row, kpi]],
            dimension=self._dimension,
            value=str(now.names[row]),
            kpi=name,
            window=str(self._spans[window]),
            since=int(of["called_since"][row, kpi]),
            numerator=numerator / unit if unit > 1 else numerator,
            denominator=denominator,
            rest_numerator=rest_numerator / unit if unit > 1 else rest_numerator,
            rest_denominator=rest_denominator,
            up_is_good=declared.good == "up",
            unit=declared.unit,
            scale=declared.scale,
            counted=tuple(counted(declared.numerator)),
            piece=float(now.piece[kpi]) / unit,
        )


def closed(dimension: str, tick: int, saved: Saved, columns: Iterable[int]) -> list[Alert]:
    """The ends of all alerts that fire of a saved dimension's KPIs in `columns`: the rules have changed."""
    names, columns, out = list(saved.kpis), list(columns), []
    for value, segment in saved.segments.items():
        for column in columns:
            alert = called(segment, column)
            kind = KINDS[alert.kind]
            if kind is not None:
                facts = Facts(
                    kind=kind,
                    state=STATES[alert.state],
                    dimension=dimension,
                    value=value,
                    kpi=names[column],
                    window=saved.windows[alert.window],
                    since=alert.since,
                    numerator=0,
                    denominator=0,
                    rest_numerator=0,
                    rest_denominator=0,
                )
                out.append(resolved(tick, facts, "the rules have changed"))
    return sorted(out, key=lambda alert: (alert.value, alert.kpi))
