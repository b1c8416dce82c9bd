"""Social media: what becomes of an impression. Follows are of the page, not of what was seen."""

from __future__ import annotations

from streams.settings import Kpi

KPIS = {
    "social_engagement": Kpi(
        family="social",
        title="Likes, shares and comments per impression",
        numerator=("social.like", "social.share", "social.comment"),
        denominator=("social.impression",),
        unit="per impression",
        model="poisson",
    ),
}
