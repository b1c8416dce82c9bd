"""A review as one HTML file. Everything that came from events is text, never markup."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from streams.kpis.growth import GROWTHS
from streams.quality.accuracy import TARGET
from streams.quality.homogeneity import MOST
from streams.tools.review.history import DAY
from streams.tools.review.model import Review
from streams.tools.review.page import judging, words

_FILTERS = (words.day, words.rate, words.moved, words.percent, words.more, words.grown, words.count, words.extra,
            words.than, words.chance, words.listed, words.against)  # fmt: skip
_SAID = (judging.tells, judging.verdict, judging.aim, judging.why, judging.diagnosed, judging.unexplained,
         judging.standouts, judging.movers, judging.groups)  # fmt: skip


def page(review: Review) -> str:
    """The whole page."""
    environment = Environment(
        loader=PackageLoader("streams.tools.review", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({each.__name__: each for each in _FILTERS})
    return environment.get_template("review.html").render(
        review=review,
        kpis={kpi.name: kpi for kpi in review.kpis},
        last_day=review.end - DAY,
        target=TARGET,
        most=MOST,
        growths=GROWTHS,
        **{each.__name__: each for each in _SAID},
    )
