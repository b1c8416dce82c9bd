"""docs/kpis.md is what the catalogue makes."""

from __future__ import annotations

import re

from streams.events.terms import MEASURES
from streams.settings import Kpi
from tests.kpis.document import FILE, events, formula, markdown


def test_the_file_is_what_the_catalogue_makes() -> None:
    assert FILE.read_text("utf-8") == markdown(), "make it anew: python -m tests.kpis.document"


def test_measures_that_are_named_are_counted() -> None:
    known = {measure for measures in MEASURES.values() for measure in measures}
    head = markdown().partition("\n## ")[0]
    named = re.findall(r"`((?:clicks|leads|orders|feedback|sessions|buyers|visitors)[a-z._]*)`", head)
    settings = {"sessions.gap", "sessions.topics"}
    assert len(named) > 10
    assert set(named) - settings <= known


def test_a_row_says_what_is_counted() -> None:
    kpi = Kpi(
        numerator=("feedback.nps.promoters", "-feedback.nps.detractors"),
        denominator=("feedback.nps.valued", "sessions.downloads", "spend"),
        unit="points",
        model="figure",
        scale=100,
    )
    assert formula(kpi) == (
        "100 × (`feedback.nps.promoters` − `feedback.nps.detractors`)"
        " / (`feedback.nps.valued` + `sessions.downloads` + `spend`)"
    )
    assert events(kpi) == ["feedback.nps", "downloads", "spend"]
