"""All parts of a session count in the segments that it opened in, whoever has come since to count them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.paths.paths import paths
from streams.scoring.daily import Daily
from streams.segments.named import UNTOLD, Named, members, named
from streams.segments.registry import Registry
from streams.settings import Dimension, Paths, Settings
from tests.panes.history import GAP, MEASURES, MINUTE, START, Happening, heartbeat, record
from tests.panes.reader import Reader
from tests.panes.summed import summed

STAGE, CAMPAIGN, INTEREST = "buying_stage", "campaign", "interest"
SETTINGS = Settings(
    dimensions={
        STAGE: Dimension(trait="buying_stage"),
        CAMPAIGN: Dimension(field="campaign"),
        INTEREST: Dimension(behaviour={"hot": "downloads in 7d"}),
        "stage_x_campaign": Dimension(cross=(STAGE, CAMPAIGN)),
    },
    paths=Paths(to="form_fills"),
)
Found = dict[str, int]  # by value


def at(minute: float, topic: str, visitor: int = 0, *, campaign: str | None = None, stage: str = "") -> Happening:
    traits = (("buying_stage", stage),) if stage else None
    return Happening(START + round(minute * MINUTE), topic, None, visitor, None, campaign, traits)


class Clock:
    """A reader of a log with a heartbeat a minute, which is read so far as the clock shows."""

    def __init__(self, happened: Sequence[Happening], settings: Settings = SETTINGS, minutes: int = 180) -> None:
        log: dict[str, list[bytes]] = {topic: [] for topic in SOURCE_TOPICS}
        self._ends: dict[str, list[int]] = {topic: [] for topic in SOURCE_TOPICS}
        for topic, records in log.items():
            for minute in range(minutes):
                time = START + minute * MINUTE
                records += [record(it) for it in happened if it.topic == topic and time - MINUTE < it.time <= time]
                records.append(heartbeat(time))
                self._ends[topic].append(len(records))
            records.append(heartbeat(START + (minutes + 60) * MINUTE))
        self.reader = Reader(log, settings=settings)
        self._next = 0  # minute

    def run(self, until: int, checkpoint: bool = True) -> None:
        """Read on to this minute, with a checkpoint each minute."""
        for minute in range(self._next, until + 1):
            for topic, ends in self._ends.items():
                self.reader.read(topic, max(ends[minute] - self.reader.position(topic), 0))
            if checkpoint:
                self.reader.checkpoint()
        self._next = until + 1

    def crash(self, steps: int = -1) -> None:
        """At once, or within a checkpoint after so many of its steps."""
        self.reader.run([("crash", steps, 0)])

    def found(self, dimension: str, measure: str) -> Found:
        """All there is."""
        self.reader.finish()
        out: Counter[str] = Counter()
        for (_, of, value, what), count in summed([self.reader]).items():
            if (of, what) == (dimension, measure):
                out[value] += count
        return dict(out)


def test_readme_s_form_fill_that_tells_of_a_decision() -> None:
    happened = [
        it
        for visitor in range(10)
        for it in (
            at(0, "page_views", visitor, campaign="energy-check"),
            at(0.1, "clicks", visitor),
            at(1, "form_fills", visitor, stage="decision"),
        )
    ]
    found = Clock(happened).found
    assert found(STAGE, "sessions") == {"unknown": 10}
    for part in ("sessions.form_fills", "sessions.engaged", "steps.page_views.clicks"):
        assert found(STAGE, part) == {"unknown": 10}, part
    assert found(STAGE, "sessions.intervals") == {"unknown": 20}
    assert found(STAGE, "sessions.seconds") == {"unknown": 10 * 60_000}
    assert found(STAGE, "form_fills") == {"decision": 10}, "an event itself counts where its visitor is then"
    assert found(CAMPAIGN, "sessions.form_fills") == found(CAMPAIGN, "sessions") == {"energy-check": 10}
    assert found(CAMPAIGN, "page_views") == {"energy-check": 10}
    assert found(CAMPAIGN, "form_fills") == {"unknown": 10}
    assert found("stage_x_campaign", "sessions.form_fills") == {"unknown": 10}


def test_a_campaign_on_the_landing_page_only_has_the_paths_of_the_whole() -> None:
    """Ten come by it, and six of them fill the form."""
    happened = [at(visitor / 10, "page_views", visitor, campaign="spring") for visitor in range(10)]
    happened += [at(5 + visitor / 10, "downloads", visitor) for visitor in range(10)]
    happened += [at(9 + visitor / 10, "form_fills", visitor) for visitor in range(6)]
    clock = Clock(happened)
    counts = np.array(
        [[[clock.found(CAMPAIGN, m).get(value, 0) for m in MEASURES.names] for value in ("spring", "unknown")]]
    )
    found = paths(Daily(CAMPAIGN, 0, 10, ["spring", "unknown"], counts), SETTINGS, MEASURES)
    assert found is not None
    (spring,) = found.segments
    assert (spring.value, spring.conversion, found.whole.conversion) == ("spring", *[pytest.approx(0.6)] * 2)
    assert spring.steps == found.whole.steps


def test_who_enters_a_behaviour_segment_takes_the_session_not_along() -> None:
    found = Clock([at(0, "page_views"), at(1, "downloads"), at(2, "form_fills"), at(40, "form_fills")]).found
    assert found(INTEREST, "sessions") == {"other": 1, "hot": 1}
    assert found(INTEREST, "sessions.downloads") == {"other": 1}
    assert found(INTEREST, "sessions.form_fills") == {"other": 1, "hot": 1}
    assert found(INTEREST, "form_fills") == {"hot": 2}


def test_a_trait_that_changes_between_two_sessions_is_the_second_s() -> None:
    profile = at(35, PROFILES, stage="decision")
    happened = [at(0, "page_views"), at(1, "form_fills"), profile, at(40, "page_views"), at(41, "form_fills")]
    found = Clock(happened).found
    assert found(STAGE, "sessions") == found(STAGE, "sessions.form_fills") == {"unknown": 1, "decision": 1}
    assert found(STAGE, "sessions.seconds") == {"unknown": 60_000, "decision": 60_000}


def test_what_comes_late_before_the_opening_is_no_opening() -> None:
    late = at(4, "clicks", campaign="late")._replace(time=START)
    clock = Clock([at(2, "page_views", campaign="spring"), at(9, "form_fills")])
    clock.reader.log["clicks"].insert(clock.reader.log["clicks"].index(heartbeat(START + 5 * MINUTE)), record(late))
    clock.run(6)
    clock.crash()
    assert clock.found(CAMPAIGN, "sessions") == {"spring": 1}
    assert clock.found(CAMPAIGN, "sessions.engaged") == clock.found(CAMPAIGN, "sessions.form_fills") == {"spring": 1}
    assert clock.found(CAMPAIGN, "clicks") == {"late": 1}


#: It is opened by a campaign of who has no stage; then the visitor has one, and is hot.
_SESSION = [at(1, "page_views", campaign="spring"), at(2, "downloads", stage="decision")]


@pytest.mark.parametrize("steps", [-1, *range(12)])
def test_a_successor_knows_where_a_session_was_opened_wherever_the_worker_died(steps: int) -> None:
    """All of it is in one checkpoint, in which it dies; or the next comes to know it from there."""
    clock = Clock([*_SESSION, at(5, "form_fills")])
    clock.run(0)
    clock.run(4, checkpoint=steps < 0)
    if steps < 0:
        clock.reader.checkpoint()
    clock.crash(steps)
    assert_opened_by_spring(clock)


def assert_opened_by_spring(clock: Clock) -> None:
    for part in ("sessions", "sessions.form_fills", "sessions.downloads", "sessions.engaged"):
        assert clock.found(CAMPAIGN, part) == {"spring": 1}, part
        assert clock.found(STAGE, part) == {"unknown": 1}, part
        assert clock.found(INTEREST, part) == {"other": 1}, part


@pytest.mark.parametrize("crashes", [(50,), (4, 50), (4, 30, 36, 50, 55)])
def test_so_does_it_of_a_session_that_it_cannot_read_again_from_its_opening(crashes: tuple[int, ...]) -> None:
    clock = Clock([*_SESSION, *(at(minute, "clicks") for minute in range(12, 60, 10)), at(58, "form_fills")])
    for minute in crashes:
        clock.run(minute)
        clock.crash()
    assert_opened_by_spring(clock)


@pytest.mark.parametrize("steps", range(10))
def test_nor_does_a_record_go_before_the_progress_that_tells_of_its_sessions_is_there(steps: int) -> None:
    clock = Clock([*_SESSION, *(at(minute, "clicks") for minute in (15, 30)), at(38, "form_fills")])
    clock.run(32)
    clock.run(36, checkpoint=False)
    clock.crash(steps)
    assert_opened_by_spring(clock)


def test_records_go_when_no_opening_in_them_can_be_read_again() -> None:
    clock = Clock([at(minute, "page_views", visitor=minute) for minute in range(0, 90, 2)])
    for minute in range(88):
        clock.run(minute)
        if minute % 20 == 19:
            clock.crash(3)
        horizon = (GAP + MINUTE) // MINUTE
        assert len(clock.reader.openings) <= (horizon + 4) / 2 + 2


def test_many_are_told_of_in_several_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.panes.openings._AT_ONCE", 3)
    opened = [at(1, "page_views", visitor, campaign=f"c{visitor}") for visitor in range(10)]
    clock = Clock([*opened, *(at(6, "form_fills", visitor) for visitor in range(10))])
    clock.run(4)
    assert len(clock.reader.openings) == 4
    clock.crash()
    assert clock.found(CAMPAIGN, "sessions.form_fills") == {f"c{visitor}": 1 for visitor in range(10)}


def test_after_a_change_of_settings_new_dimensions_take_the_rest_of_a_session_as_it_comes() -> None:
    clock = Clock([*_SESSION, at(5, "form_fills")])
    clock.run(4)
    clock.reader.settings = Settings(
        dimensions={"is": Dimension(trait="buying_stage"), CAMPAIGN: SETTINGS.dimensions[CAMPAIGN]}
    )
    clock.crash()
    assert clock.found("is", "sessions.form_fills") == {"decision": 1}
    assert clock.found(CAMPAIGN, "sessions.form_fills") == {"spring": 1}


@pytest.mark.parametrize("last", [5, 35])
def test_after_an_update_from_a_version_that_told_nothing_the_rest_counts_as_it_comes(last: int) -> None:
    clock = Clock([*_SESSION, at(31, "clicks"), at(last, "form_fills"), at(last + 1, "clicks")])
    clock.run(last - 1)
    assert clock.reader.progress is not None
    clock.reader.progress = clock.reader.progress._replace(opened=Named())
    clock.reader.openings.clear()
    clock.crash()
    assert clock.found(CAMPAIGN, "sessions.form_fills") == {"unknown": 1}
    assert clock.found(STAGE, "sessions.form_fills") == {"decision": 1}


@given(
    st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), max_size=9),
    st.sampled_from([1, 128, 129, 32_768, 32_769]),
    st.permutations(["a", "b", "c"]),
)
@settings(max_examples=20)
def test_segments_by_name_and_back(rows: list[tuple[int, int]], values: int, later: list[str]) -> None:
    """Of dimensions a and b, of which b has so many values; later there are two of three, in any order."""
    dimensions = {name: Dimension(trait=name, max_values=40_000) for name in "abc"}
    one, other = Registry(dimensions), Registry(dimensions)
    rows += [(-1, value) for value in range(values)]
    member = np.array([[_id(one, "a", a), _id(one, "b", b)] for a, b in rows], dtype=np.int32)
    packed = named(member, ["a", "b"], one)
    wanted = [{"a": _id(other, "a", a), "b": _id(other, "b", b), "c": UNTOLD} for a, b in rows]
    assert members(packed, len(rows), later[:2], other).tolist() == [[each[d] for d in later[:2]] for each in wanted]


def _id(registry: Registry, dimension: str, value: int) -> int:
    return registry.id(dimension, str(value)) if value >= 0 else UNTOLD
