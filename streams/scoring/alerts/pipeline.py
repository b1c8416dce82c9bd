"""Nothing comes from anybody: that is the pipeline's fault, and one alert of its own."""

from __future__ import annotations

from streams.messages import Alert
from streams.scoring.alerts.alert import fingerprint
from streams.scoring.alerts.sentences import moment
from streams.scoring.standing import NEVER, Standing
from streams.settings import Settings

DIMENSION, VALUE = "pipeline", "all"
_DUE = 30.0  # trials, by what is usual, before their absence says anything
_PAUSES = 2  # times as long as the longest pause of late, at this time of the day


def watcher(settings: Settings) -> str:
    """The dimension whose scorer watches: the one that is declared first, as each event is in every dimension."""
    return next(iter(settings.dimensions))


class Pipeline:
    """Watches over what comes, in the dimension that watches."""

    def __init__(self, dimension: str, settings: Settings) -> None:
        self._watches = dimension == watcher(settings)
        self._after = int(settings.scoring.no_data_after)
        self._longest, self._tick = max(settings.scoring.windows), settings.time.tick

    def changed(self, tick: int, came: bool, usual: int, standing: Standing) -> list[Alert]:
        """What has changed at `tick` (ms). `came`: anything since the last tick; `usual`: the trials of the longest
        window."""
        if not self._watches:
            return []
        before, gone = standing.data, tick - standing.data
        enough = max(self._after, _PAUSES * standing.pauses.usual(tick))
        if came:
            if before != NEVER:
                # Each alert in vain asks for twice as much of the next; an outage of a night does not ask for two.
                standing.pauses = standing.pauses.after(before, tick, min(gone, enough))
            standing.data = tick
            standing.began = tick if standing.began == NEVER else standing.began
        if standing.down:
            standing.down = not came
            return [] if standing.down else [_alert("resolved", tick, before)]
        if came or before == NEVER or gone < enough:
            return []
        # At five leads a day a quarter of an hour without one is no fault.
        if usual * gone < _DUE * min(self._longest, tick - standing.began + self._tick):
            return []
        standing.down = True
        return [_alert("firing", tick, before)]


def ended(tick: int, since: int) -> Alert:
    """The end of an alert that fires, at `tick`: from now on another dimension watches. `since`: the last data; ms."""
    return _alert("resolved", tick, since, "another dimension watches now")


def _alert(status: str, tick: int, since: int, reason: str = "data comes again") -> Alert:
    fires = status == "firing"
    summary = (
        f"no data: nothing has come from anybody since {moment(since)}; look at the producers and at Kafka first"
        if fires
        else f"{reason}, after nothing since {moment(since)}"
    )
    return Alert(
        fingerprint=fingerprint("pipeline", "silent", DIMENSION, VALUE, ""),
        status="firing" if fires else "resolved",
        kind="pipeline",
        dimension=DIMENSION,
        value=VALUE,
        kpi="",
        window="",
        state="silent",
        at=tick,
        since=since,
        numerator=0,
        denominator=0,
        actual=None,
        rest=None,
        index=None,
        change=None,
        evidence=None,
        impact=None,
        also=[],
        reason="" if fires else reason,
        summary=summary,
    )
