"""segpulse's own: shifts by always-valid evidence, and silence, both against the rest of the same moment."""

from __future__ import annotations

import numpy as np

from streams.scoring.evidence import budget
from streams.scoring.evidence.series import Evidence, Trials
from streams.scoring.evidence.silence import Silence
from streams.tools.evaluate.bound import FALSE_ALARMS_PER_DAY
from streams.tools.evaluate.look import Look, rest
from streams.tools.evaluate.rules.rule import Calls


class Ours:
    """The runs are to Evidence what KPIs of one board are: of every run it learns apart what its segments share."""

    def __init__(self, runs: int, segments: int, binomial: bool) -> None:
        self._evidence, self._silence = Evidence(np.full(runs, binomial)), Silence(runs)
        for each in (self._evidence, self._silence):
            each.begin(range(segments), segments)
        self._everybody = np.ones(segments, dtype=np.bool_)
        self._shift_length = budget.arl_of_shift(segments, FALSE_ALARMS_PER_DAY)
        self._silence_length = budget.arl_of_silence(segments, FALSE_ALARMS_PER_DAY)

    def look(self, look: Look) -> Calls:
        own = Trials(look.hits.T.astype(np.float64), look.trials.T.astype(np.float64))
        found = self._evidence.step(look.tick, look.span, own, self._everybody, self._shift_length)
        others = rest(look.trials).T.astype(np.float64)
        quiet = self._silence.step(look.tick, look.span, own.trials, others, self._silence_length)
        direction = np.where(quiet.silent, -1, found.shift).astype(np.int8)
        return Calls(direction.T, np.where(quiet.silent, quiet.since, found.since).T)
