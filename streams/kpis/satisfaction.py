"""Satisfaction: what those asked answer. An answer comes hours after the question, a step as in conversion."""

from __future__ import annotations

from streams.settings import Kpi

KPIS = {
    "nps": Kpi(
        family="satisfaction",
        title="Net promoter score",
        numerator=("feedback.nps.promoters", "-feedback.nps.detractors"),
        denominator=("feedback.nps.answers",),
        unit="points",
        model="figure",
        scale=100,
    ),
    "promoter_rate": Kpi(
        family="satisfaction",
        title="Would surely recommend (9 or 10 of 10)",
        numerator=("feedback.nps.promoters",),
        denominator=("feedback.nps.answers",),
        unit="ratio",
        model="binomial",
    ),
    "csat": Kpi(
        family="satisfaction",
        title="Satisfied (4 or 5 of 5)",
        numerator=("feedback.csat.satisfied",),
        denominator=("feedback.csat.answers",),
        unit="ratio",
        model="binomial",
    ),
    "survey_response_rate": Kpi(
        family="satisfaction",
        title="Surveys answered",
        numerator=("feedback.nps", "feedback.csat"),
        denominator=("feedback.survey_sent",),
        unit="ratio",
        model="poisson",
    ),
}
