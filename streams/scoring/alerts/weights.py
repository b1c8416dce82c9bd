"""How much an alert weighs: the change, what it costs or brings an hour, and how often chance does the like."""

from __future__ import annotations

import math

from streams.scoring.alerts.facts import Facts, Weight
from streams.scoring.evidence.budget import SHIFTS, SILENCES
from streams.scoring.evidence.series import Found
from streams.scoring.evidence.silence import Quiet
from streams.settings import Settings

HOUR = 3_600_000.0  # ms


class Weights:
    """By the budget of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._budget = settings.scoring.false_alarms_per_day

    def of(self, facts: Facts, tick: int, row: int, kpi: int, found: Found, quiet: Quiet, trials: float) -> Weight:
        """Of an alert that fires at `tick` (ms); `trials` an hour are what it has at present."""
        usual, rest = float(found.usual[row, kpi]), (facts.rest or 0.0) / (facts.scale * facts.piece)  # hits a trial
        if facts.kind == "silent":
            since = max(tick - int(quiet.since[row, kpi]), 1)
            expected = float(quiet.expected[row, kpi])
            impact = -expected * usual * rest / (since / HOUR)
            return Weight(-1.0, 0.0, impact, 1 / (SILENCES * self._budget), expected, [])
        if facts.kind == "level":
            change, evidence = float(found.ratio[row, kpi]) - 1, float(found.e_value[row, kpi])
            low, high = float(found.low[row, kpi]), float(found.high[row, kpi])
            return Weight(change, evidence, change * rest * trials, math.inf, 0.0, [], low, high)
        change, evidence = float(found.change[row, kpi]), float(found.strength[row, kpi])
        chance = math.exp(min(max(evidence, 0.0), 100.0)) / (SHIFTS * self._budget)
        return Weight(change, evidence, change * usual * rest * trials, chance, 0.0, [])
