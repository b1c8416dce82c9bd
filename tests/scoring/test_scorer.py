"""One dimension's scores: the same whatever comes when, with or without a successor in between."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kpis.measures import Measures
from streams.messages import Alert, PaneSnapshot, SegmentScores, Watermark
from streams.panes.levels import LEVELS
from streams.scoring.scorer import DimensionScorer
from streams.scoring.standing import Saved
from streams.settings import Alerts, Dimension, Kpi, Scoring, Settings, Span, Time

START = 1_767_225_600_000
MINUTE, HOUR = 60_000, 3_600_000
WIN = Kpi(numerator=("leads.won",), denominator=("leads.won", "leads.lost"), unit="ratio", model="binomial")
CLICKS = Kpi(numerator=("clicks",), denominator=("sessions",), unit="per session", model="poisson", good="down")
KPIS = {"win": WIN, "clicks": CLICKS}
MEASURES = Measures(KPIS.values())
SETTINGS = Settings(
    dimensions={"d": Dimension(trait="d", max_values=3)},
    time=Time(tick=Span(MINUTE)),
    scoring=Scoring(windows=(Span(5 * MINUTE), Span(HOUR)), min_trials=20, false_alarms_per_day=2.0, settle=Span(0)),
    alerts=Alerts(windows=(Span(5 * MINUTE), Span(HOUR)), cooldown=Span(5 * MINUTE)),
)
#: Segments come and go, there is not always room for a name, and little is needed for an alert.
BRIEF = msgspec.structs.replace(
    SETTINGS,
    scoring=msgspec.structs.replace(
        SETTINGS.scoring, windows=(Span(2 * MINUTE), Span(5 * MINUTE)), false_alarms_per_day=20.0
    ),
    alerts=Alerts(windows=(Span(5 * MINUTE),), cooldown=Span(MINUTE)),
)
Message = PaneSnapshot | Watermark
_saved = msgspec.msgpack.Decoder(Saved)


class Out(NamedTuple):
    """What a scorer came to."""

    ticks: list[list[Alert]]
    scores: list[SegmentScores]


def scorer(partitions: int, chosen: Settings = SETTINGS) -> DimensionScorer:
    return DimensionScorer("d", chosen, KPIS, MEASURES, partitions)


def pane(
    partition: int, minute: int, counts: dict[str, tuple[int, int]], clicks: int = 0, seen: int | None = None
) -> PaneSnapshot:
    """One minute's (won, decided) of each value, with as many sessions as leads, in its first pane of 10 s.

    `seen`: the offset that it has seen last.
    """
    row = {"leads.won": 0, "leads.lost": 0, "sessions": 0, "clicks": clicks}
    rows = {v: row | {"leads.won": won, "leads.lost": n - won, "sessions": n} for v, (won, n) in counts.items()}
    return PaneSnapshot(
        partition=partition,
        level=0,
        start=START + minute * MINUTE,
        watermark=START + (minute + 1) * MINUTE,
        offsets={"leads": minute if seen is None else seen},
        measures=list(MEASURES.names),
        counts={"d": {value: [r[m] for m in MEASURES.names] for value, r in rows.items()}},
    )


def passed(partition: int, minute: int) -> Watermark:
    return Watermark(partition=partition, watermark=START + minute * MINUTE)


def give(to: DimensionScorer, message: Message) -> None:
    if isinstance(message, Watermark):
        to.offer_watermark(message)
    else:
        to.offer(message)


def run(messages: list[Message], partitions: int, chosen: Settings = SETTINGS) -> Out:
    """All at once."""
    each = scorer(partitions, chosen)
    for message in messages:
        give(each, message)
    ticks = list(each.ticks())
    return Out(ticks, list(each.scores()))


def _minutes(values: str) -> st.SearchStrategy[list[list[Message]]]:
    """What two partitions say of these values, and of unknown."""
    won = st.dictionaries(st.sampled_from([*values, "unknown"]), st.integers(0, 8), max_size=4)
    counts = won.map(lambda each: {value: (w, 8) for value, w in each.items()})
    return st.lists(st.lists(counts, min_size=2, max_size=2), min_size=1, max_size=25).map(_said)


def _said(minutes: list[list[dict[str, tuple[int, int]]]]) -> list[list[Message]]:
    """By partition, what it said, minute by minute; in the last hours nothing but that time has passed."""
    out: list[list[Message]] = [[], []]
    for minute, both in enumerate(minutes):
        for partition, counts in enumerate(both):
            if counts:
                out[partition].append(pane(partition, minute, counts, clicks=minute % 5))
            out[partition].append(passed(partition, minute + 1))
    for partition, messages in enumerate(out):
        messages.append(passed(partition, len(minutes) + 90))
    return out


def interleaved(by_partition: list[list[Message]], turns: list[int]) -> list[Message]:
    waiting = [list(messages) for messages in by_partition]
    first = [waiting[turn].pop(0) for turn in turns if waiting[turn]]
    return [*first, *waiting[0], *waiting[1]]


@settings(max_examples=40)
@given(_minutes("abcde"), st.sampled_from([SETTINGS, BRIEF]), st.lists(st.integers(0, 1), max_size=60), st.data())
def test_any_interleaving_any_successor(
    by_partition: list[list[Message]], chosen: Settings, turns: list[int], data: st.DataObject
) -> None:
    expected = run(interleaved(by_partition, []), 2, chosen)
    messages = interleaved(by_partition, turns)
    each, ticks = scorer(2, chosen), list[list[Alert]]()
    for number, message in enumerate(messages, start=1):
        give(each, message)
        for alerts in each.ticks():
            ticks.append(alerts)
            if data.draw(st.booleans(), "stop in the middle"):
                break
        saved = each.save()
        if saved is not None and data.draw(st.integers(0, 9), "die") == 0:
            each = scorer(2, chosen)
            each.restore(_saved.decode(msgspec.msgpack.encode(saved)))
            for again in messages[:number]:
                give(each, again)
    ticks += each.ticks()
    assert Out(ticks, list(each.scores())) == expected


@given(_minutes("abc"))
def test_segments_are_what_they_count_not_what_they_are_called(by_partition: list[list[Message]]) -> None:
    names = {"a": "z", "b": "y", "c": "x", "unknown": "unknown", "all": "all"}
    other = [
        msgspec.structs.replace(m, counts={"d": {names[v]: row for v, row in m.counts["d"].items()}})
        if isinstance(m, PaneSnapshot)
        else m
        for m in interleaved(by_partition, [])
    ]
    left, right = run(interleaved(by_partition, []), 2), run(other, 2)
    key = [
        {(names[alert.value], alert.kpi, alert.status, alert.state, alert.window, alert.since) for alert in alerts}
        for alerts in left.ticks
    ]
    assert key == [{(a.value, a.kpi, a.status, a.state, a.window, a.since) for a in alerts} for alerts in right.ticks]
    assert {(names[s.value], c.kpi, c.window, c.numerator, c.state) for s in left.scores for c in s.cells} == {
        (s.value, c.kpi, c.window, c.numerator, c.state) for s in right.scores for c in s.cells
    }


def test_one_that_goes_on_knows_what_it_needs_no_finer() -> None:
    """Nobody asks for ten seconds that are an hour old, nor therefore for those of the same five minutes."""
    first = scorer(1)
    assert not first.is_beyond((0, START)), "nobody knows where it will begin"
    for minute in range(91):
        give(first, pane(0, minute, {"a": (1, 2)}))
    give(first, passed(0, 91))
    list(first.ticks())
    saved = first.save()
    assert saved is not None
    each = scorer(1)
    each.restore(saved)
    beyond = [minute for minute in range(91) if each.is_beyond((0, START + minute * MINUTE))]
    assert beyond == list(range(30)), "the hour begins at 31"
    assert not each.is_beyond((len(LEVELS) - 1, START))


def test_what_comes_between_two_ticks_is_scored_too() -> None:
    each = scorer(1)
    for minute in range(4):
        give(each, pane(0, minute, {"a": (1, 5)}))
    give(each, passed(0, 2))
    ticks = each.ticks()
    next(ticks)
    give(each, passed(0, 4))
    assert len(list(ticks)) == 3
    assert each.tick == START + 4 * MINUTE
