"""What the score engine sends, and when, by a pipeline that only writes it down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from streams.engine import keys, parts
from streams.engine.dimensions import Dimensions
from streams.engine.fence import Fence
from streams.engine.large import Parting
from streams.engine.metrics import Metrics
from streams.engine.score import Score
from streams.events.mark import Mark
from streams.events.topics import SEGMENT_ALERTS, SEGMENT_PANES, SEGMENT_SCORES
from streams.messages import Alert, PaneSnapshot, SegmentScores, Watermark
from streams.panes import codec
from streams.scoring.standing import Saved
from streams.settings import Kafka, Span, Time
from tests.engine.made import Made, fetched
from tests.scoring.alerts.test_alerting import DIPS
from tests.scoring.test_early import early_of
from tests.scoring.test_scorer import KPIS, MEASURES, MINUTE, SETTINGS, START, give, pane, passed, scorer

CHECKPOINT = 0.2
STATES = "states"
CHOSEN = msgspec.structs.replace(
    SETTINGS,
    kafka=Kafka(partitions=1, transactions=False),
    time=Time(tick=Span(MINUTE), checkpoint=Span(int(1000 * CHECKPOINT))),
)


class Engine:
    """A Score that owns dimension `d`, with all that it has sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.states: dict[bytes, bytes] = {}  # what the changelog holds
        monkeypatch.setattr("streams.engine.score.store_of", lambda _: SimpleNamespace(data={0: self.states}))
        self.sent: list[tuple[str, bytes, bytes | None]] = []
        pipeline = SimpleNamespace(
            settings=CHOSEN,
            states=SimpleNamespace(changelog_topic_name=STATES),
            app=None,
            fence=Fence(CHOSEN.kafka, lambda: cast("Any", self)),
        )
        self.metrics = Metrics()
        self.score = Score(cast("Any", pipeline), KPIS, MEASURES, self.metrics)
        self._offset = 0
        self.parting = Parting()

    def restart(self, end: int = 0) -> None:
        """The partition is given out anew: a successor reads what is saved, and then everything from the start.

        `end`: of the log at that moment.
        """
        self._offset = 0
        self.score.load(0, end)

    async def send(self, topic: str, key: bytes, value: bytes | None, *_: object) -> Awaitable[None]:
        self.sent.append((topic, key, value))
        if topic == STATES:
            self.states.pop(key, None)
            self.states |= {key: value} if value is not None else {}
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def say(self, *messages: PaneSnapshot | Watermark) -> list[tuple[str, bytes, bytes | None]]:
        """Records come; what has been sent by the time that all of it must have been."""
        self.sent = []
        records = []
        for message in messages:
            key = keys.watermark("d", message.partition)
            if isinstance(message, PaneSnapshot):
                key = keys.segment_pane("d", message.partition, (message.level, message.start))
            for part, value in self.parting.records(key, codec.encode(message), Mark(0, {})):
                records.append(Made(self._offset, part, value))
                self._offset += 1
        await self.score.take(cast("Any", SimpleNamespace(topic=SEGMENT_PANES, partition=0)), fetched(records))
        until = asyncio.get_running_loop().time() + 2 * CHECKPOINT
        while asyncio.get_running_loop().time() < until:
            await self.score.wait()
            await self.score.checkpoint()
        return self.sent


def shown(sent: list[tuple[str, bytes, bytes | None]]) -> dict[str, SegmentScores | None]:
    scores = [(key.decode(), value) for topic, key, value in sent if topic == SEGMENT_SCORES]
    return {key: None if value is None else msgspec.json.decode(value, type=SegmentScores) for key, value in scores}


def run(story: Callable[[Engine], Awaitable[None]], monkeypatch: pytest.MonkeyPatch) -> None:
    async def told() -> None:
        engine = Engine(monkeypatch)
        engine.restart()
        await story(engine)

    asyncio.run(told())


def test_figures_between_ticks_leave_the_saved_state_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(engine: Engine) -> None:
        sent = await engine.say(pane(0, 0, {"a": (5, 10)}), passed(0, 1))
        assert [topic for topic, *_ in sent] == [SEGMENT_SCORES, STATES], "after a tick, and last"
        assert not await engine.say(passed(0, 1)), "nothing new to show"
        sent = await engine.say(early_of(0, 65, 60, a=2, b=1))
        assert {topic for topic, *_ in sent} == {SEGMENT_SCORES}
        now = shown(sent)
        assert now.keys() == {"d:a", "d:b"}
        assert now["d:a"] is not None
        assert (now["d:a"].at, now["d:a"].to) == (START + MINUTE, START + MINUTE + 10_000)
        assert {cell.denominator for cell in now["d:a"].cells} == {12}

    run(story, monkeypatch)


def test_panes_and_early_counts_in_parts_are_those_in_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[list[tuple[str, bytes, bytes | None]]] = []

    async def story(engine: Engine) -> None:
        sent = await engine.say(pane(0, 0, {"a": (5, 10), "b": (2, 9)}), passed(0, 1), early_of(0, 65, 60, b=1))
        engine.restart(end=1)
        said.append(sent + await engine.say(pane(0, 0, {"a": (5, 10), "b": (3, 11)}, seen=7), early_of(0, 75, 60, b=2)))

    run(story, monkeypatch)
    monkeypatch.setattr(parts, "LARGEST", 20)
    run(story, monkeypatch)
    assert said[0] == said[1]
    assert shown(said[0])["d:b"] is not None


def test_one_that_was_only_early_leaves_a_tombstone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(engine: Engine) -> None:
        await engine.say(pane(0, 0, {"a": (5, 10)}), passed(0, 1), early_of(0, 65, 60, b=1))
        sent = await engine.say(pane(0, 1, {"a": (1, 2)}), passed(0, 2))
        assert shown(sent)["d:b"] is None

    run(story, monkeypatch)


def test_values_beyond_those_shown_are_told_of_tick_by_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    def folded(engine: Engine) -> float | None:
        return engine.metrics.registry.get_sample_value("segpulse_folded_values_total", {"dimension": "d"})

    async def story(engine: Engine) -> None:
        await engine.say(pane(0, 0, dict.fromkeys("abcde", (5, 10))), passed(0, 1))
        assert folded(engine) == 2
        await engine.say(pane(0, 1, {"a": (5, 10)}), passed(0, 3))
        assert folded(engine) == 6

    run(story, monkeypatch)


def test_a_successor_goes_on_from_what_was_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(engine: Engine) -> None:
        counted = pane(0, 0, {"a": (5, 10)})
        await engine.say(counted, passed(0, 2))
        engine.restart()
        sent = await engine.say(counted, passed(0, 1))
        assert {scores.at for scores in shown(sent).values() if scores} == {START + 2 * MINUTE}, (
            "not from the first tick"
        )

    run(story, monkeypatch)


def test_of_what_was_there_the_snapshot_that_has_seen_most_is_scored_and_only_when_all_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(engine: Engine) -> None:
        one, all_ = pane(0, 0, {"a": (1, 2)}, seen=1), pane(0, 0, {"a": (5, 10)}, seen=2)
        engine.restart(end=4)
        assert not await engine.say(one, passed(0, 1)), "more was there"
        sent = await engine.say(all_, one)
        assert {cell.denominator for scores in shown(sent).values() if scores for cell in scores.cells} == {10}
        sent = await engine.say(pane(0, 1, {"a": (1, 3)}), passed(0, 2))
        assert {cell.denominator for scores in shown(sent).values() if scores for cell in scores.cells} == {13}

    run(story, monkeypatch)


def test_the_alerts_of_a_dimension_that_is_no_more_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(engine: Engine) -> None:
        before = scorer(1)
        for message in DIPS:
            give(before, message)
        fired = next(alerts for alerts in before.ticks() if alerts)
        saved = before.save()
        assert saved is not None
        gone = parts.split("gone", 0, saved.tick, msgspec.msgpack.encode(saved))
        engine.states.update(gone)
        engine.restart()
        sent = await engine.say(pane(0, 0, {"a": (5, 10)}), passed(0, 1))
        alerts = [
            msgspec.json.decode(value, type=Alert) for topic, _, value in sent if topic == SEGMENT_ALERTS and value
        ]
        assert [(a.dimension, a.value, a.status, a.reason) for a in alerts] == [
            ("gone", a.value, "resolved", "the rules have changed") for a in fired
        ]
        assert parts.names(dict.fromkeys(engine.states, b"")) == {"d"}

    run(story, monkeypatch)


def test_the_scores_of_a_dimension_that_is_no_more_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(engine: Engine) -> None:
        await engine.say(pane(0, 0, {"a": (5, 10), "b": (1, 2)}), passed(0, 1))
        for key in [*engine.states]:
            engine.states[key.replace(b"d/", b"gone/")] = engine.states.pop(key)
        engine.restart()
        sent = await engine.say(pane(0, 0, {"a": (5, 10)}), passed(0, 1))
        found = shown(sent)
        assert {key: found[key] for key in found if key.startswith("gone:")} == {"gone:a": None, "gone:b": None}
        assert not shown(await engine.say(pane(0, 1, {"a": (5, 10)}), passed(0, 2))).keys() & {"gone:a", "gone:b"}

    run(story, monkeypatch)


def test_a_successor_takes_away_what_is_no_longer_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(engine: Engine) -> None:
        await engine.say(pane(0, 0, {"a": (5, 10), "b": (1, 2)}), passed(0, 1))
        engine.restart()
        sent = await engine.say(pane(0, 0, {"a": (5, 10)}), passed(0, 2))  # what b had has slid out meanwhile
        assert shown(sent)["d:b"] is None

    run(story, monkeypatch)


@pytest.mark.parametrize("watches", ["d", "other"])
def test_no_data_is_over_for_a_dimension_that_watches_no_more(watches: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(engine: Engine) -> None:
        await engine.say(pane(0, 0, {"a": (5, 10)}), passed(0, 1))
        (key,) = engine.states
        _, packed = parts.join("d", engine.states)
        assert packed is not None
        saved = msgspec.structs.replace(msgspec.msgpack.decode(packed, type=Saved), down=True)
        ((_, part),) = parts.split("d", 0, saved.tick, msgspec.msgpack.encode(saved))
        engine.states[key] = part
        monkeypatch.setattr("streams.engine.score.watcher", lambda _: watches)
        engine.restart()
        sent = await engine.say(pane(0, 0, {"a": (5, 10)}), passed(0, 1))
        ends = [msgspec.json.decode(value, type=Alert) for topic, _, value in sent if topic == SEGMENT_ALERTS and value]
        assert [(a.kind, a.status, a.reason) for a in ends] == (
            [] if watches == "d" else [("pipeline", "resolved", "another dimension watches now")]
        )

    run(story, monkeypatch)


def test_metrics_of_what_was_given_away_are_no_longer_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(engine: Engine) -> None:
        await engine.say(pane(0, 0, {"a": (5, 10)}), passed(0, 1))
        assert engine.metrics.registry.get_sample_value("segpulse_tick_timestamp_seconds", {"dimension": "d"})
        engine.score.drop_all()
        assert engine.metrics.registry.get_sample_value("segpulse_tick_timestamp_seconds", {"dimension": "d"}) is None

    run(story, monkeypatch)


def test_what_is_rolled_up_is_not_put_by_unless_somebody_asks_for_it_so_fine() -> None:
    beyond = {(0, 0)}
    scorers = {
        name: SimpleNamespace(reads=reads, is_beyond=of.__contains__)
        for name, reads, of in (
            ("d", ("d", "d_x_e"), beyond),
            ("e", ("e", "d_x_e"), beyond | {(0, 10_000)}),
            ("f", ("f",), set()),
        )
    }
    owned = Dimensions(cast("Any", scorers), {}, "d", end=9)
    value = codec.encode(pane(0, 0, {"a": (1, 2)}))
    places = [(dimension, 0, (0, start)) for dimension in ("d", "e", "d_x_e", "f") for start in (0, 10_000)]
    for place in places:
        owned.hold(keys.segment_pane(*place), value)
    for place in places:
        owned.rolled_up(keys.segment_pane(*place))
    owned.rolled_up(keys.segment_pane("d", 1, (0, 0)))
    assert owned.backlog is not None
    assert set(owned.backlog) == {b"d/0/0/10000", b"d_x_e/0/0/10000", b"f/0/0/0", b"f/0/0/10000"}
