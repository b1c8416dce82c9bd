"""Which segment and KPI is worth a call, and what the call says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.messages import Alert, State
from streams.scoring import states
from streams.scoring.evidence import Evidence
from streams.settings import Kpi

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]


class Facts(NamedTuple):
    """What is said of one segment's KPI over one window."""

    dimension: str
    value: str
    kpi: str
    window: str
    numerator: int
    denominator: int
    rest_numerator: int
    rest_denominator: int
    up_is_good: bool
    unit: str  # as the KPI declares it; a ratio is said in per cent


def first_of_each_denominator(kpis: Mapping[str, Kpi]) -> Bools:
    """[KPIs]: silence is of the trials, so of several KPIs with the same trials only the first calls."""
    denominators = [kpi.denominator for kpi in kpis.values()]
    return np.array([d not in denominators[:i] for i, d in enumerate(denominators)], dtype=np.bool_)


def choose(state: States, found: Evidence, alerting: Bools, pages_silence: Bools) -> tuple[States, Ints]:
    """Per segment and KPI [segments × KPIs]: the state worth a call (else PAR), and the window that shows it best.

    Silence calls from any window, over and under from the `alerting` ones; silence before either.
    """
    silent = (state == states.SILENT) & pages_silence
    moved = ((state == states.OVER) | (state == states.UNDER)) & alerting[:, None, None]
    strength = np.where(silent, np.inf, np.where(moved, np.abs(found.errors), -1.0))
    window = strength.argmax(axis=0)
    best = np.take_along_axis(state, window[None], axis=0)[0]
    worth = np.take_along_axis(silent | moved, window[None], axis=0)[0]
    return np.where(worth, best, states.PAR).astype(np.int8), window


def alert(status: Literal["firing", "resolved"], state: State, tick: int, since: int, facts: Facts) -> Alert:
    """The message. Its fingerprint depends on segment, KPI and state only."""
    actual = facts.numerator / facts.denominator if facts.denominator else None
    rest = facts.rest_numerator / facts.rest_denominator if facts.rest_denominator else None
    ratio = actual / rest if actual is not None and rest else None
    index = None
    if ratio is not None and facts.up_is_good:
        index = 100 * ratio
    elif ratio:  # with none at all of what is bad, it is better by no number
        index = 100 / ratio
    identity = "\0".join((facts.dimension, facts.value, facts.kpi, state))
    return Alert(
        fingerprint=hashlib.blake2b(identity.encode(), digest_size=8).hexdigest(),
        status=status,
        dimension=facts.dimension,
        value=facts.value,
        kpi=facts.kpi,
        window=facts.window,
        state=state,
        at=tick,
        since=since,
        numerator=facts.numerator,
        denominator=facts.denominator,
        actual=actual,
        rest=rest,
        index=index,
        summary=_summary(status, state, facts, actual, rest),
    )


def _summary(status: str, state: State, facts: Facts, actual: float | None, rest: float | None) -> str:
    segment = f"{facts.dimension}:{facts.value}"
    if status == "resolved":
        return f"{segment} is no longer {state} on {facts.kpi}"
    if state == "silent":
        return (
            f"{segment} has fallen silent on {facts.kpi}: nothing in the last {facts.window}, though its share was due"
        )
    if actual is None or rest is None:
        return f"{segment} is {state} on {facts.kpi}"
    change = f", {abs(actual / rest - 1):.0%} {'above' if actual > rest else 'below'}" if rest else ""
    of = "of" if facts.unit == "ratio" else "on"
    return (
        f"{segment} is {state} on {facts.kpi}: {_figure(actual, facts.unit)} against {_figure(rest, facts.unit)} for"
        f" the rest{change} ({facts.numerator:,} {of} {facts.denominator:,} in the last {facts.window})"
    )


def _figure(value: float, unit: str) -> str:
    return f"{100 * value:.3g}%" if unit == "ratio" else f"{value:.3g} {unit}"
