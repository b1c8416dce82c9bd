"""Windows of 30 and 90 days: sums of daily panes, over crashes and restarts, and named as all others are."""

from __future__ import annotations

import msgspec

from consumers.redis.fields import fields
from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.kpis.catalogue import BUILT_IN
from streams.messages import SegmentScores, Watermark
from streams.panes import codec
from streams.panes.levels import LEVELS
from streams.scoring.scorer import DimensionScorer
from streams.scoring.standing import Saved
from streams.settings import Alerts, Scoring, Settings, Span, Time
from tests.panes.history import DAY, HOUR, MEASURES, MINUTE, SETTINGS, START, Happening, Log, heartbeat, record
from tests.panes.reader import Reader

KPIS = {"clicks_per_session": BUILT_IN["clicks_per_session"]}
WINDOWS = tuple(map(Span.parse, ("24h", "30d", "90d")))
LONG: Settings = msgspec.structs.replace(
    SETTINGS,
    time=Time(clock="event", tick=Span(6 * HOUR)),
    scoring=Scoring(windows=WINDOWS),
    alerts=Alerts(windows=WINDOWS[:1]),
)
DAYS = 130
#: Two visitors of two tiers: on day n each clicks once an hour for n % 5, and n % 7, hours.
CLICKS = [
    Happening(START + day * DAY + hour * HOUR + MINUTE, "clicks", None, visitor, None, None, None)
    for day in range(DAYS)
    for hour in range(7)
    for visitor, most in enumerate((day % 5, day % 7))
    if hour < most
]


def log_of_days() -> Log:
    log: Log = {topic: [] for topic in SOURCE_TOPICS}
    for visitor, tier in enumerate("ab"):
        log[PROFILES].append(record(Happening(0, PROFILES, None, visitor, None, None, (("tier", tier),))))
    for day in range(DAYS):
        for topic, records in log.items():
            theirs = [each for each in CLICKS if each.topic == topic and (each.time - START) // DAY == day]
            records += map(record, theirs)
            records.append(heartbeat(START + (day + 1) * DAY + MINUTE))
    return log


def scored(reader: Reader, saved: Saved | None) -> DimensionScorer:
    """By a scorer that has just started, and goes on after the predecessor's last tick if any."""
    scorer = DimensionScorer("tier", LONG, KPIS, MEASURES, 1)
    for value in reader.panes.values():
        parts = codec.by_dimension(codec.decode(value))
        if "tier" in parts:
            scorer.offer(parts["tier"])
    if saved is not None:
        scorer.restore(saved)
    assert reader.progress is not None
    scorer.offer_watermark(Watermark(partition=0, watermark=reader.progress.watermark))
    for _ in scorer.ticks():
        pass
    return scorer


def read_on(reader: Reader, days: int) -> None:
    """To midnight: the heartbeat of so many more days."""
    for _ in range(days):
        for topic in SOURCE_TOPICS:
            at = reader._next[topic]
            reader.read(topic, 1 + [b"heartbeat" in value for value in reader.log[topic][at:]].index(True))
    reader.checkpoint()


def clicked(visitor: int, since: int, until: int) -> int:
    return sum(each.visitor == visitor and since <= each.time < until for each in CLICKS)


def assert_earlier_as_counted(scorer: DimensionScorer, day: int) -> None:
    found = scorer.earlier()
    assert found is not None
    assert found.names == ["a", "b"]
    compared = [(str(Span(each.comparison.window)), each.comparison.against) for each in found.windows]
    assert compared == [("24h", "before"), ("24h", "week"), ("30d", "before")][: 3 if day > 60 else 2]
    assert (found.month is not None) == (day > 60), "of the first day nobody knows whether it is whole"
    column = MEASURES.column("clicks")
    for each in [*found.windows, *([found.month] if found.month else [])]:
        assert each.ends[1] == START + day * DAY
        for totals, end in zip((each.before, each.now), each.ends, strict=True):
            expected = [clicked(visitor, end - each.comparison.window, end) for visitor in (0, 1)]
            assert totals[:, column].tolist() == expected


def assert_as_counted(scores: list[SegmentScores], day: int) -> None:
    end = START + day * DAY
    for visitor, (score, tier) in enumerate(zip(scores, "ab", strict=True)):
        assert (score.value, score.at) == (tier, end)
        assert {cell.window: (cell.end - cell.start) // DAY for cell in score.cells} == {"24h": 1, "30d": 30, "90d": 90}
        for cell in score.cells:
            assert cell.numerator == clicked(visitor, cell.start, end)
            assert cell.denominator == clicked(visitor, cell.start, end), "an hour apart: each is a session"


def test_they_are_sums_of_days_over_crashes_and_restarts() -> None:
    reader, saved = Reader(log_of_days(), settings=LONG), None
    for day in range(10, DAYS + 1, 10):
        read_on(reader, 10)
        scorer = scored(reader, saved)
        if day >= 90:
            assert_as_counted(list(scorer.scores()), day)
        if day >= 20:
            assert_earlier_as_counted(scorer, day)
        saved = scorer.save()
        reader.run([("crash", -1, 0)])
        for topic in SOURCE_TOPICS:  # again what its last worker had read
            reader.read(topic, reader.progress.offsets[topic] + 1 - reader._next[topic] if reader.progress else 0)
    days = [start for level, start in reader.panes if level == len(LEVELS) - 1]
    assert len(days) <= 93, "nothing older is kept"


def test_they_are_named_in_redis_as_all_others() -> None:
    reader = Reader(log_of_days(), settings=LONG)
    read_on(reader, 100)
    first, _ = scored(reader, None).scores()
    found = fields(first, written=0)
    assert found["clicks_per_session:30d"] == found["clicks_per_session:90d"] == 1.0
    figures = msgspec.json.decode(str(found["clicks_per_session:90d:figures"]))
    assert figures["numerator"] == clicked(0, START + 10 * DAY, START + 100 * DAY)


def test_nobody_who_does_not_ask_keeps_panes_for_them() -> None:
    reader = Reader(log_of_days(), settings=msgspec.structs.replace(LONG, scoring=Scoring(windows=WINDOWS[:1])))
    read_on(reader, 20)
    assert len([key for key in reader.panes if key[0] == len(LEVELS) - 1]) <= 2
