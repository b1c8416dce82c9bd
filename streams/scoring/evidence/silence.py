"""Silence: a segment's share of what comes was due, and did not come.

Expected is its usual share of the rest's trials, so that a night, or a broken pipeline, in which nobody comes says
nothing of anybody. Of each trial, given that it came, it is asked whose it was: a binomial, of which the evidence for
"almost nothing comes" is a CUSUM. Each trial of the rest raises it, the more the larger the segment usually is beside
it, and at most by ln 20; each of its own lowers it (Page, Biometrika 41 (1954) 100-115). Over-dispersion of the trials
is divided out, as large as it is in hours or in days: a segment whose visitors come in campaigns has seen silent days
before.

A share also falls where another segment has grown: a campaign begins, or a bot comes. So the segment must be missed by
the clock as well: beside what comes of it a day, with half of the evidence, as a night is no average hour. Where by the
clock it comes as usual, it is the rest that has changed, and the share is learned anew.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Floats, Ints
from streams.scoring.evidence.memory import Remembering

_FIELDS = {
    "own": 0.0,  # trials, fading: its share
    "rest": 0.0,
    "paced": 0.0,  # trials, fading: its pace
    "days": 0.0,  # in which these came
    "evidence": 0.0,  # ln of the likelihood ratio
    "silent": 0.0,
    "since": 0.0,  # ms: when the evidence was last nothing
    "missing": 0.0,  # trials expected since
    "came": 0.0,  # trials since
    "around": 0.0,  # of the rest since
    **{
        f"{span}_{name}": 0.0
        for span in ("hour", "day")
        for name in ("so_far", "own", "expected", "squares", "counted")
    },
}

_LEFT = 0.05  # of the usual, when silent
_ENOUGH = 30.0  # trials, to know a share by
_FADING = 28.0  # days
_DAY, _HOUR = 86_400_000.0, 3_600_000.0  # ms
_SPANS = {"hour": (_HOUR, 24.0), "day": (_DAY, 7.0)}  # and how many that are as independent trials would be weigh first
_FADE = 1 - 1 / 336  # two weeks of hours, a year of days


class Quiet(NamedTuple):
    """Of each series of trials [rows × KPIs]."""

    silent: Bools
    since: Ints  # ms: when it was last as usual
    expected: Floats  # trials that would have come since


class Silence(Remembering):
    """The silences of one dimension's segments."""

    def __init__(self, kpis: int) -> None:
        super().__init__(_FIELDS, kpis)

    def step(self, tick: int, span: int, own: Floats, rest: Floats, arl: float) -> Quiet:
        """Take in the trials [rows × KPIs] of the `span` (ms) that ends at `tick` (ms).

        `arl` (days): how long it may take on average until one that is not silent is called so.
        """
        memory = self._memory
        known = memory["own"] >= _ENOUGH
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = np.where(known & (memory["rest"] > 0), memory["own"] / memory["rest"] * rest, 0.0)
            a_day = np.nan_to_num(memory["paced"] / memory["days"])
            others = np.nan_to_num(memory["rest"] / (memory["own"] + memory["rest"]))  # share of all trials
        dispersion = self._dispersion()
        enough = math.log(arl) + np.log(np.maximum(a_day, 1.0))
        # ln of how many times likelier a trial is of the rest where only so much of the segment is left.
        likelier = -np.log(_LEFT + (1 - _LEFT) * others)
        change = (likelier * rest + (math.log(_LEFT) + likelier) * own) / dispersion
        evidence = np.clip(memory["evidence"] + np.where(known, change, 0.0), 0.0, enough)
        for name, amount in (("came", own), ("around", rest), ("missing", expected)):
            memory[name] += amount
        due = a_day * np.where(memory["since"] > 0, tick - memory["since"], span) / _DAY  # by the clock
        missed = ((1 - _LEFT) * due + math.log(_LEFT) * memory["came"]) / dispersion
        was = memory["silent"] > 0
        silent = (evidence > 0) & (was | ((evidence >= enough) & (missed >= enough / 2)))
        changed = (evidence >= enough) & ~was & (missed <= 0)  # the rest has
        for name, since in (("own", "came"), ("rest", "around")):
            memory[name] = np.where(changed, memory[since], memory[name])
        evidence = np.where(changed, 0.0, evidence)
        usual = evidence == 0
        for name in ("came", "around", "missing"):
            memory[name] = np.where(usual, 0.0, memory[name])
        memory["since"] = np.where(usual, float(tick), memory["since"])
        memory["evidence"], memory["silent"] = evidence, silent.astype(np.float64)
        self._learn(span, own, rest, ~silent)
        for name in _SPANS:
            self._fluctuate(name, span, own, expected, others, known & ~silent & ~changed)
        return Quiet(silent, memory["since"].astype(np.int64), memory["missing"].copy())

    def _learn(self, span: int, own: Floats, rest: Floats, heard: Bools) -> None:
        """The usual share and pace, of those that are heard."""
        days = span / _DAY
        fade = np.where(heard, math.exp(-days / _FADING), 1.0)
        for name, amount in (("own", own), ("rest", rest), ("paced", own), ("days", days)):
            self._memory[name] = fade * self._memory[name] + np.where(heard, amount, 0.0)

    def _dispersion(self) -> Floats:
        found = np.ones_like(self._memory["own"])
        for name, (_, prior) in _SPANS.items():
            squares, counted = (self._memory[f"{name}_{part}"] + prior for part in ("squares", "counted"))
            found = np.maximum(found, squares / counted)
        return found

    def _fluctuate(self, name: str, span: int, own: Floats, expected: Floats, others: Floats, which: Bools) -> None:
        """How far the hours, or days, are from what was expected: the mean square over the variance.

        That is of both: of its own trials and, as many times as it is larger than the rest (whose share is `others`),
        of the rest's.
        """
        memory = self._memory
        for part, amount in (("so_far", np.full_like(own, span)), ("own", own), ("expected", expected)):
            memory[f"{name}_{part}"] = np.where(which, memory[f"{name}_{part}"] + amount, 0.0)
        due = memory[f"{name}_expected"]
        over = (memory[f"{name}_so_far"] >= _SPANS[name][0]) & (due >= 1.0)
        if over.any():
            squared = (memory[f"{name}_own"] - due) ** 2 / np.maximum(due, 1.0) * others
            for part, amount in (("squares", squared), ("counted", np.ones_like(own))):
                memory[f"{name}_{part}"] = np.where(
                    over, _FADE * memory[f"{name}_{part}"] + amount, memory[f"{name}_{part}"]
                )
            for part in ("so_far", "own", "expected"):
                memory[f"{name}_{part}"] = np.where(over, 0.0, memory[f"{name}_{part}"])
