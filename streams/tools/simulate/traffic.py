"""The audience's traffic hour by hour, reproducible: the same seed and start give the same events."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from streams.events.columns import Floats, Ints
from streams.tools.files.source import SourceRecord
from streams.tools.simulate import activities as usual
from streams.tools.simulate.activities import DAY, Activities
from streams.tools.simulate.audience import TRAITS, Audience
from streams.tools.simulate.columns import Columns, profiles, records, together
from streams.tools.simulate.season import HOUR, busy
from streams.tools.simulate.story import Story

#: Of each a session.
_EMAILS, _INVITATIONS, _ORDERS, _SURVEYS = 0.5, 0.04, 0.02, 0.03
#: So long before the start began those whose later events are coming in: nine in ten and more of these are over then.
_LEADS_BEFORE, _EMAILS_BEFORE, _INVITATIONS_BEFORE = 14 * DAY, DAY, 7 * DAY


class Traffic:
    """Events of `audience` from `start` (ms) on, `rate` a second on the mean of a week."""

    def __init__(self, seed: int, audience: Audience, story: Story, rate: float, start: int) -> None:
        self._seed, self._audience, self._story, self._start = seed, audience, story, start
        self._sessions = rate / _events_per_session() * HOUR / 1000  # an hour
        self._cumulative = np.cumsum(audience.share)
        customers = audience.share * (audience.traits["buying_stage"] == TRAITS["buying_stage"].index("customer"))
        self._customers = np.cumsum(customers) / customers.sum() if customers.any() else self._cumulative

    def records(self, until: int | None = None) -> Iterator[SourceRecord]:
        """Profiles, then events in time order, up to `until` (ms), or for ever."""
        yield from profiles(self._audience, self._start)
        number, prefix = 0, f"sim-{self._seed}-{self._start}-"
        for events in self._hours(until):
            yield from records(events, prefix, number)
            number += len(events.time)

    def _hours(self, until: int | None) -> Iterator[Columns]:
        """The events hour by hour; what begins in one hour may go on in later ones."""
        hour = self._start // HOUR
        coming = self._begun_before()
        while until is None or hour * HOUR < until:
            every = together([coming, *self._begun_in(hour)])
            end = (hour + 1) * HOUR if until is None else min((hour + 1) * HOUR, until)
            coming = every.take(every.time >= (hour + 1) * HOUR)
            now = every.take((every.time >= self._start) & (every.time < end))
            # Who has fallen silent does not finish what was begun before either.
            yield now.take(self._story.factor("traffic", now.time, now.visitor) > 0)
            hour += 1

    def _begun_in(self, hour: int) -> Iterator[Columns]:
        rng = np.random.default_rng([self._seed, 1, hour])
        make = Activities(self._audience, self._story, rng)
        sessions = self._sessions * busy(hour)

        def begin(share: float, cumulative: Floats) -> tuple[Ints, Ints]:
            n = rng.poisson(sessions * share)
            time = hour * HOUR + rng.integers(0, HOUR, n)
            who = np.minimum(np.searchsorted(cumulative, rng.random(n)), len(cumulative) - 1)
            begins = rng.random(n) < self._story.factor("traffic", time, who)
            return time[begins], who[begins]

        yield from make.sessions(*begin(1, self._cumulative))
        yield from make.emails(*begin(_EMAILS, self._cumulative))
        yield from make.invitations(*begin(_INVITATIONS, self._cumulative))
        yield make.orders(*begin(_ORDERS, self._customers))
        yield from make.surveys(*begin(_SURVEYS, self._customers))

    def _begun_before(self) -> Columns:
        """What follows now from what began before the start."""
        rng = np.random.default_rng([self._seed, 2, self._start // HOUR])
        make = Activities(self._audience, self._story, rng)

        def begin(share: float, before: int) -> tuple[Ints, Ints]:
            n = rng.poisson(self._sessions * share * before / HOUR)
            time = self._start - rng.integers(0, before, n)
            return time, np.minimum(np.searchsorted(self._cumulative, rng.random(n)), len(self._cumulative) - 1)

        begun = [
            *make.leads(*begin(usual.FORM * usual.LEAD, _LEADS_BEFORE)),
            *make.emails(*begin(_EMAILS, _EMAILS_BEFORE)),
            *make.invitations(*begin(_INVITATIONS, _INVITATIONS_BEFORE)),
        ]
        every = together(begun)
        return every.take(every.time >= self._start)


def _events_per_session() -> float:
    """Events that one session brings with it on average, those of the other activities included."""
    pages = usual.VIEWS * (1 + usual.CLICK) + usual.FORM + usual.DOWNLOAD + usual.CAMPAIGN * usual.PAID
    won = usual.FORM * usual.LEAD * usual.MQL * usual.SQL * usual.WON
    leads = usual.FORM * usual.LEAD * (1 + usual.MQL * (1 + usual.SQL * 2)) + won * (1 + usual.ORDER)
    emails = _EMAILS * (1 + usual.OPEN * (1 + usual.EMAIL_CLICK))
    attendance = _INVITATIONS * (1 + usual.REGISTER * (1 + usual.ATTEND))
    return pages + leads + emails + attendance + _ORDERS + _SURVEYS * (1 + usual.ANSWER)
