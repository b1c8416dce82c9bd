"""When there is an overview of a dimension, and what goes out of it."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np
import pytest

from streams.engine.fence import Fence
from streams.engine.overviews import Overviews
from streams.events.topics import DIMENSION_OVERVIEWS
from streams.messages import DimensionOverview
from streams.panes.earlier import Comparison
from streams.scoring.daily import Beside, Daily, Earlier
from streams.settings import Review
from tests.engine.test_score import CHOSEN
from tests.scoring.test_scorer import KPIS, MEASURES

MINUTE = 60_000
SETTINGS = msgspec.structs.replace(CHOSEN, review=Review(last=date(2026, 8, 31)))


class Owner:
    """Owns dimension `d`, of which `won` of 1,000 leads a day were won in each of two segments."""

    def __init__(self) -> None:
        self.won, self.sessions = (100, 300), 0
        self.sent: list[tuple[str, bytes, bytes | None]] = []
        self.dimensions = SimpleNamespace(
            since=-100.0,
            published={},
            viewed={},
            scorers={"d": SimpleNamespace(daily=self.daily, earlier=self.earlier)},
        )
        pipeline = SimpleNamespace(settings=SETTINGS, fence=Fence(CHOSEN.kafka, lambda: cast("Any", self)))
        score = SimpleNamespace(owned=lambda: [(0, self.dimensions)])
        self._overviews = Overviews(cast("Any", pipeline), cast("Any", score), KPIS, MEASURES)

    def daily(self) -> Daily:
        counts = np.zeros((3, 2, len(MEASURES.names)), dtype=np.int64)
        counts[:, :, MEASURES.column("leads.lost")] = 1_000 - np.array(self.won)
        counts[:, :, MEASURES.column("leads.won")] = self.won
        return Daily("d", 0, 3 * 86_400_000, ["a", "b"], counts)

    def earlier(self) -> Earlier:
        """A day before there were half as many leads."""
        day = Comparison(86_400_000, "before", 86_400_000, 2)
        now = np.zeros((2, len(MEASURES.names)), dtype=np.int64)
        now[:, MEASURES.column("sessions")] = self.sessions
        found = [Beside(day, (86_400_000, 2 * 86_400_000), now // 2, now)]
        return Earlier("d", ["a", "b"], np.ones(len(KPIS)), found, None)

    async def send(self, topic: str, key: bytes, value: bytes | None, *_: object) -> Any:
        self.sent.append((topic, key, value))
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def at(self, tick: int) -> list[tuple[str, bytes, bytes | None]]:
        """What goes out once the tick is published."""
        self.sent, self.dimensions.published["d"] = [], tick
        await self._overviews.checkpoint()
        return self.sent


def test_it_is_told_every_five_minutes_but_not_when_an_owner_begins() -> None:
    async def story() -> None:
        owner = Owner()
        owner.dimensions.since = time.monotonic()
        assert await owner.at(12 * MINUTE) == []
        owner.dimensions.since -= 60
        assert len(await owner.at(12 * MINUTE)) == 1
        assert await owner.at(14 * MINUTE) == []
        ((topic, key, value),) = await owner.at(15 * MINUTE)
        assert (topic, key) == (DIMENSION_OVERVIEWS, b"d")
        found = msgspec.json.decode(value or b"", type=DimensionOverview)
        assert (found.dimension, found.start, found.end) == ("d", 0, 3 * 86_400_000)
        assert found.quality is not None
        assert found.quality.accuracy == 1.0
        assert found.quality.groups == [["a"], ["b"]]
        assert found.paths is None, "nobody wants to know"
        assert await owner.at(19 * MINUTE) == []
        assert len(await owner.at(31 * MINUTE)) == 1

    asyncio.run(story())


def test_where_there_is_nothing_to_judge_any_more_what_was_told_goes() -> None:
    async def story() -> None:
        owner = Owner()
        await owner.at(0)
        owner.won = (0, 0)
        assert await owner.at(5 * MINUTE) == [(DIMENSION_OVERVIEWS, b"d", None)]

    asyncio.run(story())


def test_growth_and_the_dates_of_the_reviews_are_told() -> None:
    async def story() -> None:
        owner = Owner()
        owner.sessions = 1_000
        ((_, _, value),) = await owner.at(0)
        found = msgspec.json.decode(value or b"", type=DimensionOverview)
        assert found.quality is not None
        assert (found.quality.reviewed, found.quality.review_due) == (1_788_134_400_000, 1_795_910_400_000)
        (growth,) = found.growth
        assert (growth.growth, growth.window, growth.against) == ("sessions_growth", "24h", "before")
        assert (growth.before, growth.start, growth.end) == (0, 86_400_000, 2 * 86_400_000)
        assert growth.segments.keys() == {"a", "b"}
        assert growth.segments["a"].ratio == pytest.approx(1_000.5 / 500.5)
        owner.won = (0, 0)
        ((_, _, value),) = await owner.at(5 * MINUTE)
        found = msgspec.json.decode(value or b"", type=DimensionOverview)
        assert found.quality is None, "there is growth all the same"
        assert len(found.growth) == 1

    asyncio.run(story())


def test_one_that_cannot_be_made_leaves_the_one_before(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise np.linalg.LinAlgError("SVD did not converge")

    async def story() -> None:
        owner = Owner()
        assert len(await owner.at(0)) == 1
        with monkeypatch.context() as patch:
            patch.setattr("streams.engine.overviews.segmentation", fails)
            assert await owner.at(5 * MINUTE) == []
        assert len(await owner.at(10 * MINUTE)) == 1

    asyncio.run(story())
    assert "overview of d: LinAlgError: SVD did not converge" in caplog.text


def test_what_was_given_away_meanwhile_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        owner = Owner()
        await owner.at(0)
        judged = owner.dimensions
        owner.dimensions = SimpleNamespace(since=-100.0, published={}, viewed={}, scorers={})
        owner.sent, judged.published["d"] = [], 5 * MINUTE
        calls = iter([[(0, judged)]])
        monkeypatch.setattr(owner._overviews._score, "owned", lambda: next(calls, []))
        await owner._overviews.checkpoint()
        assert owner.sent == []

    asyncio.run(story())
