"""The cause of what each segment off par does: the rules, held against the figures.

Above par is a segment that is over on an outcome (what visits become, and what that is worth) and not under on any, nor
on what comes afterwards, nor silent. Below par is one that is under on any KPI, or silent, and not above. Of a segment
below par without one clear cause the cause is `unclear`. One above par that gets its share has no diagnosis: there is
nothing to be done.
"""

from __future__ import annotations

import numpy as np

from streams.diagnosis import sentences
from streams.diagnosis.board import Board
from streams.diagnosis.look import Look
from streams.diagnosis.rules import AFTERWARDS, OUTCOMES, RULES, Ask, Rule
from streams.events.columns import Ints
from streams.messages import Diagnosis


def diagnoses(board: Board) -> list[Diagnosis | None]:
    """Of each segment [segments]."""
    over, under, silent = (board.state_is(state) for state in ("over", "under", "silent"))
    outcomes, counts = (np.isin(list(board.kpis), kpis) for kpis in (OUTCOMES, (*OUTCOMES, *AFTERWARDS)))
    spoilt = silent.any(axis=1) | under[:, counts].any(axis=1)
    above = board.named & over[:, outcomes].any(axis=1) & ~spoilt
    below = board.named & (under | silent).any(axis=1) & ~above
    out: list[Diagnosis | None] = [None] * len(board.names)
    for off, is_below in ((below, True), (above, False)):
        rows = np.flatnonzero(off)
        if len(rows):
            for row, found in zip(rows.tolist(), _of_side(board, rows, is_below), strict=True):
                out[row] = found
    return out


def _of_side(board: Board, rows: Ints, below: bool) -> list[Diagnosis | None]:
    """Of the segments `rows`, which are below par or above it."""
    look = Look(board, rows)
    tried = [_Tried(look, rule) for rule in RULES if (rule.of == "below") is below]
    out: list[Diagnosis | None] = []
    for at in range(len(rows)):
        held = [each for each in tried if each.holds[at]]
        causes = {each.rule.cause for each in held}
        left = [each for each in held if not causes & set(each.rule.yields_to)]
        if len(left) == 1:
            out.append(_named(look, left[0], at))
        else:
            out.append(_unclear(look, left, at) if below else None)
    return out


class _Tried:
    """A rule, and for which rows it holds."""

    def __init__(self, look: Look, rule: Rule) -> None:
        self.rule = rule
        self._met = [[(ask, look.met(ask)) for ask in need] for need in rule.needs]
        self.holds = np.all([np.any([met for _, met in need], axis=0) for need in self._met], axis=0)

    def asks(self, at: int) -> list[Ask]:
        """Of each need the first ask that is met."""
        return [next(ask for ask, met in need if met[at]) for need in self._met]


def _named(look: Look, found: _Tried, at: int) -> Diagnosis:
    cause, evidence = found.rule.cause, [figure for ask in found.asks(at) for figure in look.evidence(ask, at)]
    apart = look.apart[at] if cause == "too broad" else None
    by = apart.by if apart is not None else ""
    summary = sentences.named(cause, evidence, look.board.kpis, by)
    return Diagnosis(cause=cause, summary=summary, evidence=evidence, window=look.board.window, by=by)


def _unclear(look: Look, held: list[_Tried], at: int) -> Diagnosis:
    worst = look.worst(at)
    summary = sentences.unclear([each.rule.cause for each in held], worst, look.board.kpis)
    return Diagnosis(cause="unclear", summary=summary, evidence=[worst], window=look.board.window)
