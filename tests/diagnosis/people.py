"""Who comes, and what they do: the rates of a story, and draws from them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Random = np.random.Generator

NATURE = 0.06  # by which segments differ in everything, whatever the story (standard deviation of ln)
_BY_STAGE = np.array([0.3, 1.0, 2.4])  # conversion: awareness, consideration, decision
_MIX = np.array([0.45, 0.35, 0.20])

#: What is usual, from .. to, on all the board.
USUAL: dict[str, tuple[float, float]] = {
    "engaged": (0.4, 0.6),  # of sessions, as the next four
    "downloads": (0.06, 0.15),
    "form_fills": (0.04, 0.08),
    "leads": (0.06, 0.12),
    "emails": (0.5, 1.0),
    "pages": (2.0, 4.0),
    "clicks": (1.0, 2.0),
    "spend": (0.5, 2.0),  # EUR
    "mql": (0.4, 0.6),  # of leads
    "sql": (0.4, 0.6),  # of those
    "won": (0.4, 0.6),  # of those
    "churned": (0.15, 0.3),  # of those won
    "refunds": (0.05, 0.1),
    "answers": (0.5, 0.8),
    "satisfied": (0.75, 0.85),  # of the answers
    "opened": (0.2, 0.3),  # of e-mails that arrive
    "bounced": (0.02, 0.04),  # of e-mails
}
_COUNTED = {"pages", "clicks", "spend"}  # more than one a session


@dataclass(frozen=True)
class Odd:
    """What is odd about the first segment."""

    times: dict[str, float] = field(default_factory=dict)  # of what is usual
    visits: float = 1.0  # times as many sessions
    sizes: tuple[float, float, float] = (1.0, 1.0, 1.0)  # times the conversion, by company size
    early: float = 0.0  # of its people so many more are in the first stage
    gone: float = np.inf  # day from which nobody comes and nothing is sent


@dataclass(frozen=True)
class Rates:
    """Of each segment [segments × 1 × 1]; of visits and conversion [segments × sizes × stages]."""

    visits: Floats  # a day
    conversion: Floats  # times what is usual
    of: dict[str, Floats]
    gone: float

    @classmethod
    def drawn(cls, random: Random, segments: int, odd: Odd) -> Rates:
        """At random, but for what is odd."""
        size = np.clip(random.lognormal(np.log(800), 0.4, segments), 400, 2_000)
        size[0] = np.clip(size[0], 600, 1_200) * odd.visits
        sizes = random.dirichlet([10, 10, 10], segments)
        stages = np.array([random.dirichlet(400 * _MIX) for _ in range(segments)])
        stages[0] = (1 - odd.early) * stages[0] + odd.early * np.array([1.0, 0.0, 0.0])
        by_size = np.ones((segments, 3, 1))
        by_size[0, :, 0] = odd.sizes
        of = {}
        for name, (low, high) in USUAL.items():
            rate = random.uniform(low, high) * random.lognormal(0, NATURE, (segments, 1, 1))
            rate[0] *= odd.times.get(name, 1.0)
            of[name] = rate if name in _COUNTED else np.minimum(rate, 1.0)
        visits = size[:, None, None] * sizes[:, :, None] * stages[:, None, :]
        return cls(visits, by_size * _BY_STAGE, of, odd.gone)


def draw(random: Random, rates: Rates, day: float, span: float) -> dict[str, Ints]:
    """What comes in `span` days from `day`: measure -> [segments × sizes × stages]."""
    of = rates.of
    season = 1 + 0.3 * np.sin(2 * np.pi * day / 7)
    mean = rates.visits * span * season * random.gamma(50, 1 / 50, (len(rates.visits), 1, 1))
    if day >= rates.gone:
        mean[0] = 0
    sessions = random.poisson(mean)
    emails = random.poisson(mean * of["emails"])
    bounced = random.binomial(emails, of["bounced"])
    opened = random.binomial(emails - bounced, of["opened"])
    leads = random.poisson(sessions * of["leads"] * rates.conversion)
    mql = random.binomial(leads, of["mql"])
    sql = random.binomial(mql, of["sql"])
    won = random.binomial(sql, of["won"])
    answers = random.binomial(won, of["answers"])
    fills = random.binomial(sessions, np.minimum(of["form_fills"] * rates.conversion, 1.0))
    downloads = random.binomial(sessions, of["downloads"])
    orders = won * 3
    return {
        "sessions": sessions,
        "sessions.engaged": random.binomial(sessions, of["engaged"]),
        "sessions.form_fills": fills,
        "sessions.downloads": downloads,
        "form_fills": fills,
        "downloads": downloads,
        "page_views": random.poisson(sessions * of["pages"]),
        "clicks": random.poisson(sessions * of["clicks"]),
        "emails.sent": emails,
        "emails.bounced": bounced,
        "emails.opened": opened,
        "emails.clicked": random.binomial(opened, 0.2),
        "leads.created": leads,
        "leads.mql": mql,
        "leads.sql": sql,
        "leads.won": won,
        "leads.lost": random.binomial(sql - won, 0.9),
        "customers.customer": won,
        "customers.churned": random.poisson(won * of["churned"]),
        "orders.order": orders,
        "orders.refund": random.poisson(orders * of["refunds"]),
        "feedback.csat.answers": answers,
        "feedback.csat.satisfied": random.binomial(answers, of["satisfied"]),
        "spend.value": np.asarray(np.rint(1000 * mean * of["spend"]), dtype=np.int64),
    }
