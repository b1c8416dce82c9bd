"""What people do: sessions, e-mails, events to attend, leads on their way, orders, feedback."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from streams.events.columns import Floats, Ints
from streams.tools.simulate.audience import Audience
from streams.tools.simulate.columns import CAMPAIGNS, CONTENTS, PRODUCTS, Columns, columns
from streams.tools.simulate.season import HOUR
from streams.tools.simulate.story import Activity, Story

DAY = 24 * HOUR
MINUTE = 60_000
VIEWS = 3.0  # page views a session
CLICK, FORM, DOWNLOAD, OPEN = 0.30, 0.08, 0.12, 0.25  # of page views, sessions, sessions, deliveries
CAMPAIGN, PAID = 0.6, 0.5  # of sessions that come from a campaign; of those, paid for
EMAIL_CLICK = 0.2  # of opened ones
REGISTER, ATTEND = 0.3, 0.6  # of those invited; registered
LEAD, MQL, SQL, WON, ORDER = 0.4, 0.5, 0.5, 0.35, 0.8  # each of those before it
ANSWER = 0.3  # of surveys

Mask = npt.NDArray[np.bool_]


class Activities:
    """Makes events from beginnings (times in ms, visitors), with all that follows from them, however much later."""

    def __init__(self, audience: Audience, story: Story, rng: np.random.Generator) -> None:
        self._story, self._rng = story, rng
        self._propensity: dict[Activity, Floats] = {
            "click": audience.click,
            "form": audience.form,
            "download": audience.download,
            "open": audience.open,
        }

    def sessions(self, start: Ints, who: Ints) -> list[Columns]:
        """Page views with the clicks, form fills and downloads in them, their cost, and the leads that come of them."""
        rng, n = self._rng, len(start)
        views = rng.geometric(1 / VIEWS, n)
        of = np.repeat(np.arange(n), views)
        viewed = start[of] + _since_first(views, np.minimum(self._delay(len(of), 40_000), 5 * MINUTE))
        end = viewed[np.cumsum(views) - 1]
        campaign = np.where(rng.random(n) < CAMPAIGN, rng.integers(0, len(CAMPAIGNS), n), -1)
        asset = rng.integers(0, len(CONTENTS), n)
        content = rng.integers(0, len(CONTENTS), len(of))
        clicked = self._does("click", CLICK, viewed, who[of])
        filled = self._does("form", FORM, end, who)
        loaded = self._does("download", DOWNLOAD, end, who)
        paid = (campaign >= 0) & (rng.random(n) < PAID)
        fill_time = end[filled] + self._delay(int(filled.sum()), 30_000)
        load_time = end[loaded] + self._delay(int(loaded.sum()), 15_000)
        click_time = viewed[clicked] + self._delay(int(clicked.sum()), 5_000)
        return [
            columns("page_views", "page_view", viewed, who[of], campaign[of], content),
            columns("clicks", "click", click_time, who[of][clicked], campaign[of][clicked], content[clicked]),
            columns("form_fills", "form_fill", fill_time, who[filled], campaign[filled], asset[filled]),
            columns("downloads", "download", load_time, who[loaded], campaign[loaded], asset[loaded]),
            columns("spend", "spend", start[paid], who[paid], campaign[paid], value=rng.gamma(4, 0.5, paid.sum())),
            *self.leads(*self._some(LEAD, fill_time, MINUTE, who[filled])),
        ]

    def leads(self, created: Ints, who: Ints) -> list[Columns]:
        """Leads on their way to being won or lost."""
        mql = self._some(MQL, created, DAY // 2, who)
        sql = self._some(SQL, mql[0], 2 * DAY, mql[1])
        won = self._rng.random(len(sql[0])) < WON
        closed = sql[0] + self._delay(len(won), 4 * DAY)
        order = self._some(ORDER, closed[won], DAY, sql[1][won])
        return [
            columns("leads", "created", created, who),
            columns("leads", "mql", *mql),
            columns("leads", "sql", *sql),
            columns("leads", "won", closed[won], sql[1][won]),
            columns("leads", "lost", closed[~won], sql[1][~won]),
            columns("customers", "customer", closed[won], sql[1][won]),
            self.orders(*order),
        ]

    def orders(self, time: Ints, who: Ints) -> Columns:
        """Orders, each of some product and worth something."""
        product = len(CONTENTS) + time % len(PRODUCTS)  # as good as any other chance
        return columns("orders", "order", time, who, content=product, value=self._rng.lognormal(8.5, 1.0, len(time)))

    def emails(self, sent: Ints, who: Ints) -> list[Columns]:
        """Deliveries, and which are opened and clicked."""
        campaign = self._rng.integers(0, len(CAMPAIGNS), len(sent))
        opened = self._does("open", OPEN, sent, who)
        open_time = sent[opened] + self._delay(int(opened.sum()), 2 * HOUR)
        clicked = self._rng.random(len(open_time)) < EMAIL_CLICK
        click_time = open_time[clicked] + self._delay(int(clicked.sum()), MINUTE)
        return [
            columns("emails", "sent", sent, who, campaign),
            columns("emails", "opened", open_time, who[opened], campaign[opened]),
            columns("emails", "clicked", click_time, who[opened][clicked], campaign[opened][clicked]),
        ]

    def invitations(self, invited: Ints, who: Ints) -> list[Columns]:
        """Invitations to a webinar or visit, and who registers and comes."""
        registered = self._some(REGISTER, invited, 6 * HOUR, who)
        attended = self._some(ATTEND, registered[0], 2 * DAY, registered[1])
        return [
            columns("attendance", "invited", invited, who),
            columns("attendance", "registered", *registered),
            columns("attendance", "attended", *attended),
        ]

    def surveys(self, sent: Ints, who: Ints) -> list[Columns]:
        """Surveys, and how likely those who answer are to recommend (0 to 10)."""
        time, answering = self._some(ANSWER, sent, 8 * HOUR, who)
        nps = self._rng.binomial(10, 0.75, len(time)).astype(np.float64)
        return [columns("feedback", "survey_sent", sent, who), columns("feedback", "nps", time, answering, value=nps)]

    def _does(self, activity: Activity, usual: float, time: Ints, who: Ints) -> Mask:
        chance = usual * self._propensity[activity][who] * self._story.factor(activity, time, who)
        return np.asarray(self._rng.random(len(time)) < chance)

    def _some(self, share: float, time: Ints, later: int, who: Ints) -> tuple[Ints, Ints]:
        """A share of them go on, `later` ms later on average."""
        go_on = self._rng.random(len(time)) < share
        return time[go_on] + self._delay(int(go_on.sum()), later), who[go_on]

    def _delay(self, n: int, mean: int) -> Ints:
        return np.asarray(self._rng.exponential(mean, n), dtype=np.int64)


def _since_first(lengths: Ints, steps: Ints) -> Ints:
    """Running sums of `steps` within stretches of these lengths, each from 0.

    >>> _since_first(np.array([2, 3]), np.array([9, 1, 9, 2, 3]))
    array([0, 1, 0, 2, 5])
    """
    running = np.cumsum(steps)
    firsts = np.cumsum(lengths) - lengths
    return np.asarray(running - np.repeat(running[firsts], lengths))
