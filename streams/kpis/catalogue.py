"""The catalogue: every KPI that segpulse knows, as declared by the families, and those of the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from streams.events.terms import MEASURES, OF_PAST, binned, is_sum, pieces, split
from streams.events.topics import ANSWERS, SOURCES
from streams.kpis import (
    acquisition,
    conversion,
    efficiency,
    email,
    engagement,
    events,
    loyalty,
    revenue,
    satisfaction,
    social,
)
from streams.settings import Kpi, Money, Settings, SettingsError

_FAMILIES = (
    engagement,
    email,
    social,
    events,
    acquisition,
    conversion,
    revenue,
    efficiency,
    satisfaction,
    loyalty,
)
BUILT_IN: Mapping[str, Kpi] = {name: kpi for family in _FAMILIES for name, kpi in family.KPIS.items()}

#: KPIs that need what visitors did before, which costs memory and time by the visitor: only who names them has them.
OF_THE_PAST = frozenset(
    name
    for name, kpi in BUILT_IN.items()
    for term in (*kpi.numerator, *kpi.denominator)
    if any(split(term)[1] in measures for measures in OF_PAST.values())
)
STANDARD = "standard"  # all other KPIs that are built in, and those of the settings

MONEY = "money"  # in a unit: the currency that the settings name


def catalogue(settings: Settings) -> dict[str, Kpi]:
    """The KPIs that are scored, built-in or of the settings, by name, in the order in which everything shows them.

    Raises SettingsError where a KPI of the settings has the name of a built-in one or cannot be counted as declared,
    and where one is wanted that there is not.
    """
    for name, kpi in settings.kpis.items():
        if name in BUILT_IN:
            raise SettingsError(f"kpis.{name}: there is a built-in KPI of that name; choose another")
        for key, wrong in _wrong(kpi):
            raise SettingsError(f"kpis.{name}.{key}: {wrong}")
    declared = {**BUILT_IN, **settings.kpis}
    wanted = set(settings.scoring.kpis or (STANDARD,))
    known = declared.keys() | {kpi.family for kpi in declared.values()} | {STANDARD}
    if unknown := sorted(wanted - known):
        raise SettingsError(f"scoring.kpis: {unknown[0]!r} is no KPI or family; there are {', '.join(sorted(known))}")
    only = settings.scoring.windows_of
    if unknown := sorted(only.keys() - known):
        raise SettingsError(f"scoring.windows_of: {unknown[0]!r} is no KPI or family")
    groups = {name: {name, kpi.family, *([STANDARD] * (name not in OF_THE_PAST))} for name, kpi in declared.items()}
    chosen = {name: kpi for name, kpi in declared.items() if wanted & groups[name]}
    windows = {name: only.get(name, only.get(kpi.family, kpi.windows)) for name, kpi in chosen.items()}
    return {
        name: _in(settings.money, msgspec.structs.replace(kpi, windows=windows[name])) for name, kpi in chosen.items()
    }


def _in(money: Money, kpi: Kpi) -> Kpi:
    words = [money.currency if word == MONEY else word for word in kpi.unit.split(" ")]
    scale = kpi.scale * money.margin if kpi.of_margin else kpi.scale
    return msgspec.structs.replace(kpi, unit=" ".join(words), scale=scale)


def _wrong(kpi: Kpi) -> Iterator[tuple[str, str]]:
    """Key, and what would be right."""
    for key in ("numerator", "denominator"):
        terms = getattr(kpi, key)
        if not terms:
            yield key, "name at least one measure, like 'clicks' or 'leads.won'"
        for term in terms:
            sign, measure = split(term)
            if sign < 0 and (kpi.model != "figure" or key == "denominator"):
                yield key, f"{term!r}: only the numerator of a 'figure' may have something taken away"
            if not any(measure in known for known in MEASURES.values()):
                yield key, f"{measure!r} is not counted: {_hint(measure)}"
        if len({is_sum(split(term)[1]) for term in terms}) > 1:
            yield key, "counts and sums of values cannot be added to each other"
    summed = is_sum(split(kpi.numerator[0])[1])
    if kpi.model == "mean" and not summed:
        yield "numerator", "a 'mean' is of values: name sums, like 'orders.order.value' or 'sessions.seconds'"
    if kpi.model == "median" and not (len(kpi.numerator) == 1 and binned(kpi.numerator[0])):
        yield "numerator", "a 'median' is of the times that a stage took: name one, like 'leads.sql.seconds'"
    if kpi.model == "median" and kpi.denominator != tuple(map(pieces, kpi.numerator)):
        yield "denominator", f"a 'median' is over how many times there are: {pieces(kpi.numerator[0])!r}"
    if kpi.model in ("binomial", "poisson") and summed:
        yield "model", "a sum of values is no number of cases: say 'mean', or 'figure' where nobody need be alerted"
    if kpi.model != "figure" and is_sum(kpi.denominator[0]):
        yield "denominator", "trials are counted, and values are not: say model = 'figure'"
    if not 0 < kpi.scale < float("inf"):
        yield "scale", "must be more than 0"


def _hint(measure: str) -> str:
    topic, _, event = measure.partition(".")
    event = event.partition(".")[0]
    if topic not in MEASURES:
        others = MEASURES.keys() - SOURCES.keys()
        return f"topics are {', '.join(SOURCES)}; and there are {', '.join(sorted(others))}"
    answers = ANSWERS.get((topic, event), {})
    known = sorted(MEASURES[topic] if not answers else {f"{topic}.{event}.{answer}" for answer in answers})
    return f"{topic} has {', '.join(known)}"
